//! `CREATE TABLE`, and columns on their own.

use super::ident::{ident, idents};
use crate::model::schema::attribute::{Deferral, Nullability};
use crate::model::schema::{
    Action, Check, Column, ForeignKey, IdentityKind, KeyPart, Match, Order, PartSource, PrimaryKey,
    SqliteTable, Table, Unique, VirtualTable,
};
use crate::text::Dialect;
use crate::text::ddl::{ConstraintKind, table_definition};
use crate::text::sql::{TokenKind, quote_ident, tokenize, without_parentheses};

/// A table under this name, without its indexes.
pub(super) fn create(name: &str, table: &Table) -> String {
    let options = table.sqlite().cloned().unwrap_or_default();
    if let Some(VirtualTable { module, arguments }) = &options.virtual_table {
        let (name, module) = (ident(name), ident(module));
        return if arguments.is_empty() {
            format!("CREATE VIRTUAL TABLE {name} USING {module}")
        } else {
            format!("CREATE VIRTUAL TABLE {name} USING {module}({arguments})")
        };
    }
    let items: Vec<String> = table
        .columns
        .iter()
        .map(|it| column(table, it, Place::Table))
        .chain(constraints(table))
        .collect();
    let items = items.join(",\n    ");
    format!(
        "CREATE TABLE {} (\n    {items}\n){}",
        ident(name),
        suffix(&options)
    )
}

fn suffix(options: &SqliteTable) -> &'static str {
    match (options.strict, options.without_rowid) {
        (false, false) => "",
        (true, false) => " STRICT",
        (false, true) => " WITHOUT ROWID",
        (true, true) => " STRICT, WITHOUT ROWID",
    }
}

/// Where the definition of a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Among the others, with the constraints of the table behind them.
    Table,
    /// In an `ADD COLUMN`, with every constraint that is of this column alone.
    Alone,
}

/// A column with the constraints that are written at it.
pub(super) fn column(table: &Table, column: &Column, place: Place) -> String {
    let name = column.name.as_str();
    let options = table.sqlite();
    let mut text = ident(name);
    let mut add = |part: &str| {
        text.push(' ');
        text.push_str(part);
    };
    if !column.data_type.is_empty() {
        add(&data_type(&column.data_type));
    }
    if let Some(generated) = &column.generated {
        add(&format!(
            "GENERATED ALWAYS AS ({}) {}",
            generated.expression, generated.generation
        ));
    }
    let key = table
        .primary_key
        .as_ref()
        .filter(|key| key_stands_at_column(table, key));
    if let Some(key) = key.filter(|key| is_of(&key.parts, name)) {
        add(&inline_key(key, column));
    }
    let is_key = table
        .primary_key
        .iter()
        .flat_map(|key| &key.parts)
        .any(|part| part.column_name().is_some_and(|it| is_same(it, name)));
    // WITHOUT ROWID says it of every column of the key.
    let is_said = is_key && options.is_some_and(|options| options.without_rowid);
    let conflict = column
        .options
        .iter()
        .find(|option| option.starts_with("NOT NULL"));
    match (column.nullability, conflict) {
        (_, Some(conflict)) => add(conflict),
        (Nullability::NotNull, None) if !is_said => add("NOT NULL"),
        _ => {}
    }
    if let Some(default) = &column.default {
        add(&format!("DEFAULT {}", default_value(default)));
    }
    if let Some(collation) = &column.collation {
        add(&format!("COLLATE {}", ident(collation)));
    }
    for unique in &table.uniques {
        if unique_stands_at_column(unique) && is_of(&unique.parts, name) {
            add(&format!(
                "UNIQUE{}",
                on_conflict(unique.on_conflict.as_ref())
            ));
        }
    }
    for check in &table.checks {
        if check.column.as_deref().is_some_and(|it| is_same(it, name)) {
            add(&check_text(check));
        }
    }
    for key in &table.foreign_keys {
        let here = key.name.is_none() || place == Place::Alone;
        if here && matches!(key.columns.as_slice(), [it] if is_same(it, name)) {
            add(&format!(
                "{}{}",
                constraint(key.name.as_ref()),
                references(key)
            ));
        }
    }
    text
}

/// Names of SQLite are the same whatever their case.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The constraints that stand behind the columns.
fn constraints(table: &Table) -> Vec<String> {
    let mut items = Vec::new();
    if let Some(key) = &table.primary_key
        && !key_stands_at_column(table, key)
    {
        items.push(format!(
            "{}PRIMARY KEY ({}){}",
            constraint(key.name.as_ref()),
            parts(&key.parts),
            on_conflict(key.on_conflict.as_ref())
        ));
    }
    for unique in &table.uniques {
        if !unique_stands_at_column(unique) {
            items.push(format!(
                "{}UNIQUE ({}){}",
                constraint(unique.name.as_ref()),
                parts(&unique.parts),
                on_conflict(unique.on_conflict.as_ref())
            ));
        }
    }
    let of_table = table.checks.iter().filter(|check| check.column.is_none());
    items.extend(of_table.map(check_text));
    for key in &table.foreign_keys {
        if key.name.is_some() || key.columns.len() != 1 {
            items.push(format!(
                "{}FOREIGN KEY ({}) {}",
                constraint(key.name.as_ref()),
                idents(&key.columns),
                references(key)
            ));
        }
    }
    items
}

fn constraint(name: Option<&String>) -> String {
    name.map_or_else(String::new, |name| format!("CONSTRAINT {} ", ident(name)))
}

fn on_conflict(action: Option<&String>) -> String {
    action.map_or_else(String::new, |action| format!(" ON CONFLICT {action}"))
}

fn check_text(check: &Check) -> String {
    let name = constraint(check.name.as_ref());
    format!("{name}CHECK ({})", check.expression)
}

/// Whether a key is of this column alone.
fn is_of(parts: &[KeyPart], column: &str) -> bool {
    matches!(parts, [part] if part.column_name().is_some_and(|it| is_same(it, column)))
}

fn unique_stands_at_column(unique: &Unique) -> bool {
    let plain = |part: &KeyPart| {
        part.column_name().is_some() && part.collation.is_none() && part.order == Order::Ascending
    };
    unique.name.is_none() && matches!(unique.parts.as_slice(), [part] if plain(part))
}

/// Whether a primary key is written at its column, as AUTOINCREMENT must be.
///
/// `INTEGER PRIMARY KEY DESC` at the column is no alias of the rowid, and `PRIMARY KEY (id DESC)` behind it is: that
/// one stays where it was written.
fn key_stands_at_column(table: &Table, key: &PrimaryKey) -> bool {
    let [part] = key.parts.as_slice() else {
        return false;
    };
    if part.column_name().is_none() || part.collation.is_some() {
        return false;
    }
    if counts(table) {
        return true;
    }
    if part.order == Order::Descending {
        return is_written_at_column(table);
    }
    key.name.is_none()
}

/// Whether the primary key of a table is `AUTOINCREMENT`.
pub(super) fn counts(table: &Table) -> bool {
    table.columns.iter().any(is_counted)
}

fn is_counted(column: &Column) -> bool {
    let identity = column.identity.as_ref();
    identity.is_some_and(|it| it.kind == IdentityKind::AutoIncrement)
}

fn is_written_at_column(table: &Table) -> bool {
    let sql = table.sqlite().map_or("", |options| options.sql.as_str());
    let Some(definition) = table_definition(sql) else {
        return true;
    };
    definition
        .constraints
        .iter()
        .any(|it| matches!(it.kind, ConstraintKind::PrimaryKey { .. }) && it.column.is_some())
}

/// The column that is another name of the rowid, if there is one.
pub(super) fn rowid_alias(table: &Table) -> Option<&Column> {
    let key = table.primary_key.as_ref()?;
    let [part] = key.parts.as_slice() else {
        return None;
    };
    let name = part.column_name()?;
    let column = table.columns.iter().find(|it| is_same(&it.name, name))?;
    let is_alias = is_same(&column.data_type, "INTEGER")
        && !table.sqlite().is_some_and(|options| options.without_rowid)
        && (part.order == Order::Ascending || !key_stands_at_column(table, key));
    is_alias.then_some(column)
}

fn inline_key(key: &PrimaryKey, column: &Column) -> String {
    let order = match key.parts.as_slice() {
        [part] if part.order == Order::Descending => " DESC",
        _ => "",
    };
    let counted = if is_counted(column) {
        " AUTOINCREMENT"
    } else {
        ""
    };
    format!(
        "{}PRIMARY KEY{order}{}{counted}",
        constraint(key.name.as_ref()),
        on_conflict(key.on_conflict.as_ref())
    )
}

fn references(key: &ForeignKey) -> String {
    let mut text = format!("REFERENCES {}", ident(&key.references.name));
    if !key.referred_columns.is_empty() {
        text.push_str(&format!(" ({})", idents(&key.referred_columns)));
    }
    if key.on_delete != Action::NoAction {
        text.push_str(&format!(" ON DELETE {}", key.on_delete));
    }
    if key.on_update != Action::NoAction {
        text.push_str(&format!(" ON UPDATE {}", key.on_update));
    }
    if key.match_type != Match::Simple {
        text.push_str(&format!(" {}", key.match_type));
    }
    if key.deferral != Deferral::NotDeferrable {
        text.push_str(&format!(" {}", key.deferral));
    }
    text
}

/// The parts of a key or an index.
pub(super) fn parts(parts: &[KeyPart]) -> String {
    let part = |part: &KeyPart| {
        let mut text = match &part.source {
            PartSource::Column(name) | PartSource::Period(name) => ident(name),
            PartSource::Expression(text) => text.clone(),
        };
        if let Some(collation) = &part.collation {
            text.push_str(&format!(" COLLATE {}", ident(collation)));
        }
        if part.order == Order::Descending {
            text.push_str(" DESC");
        }
        text
    };
    let parts: Vec<String> = parts.iter().map(part).collect();
    parts.join(", ")
}

/// A type; one that is no sequence of words was written in quotes.
fn data_type(text: &str) -> String {
    let plain = tokenize(text, Dialect::Sqlite).all(|token| {
        matches!(
            token.kind,
            TokenKind::Word | TokenKind::Number | TokenKind::Blank
        ) || matches!(token.kind, TokenKind::Punct('(' | ')' | ',' | '+' | '-'))
    });
    if plain {
        text.to_owned()
    } else {
        quote_ident(text, Dialect::Sqlite)
    }
}

/// A default: a literal as it is, an expression in parentheses.
pub(super) fn default_value(expression: &str) -> String {
    if is_literal(expression) {
        expression.to_owned()
    } else {
        format!("({})", without_parentheses(expression, Dialect::Sqlite))
    }
}

/// Whether an expression is a single value, perhaps with a sign.
fn is_literal(expression: &str) -> bool {
    let kinds: Vec<TokenKind> = tokenize(expression, Dialect::Sqlite)
        .map(|token| token.kind)
        .filter(|kind| !kind.is_trivia())
        .collect();
    match kinds.as_slice() {
        [one] => !matches!(one, TokenKind::Punct(_)),
        [TokenKind::Punct('+' | '-'), TokenKind::Number] => true,
        // A blob: `x'00'`.
        [TokenKind::Word, TokenKind::String] => true,
        _ => false,
    }
}

/// Whether rows that are there can get this default without being written anew.
pub(super) fn is_constant(expression: &str) -> bool {
    let inner = without_parentheses(expression, Dialect::Sqlite);
    let clock = ["CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP"];
    is_literal(inner) && !clock.iter().any(|word| is_same(word, inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_expressions_stand_in_parentheses() {
        let cases = [
            ("1", "1", true),
            ("- 1.5", "- 1.5", true),
            ("'it''s'", "'it''s'", true),
            ("x'00'", "x'00'", true),
            ("TRUE", "TRUE", true),
            ("CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP", false),
            ("datetime('now')", "(datetime('now'))", false),
            ("(1 + 1)", "(1 + 1)", false),
        ];
        for (expression, written, constant) in cases {
            assert_eq!(default_value(expression), written);
            assert_eq!(is_constant(expression), constant, "{expression}");
        }
    }

    #[test]
    fn a_type_of_words_needs_no_quotes() {
        assert_eq!(data_type("unsigned big int"), "unsigned big int");
        assert_eq!(data_type("NUMERIC(10, 2)"), "NUMERIC(10, 2)");
        assert_eq!(data_type("what?"), "\"what?\"");
    }
}
