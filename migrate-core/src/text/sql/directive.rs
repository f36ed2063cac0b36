//! Comments that are for us: `-- migrate:batch` and its kin.

use std::ops::Range;
use std::time::Duration;

use crate::text::diagnostic::nearest;

use super::token::TokenKind;
use super::{DirectiveKind, SyntaxError, SyntaxErrorKind};

/// The words after `migrate:` that stand before statements.
const NAMES: [&str; 4] = ["batch", "allow", "rust", "empty"];
const DEFAULT_MAX_ROUNDS: u64 = 1_000_000;

/// What a comment says to us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Comment {
    /// It belongs to the next statement.
    Before(DirectiveKind),
    /// It is a statement: a call of the function of this name, and whether a second call does no harm.
    Rust(String, Option<DirectiveKind>),
    /// The script is empty on purpose.
    Empty(String),
}

/// Reads a comment that stands at `range`; `None` when it is not for us.
pub(super) fn read(
    comment: &str,
    kind: TokenKind,
    range: &Range<usize>,
) -> Option<Result<Comment, SyntaxError>> {
    let words = addressed_to_us(comment)?;
    Some(
        parse(words, comment, kind).map_err(|(message, help)| SyntaxError {
            kind: SyntaxErrorKind::Other,
            range: range.clone(),
            message,
            help,
        }),
    )
}

type Refusal = (String, Option<String>);

/// Whether a comment begins `migrate:`, in whichever spelling, so that it is read as a directive.
#[cfg(feature = "write")]
pub(crate) fn is_directive(comment: &str) -> bool {
    addressed_to_us(comment).is_some()
}

/// What follows `migrate:`, in whichever spelling.
fn addressed_to_us(comment: &str) -> Option<&str> {
    let words = comment.strip_suffix("*/").unwrap_or(comment);
    let words = words.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '/' | '*' | '#' | '!')
    });
    let (name, rest) = words.split_at_checked("migrate".len())?;
    let rest = rest.trim_start().strip_prefix(':')?;
    name.eq_ignore_ascii_case("migrate").then(|| rest.trim())
}

fn parse(words: &str, comment: &str, kind: TokenKind) -> Result<Comment, Refusal> {
    let (name, arguments) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let arguments = arguments.trim();
    let known = NAMES
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(name));
    if name == "todo" {
        return Err(left_to_do(arguments));
    }
    let Some(known) = known else {
        return Err(unknown(name));
    };
    let is_canonical = comment
        .strip_prefix("--")
        .and_then(|rest| rest.trim_start().strip_prefix("migrate:"))
        .is_some_and(|rest| rest.starts_with(known));
    if kind != TokenKind::LineComment || !is_canonical {
        let message = format!("the directive `migrate:{known}` is written in another way");
        return Err((
            message,
            Some(format!(
                "write `-- migrate:{known}`, in lower case and on a line of its own"
            )),
        ));
    }
    match known {
        "batch" => batch(arguments).map(Comment::Before),
        "allow" => match arguments.split_once(char::is_whitespace) {
            Some((rule, reason)) => Ok(Comment::Before(DirectiveKind::Allow {
                rule: rule.to_owned(),
                reason: reason.trim_start().to_owned(),
            })),
            None if arguments.is_empty() => {
                Err(lacks("allow", "a rule and a reason", "<rule> <reason>"))
            }
            None => Err(lacks("allow", "a reason", &format!("{arguments} <reason>"))),
        },
        "rust" => match arguments {
            "" => Err(lacks("rust", "a name", "<name>")),
            arguments => rust(arguments),
        },
        _ if arguments.is_empty() => Err(lacks("empty", "a reason", "<reason>")),
        _ => Ok(Comment::Empty(arguments.to_owned())),
    }
}

fn unknown(name: &str) -> Refusal {
    let direction = ["up", "down"]
        .into_iter()
        .find(|direction| name.eq_ignore_ascii_case(direction));
    if let Some(direction) = direction {
        let message =
            format!("the section marker `migrate:{direction}` does not stand alone in column 1");
        return (
            message,
            Some(format!(
                "write `-- migrate:{direction}` at the beginning of a line"
            )),
        );
    }
    let message = match name {
        "" => "a comment that begins `migrate:` names no directive".to_owned(),
        name => format!("unknown directive `migrate:{}`", shown(name)),
    };
    let help = match nearest(&shown(name), NAMES.into_iter().chain(["up", "down"])) {
        Some(known) => format!("did you mean `-- migrate:{known}`?"),
        None => "directives are `batch`, `allow`, `rust` and `empty`; prose must not begin with `migrate:`".to_owned(),
    };
    (message, Some(help))
}

/// What an import could not do: the line keeps the revision from being run and locked until somebody has.
fn left_to_do(what: &str) -> Refusal {
    let message = match what {
        "" => "something is left to do here".to_owned(),
        what => format!("left to do: {what}"),
    };
    (message, Some("do it, and remove this line".to_owned()))
}

fn lacks(name: &str, what: &str, form: &str) -> Refusal {
    (
        format!("`migrate:{name}` lacks {what}"),
        Some(format!("write `-- migrate:{name} {form}`")),
    )
}

fn rust(arguments: &str) -> Result<Comment, Refusal> {
    let mut words = arguments.split_whitespace();
    let name = words.next().unwrap_or_default();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        return Err((
            format!("`{}` is no name of a Rust function", shown(name)),
            Some("a name is made of letters, digits and `_`".to_owned()),
        ));
    }
    match (words.next(), words.next()) {
        (None, _) => Ok(Comment::Rust(name.to_owned(), None)),
        (Some("repeatable"), None) => Ok(Comment::Rust(
            name.to_owned(),
            Some(DirectiveKind::Repeatable),
        )),
        _ => Err((
            format!("`migrate:rust` takes one name, not `{}`", shown(arguments)),
            Some(
                "write `-- migrate:rust <name>`, or `-- migrate:rust <name> repeatable`".to_owned(),
            ),
        )),
    }
}

fn batch(options: &str) -> Result<DirectiveKind, Refusal> {
    let mut pause = None;
    let mut max_rounds = None;
    for option in options.split_whitespace() {
        let (key, value) = option.split_once(':').unwrap_or((option, ""));
        let is_new = match key {
            "pause" => pause
                .replace(duration(value).ok_or_else(|| bad_value(option, "pause:50ms"))?)
                .is_none(),
            "max-rounds" => {
                let rounds = value.parse().ok().filter(|rounds| *rounds > 0);
                max_rounds
                    .replace(rounds.ok_or_else(|| bad_value(option, "max-rounds:1000"))?)
                    .is_none()
            }
            _ => return Err(unknown_option(key)),
        };
        if !is_new {
            return Err((
                format!("`{key}` is given twice"),
                Some("keep one of them".to_owned()),
            ));
        }
    }
    Ok(DirectiveKind::Batch {
        pause: pause.unwrap_or_default(),
        max_rounds: max_rounds.unwrap_or(DEFAULT_MAX_ROUNDS),
    })
}

fn bad_value(option: &str, example: &str) -> Refusal {
    (
        format!("`{}` has no usable value", shown(option)),
        Some(format!("write it like `{example}`")),
    )
}

fn unknown_option(key: &str) -> Refusal {
    let help = match nearest(&shown(key), ["pause", "max-rounds"]) {
        Some(known) => format!("did you mean `{known}:`?"),
        None => "the options are `pause:50ms` and `max-rounds:1000`".to_owned(),
    };
    (
        format!("unknown option `{}` of `migrate:batch`", shown(key)),
        Some(help),
    )
}

/// `50ms`, `2s` or `1m`.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    }
}

/// As much of a user's text as a message can hold.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
