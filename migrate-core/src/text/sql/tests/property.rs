use proptest::prelude::*;

use crate::text::Dialect;
use crate::text::sql::tokenize;

use super::{assert_lossless, split, texts};

/// Text that is rich in what means something to the lexer.
fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "'",
        "\"",
        "`",
        "[",
        "]",
        "$$",
        "$a$",
        "$",
        "\\",
        "\\.",
        "\\restrict k",
        "\\g",
        "--",
        "-- ",
        "/*",
        "*/",
        "/*!50003",
        "/*M!",
        "#",
        ";",
        ";;",
        "(",
        ")",
        ":",
        "::",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "\0",
        "\u{feff}",
        "é",
        "E'",
        "U&'",
        "e",
        "1",
        ".",
        "begin",
        "atomic",
        "not",
        "end",
        "if",
        "then",
        "case",
        "loop",
        "repeat",
        "until",
        "declare",
        "handler",
        "create trigger t",
        "create procedure p()",
        "create function f()",
        "create rule",
        "for each row",
        "copy t from stdin",
        "delimiter //",
        "DELIMITER $$",
        "delimiter é",
        "//",
        "migrate:",
        "-- migrate:batch\n",
        "-- migrate:rust x\n",
        "-- migrate:allow a b\n",
        "select 1",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

/// Whole statements, each one statement to its dialect.
fn atoms(dialect: Dialect) -> Vec<&'static str> {
    let mut atoms = vec![
        "select 1;",
        "insert into t values ('a;''b', \"c;d\");",
        "/* it's; */ select 2;",
        "select -- it's;\n 3;",
        "update t set a = case when b then ';' end;",
    ];
    atoms.extend(match dialect {
        Dialect::Sqlite => [
            "create trigger t after insert on a begin select case 1 when 1 then 2 end; update a set end = 1; end;",
            "select [a;b], `c;d`;",
            "select 'a\\';",
        ],
        Dialect::Postgres => [
            "create function f() returns int begin atomic select 1 as end; select 2; end;",
            "do $a$ begin perform ';'; end $a$;",
            "copy t from stdin;\n1\t;'\n\\.\n",
        ],
        Dialect::Mysql | Dialect::Mariadb => [
            "create procedure p() begin if a then select 1; end if; end;",
            "delimiter //\ncreate trigger t before insert on a for each row begin set @a = 1; end//\ndelimiter ;\n",
            "/*!50003 select 'it\\'s;' */;",
        ],
    });
    atoms
}

fn scripts() -> impl Strategy<Value = (Dialect, Vec<(&'static str, &'static str)>)> {
    prop::sample::select(Dialect::ALL.to_vec()).prop_flat_map(|dialect| {
        let atom = prop::sample::select(atoms(dialect));
        let gap = prop::sample::select(vec![
            "\n",
            "\r\n\r\n",
            "\n-- it's\n",
            "\n/* ; */ ",
            "\n;;\n",
            "\n ",
        ]);
        (Just(dialect), prop::collection::vec((atom, gap), 0..12))
    })
}

fn check(text: &str) {
    for dialect in Dialect::ALL {
        assert_lossless(text, &split(text, dialect));
        let mut end = 0;
        for token in tokenize(text, dialect) {
            assert_eq!(token.range.start, end);
            assert!(!token.range.is_empty() && text.is_char_boundary(token.range.end));
            end = token.range.end;
        }
        assert_eq!(end, text.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_covered(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_soup_is_covered(text in soup()) {
        check(&text);
    }

    #[test]
    fn known_statements_are_counted((dialect, parts) in scripts()) {
        let text: String = parts.iter().flat_map(|(atom, gap)| [*atom, *gap]).collect();
        let script = split(&text, dialect);
        prop_assert_eq!(&script.errors, &[]);
        prop_assert_eq!(texts(&text, &script).len(), parts.len(), "{}", text);
        assert_lossless(&text, &script);
    }
}

/// 65: nothing takes quadratic time or deep recursion; each of these would run for minutes.
#[test]
fn long_lines() {
    for piece in [
        "select 'a;b';",
        "(",
        "[",
        ":",
        "\\",
        "$a",
        "$a$",
        "'",
        "E'a'\n",
        "/*",
        "/*!1 ",
        "--",
        "begin ",
        "case ",
        "if ",
        "end ",
        "end if;",
        "\\g",
        "begin not atomic ",
        "create trigger t begin ",
        "copy t from stdin;",
        "delimiter ",
        "delimiter $$\na$",
        "-- migrate:batch\n",
        "-- migrate:rust a\n",
        "éa",
    ] {
        let text = piece.repeat((256 << 10) / piece.len());
        for dialect in Dialect::ALL {
            assert_lossless(&text, &split(&text, dialect));
        }
    }
}

#[test]
fn a_line_above_four_megabytes() {
    let text = "insert into t values ('a;b');".repeat(200_000);
    for dialect in Dialect::ALL {
        assert_eq!(split(&text, dialect).statements.len(), 200_000, "{dialect}");
    }
}

/// Found by the soup: a directive behind a command that ends in a character of several bytes.
#[test]
fn a_segment_may_begin_behind_a_wide_character() {
    check("E'E'\\g\u{feff}\n-- migrate:batch\n");
    check("select 1\\G\u{feff} -- migrate:batch\n");
}
