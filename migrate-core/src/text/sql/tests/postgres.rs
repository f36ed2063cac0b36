use crate::text::Dialect::Postgres;

use super::{refuses, split, splits};

#[test]
fn quotes() {
    splits(
        Postgres,
        &[
            (
                "1: dollars in a name",
                "select 1 as abc$x$y; select 2",
                &["select 1 as abc$x$y", "select 2"],
            ),
            (
                "2: foreign tags",
                "select $a$ ; $b$ ; $a$; select 2",
                &["select $a$ ; $b$ ; $a$", "select 2"],
            ),
            (
                "3: the last tag closes",
                "select $a$x$$a$; select 2",
                &["select $a$x$$a$", "select 2"],
            ),
            (
                "4: no tag begins with a digit",
                "select '$1'; select $$a;b$$; select 3",
                &["select '$1'", "select $$a;b$$", "select 3"],
            ),
            (
                "4: a parameter",
                "select $1$$a;b$$; select 3",
                &["select $1$$a;b$$", "select 3"],
            ),
            (
                "5: a tag beyond ASCII",
                "select $é$;$é$; select 2",
                &["select $é$;$é$", "select 2"],
            ),
            (
                "6: a literal in a DO block",
                "do $a$ begin execute $b$ x; $b$; end $a$;",
                &["do $a$ begin execute $b$ x; $b$; end $a$"],
            ),
            (
                "16: escape string",
                "select E'a\\';b', e'\\'';select 2",
                &["select E'a\\';b', e'\\''", "select 2"],
            ),
            (
                "17: plain backslash",
                "select 'a\\'; select 2",
                &["select 'a\\'", "select 2"],
            ),
            (
                "18: after a name ending in e",
                "insert into e values('\\'); select date'2020-01-01';",
                &["insert into e values('\\')", "select date'2020-01-01'"],
            ),
            (
                "19: unicode string",
                "select U&'\\0041;''b'; select 2",
                &["select U&'\\0041;''b'", "select 2"],
            ),
            (
                "19: unicode name",
                "select U&\"a;\\\"; select 2",
                &["select U&\"a;\\\"", "select 2"],
            ),
            (
                "20: continued literal",
                "select 'a'\n';b'; select 2",
                &["select 'a'\n';b'", "select 2"],
            ),
            (
                "21: continued escape string",
                "select E'a' -- c\n'\\';b'; select 2",
                &["select E'a' -- c\n'\\';b'", "select 2"],
            ),
            (
                "21: not continued on one line",
                "select E'a' '\\'; select 2",
                &["select E'a' '\\'", "select 2"],
            ),
            (
                "22: quoted table",
                "drop table \"a;b\"\"c;\"; select 2",
                &["drop table \"a;b\"\"c;\"", "select 2"],
            ),
            (
                "37: body in quotes",
                "create function f() returns text as 'select ''a;'';' language sql;",
                &["create function f() returns text as 'select ''a;'';' language sql"],
            ),
            (
                "38: COMMIT in a dollar body",
                "do $$ begin commit; end $$",
                &["do $$ begin commit; end $$"],
            ),
            (
                "40: a directive in a body",
                "do $$\n -- migrate:down\n$$",
                &["do $$\n -- migrate:down\n$$"],
            ),
        ],
    );
}

#[test]
fn comments() {
    splits(
        Postgres,
        &[
            ("8: nested", "/* a /* b; */ ; */ select 1;", &["select 1"]),
            ("9: slash star slash", "/*/ ; */ select 1", &["select 1"]),
            (
                "10: quote in a comment",
                "-- it's;\n; select 1",
                &["select 1"],
            ),
            (
                "11: line in block",
                "/* -- */ select 1; select 2",
                &["select 1", "select 2"],
            ),
            (
                "12: backslash at the end",
                "-- a\\\nselect 1",
                &["select 1"],
            ),
            (
                "13: glued to operators",
                "select 3 */* c; */ 4; select 1 <-- 2;\n 3",
                &["select 3 */* c; */ 4", "select 1 <-- 2;\n 3"],
            ),
            ("14: only comments", "-- a\n/* b */", &[]),
            ("14: trailing comment", "select 1; -- b", &["select 1"]),
            ("15: empty statements", ";;select 1;;", &["select 1"]),
            (
                "34: CRLF and BOM",
                "\u{feff}-- it's\r\nselect 1;\r\nselect 2\r\n",
                &["select 1", "select 2"],
            ),
            (
                "36: operators",
                "select a #> b, a #>> b, a ? b, a ?| b, a @> b; select 2",
                &["select a #> b, a #>> b, a ? b, a ?| b, a @> b", "select 2"],
            ),
            (
                "39: without semicolon",
                "select 1; select 2",
                &["select 1", "select 2"],
            ),
        ],
    );
}

#[test]
fn bodies() {
    let case = "create function f() returns int begin atomic select case when true then 1 end; select 2; end";
    let named = "create or replace procedure p(begin int) begin atomic select 1 as end; select t.end, begin from t; end";
    let rule = "create or replace rule r as on insert to t do also (insert into a values (1); delete from b)";
    splits(
        Postgres,
        &[
            (
                "23: CASE in an atomic body",
                &format!("{case}; select 3;"),
                &[case, "select 3"],
            ),
            (
                "24: END and BEGIN as names",
                &format!("{named}; select 3;"),
                &[named, "select 3"],
            ),
            (
                "24: an empty body",
                "create procedure p() begin atomic end; select 1",
                &["create procedure p() begin atomic end", "select 1"],
            ),
            (
                "25: transaction control",
                "begin; select 1; end; select 2;",
                &["begin", "select 1", "end", "select 2"],
            ),
            (
                "26: rule",
                &format!("{rule}; select 1"),
                &[rule, "select 1"],
            ),
            (
                "31: restrict",
                "\\restrict aB3\nselect 1;\n\\unrestrict aB3\n",
                &["select 1"],
            ),
            (
                "33: colons that are SQL",
                "select x::int, a[1:2], a[x:y], \":x\", ':x', f(a:=b)",
                &["select x::int, a[1:2], a[x:y], \":x\", ':x', f(a:=b)"],
            ),
            (
                "33: JSON_OBJECT",
                "select json_object('a':x, 'b':'c')",
                &["select json_object('a':x, 'b':'c')"],
            ),
        ],
    );
}

#[test]
fn errors() {
    refuses(
        Postgres,
        &[
            (
                "7: dollar quote",
                "select 1; select $a$ x; select 2",
                ("$a$", 17),
                "close it with `$a$`",
            ),
            (
                "comment",
                "select /* /* */ 1",
                ("/*", 7),
                "comment is not closed",
            ),
            (
                "string",
                "select E'a\\'; select 2",
                ("E'", 7),
                "string is not closed",
            ),
            (
                "name",
                "select \"a; select 2",
                ("\"", 7),
                "quoted identifier",
            ),
            (
                "27: stray parenthesis",
                "select 1); select 2;",
                (")", 8),
                "closes nothing",
            ),
            (
                "27: open parenthesis",
                "select (1; select 2;",
                ("(", 7),
                "not closed",
            ),
            (
                "30: SQL after COPY",
                "copy t from stdin; select 1;\n\\.\n",
                ("select 1;", 19),
                "data",
            ),
            (
                "COPY without end",
                "copy t from stdin;\n1\n",
                ("copy t from stdin", 0),
                "no end",
            ),
            (
                "31: other command",
                "\\connect db\nselect 1;",
                ("\\connect", 0),
                "psql",
            ),
            (
                "31: gexec",
                "select 1 \\gexec\nselect 2;",
                ("\\gexec", 9),
                "end the statement with `;`",
            ),
            (
                "32: in a body",
                "create procedure p() begin atomic select 1;\n\\echo a\nend; select 1",
                ("\\echo", 44),
                "psql",
            ),
            ("33: variable", "select :x", (":x", 7), "variable of psql"),
            (
                "33: quoted variable",
                "select :'x'",
                (":'x'", 7),
                "variable of psql",
            ),
            ("64: NUL in a literal", "select '\0'", ("\0", 8), "NUL"),
            (
                "atomic",
                "create procedure p() begin atomic select 1;",
                ("begin", 21),
                "not closed",
            ),
        ],
    );
}

#[test]
fn a_stray_parenthesis_spoils_one_statement() {
    assert_eq!(
        split("select 1); select 2; select 3", Postgres)
            .statements
            .len(),
        3
    );
    assert_eq!(
        split("select (1; select 2; select 3", Postgres)
            .statements
            .len(),
        3
    );
    assert_eq!(
        split("select 1 \\gexec\nselect 2;", Postgres)
            .statements
            .len(),
        2
    );
}

#[test]
fn copy_data() {
    let cases = [
        (
            "28: data",
            "copy t (a) from stdin;\n1\t;'\n\\.x\n\\.\nselect 1;",
            Some("1\t;'\n\\.x\n"),
            2,
        ),
        (
            "28: CRLF",
            "COPY t FROM STDIN WITH (format csv); -- c\r\na\r\n\\.\r\n",
            Some("a\r\n"),
            1,
        ),
        ("28: no data", "copy t from stdin;\n\\.\n", Some(""), 1),
        ("29: to stdout", "copy t to stdout;\nselect 1;", None, 2),
        (
            "29: a query",
            "copy (select 1 from stdin) to stdout; select 1;",
            None,
            2,
        ),
    ];
    for (name, text, data, count) in cases {
        let script = split(text, Postgres);
        assert_eq!(script.errors, [], "{name}");
        assert_eq!(script.statements.len(), count, "{name}");
        let found = script.statements[0]
            .copy_data
            .clone()
            .map(|range| &text[range]);
        assert_eq!(found, data, "{name}");
        super::assert_lossless(text, &script);
    }
}

/// What is open around something unterminated is no second error.
#[test]
fn one_error_for_what_swallows_the_rest() {
    refuses(
        Postgres,
        &[(
            "name",
            "select (select \"a; select 2;",
            ("\"", 15),
            "quoted identifier is not closed",
        )],
    );
}
