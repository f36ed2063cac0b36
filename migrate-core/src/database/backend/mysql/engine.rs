//! Which tables take part in transactions: what is written to the others stays, whatever becomes of the transaction.

use std::collections::HashSet;

use super::MysqlBackend;
use crate::database::backend::Backend;
use crate::database::error::ServerError;
use crate::database::execute::Source;
use crate::database::state::literal;
use crate::text::Dialect;
use crate::text::ddl::{Alteration, Change, Name, Rows, read};

/// The tables that are known to take part.
#[derive(Debug, Default)]
pub(super) struct Engines {
    inside: HashSet<Name>,
}

/// The statements of `source` that write a table outside of transactions, by number.
pub(super) async fn writers(
    backend: &mut MysqlBackend,
    source: &Source<'_>,
) -> Result<HashSet<usize>, ServerError> {
    let default_inside = is_transactional(backend.default_engine());
    let mut written: Vec<(usize, Name)> = Vec::new();
    let mut outside = HashSet::new();
    let mut changed = false;
    for number in source.from..source.statement_count() {
        match read(source.sql(number), source.dialect) {
            Change::Data(data) => {
                written.extend(
                    data.tables
                        .into_iter()
                        .map(|name| (number, qualified(name, &backend.database))),
                );
            }
            Change::CreateTable(table) if table.rows == Rows::Kept => {
                let engine = table.engine.as_deref();
                if !engine.map_or(default_inside, is_transactional) {
                    outside.insert(qualified(table.name, &backend.database));
                }
            }
            Change::AlterTable(alter) => {
                let engine = alter.actions.iter().find_map(|action| match action {
                    Alteration::Engine(engine) => Some(engine.as_str()),
                    _ => None,
                });
                if let Some(engine) = engine {
                    changed = true;
                    if !is_transactional(engine) {
                        outside.insert(qualified(alter.table, &backend.database));
                    }
                }
            }
            _ => {}
        }
    }
    ask(backend, written.iter().map(|(_, name)| name), &mut outside).await?;
    if changed {
        backend.engines = Engines::default();
    }
    Ok(written
        .into_iter()
        .filter(|(_, name)| outside.contains(name))
        .map(|(number, _)| number)
        .collect())
}

/// Whether all the tables that these sections write take part: those that are there. What is made by a section
/// [that may share](super::several::is_plain) does.
pub(super) async fn all_inside(
    backend: &mut MysqlBackend,
    sources: &[&Source<'_>],
) -> Result<bool, ServerError> {
    let mut written = Vec::new();
    for source in sources {
        for number in 0..source.statement_count() {
            if let Change::Data(data) = read(source.sql(number), source.dialect) {
                let tables = data.tables.into_iter();
                written.extend(tables.map(|name| qualified(name, &backend.database)));
            }
        }
    }
    let mut outside = HashSet::new();
    ask(backend, written.iter(), &mut outside).await?;
    Ok(outside.is_empty())
}

fn qualified(name: Name, database: &str) -> Name {
    Name {
        schema: name.schema.or_else(|| Some(database.to_owned())),
        ..name
    }
}

/// Adds those of `names` to `outside` that the catalogue says are.
async fn ask<'n>(
    backend: &mut MysqlBackend,
    names: impl Iterator<Item = &'n Name>,
    outside: &mut HashSet<Name>,
) -> Result<(), ServerError> {
    let unknown: HashSet<&Name> = names
        .filter(|name| !backend.engines.inside.contains(*name))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let text = |text: &str| literal(Dialect::Mysql, text);
    let conditions: Vec<String> = unknown
        .iter()
        .map(|name| {
            let schema = text(name.schema.as_deref().unwrap_or_default());
            format!(
                "table_schema = {schema} AND table_name = {}",
                text(&name.name)
            )
        })
        .collect();
    let sql = format!(
        "SELECT table_schema, table_name, engine FROM information_schema.tables WHERE engine IS NOT NULL AND ({})",
        conditions.join(" OR ")
    );
    for row in backend.query(sql).await? {
        let mut fields = row.into_iter().map(Option::unwrap_or_default);
        let (schema, name) = (
            fields.next().unwrap_or_default(),
            fields.next().unwrap_or_default(),
        );
        let name = Name::qualified(schema, name);
        if fields
            .next()
            .is_some_and(|engine| is_transactional(&engine))
        {
            backend.engines.inside.insert(name);
        } else {
            // The server may have found it by another spelling of the name.
            let spelt = unknown
                .iter()
                .filter(|asked| asked.to_string().eq_ignore_ascii_case(&name.to_string()));
            outside.extend(spelt.map(|asked| (*asked).clone()));
        }
    }
    Ok(())
}

pub(super) fn is_transactional(engine: &str) -> bool {
    ["InnoDB", "ROCKSDB", "TokuDB", "ndbcluster", "SEQUENCE"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(engine))
}
