use std::time::Duration;

use crate::text::Dialect::{self, Postgres, Sqlite};
use crate::text::sql::{DirectiveKind, StatementKind};

use super::{refuses, split, texts};

#[test]
fn before_a_statement() {
    let text = "-- migrate:allow drop-column it is unused\n--  migrate:batch pause:50ms max-rounds:7\ndelete from t; select 1;";
    for dialect in Dialect::ALL {
        let script = split(text, dialect);
        assert_eq!(script.errors, [], "{dialect}");
        let kinds: Vec<_> = script.statements[0]
            .directives
            .iter()
            .map(|directive| &directive.kind)
            .collect();
        let allow = DirectiveKind::Allow {
            rule: "drop-column".into(),
            reason: "it is unused".into(),
        };
        let batch = DirectiveKind::Batch {
            pause: Duration::from_millis(50),
            max_rounds: 7,
        };
        assert_eq!(kinds, [&allow, &batch], "{dialect}");
        assert_eq!(script.statements[1].directives, []);
    }
}

#[test]
fn batch_by_default() {
    let script = split("-- migrate:batch\ndelete from t", Sqlite);
    let batch = DirectiveKind::Batch {
        pause: Duration::ZERO,
        max_rounds: 1_000_000,
    };
    assert_eq!(script.statements[0].directives[0].kind, batch);
}

#[test]
fn rust_is_a_statement() {
    let text = "select 1;\n-- migrate:rust fill_in\nselect 2;";
    let script = split(text, Sqlite);
    assert_eq!(script.errors, []);
    assert_eq!(
        texts(text, &script),
        ["select 1", "-- migrate:rust fill_in", "select 2"]
    );
    assert_eq!(
        script.statements[1].kind,
        StatementKind::Rust("fill_in".into())
    );
    assert_eq!(script.statements[2].kind, StatementKind::Sql);
}

#[test]
fn empty_on_purpose() {
    let script = split("-- migrate:empty nothing to undo\r\n", Sqlite);
    assert_eq!(script.empty.as_deref(), Some("nothing to undo"));
    assert_eq!((script.statements, script.errors), (vec![], vec![]));
}

#[test]
fn not_for_us() {
    for text in [
        "-- migrate the users",
        "-- migrates: a",
        "/* see migrate:up */",
        "select ' -- migrate:up'",
    ] {
        assert_eq!(split(text, Postgres).errors, [], "{text}");
    }
}

#[test]
fn errors() {
    refuses(
        Sqlite,
        &[
            (
                "misspelt",
                "-- migrate:bacth\nselect 1",
                ("-- migrate:bacth", 0),
                "did you mean `-- migrate:batch`",
            ),
            (
                "marker",
                "select 1;\n -- migrate:down\n",
                ("-- migrate:down", 11),
                "beginning of a line",
            ),
            (
                "case",
                "-- Migrate:Batch\nselect 1",
                ("-- Migrate:Batch", 0),
                "write `-- migrate:batch`",
            ),
            (
                "spacing",
                "-- migrate : batch\nselect 1",
                ("-- migrate : batch", 0),
                "write `-- migrate:batch`",
            ),
            (
                "block",
                "/* migrate:batch */ select 1",
                ("/* migrate:batch */", 0),
                "write `-- migrate:batch`",
            ),
            (
                "prose",
                "-- migrate: all users of old\nselect 1",
                ("-- migrate: all users of old", 0),
                "unknown directive",
            ),
            (
                "nothing",
                "-- migrate:\nselect 1",
                ("-- migrate:", 0),
                "names no directive",
            ),
            (
                "no reason",
                "-- migrate:allow drop-table\nselect 1",
                ("-- migrate:allow drop-table", 0),
                "lacks a reason",
            ),
            (
                "no rule",
                "-- migrate:allow\nselect 1",
                ("-- migrate:allow", 0),
                "lacks a rule",
            ),
            (
                "no name",
                "-- migrate:rust\n",
                ("-- migrate:rust", 0),
                "lacks a name",
            ),
            (
                "two names",
                "-- migrate:rust a b\n",
                ("-- migrate:rust a b", 0),
                "one name",
            ),
            (
                "no reason to be empty",
                "-- migrate:empty\n",
                ("-- migrate:empty", 0),
                "lacks a reason",
            ),
            (
                "unknown option",
                "-- migrate:batch paus:1s\nselect 1",
                ("-- migrate:batch paus:1s", 0),
                "did you mean `pause:`",
            ),
            (
                "bad value",
                "-- migrate:batch pause:50\nselect 1",
                ("-- migrate:batch pause:50", 0),
                "pause:50ms",
            ),
            (
                "no rounds",
                "-- migrate:batch max-rounds:0\nselect 1",
                ("-- migrate:batch max-rounds:0", 0),
                "max-rounds:",
            ),
            (
                "inside",
                "select\n-- migrate:batch\n1",
                ("-- migrate:batch", 7),
                "inside a statement",
            ),
            (
                "same line",
                "select 1; -- migrate:batch\nselect 2",
                ("-- migrate:batch", 10),
                "line of the statement before",
            ),
            (
                "no statement",
                "select 1;\n-- migrate:batch\n",
                ("-- migrate:batch", 10),
                "no statement follows",
            ),
            (
                "twice",
                "-- migrate:batch\n-- migrate:batch\nselect 1",
                ("-- migrate:batch", 17),
                "twice",
            ),
        ],
    );
    refuses(
        Dialect::Mysql,
        &[(
            "hash",
            "# migrate:batch\nselect 1",
            ("# migrate:batch", 0),
            "write `-- migrate:batch`",
        )],
    );
}
