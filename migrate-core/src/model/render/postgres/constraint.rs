//! Constraints and indexes of tables that are there already.
//!
//! In the safe form nothing reads a whole table while others wait: indexes are built concurrently, constraints are
//! added for new rows first and validated behind.

use super::Writer;
use super::index::{Build, index};
use super::key::{self, Names};
use super::name::{ident, literal, name};
use super::script::Class;
use crate::model::diff::Item;
use crate::model::render::Stage;
use crate::model::schema::attribute::{Deferral, Enforcement, NullsDistinct, Uniqueness, Validity};
use crate::model::schema::{
    Check, Exclusion, ForeignKey, Index, KeyPart, Name, PrimaryKey, Table, Unique,
};

impl<'s> Writer<'s> {
    /// Whether a table is written to while this runs, so that the safe form is worth its two steps.
    ///
    /// A partitioned table takes neither.
    pub(super) fn is_busy(&self, table: &Table) -> bool {
        self.out.is_safe()
            && !self.is_made(&table.name)
            && table
                .postgres()
                .is_some_and(|it| it.partition_by.is_none() && it.foreign.is_none())
    }

    fn add(&mut self, table: &Table, constraint: &str) {
        let action = format!("ADD {constraint}");
        self.out
            .alter(Stage::First, &table.name, Class::AddConstraint, action);
    }

    fn drop_constraint(&mut self, table: &Table, constraint: Option<&String>) {
        if let Some(constraint) = constraint {
            let action = format!("DROP CONSTRAINT {}", ident(constraint));
            self.out
                .alter(Stage::First, &table.name, Class::DropConstraint, action);
        }
    }

    fn validate(&mut self, stage: Stage, table: &Table, constraint: Option<&String>) {
        if let Some(constraint) = constraint {
            let action = format!("VALIDATE CONSTRAINT {}", ident(constraint));
            self.out.alter(stage, &table.name, Class::Alone, action);
        }
    }

    pub(super) fn constraint_comment(
        &mut self,
        table: &Name,
        constraint: &str,
        before: Option<&String>,
        after: Option<&String>,
    ) {
        if before != after {
            let text = after.map_or_else(|| "NULL".to_owned(), |it| literal(it));
            let stage = self.stage_of(table, constraint);
            let target = format!("{} ON {}", ident(constraint), name(table));
            self.out
                .push_to(stage, format!("COMMENT ON CONSTRAINT {target} IS {text}"));
        }
    }

    fn stage_of(&self, table: &Name, object: &str) -> Stage {
        if self.seconds.contains(&(table.clone(), object.to_owned())) {
            Stage::Second
        } else {
            Stage::First
        }
    }

    pub(super) fn add_primary_key(&mut self, table: &'s Table, it: &'s PrimaryKey) {
        let line = key::primary_key(table, it, Names::Written);
        self.add_key(table, Key::primary(it), &line);
    }

    pub(super) fn add_unique(&mut self, table: &'s Table, it: &'s Unique) {
        let line = key::unique(table, it, Names::Written);
        self.add_key(table, Key::unique(it), &line);
    }

    /// Adds a key, by way of an index that is built while everybody works where that is worth it.
    fn add_key(&mut self, table: &'s Table, it: Key<'s>, line: &str) {
        let Some(name) = it.name else {
            self.add(table, line);
            return;
        };
        if self.is_busy(table) && !it.without_overlaps {
            self.seconds.insert((table.name.clone(), name.to_owned()));
            let index = index(&table.name, &it.index(), name, Build::Concurrently);
            self.out.concurrently(index, "CREATE INDEX CONCURRENTLY");
            let action = key::using_index(name, it.word, it.deferral);
            self.out
                .alter(Stage::Second, &table.name, Class::Alone, action);
            self.name_is_there(Stage::Second, &table.name, name);
            self.keys_in_second.push((&table.name, it.parts));
        } else {
            self.add(table, line);
            self.name_is_there(Stage::First, &table.name, name);
        }
        self.constraint_comment(&table.name, name, None, it.comment);
    }

    /// Primary keys, unique and exclusion constraints, of which only little can be altered.
    pub(super) fn alter_key(&mut self, before: Item<'s>, after: Item<'s>) {
        let (table, old, new) = match (before, after) {
            (Item::PrimaryKey(_, a), Item::PrimaryKey(table, b)) => {
                (table, Key::primary(a), Key::primary(b))
            }
            (Item::Unique(_, a), Item::Unique(table, b)) => (table, Key::unique(a), Key::unique(b)),
            (Item::Exclusion(_, a), Item::Exclusion(table, b)) => {
                (table, Key::exclusion(a), Key::exclusion(b))
            }
            _ => return,
        };
        let (Some(old_name), Some(new_name)) = (old.name, new.name) else {
            return;
        };
        if old_name != new_name {
            let action = format!(
                "RENAME CONSTRAINT {} TO {}",
                ident(old_name),
                ident(new_name)
            );
            self.out
                .alter(Stage::First, &table.name, Class::Alone, action);
        }
        self.alter_index_storage(
            &table.name,
            new_name,
            (old.storage, new.storage),
            (old.space, new.space),
        );
        self.constraint_comment(&table.name, new_name, old.comment, new.comment);
    }

    pub(super) fn rename_constraint(&mut self, table: &Table, old: &str, new: &str) {
        let action = format!("RENAME CONSTRAINT {} TO {}", ident(old), ident(new));
        self.out
            .alter(Stage::First, &table.name, Class::Alone, action);
    }

    pub(super) fn drop_primary_key(&mut self, table: &Table, it: &PrimaryKey) {
        self.drop_constraint(table, it.name.as_ref());
    }

    pub(super) fn drop_unique(&mut self, table: &Table, it: &Unique) {
        self.drop_constraint(table, it.name.as_ref());
    }

    pub(super) fn add_check(&mut self, table: &'s Table, it: &'s Check) {
        let text = key::check(table, it, Names::Written);
        let wants_validation =
            it.validity == Validity::Valid && it.enforcement == Enforcement::Enforced;
        if it.validity == Validity::NotValid {
            self.add(table, &format!("{text} NOT VALID"));
        } else if wants_validation && self.is_busy(table) {
            self.add(table, &format!("{text} NOT VALID"));
            self.validate(Stage::Second, table, it.name.as_ref());
        } else {
            self.add(table, &text);
        }
        if let Some(constraint) = &it.name {
            self.constraint_comment(&table.name, constraint, None, it.comment.as_ref());
        }
    }

    pub(super) fn alter_check(&mut self, table: &'s Table, before: &Check, after: &Check) {
        if before.validity != after.validity {
            let stage = self.validation_stage(table);
            self.validate(stage, table, after.name.as_ref());
        }
        if let Some(constraint) = &after.name {
            let (old, new) = (before.comment.as_ref(), after.comment.as_ref());
            self.constraint_comment(&table.name, constraint, old, new);
        }
    }

    fn validation_stage(&self, table: &Table) -> Stage {
        if self.is_busy(table) {
            Stage::Second
        } else {
            Stage::First
        }
    }

    pub(super) fn drop_check(&mut self, table: &Table, it: &Check) {
        self.drop_constraint(table, it.name.as_ref());
    }

    pub(super) fn add_exclusion(&mut self, table: &'s Table, it: &'s Exclusion) {
        self.add(table, &key::exclusion(it));
        self.constraint_comment(&table.name, &it.name, None, it.comment.as_ref());
    }

    pub(super) fn drop_exclusion(&mut self, table: &Table, it: &Exclusion) {
        self.drop_constraint(table, Some(&it.name));
    }

    pub(super) fn add_foreign_key(&mut self, table: &'s Table, it: &'s ForeignKey) {
        if self.inlined.contains(&it.id(&table.name)) {
            return;
        }
        let text = key::foreign_key(table, it, Names::Written);
        // A key that is made in the second stage cannot be referred to in the first.
        let waits = self
            .keys_in_second
            .iter()
            .any(|(of, parts)| **of == it.references && covers(parts, &it.referred_columns));
        let stage = if waits { Stage::Second } else { Stage::First };
        let safely = self.is_busy(table) && it.enforcement == Enforcement::Enforced;
        let suffix = if safely || it.validity == Validity::NotValid {
            " NOT VALID"
        } else {
            ""
        };
        if waits && let Some(constraint) = &it.name {
            self.seconds
                .insert((table.name.clone(), constraint.clone()));
        }
        let class = if waits {
            Class::Alone
        } else {
            Class::AddConstraint
        };
        self.out
            .alter(stage, &table.name, class, format!("ADD {text}{suffix}"));
        if safely && it.validity == Validity::Valid {
            self.validate(Stage::Second, table, it.name.as_ref());
        }
        if let Some(constraint) = &it.name {
            self.constraint_comment(&table.name, constraint, None, it.comment.as_ref());
        }
    }

    pub(super) fn alter_foreign_key(
        &mut self,
        table: &'s Table,
        before: &ForeignKey,
        after: &ForeignKey,
    ) {
        let Some(constraint) = &after.name else {
            return;
        };
        if before.deferral != after.deferral {
            let action = format!(
                "ALTER CONSTRAINT {} {}",
                ident(constraint),
                key::altered_deferral(after.deferral)
            );
            self.out
                .alter(Stage::First, &table.name, Class::Alone, action);
        }
        if before.validity != after.validity {
            let stage = self.validation_stage(table);
            self.validate(stage, table, Some(constraint));
        }
        let (old, new) = (before.comment.as_ref(), after.comment.as_ref());
        self.constraint_comment(&table.name, constraint, old, new);
    }

    pub(super) fn drop_foreign_key(&mut self, table: &Table, it: &ForeignKey) {
        self.drop_constraint(table, it.name.as_ref());
    }
}

/// Whether these parts are these columns, in any order, as a foreign key wants them.
pub(super) fn covers(parts: &[KeyPart], columns: &[String]) -> bool {
    parts.len() == columns.len()
        && parts.iter().all(|part| {
            part.column_name()
                .is_some_and(|it| columns.iter().any(|column| column == it))
        })
}

/// What primary keys and unique constraints have in common; of an exclusion constraint only what can be altered.
struct Key<'s> {
    word: &'static str,
    name: Option<&'s str>,
    parts: &'s [KeyPart],
    include: &'s [String],
    nulls: NullsDistinct,
    without_overlaps: bool,
    deferral: Deferral,
    storage: &'s [String],
    space: Option<&'s String>,
    comment: Option<&'s String>,
}

impl<'s> Key<'s> {
    fn primary(it: &'s PrimaryKey) -> Self {
        Self {
            word: "PRIMARY KEY",
            name: it.name.as_deref(),
            parts: &it.parts,
            include: &it.include,
            nulls: NullsDistinct::default(),
            without_overlaps: it.without_overlaps,
            deferral: it.deferral,
            storage: &it.storage_parameters,
            space: it.tablespace.as_ref(),
            comment: it.comment.as_ref(),
        }
    }

    fn unique(it: &'s Unique) -> Self {
        Self {
            word: "UNIQUE",
            name: it.name.as_deref(),
            parts: &it.parts,
            include: &it.include,
            nulls: it.nulls,
            without_overlaps: it.without_overlaps,
            deferral: it.deferral,
            storage: &it.storage_parameters,
            space: it.tablespace.as_ref(),
            comment: it.comment.as_ref(),
        }
    }

    fn exclusion(it: &'s Exclusion) -> Self {
        Self {
            word: "EXCLUDE",
            name: Some(&it.name),
            parts: &[],
            include: &[],
            nulls: NullsDistinct::default(),
            without_overlaps: false,
            deferral: it.deferral,
            storage: &[],
            space: None,
            comment: it.comment.as_ref(),
        }
    }

    /// The index that the key will use.
    fn index(&self) -> Index {
        Index {
            parts: self.parts.to_vec(),
            include: self.include.to_vec(),
            nulls: self.nulls,
            uniqueness: Uniqueness::Unique,
            storage_parameters: self.storage.to_vec(),
            tablespace: self.space.cloned(),
            ..Index::default()
        }
    }
}
