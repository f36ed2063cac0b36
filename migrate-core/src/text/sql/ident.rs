//! Names and texts in and out of their quotes.

use crate::text::Dialect;

/// The name that an identifier, bare or quoted, stands for.
///
/// A bare identifier is returned as it is, except in PostgreSQL, which folds it to lower case.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::sql::unquote;
///
/// assert_eq!(unquote("\"a\"\"b\"", Dialect::Postgres), "a\"b");
/// assert_eq!(unquote("Users", Dialect::Postgres), "users");
/// assert_eq!(unquote("[a b]", Dialect::Sqlite), "a b");
/// ```
pub fn unquote(identifier: &str, dialect: Dialect) -> String {
    let inner = |open: char, close: char| {
        identifier
            .strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
    };
    let backticks = dialect != Dialect::Postgres;
    if let Some(name) = inner('"', '"') {
        name.replace("\"\"", "\"")
    } else if let Some(name) = inner('`', '`').filter(|_| backticks) {
        name.replace("``", "`")
    } else if let Some(name) = inner('[', ']').filter(|_| dialect == Dialect::Sqlite) {
        name.to_owned()
    } else if dialect == Dialect::Postgres {
        identifier.to_ascii_lowercase()
    } else {
        identifier.to_owned()
    }
}

/// `name` as a quoted identifier.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::sql::quote_ident;
///
/// assert_eq!(quote_ident("a`b", Dialect::Mysql), "`a``b`");
/// assert_eq!(quote_ident("order", Dialect::Sqlite), "\"order\"");
/// ```
pub fn quote_ident(name: &str, dialect: Dialect) -> String {
    if dialect.is_mysql_family() {
        format!("`{}`", name.replace('`', "``"))
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// `text` as a string literal.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::sql::quote_literal;
///
/// assert_eq!(quote_literal("it's", Dialect::Sqlite), "'it''s'");
/// assert_eq!(quote_literal("a\\b", Dialect::Mysql), "'a\\\\b'");
/// ```
pub fn quote_literal(text: &str, dialect: Dialect) -> String {
    let text = text.replace('\'', "''");
    if dialect.is_mysql_family() {
        format!("'{}'", text.replace('\\', "\\\\"))
    } else {
        format!("'{text}'")
    }
}
