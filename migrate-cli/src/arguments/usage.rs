//! What is said about a command line that cannot be understood, also to those who come from another tool.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use migrate_core::text::Diagnostic;
use migrate_core::text::diagnostic::{Class, nearest};

use super::values;

/// Names that other tools have for our commands: the name, ours, and what is said besides.
const ELSEWHERE: [(&str, &str); 39] = [
    ("run", "upgrade"),
    ("up", "upgrade"),
    ("migrate", "upgrade"),
    ("apply", "upgrade"),
    ("deploy", "upgrade"),
    ("update", "upgrade"),
    ("goto", "upgrade SPEC"),
    ("down", "downgrade"),
    ("revert", "downgrade"),
    ("rollback", "downgrade"),
    ("undo", "downgrade"),
    ("reset", "downgrade base"),
    ("add", "revision -m TEXT"),
    ("new", "revision -m TEXT"),
    ("create", "revision -m TEXT"),
    ("generate", "revision -m TEXT"),
    ("make", "revision -m TEXT"),
    ("info", "status"),
    ("pending", "status"),
    ("state", "status"),
    ("version", "current"),
    ("list", "history"),
    ("log", "history"),
    ("ls", "history"),
    ("setup", "init"),
    ("baseline", "stamp SPEC"),
    ("force", "stamp SPEC"),
    ("mark", "stamp SPEC"),
    ("validate", "check"),
    ("drift", "check"),
    ("test", "verify"),
    ("prove", "verify"),
    ("fix", "repair"),
    ("ensure_version", "ensure-version"),
    ("completion", "completions SHELL"),
    ("squash", "merge"),
    ("preview", "plan upgrade"),
    ("list_templates", "init --help"),
    ("list-templates", "init --help"),
];

/// Options of Alembic that are another one here: the command (empty: any), its option, and what is said.
const OPTIONS_ELSEWHERE: [(&str, &str, &str); 7] = [
    (
        "",
        "-c",
        "the configuration file is named by `--config FILE`",
    ),
    (
        "",
        "-n",
        "an environment of migrate.toml is named by `--env NAME`, another migrate.toml by `--config FILE`",
    ),
    (
        "",
        "--name",
        "an environment of migrate.toml is named by `--env NAME`, another migrate.toml by `--config FILE`",
    ),
    (
        "",
        "--raiseerr",
        "every error says its cause; `-v` says more",
    ),
    (
        "init",
        "--package",
        "there is no Python package here, leave it out",
    ),
    (
        "ensure-version",
        "--sql",
        "`migrate-cli stamp --sql base:base` writes the tables and no row",
    ),
    (
        "revision",
        "--sql",
        "there is no `env.py` that could connect, leave it out",
    ),
];

/// The usage error for what clap found in `words`.
pub(crate) fn explain(error: &clap::Error, words: &[OsString]) -> Diagnostic {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        _ => String::new(),
    };
    let argument = || name_of(&text(ContextKind::InvalidArg));
    let mut command = super::command(None);
    command.build();
    let sub = words
        .iter()
        .skip(1)
        .filter_map(|word| word.to_str())
        .find_map(|word| command.find_subcommand(word));
    let diagnostic = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            return unknown_command(&text(ContextKind::InvalidSubcommand));
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return problem("no command").help("`migrate-cli --help` lists the commands");
        }
        ErrorKind::UnknownArgument => {
            let (name, suggested) = (
                text(ContextKind::InvalidArg),
                text(ContextKind::SuggestedArg),
            );
            let (name, command) = (
                values::typed(&name),
                sub.map_or("", clap::Command::get_name),
            );
            let elsewhere = OPTIONS_ELSEWHERE
                .iter()
                .find(|(of, theirs, _)| *theirs == name && (of.is_empty() || *of == command));
            match elsewhere {
                Some((.., help)) => unknown_argument(name, None).help(*help),
                None => unknown_argument(name, near_option(name, &suggested, sub)),
            }
        }
        ErrorKind::ValueValidation => {
            let cause = std::error::Error::source(error)
                .map(ToString::to_string)
                .unwrap_or_default();
            problem(format!("{}: {cause}", argument()))
        }
        ErrorKind::InvalidValue => {
            let (value, valid) = (
                text(ContextKind::InvalidValue),
                text(ContextKind::ValidValue),
            );
            match (value.is_empty(), valid.is_empty()) {
                (true, _) => problem(format!("{} needs a value", argument())),
                (false, true) => problem(format!("{}: `{value}` is no valid value", argument())),
                (false, false) => problem(format!(
                    "{}: expected {}, found `{value}`",
                    argument(),
                    any_of(&valid)
                )),
            }
        }
        ErrorKind::MissingRequiredArgument => missing_argument(
            &text(ContextKind::InvalidArg),
            sub.map_or("", clap::Command::get_name),
        ),
        ErrorKind::ArgumentConflict => {
            let prior = text(ContextKind::PriorArg);
            match prior.as_str() {
                "" => problem(format!("{} does not go with the other options", argument())),
                prior if name_of(prior) == argument() => {
                    problem(format!("{} is given twice", argument()))
                }
                prior => problem(format!(
                    "{} does not go with {}",
                    argument(),
                    name_of(prior)
                )),
            }
        }
        _ => {
            let rendered = error.render().to_string();
            let first = rendered.lines().next().unwrap_or_default();
            problem(first.trim_start_matches("error: ").to_owned())
        }
    };
    match sub {
        Some(sub) => {
            let usage = sub.clone().render_usage().to_string();
            diagnostic.note(
                usage
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .replace("Usage:", "usage:"),
            )
        }
        None => diagnostic,
    }
}

fn problem(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Class::Usage, message)
}

fn unknown_command(name: &str) -> Diagnostic {
    let diagnostic = problem(format!("unknown command `{name}`"));
    if let Some((_, ours)) = ELSEWHERE
        .into_iter()
        .find(|(theirs, _)| theirs.eq_ignore_ascii_case(name))
    {
        return diagnostic.help(format!("here it is `migrate-cli {ours}`"));
    }
    let command = super::command(None);
    let names: Vec<&str> = command
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    match nearest(name, names) {
        Some(near) => diagnostic.help(format!("did you mean `migrate-cli {near}`?")),
        None => diagnostic.help("`migrate-cli --help` lists the commands"),
    }
}

fn unknown_argument(name: &str, suggested: Option<String>) -> Diagnostic {
    let what = if name.starts_with('-') {
        "unknown option"
    } else {
        "unexpected argument"
    };
    let diagnostic = problem(format!("{what} `{name}`"));
    match suggested {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

fn missing_argument(missing: &str, command: &str) -> Diagnostic {
    if missing.contains("--autogenerate") {
        return problem("this option is for a revision that is generated")
            .help("`migrate-cli revision --autogenerate -m TEXT`");
    }
    if command == "revision" {
        return problem("a revision needs a message")
            .help("`migrate-cli revision -m \"create users\"`");
    }
    if command == "diff" && missing.contains("--sql") {
        return problem("this option is for the SQL between two sides")
            .help("`migrate-cli diff A B --sql --rename OLD=NEW`");
    }
    if command == "diff" {
        return problem("say which two are compared")
            .help("`migrate-cli diff head schema`, `migrate-cli diff database head`, or `migrate-cli diff --locate`");
    }
    if command == "repair" {
        return problem(
            "say what is to be repaired: --applied, --retry, --resume-from N or --accept-edit SPEC",
        )
        .help("`migrate-cli status` shows what is in flight");
    }
    problem(format!("{} is missing", missing.replace(", ", " and ")))
}

/// The option that was meant: the one that the parser suggests, else the one that begins so.
fn near_option(name: &str, suggested: &str, sub: Option<&clap::Command>) -> Option<String> {
    if !suggested.is_empty() {
        return Some(suggested.to_owned());
    }
    let begins = |option: &&str| name.len() > 3 && format!("--{option}").starts_with(name);
    let mut options = sub?.get_arguments().filter_map(clap::Arg::get_long);
    options.find(begins).map(|option| format!("--{option}"))
}

/// `--lock-wait` of `--lock-wait <SECS>`.
fn name_of(argument: &str) -> String {
    let name = argument.split_whitespace().next().unwrap_or(argument);
    format!("`{name}`")
}

/// `a, b, c` as `a, b or c`.
fn any_of(list: &str) -> String {
    match list.rsplit_once(", ") {
        Some((first, last)) => format!("{first} or {last}"),
        None => list.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        let words: Vec<OsString> = line
            .split(' ')
            .map(|word| values::protect(word.into()))
            .collect();
        let error = super::super::command(None)
            .try_get_matches_from(&words)
            .expect_err(line);
        explain(&error, &words).to_string()
    }

    #[test]
    fn names_of_other_tools_lead_to_commands_that_exist() {
        let command = super::super::command(None);
        for (theirs, ours) in ELSEWHERE {
            let name = ours.split(' ').next().unwrap_or_default();
            assert!(
                command.find_subcommand(name).is_some(),
                "{theirs} -> {ours}"
            );
            assert!(
                command.find_subcommand(theirs).is_none(),
                "{theirs} is a command of ours"
            );
            assert!(
                said(&format!("migrate-cli {theirs}")).contains(&format!("`migrate-cli {ours}`"))
            );
        }
    }

    #[test]
    fn each_mistake_has_its_text() {
        for (line, expected) in [
            ("migrate-cli", "no command"),
            ("migrate-cli histroy", "did you mean `migrate-cli history`?"),
            ("migrate-cli upgrade --dry", "did you mean `--dry-run`?"),
            (
                "migrate-cli upgrade --nonsense",
                "unknown option `--nonsense`",
            ),
            ("migrate-cli -n shop upgrade", "named by `--env NAME`"),
            (
                "migrate-cli upgrade -c alembic.ini",
                "named by `--config FILE`",
            ),
            (
                "migrate-cli --raiseerr upgrade",
                "every error says its cause",
            ),
            (
                "migrate-cli ensure-version --sql",
                "`migrate-cli stamp --sql base:base`",
            ),
            ("migrate-cli init --package", "no Python package"),
            ("migrate-cli upgrade a b", "unexpected argument `b`"),
            ("migrate-cli stamp", "<SPEC>... is missing"),
            ("migrate-cli revision", "a revision needs a message"),
            (
                "migrate-cli upgrade --lock-wait soon",
                "`--lock-wait`: expected seconds",
            ),
            (
                "migrate-cli --format xml heads",
                "`--format`: expected human or json, found `xml`",
            ),
            ("migrate-cli history --applied --graph", "does not go with"),
            ("migrate-cli repair", "say what is to be repaired"),
            ("migrate-cli -q -v heads", "does not go with"),
            (
                "migrate-cli upgrade --database-url",
                "`--database-url` needs a value",
            ),
        ] {
            let text = said(line);
            assert!(text.contains(expected), "{line}\n{text}");
        }
    }
}
