//! PostgreSQL 13 and later: `pg_catalog`, in one read-only transaction with the default schema alone on the search path,
//! so that names of other schemas are qualified in every text and names of the default one are not.
//!
//! One row per column, key part and so on: no arrays are taken apart. Each file holds its queries and what reads them.

mod constraints;
mod dependencies;
mod grants;
mod indexes;
mod others;
mod relations;
mod routines;
mod types;

use std::collections::HashMap;

use super::row::Fields;
use crate::database::backend::Backend;
use crate::database::error::ServerError;
use crate::database::state::literal;
use crate::model::schema::{Filter, MaterializedView, Name, ObjectId, Schema, Table};
use crate::text::Dialect;

/// Reads what `filter` may take.
pub(super) async fn read(
    backend: &mut dyn Backend,
    filter: &Filter,
) -> Result<Schema, ServerError> {
    let (tables, state_schema) = (backend.tables().names(), backend.tables().schema.clone());
    let opening = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    backend.execute(opening.to_owned()).await?;
    let mut reader = Reader {
        backend,
        version: 0,
        namespaces: String::new(),
        relations: HashMap::new(),
        tables: HashMap::new(),
        materialized_views: HashMap::new(),
    };
    let schema = reader.read(filter).await;
    // The transaction has changed nothing: how it ends makes no difference to what was read.
    backend.execute("ROLLBACK".to_owned()).await?;
    let mut schema = schema?;
    let own_schema = state_schema.filter(|name| *name != schema.default_namespace);
    let is_own = |name: &Name| name.schema == own_schema && tables.contains(&name.name);
    schema.tables.retain(|table| !is_own(&table.name));
    schema.triggers.retain(|trigger| !is_own(&trigger.table));
    schema
        .dependencies
        .retain(|it| !it.object.table.as_ref().is_some_and(is_own) && !is_own(&it.object.name));
    for rights in [&mut schema.grants, &mut schema.rights] {
        rights
            .retain(|it| !it.object.table.as_ref().is_some_and(is_own) && !is_own(&it.object.name));
    }
    Ok(schema)
}

/// The schema of a row, NULL for the default one; `n` is its `pg_namespace`.
const SCHEMA: &str = "NULLIF(n.nspname, current_schema())::text";

/// What is read so far, by the numbers of the catalogue.
struct Reader<'a> {
    backend: &'a mut dyn Backend,
    /// `server_version_num`.
    version: u32,
    /// The condition on `n`, which is `pg_namespace` everywhere.
    namespaces: String,
    /// What has rows or shows them.
    relations: HashMap<String, ObjectId>,
    tables: HashMap<String, Table>,
    materialized_views: HashMap<String, MaterializedView>,
}

impl Reader<'_> {
    async fn read(&mut self, filter: &Filter) -> Result<Schema, ServerError> {
        let session = "SELECT current_schema()::text, current_setting('server_version_num'), \
            set_config('search_path', COALESCE(quote_ident(current_schema()), ''), true)";
        let mut row = self
            .rows(session.to_owned())
            .await?
            .pop()
            .unwrap_or_else(|| Fields::of(Vec::new()));
        let mut schema = Schema::new(Dialect::Postgres, row.text());
        self.version = row.number();
        self.namespaces = namespaces(filter);

        self.namespaces_and_extensions(&mut schema).await?;
        self.types(&mut schema).await?;
        self.relations(&mut schema).await?;
        self.columns(&mut schema).await?;
        self.sequences(&mut schema).await?;
        self.inheritance().await?;
        let indexes = self.indexes().await?;
        self.constraints(&mut schema, indexes).await?;
        self.policies().await?;
        self.triggers(&mut schema).await?;
        self.functions(&mut schema).await?;
        self.others(&mut schema).await?;
        self.dependencies(&mut schema).await?;
        let rights = self.grants().await?;
        if filter.grants {
            schema.grants = rights;
        } else {
            schema.rights = rights;
        }
        for (_, mut table) in self.tables.drain() {
            table.sort();
            schema.tables.insert(table);
        }
        for (_, mut view) in self.materialized_views.drain() {
            view.indexes.sort();
            schema.materialized_views.insert(view);
        }
        Ok(schema)
    }

    async fn rows(&mut self, sql: String) -> Result<Vec<Fields>, ServerError> {
        let rows = self.backend.query(sql).await?;
        Ok(rows.into_iter().map(Fields::of).collect())
    }

    /// `expression` on servers from `version` on, `otherwise` on older ones.
    const fn since(
        &self,
        version: u32,
        expression: &'static str,
        otherwise: &'static str,
    ) -> &'static str {
        if self.version >= version {
            expression
        } else {
            otherwise
        }
    }

    /// The name of a relation, for what belongs to it.
    fn relation(&self, oid: &str) -> Option<&Name> {
        self.relations.get(oid).map(|id| &id.name)
    }
}

/// Which schemas are looked at.
fn namespaces(filter: &Filter) -> String {
    let all = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
    match &filter.namespaces {
        None => all.to_owned(),
        Some(listed) => {
            let names: Vec<String> = listed
                .iter()
                .map(|name| literal(Dialect::Postgres, name))
                .collect();
            let names = if names.is_empty() {
                "NULL".to_owned()
            } else {
                names.join(", ")
            };
            format!("{all} AND (n.nspname = current_schema() OR n.nspname IN ({names}))")
        }
    }
}

/// The condition that an object is not an extension's, nor, as the functions of a range type are, part of another one.
fn no_extension(catalogue: &str, oid: &str) -> String {
    let types = match catalogue {
        "pg_proc" | "pg_cast" => "'e', 'i'",
        _ => "'e'",
    };
    format!(
        "NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = '{catalogue}'::regclass AND e.objid = {oid} \
         AND e.deptype IN ({types}))"
    )
}

/// The join that gives the comment of an object as `d.description`.
fn comment(catalogue: &str, oid: &str, part: &str) -> String {
    format!(
        "LEFT JOIN pg_description d ON d.classoid = '{catalogue}'::regclass AND d.objoid = {oid} AND d.objsubid = {part}"
    )
}

/// A collation as it is written; `co` is its `pg_collation` and `cn` the schema of that.
const COLLATION: &str = "CASE WHEN pg_collation_is_visible(co.oid) THEN quote_ident(co.collname) \
    ELSE quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END";

/// An array of options as one text, and taken apart again: no option holds this character.
fn joined(options: &str) -> String {
    format!("array_to_string({options}, chr(31))")
}

fn split(options: Option<String>) -> Vec<String> {
    let mut options: Vec<String> = options
        .iter()
        .flat_map(|text| text.split('\u{1f}'))
        .filter(|option| !option.is_empty())
        .map(str::to_owned)
        .collect();
    options.sort();
    options
}
