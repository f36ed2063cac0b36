//! Texts of keys, constraints and indexes.

use super::name::{ident, idents, name, parameters};
use crate::model::schema::attribute::{
    Deferral, Enforcement, Inheritance, NullsDistinct, Validity,
};
use crate::model::schema::{
    Action, Check, Exclusion, ForeignKey, KeyPart, Match, Name, Nulls, Order, PartSource,
    PrimaryKey, Table, Unique,
};
use crate::text::Dialect;
use crate::text::sql::{TokenKind, tokenize, unquote};

/// The longest name; PostgreSQL cuts the ones it makes up in a way that is not worth imitating.
const LONGEST: usize = 63;

/// A name that PostgreSQL gives by itself: `users_email_key`.
pub(super) fn default_name(table: &Name, columns: &[&str], suffix: &str) -> Option<String> {
    let mut parts = vec![table.name.as_str()];
    parts.extend(columns);
    parts.push(suffix);
    let name = parts.join("_");
    (name.len() <= LONGEST).then_some(name)
}

/// Whether names are written that PostgreSQL would give by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Not those: a new table reads better without.
    AsNeeded,
    /// They are: other statements speak of them, and tables that are there may have taken one.
    Written,
}

/// `CONSTRAINT name `, where it has to be said.
fn named(given: Option<&str>, default: Option<String>, names: Names) -> String {
    match given {
        Some(given) if names == Names::Written || default.as_deref() != Some(given) => {
            format!("CONSTRAINT {} ", ident(given))
        }
        _ => String::new(),
    }
}

pub(super) fn part(part: &KeyPart) -> String {
    let mut text = match &part.source {
        PartSource::Column(column) | PartSource::Period(column) => ident(column),
        PartSource::Expression(expression) if is_call(expression) => expression.clone(),
        PartSource::Expression(expression) => format!("({})", bare(expression)),
    };
    if let Some(collation) = &part.collation {
        text += &format!(" COLLATE {collation}");
    }
    if let Some(class) = &part.operator_class {
        text += &format!(" {class}");
    }
    if part.order == Order::Descending {
        text += " DESC";
    }
    match part.nulls {
        Nulls::Default => {}
        Nulls::First => text += " NULLS FIRST",
        Nulls::Last => text += " NULLS LAST",
    }
    text
}

fn bare(expression: &str) -> &str {
    crate::text::sql::without_parentheses(expression, Dialect::Postgres)
}

/// Whether an expression is a call of a function, which needs no parentheses around it.
fn is_call(expression: &str) -> bool {
    let tokens: Vec<_> = tokenize(expression, Dialect::Postgres)
        .filter(|token| !token.kind.is_trivia())
        .collect();
    let opens = |place: usize| {
        tokens
            .get(place)
            .is_some_and(|token| token.kind == TokenKind::Punct('('))
    };
    let is_word = tokens
        .first()
        .is_some_and(|token| token.kind == TokenKind::Word);
    let word = tokens
        .first()
        .map_or("", |token| &expression[token.range.clone()]);
    // Words with a grammar of their own are no functions to the parser of an index.
    let special = ["case", "row", "array", "cast", "not", "extract", "interval"];
    if !is_word || !opens(1) || special.contains(&word.to_ascii_lowercase().as_str()) {
        return false;
    }
    let mut depth = 0_usize;
    let closes = tokens.iter().position(|token| match token.kind {
        TokenKind::Punct('(') => {
            depth += 1;
            false
        }
        TokenKind::Punct(')') => {
            depth = depth.saturating_sub(1);
            depth == 0
        }
        _ => false,
    });
    closes == Some(tokens.len() - 1)
}

pub(super) fn parts(parts: &[KeyPart]) -> String {
    let parts: Vec<String> = parts.iter().map(part).collect();
    parts.join(", ")
}

fn deferral(deferral: Deferral) -> &'static str {
    match deferral {
        Deferral::NotDeferrable => "",
        Deferral::InitiallyImmediate => " DEFERRABLE",
        Deferral::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}

/// What stands behind the columns of a key.
fn tail(
    include: &[String],
    storage: &[String],
    tablespace: Option<&str>,
    when: Deferral,
) -> String {
    let mut text = String::new();
    if !include.is_empty() {
        text += &format!(" INCLUDE ({})", idents(include));
    }
    if !storage.is_empty() {
        text += &format!(" WITH ({})", parameters(storage));
    }
    if let Some(tablespace) = tablespace {
        text += &format!(" USING INDEX TABLESPACE {}", ident(tablespace));
    }
    text + deferral(when)
}

fn columns(parts: &[KeyPart]) -> Vec<&str> {
    parts.iter().filter_map(KeyPart::column_name).collect()
}

fn overlaps(text: String, without_overlaps: bool) -> String {
    if without_overlaps {
        format!("{text} WITHOUT OVERLAPS")
    } else {
        text
    }
}

/// A primary key as a line of its own.
pub(super) fn primary_key(table: &Table, key: &PrimaryKey, names: Names) -> String {
    format!(
        "{}PRIMARY KEY ({}){}",
        named(
            key.name.as_deref(),
            default_name(&table.name, &[], "pkey"),
            names
        ),
        overlaps(parts(&key.parts), key.without_overlaps),
        tail(
            &key.include,
            &key.storage_parameters,
            key.tablespace.as_deref(),
            key.deferral
        ),
    )
}

/// The column of a primary key that can stand behind its column.
pub(super) fn inline_primary_key(table: &Table) -> Option<(&str, String)> {
    let key = table.primary_key.as_ref()?;
    let [part] = key.parts.as_slice() else {
        return None;
    };
    let is_default = key.name == default_name(&table.name, &[], "pkey") || key.name.is_none();
    let plain = key.include.is_empty()
        && key.storage_parameters.is_empty()
        && key.tablespace.is_none()
        && !key.without_overlaps;
    (is_default && plain).then_some(())?;
    Some((
        part.column_name()?,
        format!("PRIMARY KEY{}", deferral(key.deferral)),
    ))
}

pub(super) fn nulls(nulls: NullsDistinct) -> &'static str {
    match nulls {
        NullsDistinct::Distinct => "",
        NullsDistinct::NotDistinct => " NULLS NOT DISTINCT",
    }
}

/// A unique constraint as a line of its own.
pub(super) fn unique(table: &Table, unique: &Unique, names: Names) -> String {
    let default = default_name(&table.name, &columns(&unique.parts), "key");
    format!(
        "{}UNIQUE{} ({}){}",
        named(unique.name.as_deref(), default, names),
        nulls(unique.nulls),
        overlaps(parts(&unique.parts), unique.without_overlaps),
        tail(
            &unique.include,
            &unique.storage_parameters,
            unique.tablespace.as_deref(),
            unique.deferral
        ),
    )
}

/// The column of a unique constraint that can stand behind its column.
pub(super) fn inline_unique<'t>(table: &Table, unique: &'t Unique) -> Option<(&'t str, String)> {
    let [part] = unique.parts.as_slice() else {
        return None;
    };
    let column = part.column_name()?;
    let is_default = unique.name == default_name(&table.name, &[column], "key");
    let plain = unique.include.is_empty()
        && unique.storage_parameters.is_empty()
        && unique.tablespace.is_none()
        && !unique.without_overlaps;
    (is_default && plain).then(|| {
        (
            column,
            format!("UNIQUE{}{}", nulls(unique.nulls), deferral(unique.deferral)),
        )
    })
}

/// The columns of a table that an expression names.
pub(super) fn columns_of<'t>(table: &'t Table, expression: &str) -> Vec<&'t str> {
    let mut found: Vec<&str> = Vec::new();
    for token in tokenize(expression, Dialect::Postgres) {
        if !matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent) {
            continue;
        }
        let word = unquote(&expression[token.range], Dialect::Postgres);
        if let Some(column) = table.column(&word)
            && !found.contains(&column.name.as_str())
        {
            found.push(&column.name);
        }
    }
    found
}

/// The column that PostgreSQL names a check after, if it is exactly one.
fn check_column<'t>(table: &'t Table, check: &Check) -> Option<&'t str> {
    match columns_of(table, &check.expression).as_slice() {
        [column] => Some(column),
        _ => None,
    }
}

/// A check constraint as a line of its own.
pub(super) fn check(table: &Table, check: &Check, names: Names) -> String {
    let column = check_column(table, check);
    let default = default_name(&table.name, column.as_slice(), "check");
    let mut text = named(check.name.as_deref(), default, names);
    text += &check_rule(check);
    text
}

/// `CHECK (..)` with what stands behind it.
pub(super) fn check_rule(check: &Check) -> String {
    let mut text = format!("CHECK ({})", check.expression);
    if check.inheritance == Inheritance::NoInherit {
        text += " NO INHERIT";
    }
    if check.enforcement == Enforcement::NotEnforced {
        text += " NOT ENFORCED";
    }
    text
}

/// The column of a check that can stand behind its column.
pub(super) fn inline_check<'t>(table: &'t Table, check: &Check) -> Option<(&'t str, String)> {
    let column = check_column(table, check)?;
    let is_default = check.name == default_name(&table.name, &[column], "check");
    let plain = check.validity == Validity::Valid && !check.expression.contains('\n');
    (is_default && plain).then(|| (column, check_rule(check)))
}

pub(super) fn exclusion(exclusion: &Exclusion) -> String {
    format!(
        "CONSTRAINT {} {}",
        ident(&exclusion.name),
        exclusion.definition
    )
}

/// `REFERENCES ..` with what stands behind it.
fn references(key: &ForeignKey) -> String {
    let mut text = format!("REFERENCES {}", name(&key.references));
    if !key.referred_columns.is_empty() {
        text += &format!(" ({})", key_columns(&key.referred_columns, key.period));
    }
    match key.match_type {
        Match::Simple => {}
        Match::Full | Match::Partial => text += &format!(" {}", key.match_type),
    }
    if key.on_update != Action::NoAction {
        text += &format!(" ON UPDATE {}", key.on_update);
    }
    if key.on_delete != Action::NoAction {
        text += &format!(" ON DELETE {}", key.on_delete);
        if !key.set_columns.is_empty() {
            text += &format!(" ({})", idents(&key.set_columns));
        }
    }
    text += deferral(key.deferral);
    if key.enforcement == Enforcement::NotEnforced {
        text += " NOT ENFORCED";
    }
    text
}

fn key_columns(columns: &[String], period: bool) -> String {
    match columns.split_last() {
        Some((last, rest)) if period => {
            let mut all: Vec<String> = rest.iter().map(|it| ident(it)).collect();
            all.push(format!("PERIOD {}", ident(last)));
            all.join(", ")
        }
        _ => idents(columns),
    }
}

/// A foreign key as a line of its own.
pub(super) fn foreign_key(table: &Table, key: &ForeignKey, names: Names) -> String {
    let columns: Vec<&str> = key.columns.iter().map(String::as_str).collect();
    format!(
        "{}FOREIGN KEY ({}) {}",
        named(
            key.name.as_deref(),
            default_name(&table.name, &columns, "fkey"),
            names,
        ),
        key_columns(&key.columns, key.period),
        references(key),
    )
}

/// The column of a foreign key that can stand behind its column.
pub(super) fn inline_foreign_key<'t>(
    table: &Table,
    key: &'t ForeignKey,
) -> Option<(&'t str, String)> {
    let [column] = key.columns.as_slice() else {
        return None;
    };
    let is_default = key.name == default_name(&table.name, &[column], "fkey");
    (is_default && !key.period).then(|| (column.as_str(), references(key)))
}

/// `PRIMARY KEY USING INDEX ..` and the like.
pub(super) fn using_index(constraint: &str, kind: &str, when: Deferral) -> String {
    format!(
        "ADD CONSTRAINT {0} {kind} USING INDEX {0}{1}",
        ident(constraint),
        deferral(when)
    )
}

/// The deferral of an `ALTER CONSTRAINT`.
pub(super) fn altered_deferral(when: Deferral) -> &'static str {
    match when {
        Deferral::NotDeferrable => "NOT DEFERRABLE",
        Deferral::InitiallyImmediate => "DEFERRABLE INITIALLY IMMEDIATE",
        Deferral::InitiallyDeferred => "DEFERRABLE INITIALLY DEFERRED",
    }
}
