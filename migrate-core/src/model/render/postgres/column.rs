//! Columns: as a line of a table, added, changed, dropped.

use super::Writer;
use super::data_type::{Cast, base, cast, converted, narrows, rewrites, short};
use super::definition::{attributes, default_text, definition, statistics};
use super::name::{ident, keys, literal, name, parameters};
use super::script::Class;
use super::sequence::{altered_identity, identity, set_behind};
use crate::model::render::Stage;
use crate::model::schema::attribute::Nullability;
use crate::model::schema::{Column, SequenceOptions, Table};

impl<'s> Writer<'s> {
    pub(super) fn add_column(&mut self, table: &'s Table, column: &'s Column) {
        self.made_columns.insert((&table.name, &column.name));
        let text = definition(&self.changes.after.sequences, table, column, &[]);
        let note = (column.nullability == Nullability::NotNull
            && column.default.is_none()
            && column.generated.is_none()
            && column.identity.is_none())
        .then(|| {
            format!(
                "fails when {} holds rows: {} takes no NULL and has no default",
                table.name, column.name
            )
        });
        self.out.alter_with(
            Stage::First,
            &alter(table),
            Class::AddColumn,
            format!("ADD COLUMN {text}"),
            None,
            note,
        );
        self.column_extras(table, column);
        self.own_sequences(&table.name, &column.name);
    }

    /// What is said of a new column in statements of its own.
    pub(super) fn column_extras(&mut self, table: &'s Table, column: &'s Column) {
        // Its definition says the rest.
        let bare = Column {
            compression: column.compression.clone(),
            ..Column::new(&column.name, &column.data_type)
        };
        for action in storage_actions(&bare, column) {
            self.out
                .alter(Stage::First, &table.name, Class::Option, action);
        }
        self.column_comment(table, None, column);
    }

    fn column_comment(&mut self, table: &Table, before: Option<&Column>, column: &Column) {
        let target = format!("{}.{}", name(&table.name), ident(&column.name));
        let before = before.and_then(|it| it.comment.as_ref());
        self.comment("COLUMN", &target, before, column.comment.as_ref());
    }

    pub(super) fn drop_column(&mut self, table: &'s Table, column: &'s Column) {
        let loses = column
            .generated
            .is_none()
            .then(|| format!("column {}.{}", table.name, column.name));
        self.out.alter_with(
            Stage::First,
            &alter(table),
            Class::DropColumn,
            format!("DROP COLUMN {}", ident(&column.name)),
            loses,
            None,
        );
    }

    pub(super) fn rename_column(&mut self, table: &'s Table, before: &Column, after: &Column) {
        let action = format!(
            "RENAME COLUMN {} TO {}",
            ident(&before.name),
            ident(&after.name)
        );
        self.out
            .alter(Stage::First, &table.name, Class::Alone, action);
    }

    pub(super) fn alter_column(
        &mut self,
        old_table: &'s Table,
        before: &'s Column,
        table: &'s Table,
        after: &'s Column,
    ) {
        let column = ident(&after.name);
        let act = |this: &mut Self, action: String| {
            let action = format!("ALTER COLUMN {column} {action}");
            this.out
                .alter(Stage::First, &table.name, Class::AlterColumn, action);
        };
        let unnumbered = self
            .unnumbered
            .contains(&(&table.name, after.name.as_str()));
        if before.identity.is_some() && after.identity.is_none() && !unnumbered {
            act(self, "DROP IDENTITY".to_owned());
        }
        if before.generated.is_some() && after.generated.is_none() {
            act(self, "DROP EXPRESSION".to_owned());
        }
        let retyped = before.data_type != after.data_type || before.collation != after.collation;
        let way = cast(&before.data_type, &after.data_type);
        // A default is cast by assignment only, even where the values are cast by USING.
        let step_aside = retyped && before.default.is_some() && way != Cast::Assignment;
        let same_default = before.default == after.default;
        let gone = before.default.is_some() && after.default.is_none();
        if gone || step_aside {
            act(self, "DROP DEFAULT".to_owned());
        }
        self.drop_sequence_of_identity(old_table, before, after);
        if retyped {
            self.retype(table, before, after, way);
        }
        self.nullability(table, before, after);
        if let Some(default) = &after.default
            && (!same_default || step_aside)
        {
            let default = default_text(default, &after.data_type);
            act(self, format!("SET DEFAULT {default}"));
        }
        self.identity(table, before, after);
        for action in storage_actions(before, after) {
            self.out
                .alter(Stage::First, &table.name, Class::Option, action);
        }
        if before.comment != after.comment {
            self.column_comment(table, Some(before), after);
        }
    }

    fn retype(&mut self, table: &Table, before: &Column, after: &Column, way: Cast) {
        let (column, to) = (ident(&after.name), short(&after.data_type));
        let mut action = format!("ALTER COLUMN {column} TYPE {to}");
        if let Some(collation) = &after.collation {
            action += &format!(" COLLATE {collation}");
        }
        if way != Cast::Assignment {
            let value = converted(&column, &before.data_type, &after.data_type);
            action += &format!(" USING {value}");
        }
        let narrower = narrows(&before.data_type, &after.data_type).then(|| {
            format!(
                "column {}.{}: values that do not fit into {to}",
                table.name, after.name
            )
        });
        let anew = before.data_type != after.data_type
            && self.out.is_safe()
            && rewrites(&before.data_type, &after.data_type);
        let note = anew.then(|| format!("writes {} anew, while nobody can use it", table.name));
        let alter = alter(table);
        self.out.alter_with(
            Stage::First,
            &alter,
            Class::AlterColumn,
            action,
            narrower,
            note,
        );
    }

    fn nullability(&mut self, table: &'s Table, before: &Column, after: &Column) {
        let column = ident(&after.name);
        match (before.nullability, after.nullability) {
            (Nullability::NotNull, Nullability::Nullable) => {
                let action = format!("ALTER COLUMN {column} DROP NOT NULL");
                self.out
                    .alter(Stage::First, &table.name, Class::AlterColumn, action);
            }
            (Nullability::Nullable, Nullability::NotNull) => {
                let set = format!("ALTER COLUMN {column} SET NOT NULL");
                let constraint = super::key::default_name(&table.name, &[&after.name], "not_null");
                let proven = constraint.filter(|_| self.out.is_safe() && after.identity.is_none());
                let Some(constraint) = proven else {
                    self.out
                        .alter(Stage::First, &table.name, Class::AlterColumn, set);
                    return;
                };
                // SET NOT NULL reads the whole table while nobody can use it, unless a valid check says so already.
                let constraint = ident(&constraint);
                let check =
                    format!("ADD CONSTRAINT {constraint} CHECK ({column} IS NOT NULL) NOT VALID");
                self.out
                    .alter(Stage::First, &table.name, Class::AddConstraint, check);
                let steps = [
                    (Class::Alone, format!("VALIDATE CONSTRAINT {constraint}")),
                    (Class::Alone, set),
                    (Class::Alone, format!("DROP CONSTRAINT {constraint}")),
                ];
                for (class, step) in steps {
                    self.out.alter(Stage::Second, &table.name, class, step);
                }
            }
            _ => {}
        }
    }

    /// A serial column that becomes an identity column gives up its sequence first, so that the new one has its name.
    fn drop_sequence_of_identity(&mut self, table: &'s Table, before: &Column, after: &Column) {
        if before.default.is_none() || after.identity.is_none() {
            return;
        }
        let owned = self.changes.before.sequences.iter().find(|sequence| {
            sequence
                .owned_by
                .as_ref()
                .is_some_and(|(of, column)| *of == table.name && *column == before.name)
                && !self.changes.after.sequences.contains(&sequence.name)
        });
        if let Some(sequence) = owned {
            self.drop_sequence(sequence);
            self.dropped_sequences.insert(&sequence.name);
        }
    }

    fn identity(&mut self, table: &'s Table, before: &Column, after: &Column) {
        let column = ident(&after.name);
        let Some(new) = &after.identity else {
            return;
        };
        let Some(old) = &before.identity else {
            let words = identity(new, &after.data_type);
            let action = format!("ALTER COLUMN {column} ADD {words}");
            self.out
                .alter(Stage::First, &table.name, Class::AlterColumn, action);
            let sequence = format!(
                "pg_get_serial_sequence({}, {})",
                literal(&name(&table.name)),
                literal(&after.name)
            );
            let usual = SequenceOptions::of(&after.data_type);
            let increment = new.sequence.as_ref().unwrap_or(&usual).increment;
            self.out
                .push(set_behind(&sequence, &table.name, &after.name, increment));
            return;
        };
        let actions = altered_identity(old, new);
        if !actions.is_empty() {
            let action = format!("ALTER COLUMN {column} {}", actions.join(" "));
            self.out
                .alter(Stage::First, &table.name, Class::AlterColumn, action);
        }
    }
}

/// The opening of an `ALTER TABLE`.
pub(super) fn alter(table: &Table) -> String {
    format!("ALTER TABLE {}", name(&table.name))
}

/// What is said of how a column is stored, and of what the planner knows of it.
fn storage_actions(before: &Column, after: &Column) -> Vec<String> {
    let column = ident(&after.name);
    let mut actions = Vec::new();
    if before.storage != after.storage {
        let storage = after
            .storage
            .as_deref()
            .unwrap_or_else(|| usual_storage(&after.data_type));
        actions.push(format!("ALTER COLUMN {column} SET STORAGE {storage}"));
    }
    if before.compression != after.compression {
        let compression = after.compression.as_deref().unwrap_or("default");
        actions.push(format!(
            "ALTER COLUMN {column} SET COMPRESSION {compression}"
        ));
    }
    if statistics(before) != statistics(after) {
        let target = statistics(after).unwrap_or("-1");
        actions.push(format!("ALTER COLUMN {column} SET STATISTICS {target}"));
    }
    let (old, new) = (attributes(before), attributes(after));
    let key = |it: &str| it.split_once('=').map_or(it, |(key, _)| key).to_owned();
    let gone: Vec<&String> = old
        .iter()
        .filter(|old| !new.iter().any(|new| key(new) == key(old)))
        .copied()
        .collect();
    let set: Vec<String> = new
        .iter()
        .filter(|new| !old.contains(new))
        .map(|it| (*it).clone())
        .collect();
    if !gone.is_empty() {
        actions.push(format!("ALTER COLUMN {column} RESET ({})", keys(&gone)));
    }
    if !set.is_empty() {
        actions.push(format!("ALTER COLUMN {column} SET ({})", parameters(&set)));
    }
    actions
}

/// How long values of a type are stored when nothing else is said.
fn usual_storage(data_type: &str) -> &'static str {
    match base(data_type).as_str() {
        "numeric" | "inet" | "cidr" => "MAIN",
        "smallint" | "integer" | "bigint" | "boolean" | "uuid" | "date" | "real"
        | "double precision" => "PLAIN",
        _ => "EXTENDED",
    }
}
