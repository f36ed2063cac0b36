//! Indexes, views and triggers.

use super::ident::{ident, idents};
use super::table::parts;
use crate::model::schema::attribute::Uniqueness;
use crate::model::schema::{Index, Trigger, View};

/// `CREATE INDEX`.
pub(super) fn index(table: &str, index: &Index) -> String {
    let unique = match index.uniqueness {
        Uniqueness::Unique => "UNIQUE ",
        Uniqueness::NotUnique => "",
    };
    let rows = index.predicate.as_ref();
    let rows = rows.map_or_else(String::new, |rows| format!(" WHERE {rows}"));
    format!(
        "CREATE {unique}INDEX {} ON {} ({}){rows}",
        ident(&index.name),
        ident(table),
        parts(&index.parts)
    )
}

/// `CREATE VIEW`; the query as it was written.
pub(super) fn view(view: &View) -> String {
    let name = ident(&view.name.name);
    let columns = if view.columns.is_empty() {
        String::new()
    } else {
        format!(" ({})", idents(&view.columns))
    };
    format!("CREATE VIEW {name}{columns} AS\n{}", view.query)
}

/// `CREATE TRIGGER`, as it was written.
pub(super) fn trigger(trigger: &Trigger) -> String {
    trigger.definition.clone()
}
