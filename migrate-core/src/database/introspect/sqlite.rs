//! SQLite: pragmas tell columns and indexes; the statements that the catalogue keeps tell the rest.

use std::collections::BTreeMap;

use super::row::Fields;
use crate::database::backend::Backend;
use crate::database::error::ServerError;
use crate::model::schema::attribute::{Deferral, Nullability, Uniqueness};
use crate::model::schema::{
    Action, Check, Column, ForeignKey, Generated, Generation, Identity, IdentityKind, Index,
    KeyPart, Match, Name, Order, PrimaryKey, Schema, SqliteTable, Table, TableOptions, Trigger,
    Unique, View, VirtualTable,
};
use crate::text::Dialect;
use crate::text::ddl::{
    Constraint, ConstraintKind, Part, Reference, TableDefinition, index_definition,
    table_definition, view_query, virtual_table,
};
use crate::text::sql::without_comments_around;

/// Everything with a statement. What begins with `sqlite_` is SQLite's own.
const STATEMENTS: &str = "SELECT type, name, tbl_name, sql FROM sqlite_schema \
    WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql IS NOT NULL ORDER BY rowid";

/// Tables; the shadow tables of virtual ones are theirs.
const TABLES: &str = "SELECT name, type, CAST(wr AS TEXT), CAST(strict AS TEXT) FROM pragma_table_list \
    WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

const COLUMNS: &str = "SELECT l.name, c.name, c.type, CAST(c.\"notnull\" AS TEXT), c.dflt_value, \
    CAST(c.hidden AS TEXT) FROM pragma_table_list l, pragma_table_xinfo(l.name) c \
    WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
    ORDER BY l.name, c.cid";

/// The indexes that a `CREATE INDEX` has made, part by part.
const INDEXES: &str = "SELECT l.name, i.name, CAST(i.\"unique\" AS TEXT), x.name, CAST(x.\"desc\" AS TEXT), x.coll \
    FROM pragma_table_list l, pragma_index_list(l.name) i, pragma_index_xinfo(i.name) x \
    WHERE l.schema = 'main' AND l.type = 'table' AND i.origin = 'c' AND x.key = 1 \
    ORDER BY l.name, i.name, x.seqno";

/// Reads the `main` database.
pub(super) async fn read(backend: &mut dyn Backend) -> Result<Schema, ServerError> {
    let own = backend.tables().names();
    // One moment for all of them, whoever writes meanwhile. Where a caller has a transaction it is that one.
    let begun = backend.execute("BEGIN".to_owned()).await.is_ok();
    let rows = fetch(backend).await;
    if begun {
        backend.execute("COMMIT".to_owned()).await?;
    }
    let mut schema = assemble(rows?);
    schema
        .tables
        .retain(|table| !own.contains(&table.name.name));
    schema
        .triggers
        .retain(|trigger| !own.contains(&trigger.table.name));
    Ok(schema)
}

type Rows = Vec<crate::database::backend::Row>;

/// The rows of the four queries.
struct Catalogue {
    statements: Rows,
    tables: Rows,
    columns: Rows,
    indexes: Rows,
}

async fn fetch(backend: &mut dyn Backend) -> Result<Catalogue, ServerError> {
    Ok(Catalogue {
        statements: backend.query(STATEMENTS.to_owned()).await?,
        tables: backend.query(TABLES.to_owned()).await?,
        columns: backend.query(COLUMNS.to_owned()).await?,
        indexes: backend.query(INDEXES.to_owned()).await?,
    })
}

fn assemble(rows: Catalogue) -> Schema {
    let mut schema = Schema::new(Dialect::Sqlite, "main");
    let mut statements: BTreeMap<(String, String), String> = BTreeMap::new();
    for row in rows.statements {
        let mut row = Fields::of(row);
        let (kind, name, table, sql) = (row.text(), row.text(), row.text(), row.text());
        match kind.as_str() {
            "view" => {
                let (columns, query) =
                    view_query(&sql, Dialect::Sqlite).unwrap_or((Vec::new(), sql));
                schema.views.insert(View {
                    columns,
                    ..View::new(Name::bare(name), query)
                });
            }
            "trigger" => {
                schema
                    .triggers
                    .insert(Trigger::new(Name::bare(table), name, sql));
            }
            _ => {
                statements.insert((kind, name), sql);
            }
        }
    }
    let mut columns = columns(rows.columns);
    let mut indexes = indexes(rows.indexes, &statements);
    for row in rows.tables {
        let mut row = Fields::of(row);
        let (name, kind) = (row.text(), row.text());
        let sql = statements
            .remove(&("table".to_owned(), name.clone()))
            .unwrap_or_default();
        let mut table = Table::new(Dialect::Sqlite, Name::bare(&name));
        let mut options = SqliteTable {
            without_rowid: row.flag(),
            strict: row.flag(),
            virtual_table: None,
            sql: sql.clone(),
        };
        if kind == "virtual" {
            options.virtual_table = virtual_table(&sql).map(|module| VirtualTable {
                module: module.name,
                arguments: module.arguments,
            });
        } else {
            table.columns = columns.remove(&name).unwrap_or_default();
            table.indexes = indexes.remove(&name).unwrap_or_default();
            if let Some(definition) = table_definition(&sql) {
                define(&mut table, definition);
            }
        }
        table.options = TableOptions::Sqlite(options);
        table.sort();
        schema.tables.insert(table);
    }
    spell_references(&mut schema);
    schema
}

fn columns(rows: Rows) -> BTreeMap<String, Vec<Column>> {
    let mut columns: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for row in rows {
        let mut row = Fields::of(row);
        let table = row.text();
        let mut column = Column::new(row.text(), row.text());
        if row.flag() {
            column.nullability = Nullability::NotNull;
        }
        column.default = row
            .option()
            .map(|default| without_comments_around(&default, Dialect::Sqlite).to_owned())
            .filter(|default| !default.eq_ignore_ascii_case("NULL"));
        let generation = match row.text().as_str() {
            "2" => Some(Generation::Virtual),
            "3" => Some(Generation::Stored),
            _ => None,
        };
        // What it is computed from stands in the statement only.
        column.generated = generation.map(|generation| Generated {
            expression: String::new(),
            generation,
        });
        columns.entry(table).or_default().push(column);
    }
    columns
}

fn indexes(
    rows: Rows,
    statements: &BTreeMap<(String, String), String>,
) -> BTreeMap<String, Vec<Index>> {
    let mut indexes: BTreeMap<String, Vec<Index>> = BTreeMap::new();
    for row in rows {
        let mut row = Fields::of(row);
        let (table, name, unique) = (row.text(), row.text(), row.flag());
        let (column, descending, collation) = (row.option(), row.flag(), row.option());
        let definition = statements
            .get(&("index".to_owned(), name.clone()))
            .and_then(|sql| index_definition(sql))
            .unwrap_or_default();
        let of_table = indexes.entry(table).or_default();
        if of_table.last().is_none_or(|index| index.name != name) {
            of_table.push(Index {
                name,
                uniqueness: if unique {
                    Uniqueness::Unique
                } else {
                    Uniqueness::NotUnique
                },
                predicate: definition.predicate,
                ..Index::default()
            });
        }
        let Some(index) = of_table.last_mut() else {
            continue;
        };
        let part = match column {
            Some(column) => KeyPart::column(column),
            None => {
                let written = definition.parts.get(index.parts.len());
                KeyPart::expression(written.map_or("", |part| part.text.as_str()))
            }
        };
        index.parts.push(KeyPart {
            order: order(descending),
            collation: collation.filter(|it| !is_binary(it)),
            ..part
        });
    }
    indexes
}

const fn order(descending: bool) -> Order {
    if descending {
        Order::Descending
    } else {
        Order::Ascending
    }
}

fn is_binary(collation: &str) -> bool {
    collation.eq_ignore_ascii_case("BINARY")
}

/// Adds what only the statement says.
fn define(table: &mut Table, definition: TableDefinition) {
    for column in definition.columns {
        let Some(known) = table
            .columns
            .iter_mut()
            .find(|it| it.name.eq_ignore_ascii_case(&column.name))
        else {
            continue;
        };
        known.collation = column.collation.filter(|it| !is_binary(it));
        if let (Some(generated), Some(expression)) = (&mut known.generated, column.generated) {
            generated.expression = expression;
        }
        if let Some(conflict) = column.not_null_conflict {
            known
                .options
                .push(format!("NOT NULL ON CONFLICT {conflict}"));
        }
    }
    for constraint in definition.constraints {
        constrain(table, constraint);
    }
    // The pragma tells the collation of the column; only another one is worth a word.
    for index in &mut table.indexes {
        for part in &mut index.parts {
            let column = part
                .column_name()
                .and_then(|name| table.columns.iter().find(|it| it.name == name));
            if column.is_some_and(|column| column.collation == part.collation) {
                part.collation = None;
            } else if column.is_some_and(|column| column.collation.is_some())
                && part.collation.is_none()
            {
                part.collation = Some("BINARY".to_owned());
            }
        }
    }
}

fn constrain(table: &mut Table, constraint: Constraint) {
    let Constraint { name, column, kind } = constraint;
    match kind {
        ConstraintKind::PrimaryKey {
            parts,
            autoincrement,
            on_conflict,
        } => {
            let counted = parts
                .first()
                .and_then(|part| part.column.clone())
                .filter(|_| autoincrement);
            if let Some(column) = counted
                && let Some(known) = table
                    .columns
                    .iter_mut()
                    .find(|it| it.name.eq_ignore_ascii_case(&column))
            {
                known.identity = Some(Identity {
                    kind: IdentityKind::AutoIncrement,
                    sequence: None,
                });
            }
            table.primary_key = Some(PrimaryKey {
                name,
                parts: parts.into_iter().map(key_part).collect(),
                on_conflict,
                ..PrimaryKey::default()
            });
        }
        ConstraintKind::Unique { parts, on_conflict } => table.uniques.push(Unique {
            name,
            parts: parts.into_iter().map(key_part).collect(),
            on_conflict,
            ..Unique::default()
        }),
        ConstraintKind::Check(expression) => table.checks.push(Check {
            name,
            expression,
            column,
            ..Check::default()
        }),
        ConstraintKind::ForeignKey(reference) => {
            table.foreign_keys.push(foreign_key(name, reference))
        }
    }
}

fn key_part(part: Part) -> KeyPart {
    let source = match part.column {
        Some(column) => KeyPart::column(column),
        None => KeyPart::expression(part.text),
    };
    KeyPart {
        order: order(part.descending),
        collation: part.collation,
        ..source
    }
}

fn foreign_key(name: Option<String>, reference: Reference) -> ForeignKey {
    let action = |words: Option<String>| {
        words
            .and_then(|words| Action::read(&words))
            .unwrap_or_default()
    };
    ForeignKey {
        name,
        on_update: action(reference.on_update),
        on_delete: action(reference.on_delete),
        match_type: match reference.match_type.as_deref() {
            Some("FULL") => Match::Full,
            Some("PARTIAL") => Match::Partial,
            _ => Match::Simple,
        },
        deferral: match reference.deferrable {
            None => Deferral::NotDeferrable,
            Some(false) => Deferral::InitiallyImmediate,
            Some(true) => Deferral::InitiallyDeferred,
        },
        ..ForeignKey::new(reference.columns, reference.table, reference.referred)
    }
}

/// Spells the tables that foreign keys name as those tables spell themselves: SQLite does not mind the case.
fn spell_references(schema: &mut Schema) {
    let spelt: BTreeMap<String, Name> = schema
        .tables
        .iter()
        .map(|table| (table.name.name.to_ascii_lowercase(), table.name.clone()))
        .collect();
    let names: Vec<Name> = spelt.values().cloned().collect();
    for name in names {
        schema.tables.update(&name, |table| {
            for key in &mut table.foreign_keys {
                if let Some(name) = spelt.get(&key.references.name.to_ascii_lowercase()) {
                    key.references.clone_from(name);
                }
            }
        });
    }
}
