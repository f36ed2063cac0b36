use crate::text::Dialect::Sqlite;

use super::{refuses, splits};

#[test]
fn statements() {
    splits(
        Sqlite,
        &[
            ("14: only comments", "-- a\n/* b; */\n", &[]),
            ("15: empty statements", ";;select 1;;", &["select 1"]),
            (
                "39: the last without a semicolon",
                "select 1; select 2 -- end",
                &["select 1", "select 2"],
            ),
            (
                "57: CASE and a literal semicolon in a trigger",
                "create trigger t after insert on a begin\n select case when 1 then 2 end; insert into b values (';');\nend; select 1",
                &[
                    "create trigger t after insert on a begin\n select case when 1 then 2 end; insert into b values (';');\nend",
                    "select 1",
                ],
            ),
            (
                "58: columns named end and begin",
                "create trigger t after update of end on a begin update a set end = 1, begin = end; end; select 1;",
                &[
                    "create trigger t after update of end on a begin update a set end = 1, begin = end; end",
                    "select 1",
                ],
            ),
            (
                "59: WHEN CASE before BEGIN",
                "create trigger t after insert on a when case 1 when 1 then 1 end begin select 1; end; select 2",
                &[
                    "create trigger t after insert on a when case 1 when 1 then 1 end begin select 1; end",
                    "select 2",
                ],
            ),
            (
                "59: TEMP, CRLF and comments around END",
                "create temp trigger t after insert on a\r\nbegin\r\nselect 1; -- ;\r\nend /* ; */;\r\nselect 2;\r\n",
                &[
                    "create temp trigger t after insert on a\r\nbegin\r\nselect 1; -- ;\r\nend",
                    "select 2",
                ],
            ),
            (
                "59: EXPLAIN",
                "explain query plan create trigger t after insert on a begin select 1; end; select 2",
                &[
                    "explain query plan create trigger t after insert on a begin select 1; end",
                    "select 2",
                ],
            ),
            (
                "60: quoted identifiers",
                "select [a;b], `c;``d`, \"e;\"\"f\"; select 2",
                &["select [a;b], `c;``d`, \"e;\"\"f\"", "select 2"],
            ),
            (
                "61: END is COMMIT",
                "begin; select 1; end;",
                &["begin", "select 1", "end"],
            ),
            (
                "62: no backslash escapes",
                "select 'a\\'; select 2",
                &["select 'a\\'", "select 2"],
            ),
            (
                "62: no dollar quotes",
                "select $a$; select 2",
                &["select $a$", "select 2"],
            ),
            (
                "62: comments do not nest",
                "/* a /* b */ select 1; select 2",
                &["select 1", "select 2"],
            ),
            (
                "34: BOM",
                "\u{feff}select 1;\r\nselect 2;\r\n",
                &["select 1", "select 2"],
            ),
            (
                "40: a marker in a literal",
                "select '\n -- migrate:down\n'",
                &["select '\n -- migrate:down\n'"],
            ),
        ],
    );
}

#[test]
fn errors() {
    refuses(
        Sqlite,
        &[
            (
                "63: comment",
                "select 1; /* a",
                ("/*", 10),
                "comment is not closed",
            ),
            (
                "string",
                "select 'a;\nselect 2;",
                ("'", 7),
                "close it with `'`",
            ),
            (
                "bracket",
                "select [a; select 2",
                ("[", 7),
                "close it with `]`",
            ),
            ("backtick", "select `a", ("`", 7), "quoted identifier"),
            (
                "64: NUL between statements",
                "select 1;\0select 2;",
                ("\0", 9),
                "NUL",
            ),
            (
                "trigger",
                "create trigger t after insert on a begin select 1;",
                ("begin", 35),
                "not closed",
            ),
        ],
    );
}
