//! Whatever the text is, reading it never fails.

use proptest::prelude::*;

use super::*;

/// Scraps of SQL in any order.
fn scrap() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "CREATE",
        "DROP",
        "ALTER",
        "RENAME",
        "TABLE",
        "INDEX",
        "VIEW",
        "TRIGGER",
        "OR",
        "REPLACE",
        "IF",
        "NOT",
        "EXISTS",
        "ADD",
        "COLUMN",
        "CONSTRAINT",
        "KEY",
        "PRIMARY",
        "UNIQUE",
        "ON",
        "TO",
        "a",
        "`b`",
        "\"c\"",
        "'d'",
        "1",
        ".",
        ",",
        "(",
        ")",
        ";",
        "=",
        "@",
        ":",
        "SELECT",
        "WITH",
        "AS",
        "INSERT",
        "INTO",
        "UPDATE",
        "DELETE",
        "FROM",
        "SET",
        "WHERE",
        "TEMPORARY",
        "CONCURRENTLY",
        "/*!40101",
        "*/",
        "--",
        "\n",
        "$$",
        "`",
        "'",
        "DEFINER",
        "[",
        "]",
        "é",
        "U&\"x\"",
    ])
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(text in "\\PC{0,60}") {
        for dialect in Dialect::ALL {
            let _ = (read(&text, dialect), boundary(&text, dialect), residue(&text, dialect));
        }
    }

    #[test]
    fn no_order_of_scraps_makes_it_panic(scraps in prop::collection::vec(scrap(), 0..20)) {
        let text = scraps.join(" ");
        for dialect in Dialect::ALL {
            let _ = (read(&text, dialect), boundary(&text, dialect), residue(&text, dialect));
        }
    }
}
