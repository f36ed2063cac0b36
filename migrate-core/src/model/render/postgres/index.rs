//! Indexes.

use super::Writer;
use super::key::{nulls, parts};
use super::name::{beside, ident, idents, literal, name, parameters};
use super::options::parameter_actions;
use super::script::{Class, WIDTH};
use crate::model::render::Stage;
use crate::model::schema::attribute::Uniqueness;
use crate::model::schema::{Index, IndexMethod, Name};

impl<'s> Writer<'s> {
    pub(super) fn create_index(&mut self, table: &'s Name, it: &'s Index) {
        let busy = match self.changes.after.tables.get(table) {
            Some(table) => self.is_busy(table),
            None => self.out.is_safe() && !self.is_made(table),
        };
        if !busy {
            if self.replaced_indexes.contains(&(table, it.name.as_str())) {
                self.out.push(drop_index(table, &it.name, Build::Plain));
            }
            self.out.push(index(table, it, &it.name, Build::Plain));
            self.index_is_there(Stage::First, table, it);
            self.comment("INDEX", &beside(table, &it.name), None, it.comment.as_ref());
            return;
        }
        const WHAT: &str = "CREATE INDEX CONCURRENTLY";
        self.seconds.insert((table.clone(), it.name.clone()));
        self.keys_in_second.push((table, &it.parts));
        if self.replaced_indexes.contains(&(table, it.name.as_str())) {
            // The old one serves until the new one is built.
            let mut new = format!("{}_new", it.name);
            if new.len() > 63 {
                new = format!("new_{:x}", it.name.len());
            }
            self.out
                .concurrently(index(table, it, &new, Build::Concurrently), WHAT);
            let drop = drop_index(table, &it.name, Build::Concurrently);
            self.out.concurrently(drop, "DROP INDEX CONCURRENTLY");
            let rename = format!(
                "ALTER INDEX {} RENAME TO {}",
                beside(table, &new),
                ident(&it.name)
            );
            self.out.push_to(Stage::Second, rename);
        } else {
            self.out
                .concurrently(index(table, it, &it.name, Build::Concurrently), WHAT);
        }
        self.index_is_there(Stage::Second, table, it);
        if let Some(comment) = &it.comment {
            let target = beside(table, &it.name);
            let sql = format!("COMMENT ON INDEX {target} IS {}", literal(comment));
            self.out.push_to(Stage::Second, sql);
        }
    }

    pub(super) fn drop_index(&mut self, table: &'s Name, it: &'s Index) {
        if self.replaced_indexes.contains(&(table, it.name.as_str())) {
            return;
        }
        // What else is changed may need it to be gone.
        let alone = self.lonely_indexes.contains(&(table, it.name.as_str()));
        if self.out.is_safe() && alone {
            let sql = drop_index(table, &it.name, Build::Concurrently);
            self.out.concurrently(sql, "DROP INDEX CONCURRENTLY");
        } else {
            self.out.push(drop_index(table, &it.name, Build::Plain));
        }
    }

    pub(super) fn alter_index(&mut self, table: &'s Name, before: &Index, after: &'s Index) {
        self.alter_index_storage(
            table,
            &after.name,
            (&before.storage_parameters, &after.storage_parameters),
            (before.tablespace.as_ref(), after.tablespace.as_ref()),
        );
        if before.clustered != after.clustered {
            let action = match after.clustered {
                true => format!("CLUSTER ON {}", ident(&after.name)),
                false => "SET WITHOUT CLUSTER".to_owned(),
            };
            self.out.alter(Stage::First, table, Class::Option, action);
        }
        let (old, new) = (before.comment.as_ref(), after.comment.as_ref());
        self.comment("INDEX", &beside(table, &after.name), old, new);
    }

    pub(super) fn alter_index_storage(
        &mut self,
        table: &Name,
        index: &str,
        storage: (&[String], &[String]),
        space: (Option<&String>, Option<&String>),
    ) {
        let index = beside(table, index);
        for action in parameter_actions(storage.0, storage.1) {
            self.out.push(format!("ALTER INDEX {index} {action}"));
        }
        if space.0 != space.1 {
            let space = space.1.map_or("pg_default", String::as_str);
            self.out.push(format!(
                "ALTER INDEX {index} SET TABLESPACE {}",
                ident(space)
            ));
        }
    }
}

/// Where an index is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Build {
    /// At once.
    Plain,
    /// While everybody works.
    Concurrently,
}

/// `CREATE INDEX ..`, under this name.
pub(super) fn index(table: &Name, index: &Index, index_name: &str, build: Build) -> String {
    let mut text = String::from("CREATE");
    if index.uniqueness == Uniqueness::Unique {
        text += " UNIQUE";
    }
    text += " INDEX";
    if build == Build::Concurrently {
        text += " CONCURRENTLY";
    }
    text += &format!(" {} ON {}", ident(index_name), name(table));
    if index.method != IndexMethod::Btree {
        text += &format!(" USING {}", ident(index.method.name()));
    }
    text += &format!(" ({})", parts(&index.parts));
    if !index.include.is_empty() {
        text += &format!(" INCLUDE ({})", idents(&index.include));
    }
    text += nulls(index.nulls);
    if !index.storage_parameters.is_empty() {
        text += &format!(" WITH ({})", parameters(&index.storage_parameters));
    }
    if let Some(tablespace) = &index.tablespace {
        text += &format!(" TABLESPACE {}", ident(tablespace));
    }
    if let Some(predicate) = &index.predicate {
        let predicate = format!("WHERE {predicate}");
        if text.len() + predicate.len() < WIDTH {
            text += &format!(" {predicate}");
        } else {
            text += &format!("\n    {predicate}");
        }
    }
    text
}

/// Drops an index.
pub(super) fn drop_index(table: &Name, index_name: &str, build: Build) -> String {
    let how = match build {
        Build::Plain => "",
        Build::Concurrently => " CONCURRENTLY",
    };
    format!("DROP INDEX{how} {}", beside(table, index_name))
}
