//! The splitter as a specification: one table of tricky inputs per dialect.
//!
//! Numbers in the names of cases are the rows of section c2 of the project's notes on other tools.

mod directive;
mod mysql;
mod position;
mod postgres;
mod property;
mod sqlite;
mod transaction;

use crate::text::Dialect;

use super::{Script, split};

/// A name, a script, and the statements it holds.
type Case<'a> = (&'a str, &'a str, &'a [&'a str]);

/// Each script splits without an error into its statements.
#[track_caller]
fn splits(dialect: Dialect, cases: &[Case<'_>]) {
    for (name, text, expected) in cases {
        let script = split(text, dialect);
        assert_eq!(script.errors, [], "{dialect}, {name}");
        assert_eq!(texts(text, &script), *expected, "{dialect}, {name}");
        assert_lossless(text, &script);
    }
}

/// Each script has this one error: the text it points at, and a part of its message or help.
#[track_caller]
fn refuses(dialect: Dialect, cases: &[(&str, &str, (&str, usize), &str)]) {
    for (name, text, (place, offset), message) in cases {
        let script = split(text, dialect);
        let [error] = &script.errors[..] else {
            panic!("{dialect}, {name}: {:#?}", script.errors)
        };
        assert_eq!(
            (&text[error.range.clone()], error.range.start),
            (*place, *offset),
            "{name}"
        );
        let said = format!(
            "{}; {}",
            error.message,
            error.help.as_deref().unwrap_or_default()
        );
        assert!(said.contains(message), "{name}: {said}");
        assert_lossless(text, &script);
    }
}

fn texts<'a>(text: &'a str, script: &Script) -> Vec<&'a str> {
    script
        .statements
        .iter()
        .map(|statement| &text[statement.text.clone()])
        .collect()
}

/// Segments and tail cover the text, and every range lies where it belongs.
#[track_caller]
fn assert_lossless(text: &str, script: &Script) {
    let mut end = 0;
    for statement in &script.statements {
        let segment = &statement.segment;
        assert_eq!(segment.start, end);
        assert!(segment.start <= statement.text.start && statement.text.end <= segment.end);
        assert!(!statement.text.is_empty());
        if let Some(data) = &statement.copy_data {
            assert!(statement.text.end <= data.start && data.end <= segment.end);
        }
        end = segment.end;
    }
    assert_eq!(script.tail, end..text.len());
    for error in &script.errors {
        assert!(
            text.get(error.range.clone())
                .is_some_and(|place| !place.is_empty())
        );
    }
}
