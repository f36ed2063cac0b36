use crate::text::{Dialect, Position};

use super::split;

#[test]
fn lines_and_columns() {
    let text = "\u{feff}-- é\r\nselect 1;\t/* é\r\n */ select 'é'; select 3;\n\n\tselect 4";
    for dialect in Dialect::ALL {
        let places: Vec<_> = split(text, dialect)
            .statements
            .iter()
            .map(|statement| statement.position)
            .collect();
        let expected = [(2, 1), (3, 5), (3, 17), (5, 2)];
        assert_eq!(
            places,
            expected.map(|(line, column)| Position { line, column }),
            "{dialect}"
        );
    }
}

#[test]
fn keywords() {
    let cases: [(&str, &[&str]); 4] = [
        ("create table t (a int)", &["CREATE", "TABLE", "T"]),
        ("alter table \"t\" add b int", &["ALTER", "TABLE"]),
        (
            "drop /* c */ index concurrently a",
            &["DROP", "INDEX", "CONCURRENTLY", "A"],
        ),
        (
            "a b c d e f g h i j",
            &["A", "B", "C", "D", "E", "F", "G", "H"],
        ),
    ];
    for dialect in Dialect::ALL {
        for (text, keywords) in cases {
            assert_eq!(
                split(text, dialect).statements[0].keywords,
                keywords,
                "{dialect}"
            );
        }
    }
}
