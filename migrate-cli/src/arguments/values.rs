//! Reading single values of the command line.

use std::convert::Infallible;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::time::Duration;

use migrate_core::model::Tool;
use migrate_core::model::autogenerate::LikelyRename;
use migrate_core::model::schema::Name;
use migrate_core::text::Dialect;

/// Stands before a word that begins like `-1`, so that the parser takes it for a value.
const PROTECTED: char = '\u{1}';

/// A word of the command line as the parser is to see it: `-1` and `-2:current` are values, no options.
pub(crate) fn protect(word: OsString) -> OsString {
    let begins = word
        .to_str()
        .and_then(|text| text.strip_prefix('-'))
        .and_then(|rest| rest.chars().next());
    match begins {
        Some(c) if c.is_ascii_digit() => {
            let mut protected = OsString::from(PROTECTED.to_string());
            protected.push(word);
            protected
        }
        _ => word,
    }
}

/// The word as it was typed.
pub(super) fn typed(text: &str) -> &str {
    text.trim_start_matches(PROTECTED)
}

/// A spec as typed. What it means is found later.
#[expect(clippy::unnecessary_wraps, reason = "the form of a value parser")]
pub(super) fn spec(text: &str) -> Result<String, Infallible> {
    Ok(typed(text).to_owned())
}

/// A message: one line of text that is not blank.
pub(super) fn message(text: &str) -> Result<String, String> {
    let text = typed(text);
    if text.trim().is_empty() {
        return Err("the message is empty: say in a few words what the revision does".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err(
            "the message has a line break or another control character: give one line of text"
                .to_owned(),
        );
    }
    Ok(text.to_owned())
}

/// A key and its value: `key=value`, or a key alone, whose value is empty.
pub(super) fn argument(text: &str) -> Result<(String, String), String> {
    let (key, value) = typed(text).split_once('=').unwrap_or((typed(text), ""));
    if key.trim().is_empty() {
        return Err("expected KEY=VALUE, found no key".to_owned());
    }
    Ok((key.to_owned(), value.to_owned()))
}

/// The name of a set of migrations: a part of a directory, of a table, of a variable and of a Rust constant.
pub(super) fn database_name(text: &str) -> Result<String, String> {
    let text = typed(text);
    let fits = text
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !fits || !text.starts_with(|c: char| c.is_ascii_lowercase()) || text.len() > 32 {
        return Err(
            "expected a name of a-z, 0-9 and _, a letter first, such as `analytics`".to_owned(),
        );
    }
    Ok(text.to_owned())
}

/// A word for a run: not blank, on one line.
pub(super) fn tag(text: &str) -> Result<String, String> {
    let text = typed(text);
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err("expected a word or a few on one line".to_owned());
    }
    Ok(text.to_owned())
}

/// `users=people` or `users.mail=email`; a table in a schema is named with it on both sides.
pub(super) fn rename(text: &str) -> Result<LikelyRename, String> {
    let wrong =
        || "expected OLD=NEW: users=people for a table, users.mail=email for a column".to_owned();
    let (old, new) = typed(text).split_once('=').ok_or_else(wrong)?;
    if [old, new]
        .iter()
        .any(|it| it.split('.').any(|part| part.trim().is_empty()))
    {
        return Err(wrong());
    }
    let name = |text: &str| match text.split_once('.') {
        Some((schema, name)) => Name::qualified(schema, name),
        None => Name::bare(text),
    };
    Ok(match (old.rsplit_once('.'), new.contains('.')) {
        (Some((table, column)), false) => LikelyRename::column(name(table), column, new),
        _ => LikelyRename::table(name(old), name(new)),
    })
}

/// The number of a statement: they count from 1.
pub(super) fn statement_number(text: &str) -> Result<NonZeroUsize, String> {
    typed(text).parse().map_err(|_| {
        "expected the number of a statement, counted from 1: `show REVISION --statements` numbers them".to_owned()
    })
}

/// A dialect by name.
pub(super) fn dialect(text: &str) -> Result<Dialect, String> {
    text.parse()
        .map_err(|error: migrate_core::text::dialect::UnknownDialect| error.to_string())
}

/// A tool by name.
pub(super) fn tool(text: &str) -> Result<Tool, String> {
    text.parse()
        .map_err(|error: migrate_core::model::UnknownTool| error.to_string())
}

/// A time to wait: seconds, or a number with `ms`, `s` or `m`.
pub(super) fn wait(text: &str) -> Result<Duration, String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let duration = number.parse::<u64>().ok().and_then(|number| match unit {
        "ms" => Some(Duration::from_millis(number)),
        "" | "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    });
    duration.ok_or_else(|| {
        format!("expected seconds or a time such as 500ms, 30s or 2m, found `{text}`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_seconds_or_have_a_unit() {
        for (text, expected) in [
            ("0", Some(Duration::ZERO)),
            ("60", Some(Duration::from_secs(60))),
            ("5s", Some(Duration::from_secs(5))),
            ("250ms", Some(Duration::from_millis(250))),
            ("2m", Some(Duration::from_secs(120))),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("1h", None),
            ("99999999999999999999", None),
            ("18446744073709551615m", None),
        ] {
            assert_eq!(wait(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_rename_is_of_a_table_or_of_a_column() {
        for (text, expected) in [
            (
                "users=people",
                Some("table users is gone and people is new"),
            ),
            (
                "users.mail=email",
                Some("column users.mail is gone and users.email is new"),
            ),
            (
                "app.users=app.people",
                Some("table app.users is gone and app.people is new"),
            ),
            (
                "app.users.mail=email",
                Some("column app.users.mail is gone and app.users.email is new"),
            ),
            ("users", None),
            ("users=", None),
            (".mail=email", None),
        ] {
            let read = rename(text).ok().map(|it| it.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn an_argument_has_a_key() {
        let said = |key: &str, value: &str| Some((key.to_owned(), value.to_owned()));
        for (text, expected) in [
            ("tenant=acme", said("tenant", "acme")),
            ("url=a=b", said("url", "a=b")),
            ("dry", said("dry", "")),
            ("n=-1", said("n", "-1")),
            ("=acme", None),
            ("", None),
        ] {
            assert_eq!(argument(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn only_what_begins_with_a_number_is_protected() {
        for (word, value) in [
            ("-1", true),
            ("-2:current", true),
            ("head", false),
            ("--dry-run", false),
            ("-q", false),
        ] {
            let protected = protect(word.into());
            assert_eq!(protected != *word, value, "{word}");
            assert_eq!(spec(&protected.to_string_lossy()), Ok(word.to_owned()));
        }
    }
}
