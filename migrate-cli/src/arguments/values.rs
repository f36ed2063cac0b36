//! Reading single values of the command line.

use std::time::Duration;

use migrate_core::text::Dialect;

/// A spec as typed. Its meaning is found later; only what is plainly a misspelt option is refused here, because
/// specs may begin with a hyphen (`-1`, `-2:current`).
pub(super) fn spec(text: &str) -> Result<String, String> {
    let after_hyphen = text.strip_prefix('-');
    if after_hyphen.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit())) {
        return Err(super::usage::UNKNOWN_OPTION.to_owned());
    }
    Ok(text.to_owned())
}

/// A message: one line of text that is not blank.
pub(super) fn message(text: &str) -> Result<String, String> {
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

/// A dialect by name.
pub(super) fn dialect(text: &str) -> Result<Dialect, String> {
    text.parse()
        .map_err(|error: migrate_core::text::dialect::UnknownDialect| error.to_string())
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
    fn a_spec_may_begin_with_a_number_but_not_look_like_an_option() {
        for (text, good) in [
            ("-1", true),
            ("-2:current", true),
            ("head", true),
            ("--dry", false),
            ("-z", false),
        ] {
            assert_eq!(spec(text).is_ok(), good, "{text}");
        }
    }
}
