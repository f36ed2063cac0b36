//! The small reader of Python, and what becomes of what it has read.

use super::docstring::Docstring;
use super::function::{statement_of, unescaped};
use super::python::{Module, Value, literal};
use crate::text::Dialect;

/// The value that a module gives to `x`, as text; `-` where only Python knows it, `none` where it has none.
fn value(code: &str) -> String {
    let module = Module::read(code);
    let Some((_, tokens)) = module.assigned("x") else {
        return "none".to_owned();
    };
    match literal(tokens) {
        None => "-".to_owned(),
        Some(Value::None) => "None".to_owned(),
        Some(Value::Text(spot)) => spot.text,
        Some(Value::List(items)) => {
            let items: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
            format!("[{}]", items.join("|"))
        }
    }
}

#[test]
fn values_that_need_no_python() {
    for (code, expected) in [
        ("x = 'a'", "a"),
        ("x = \"a\" # comment", "a"),
        ("x: str = 'a'", "a"),
        ("x: Union[str, Sequence[str], None] = ('a', 'b')", "[a|b]"),
        ("x = None", "None"),
        ("x: Optional[str] = None", "None"),
        ("x = ()", "[]"),
        ("x = ('a',)", "[a]"),
        ("x = ('a')", "a"),
        ("x = [\n    'a',  # one\n    'b',\n]", "[a|b]"),
        ("x = {'a', 'b'}", "[a|b]"),
        ("x = 'a', 'b'", "[a|b]"),
        ("x = 'a' 'b'", "ab"),
        ("x = 'a' + \"b\"", "ab"),
        ("x = ('a'\n     'b')", "ab"),
        ("x = 'a' \\\n    'b'", "ab"),
        (r"x = 'a\'b\\c\x41\u00e9\101'", "a'b\\cA\u{e9}A"),
        (r"x = r'a\n'", r"a\n"),
        ("x = '''a\nb'''", "a\nb"),
        ("if True:\n    x = 'inside'\nx = 'a'", "a"),
        ("x = 'first'\nx = 'last'", "last"),
        ("y = 'a'", "none"),
        ("def f():\n    x = 'a'", "none"),
    ] {
        assert_eq!(value(code), expected, "{code}");
    }
}

#[test]
fn values_that_only_python_knows() {
    for code in [
        "x = make()",
        "x = OTHER",
        "x = f'a{b}'",
        "x = b'a'",
        "x = 'a' % 1",
        "x = ('a', OTHER)",
        "x = 'a' if y else 'b'",
        r"x = '\N{DASH}'",
        "x = 'not closed\n",
        "x = '''not closed",
        "x = ('a'",
        "x = ",
    ] {
        assert_eq!(value(code), "-", "{code}");
    }
}

/// Whatever stands in a file, reading it comes to an end without a panic.
#[test]
fn every_beginning_of_a_file_can_be_read() {
    let code = "\"\"\"m\u{e9}ssage\n\"\"\"\nx: str = r'a' \"b\\x4\" + f'{c}'  # d\ndef upgrade() -> None:\n    op.execute('''\n  A; \\:b''')\n";
    for end in (0..=code.len()).filter(|end| code.is_char_boundary(*end)) {
        let module = Module::read(&code[..end]);
        let _ = (
            module.docstring(),
            module.function("upgrade"),
            value(&code[..end]),
        );
    }
}

#[test]
fn colons_of_a_text_are_parameters_unless_they_are_none() {
    for (text, expected) in [
        ("SELECT 1", Some("SELECT 1")),
        ("SELECT '12:30'", Some("SELECT '12:30'")),
        ("SELECT a::text", Some("SELECT a::text")),
        (r"SELECT '\:name'", Some("SELECT ':name'")),
        (r#"SELECT '{"a": 1}'"#, Some(r#"SELECT '{"a": 1}'"#)),
        ("SELECT :name", None),
        ("SELECT ':name'", None),
        ("a := 1", Some("a := 1")),
    ] {
        assert_eq!(unescaped(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn a_statement_loses_the_indentation_around_it_and_nothing_of_its_literals() {
    for (text, expected) in [
        ("SELECT 1", "SELECT 1;\n"),
        ("SELECT 1;", "SELECT 1;\n"),
        ("SELECT 1 -- one", "SELECT 1 -- one\n;\n"),
        ("\n    SELECT 1,\n        2\n    ", "SELECT 1,\n    2;\n"),
        ("\n    SELECT 'a\n    b'", "SELECT 'a\n    b';\n"),
        ("\n    SELECT $$a\n    b$$", "SELECT $$a\n    b$$;\n"),
    ] {
        assert_eq!(statement_of(text, Dialect::Postgres), expected, "{text}");
    }
}

#[test]
fn what_alembic_writes_at_the_top() {
    let found = Docstring::read(
        "add email\n\nWhy: people asked.\n\n\nRevision ID: a\nRevises: b\nCreate Date: 2025-10-24 17:40:00.123456+00:00\n",
    );
    assert_eq!(found.message, "add email");
    assert_eq!(found.prose, ["Why: people asked.", ""]);
    assert_eq!(found.created.as_deref(), Some("2025-10-24T17:40:00Z"));
    assert_eq!(Docstring::read("").message, "");
}
