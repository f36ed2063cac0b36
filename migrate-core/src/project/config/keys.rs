//! Reading values out of a TOML table, each with its place.

use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::text::diagnostic::{Class, Diagnostic, nearest};
use crate::text::source::Source;

/// A value with the key it belongs to.
pub(super) struct Value<'t> {
    pub(super) key: String,
    pub(super) value: &'t DeValue<'t>,
    pub(super) range: Range<usize>,
}

/// What reads: the text and everything that was found wrong with it.
pub(super) struct Reader<'a> {
    pub(super) source: Source<'a>,
    pub(super) findings: Vec<Diagnostic>,
}

impl Reader<'_> {
    pub(super) fn error(
        &mut self,
        message: impl Into<String>,
        range: Range<usize>,
        label: impl Into<String>,
    ) {
        let mut frame = self.source.frame(range, label);
        frame.text = masked(&frame.text);
        self.findings
            .push(Diagnostic::error(Class::Config, message).at(frame));
    }

    /// Adds a way to mend it to the last finding.
    pub(super) fn help(&mut self, text: impl Into<String>) {
        if let Some(finding) = self.findings.last_mut() {
            finding.help.push(text.into());
        }
    }

    pub(super) fn expected(&mut self, value: &Value<'_>, what: &str) {
        let message = format!("`{}` must be {what}", value.key);
        self.error(
            message,
            value.range.clone(),
            format!("found {}", kind(value.value)),
        );
    }

    /// The entries of a table in the order in which they stand in the file.
    pub(super) fn entries<'t>(
        &self,
        prefix: &str,
        table: &'t DeTable<'_>,
    ) -> Vec<(String, Range<usize>, Value<'t>)>
    where
        Self: Sized,
    {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| {
                let name = key.get_ref().as_ref().to_owned();
                let full = if prefix.is_empty() {
                    name.clone()
                } else {
                    format!("{prefix}.{name}")
                };
                let value = Value {
                    key: full,
                    value: value.get_ref(),
                    range: value.span(),
                };
                (name, key.span(), value)
            })
            .collect();
        entries.sort_by_key(|(_, range, _)| range.start);
        entries
    }

    pub(super) fn unknown(&mut self, prefix: &str, key: &str, range: Range<usize>, known: &[&str]) {
        let place = if prefix.is_empty() {
            String::new()
        } else {
            format!(" in [{prefix}]")
        };
        match nearest(&key.replace('-', "_"), known.iter().copied()) {
            Some(meant) => {
                self.error(format!("unknown key `{key}`{place}"), range, "no such key");
                self.help(format!("did you mean `{meant}`?"));
            }
            None => self.error(
                format!("unknown key `{key}`{place}"),
                range,
                format!("expected one of {}", known.join(", ")),
            ),
        }
    }

    pub(super) fn table<'t>(&mut self, value: &Value<'t>) -> Option<&'t DeTable<'t>> {
        let table = value.value.as_table();
        if table.is_none() {
            self.expected(value, "a table");
        }
        table
    }

    pub(super) fn text<'t>(&mut self, value: &Value<'t>) -> Option<&'t str> {
        let text = value.value.as_str();
        if text.is_none() {
            self.expected(value, "a text in quotes");
        }
        text
    }

    pub(super) fn full_text<'t>(&mut self, value: &Value<'t>) -> Option<&'t str> {
        let text = self.text(value)?;
        if text.trim().is_empty() {
            self.error(
                format!("`{}` is empty", value.key),
                value.range.clone(),
                "expected a text",
            );
            return None;
        }
        Some(text)
    }

    pub(super) fn flag(&mut self, value: &Value<'_>) -> Option<bool> {
        let flag = value.value.as_bool();
        if flag.is_none() {
            self.expected(value, "true or false");
        }
        flag
    }

    /// One of a list of words.
    pub(super) fn word<T: Copy>(&mut self, value: &Value<'_>, words: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
        let listed = names
            .iter()
            .map(|name| format!("\"{name}\""))
            .collect::<Vec<_>>()
            .join(" or ");
        let Some(text) = value.value.as_str() else {
            self.expected(value, &listed);
            return None;
        };
        let found = words.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            let message = format!("`{}` cannot be \"{}\"", value.key, text.escape_default());
            self.error(message, value.range.clone(), format!("expected {listed}"));
            if let Some(meant) = nearest(text, names) {
                self.help(format!("did you mean \"{meant}\"?"));
            }
        }
        found.map(|(_, value)| *value)
    }

    pub(super) fn number(&mut self, value: &Value<'_>, least: u64, most: u64) -> Option<u64> {
        let Some(number) = value.value.as_integer() else {
            self.expected(value, "a whole number");
            return None;
        };
        match u64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) if (least..=most).contains(&number) => Some(number),
            _ => {
                let message = format!("`{}` is out of range", value.key);
                self.error(
                    message,
                    value.range.clone(),
                    format!("expected {least} to {most}"),
                );
                None
            }
        }
    }

    /// `"60s"`, `"50ms"`, `"2m"`, `"1h"`, or a number of seconds.
    pub(super) fn duration(&mut self, value: &Value<'_>) -> Option<Duration> {
        const WHAT: &str = "a duration such as \"60s\", \"50ms\", \"2m\", or a number of seconds";
        if value.value.is_integer() {
            return self.number(value, 0, MAX_SECONDS).map(Duration::from_secs);
        }
        let Some(text) = value.value.as_str() else {
            self.expected(value, WHAT);
            return None;
        };
        let duration = duration(text);
        if duration.is_none() {
            let message = format!("`{}` cannot be \"{}\"", value.key, text.escape_default());
            self.error(message, value.range.clone(), format!("expected {WHAT}"));
        }
        duration
    }

    pub(super) fn items<'t>(&mut self, value: &Value<'t>, what: &str) -> Option<Vec<Value<'t>>> {
        let Some(array) = value.value.as_array() else {
            self.expected(value, what);
            return None;
        };
        let item = |item: &'t Spanned<DeValue<'t>>| Value {
            key: value.key.clone(),
            value: item.get_ref(),
            range: item.span(),
        };
        Some(array.iter().map(item).collect())
    }

    pub(super) fn texts<'t>(
        &mut self,
        value: &Value<'t>,
        what: &str,
    ) -> Option<Vec<(&'t str, Range<usize>)>> {
        let items = self.items(value, what)?;
        Some(
            items
                .iter()
                .filter_map(|item| Some((self.full_text(item)?, item.range.clone())))
                .collect(),
        )
    }
}

/// The places of the passwords in a text that holds addresses.
pub(super) fn secrets(text: &str) -> impl Iterator<Item = Range<usize>> {
    const KEYS: [&str; 3] = ["password=", "passwd=", "pwd="];
    let authority = text.find("://").map(|at| at + 3).and_then(|start| {
        let end = start + text[start..].rfind('@')?;
        let colon = start + text[start..end].find(':')?;
        Some(colon + 1..end)
    });
    let lower = text.to_ascii_lowercase();
    let parameter = KEYS.into_iter().find_map(|key| {
        let start = lower.find(key)? + key.len();
        let length = text[start..]
            .find(['&', '"', '\'', ' '])
            .unwrap_or(text.len() - start);
        Some(start..start + length)
    });
    authority
        .into_iter()
        .chain(parameter)
        .filter(|range| !range.is_empty())
}

/// A line with its passwords replaced, character by character, so that columns stay.
fn masked(line: &str) -> String {
    let secrets: Vec<Range<usize>> = secrets(line).collect();
    let mask = |(at, c): (usize, char)| {
        if secrets.iter().any(|range| range.contains(&at)) {
            '*'
        } else {
            c
        }
    };
    line.char_indices().map(mask).collect()
}

/// A hundred years.
const MAX_SECONDS: u64 = 100 * 366 * 24 * 60 * 60;

fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let millis = match unit.trim_start() {
        "ms" => 1,
        "" | "s" => 1000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let duration = Duration::from_millis(number.checked_mul(millis)?);
    (duration.as_secs() <= MAX_SECONDS).then_some(duration)
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
