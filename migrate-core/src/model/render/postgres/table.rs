//! Tables as a whole.

use super::Writer;
use super::definition::definition;
use super::key::{self, Names};
use super::name::{ident, name};
use super::options::{changed_options, parameter_actions, tail};
use super::script::{Class, WIDTH};
use crate::model::render::Stage;
use crate::model::schema::attribute::{Origin, Persistence, Validity};
use crate::model::schema::{Column, Index, Name, PartitionOf, PostgresTable, RowSecurity, Table};

impl<'s> Writer<'s> {
    pub(super) fn create_table(&mut self, table: &'s Table) {
        self.made.insert(&table.name);
        let default = PostgresTable::default();
        let options = table.postgres().unwrap_or(&default);
        let lines = self.lines(table, options);
        let mut text = String::from("CREATE");
        if options.persistence == Persistence::Unlogged {
            text += " UNLOGGED";
        }
        if options.foreign.is_some() {
            text += " FOREIGN";
        }
        text += &format!(" TABLE {}", name(&table.name));
        if let Some(of) = &options.partition_of {
            text += &format!(" PARTITION OF {}", name(&of.parent));
        }
        if let Some(of_type) = &options.of_type {
            text += &format!(" OF {of_type}");
        }
        if !lines.is_empty() {
            text += &format!(" (\n    {}\n)", lines.join(",\n    "));
        } else if options.partition_of.is_none() && options.of_type.is_none() {
            text += " ()";
        }
        text += &tail(options);
        self.out.push(text);
        self.behind_table(table, options);
    }

    /// Columns and constraints, one line each.
    fn lines(&mut self, table: &'s Table, options: &PostgresTable) -> Vec<String> {
        let mut inline: Vec<(&str, String)> = Vec::new();
        let mut own: Vec<String> = Vec::new();
        let mut take = |short: Option<(&'s str, String)>, long: String| {
            // One of a kind to a column, so that nobody has to count.
            match short {
                Some((column, text)) if text.len() < WIDTH / 2 => inline.push((column, text)),
                _ => own.push(long),
            }
        };
        if let Some(it) = table
            .primary_key
            .as_ref()
            .filter(|it| it.origin == Origin::Own)
        {
            take(
                key::inline_primary_key(table),
                key::primary_key(table, it, Names::AsNeeded),
            );
        }
        for it in table.uniques.iter().filter(|it| it.origin == Origin::Own) {
            take(
                key::inline_unique(table, it),
                key::unique(table, it, Names::AsNeeded),
            );
        }
        for it in &table.checks {
            if it.origin == Origin::Own && it.validity == Validity::Valid {
                take(
                    key::inline_check(table, it),
                    key::check(table, it, Names::AsNeeded),
                );
            }
        }
        for it in &table.exclusions {
            take(None, key::exclusion(it));
        }
        for it in &table.foreign_keys {
            if self.inlined.contains(&it.id(&table.name)) {
                take(
                    key::inline_foreign_key(table, it),
                    key::foreign_key(table, it, Names::AsNeeded),
                );
            }
        }
        let sequences = &self.changes.after.sequences;
        let mut lines = Vec::new();
        for column in &table.columns {
            let constraints: Vec<String> = inline
                .iter()
                .filter(|(of, _)| *of == column.name)
                .map(|(_, text)| text.clone())
                .collect();
            let inherited = column.origin == Origin::Inherited || options.of_type.is_some();
            if inherited && constraints.is_empty() && !self.differs_from_parent(options, column) {
                continue;
            }
            let mut line = definition(sequences, table, column, &constraints);
            if options.partition_of.is_some() || options.of_type.is_some() {
                // The type is the parent's.
                line = without_type(&line, column);
            }
            lines.push(line);
        }
        lines.extend(own);
        lines
    }

    /// Whether a column of a child says something else than the same column of its parent.
    fn differs_from_parent(&self, options: &PostgresTable, column: &Column) -> bool {
        let partition = options.partition_of.iter().map(|of| &of.parent);
        let parents: Vec<&Name> = partition.chain(&options.inherits).collect();
        let mut same = parents
            .iter()
            .filter_map(|parent| self.changes.after.tables.get(parent)?.column(&column.name));
        match same.next() {
            Some(parent) => {
                parent.default != column.default || parent.nullability != column.nullability
            }
            None => column.default.is_some() || column.nullability != Column::default().nullability,
        }
    }

    /// What is said of a new table in statements of its own.
    fn behind_table(&mut self, table: &'s Table, options: &PostgresTable) {
        for it in &table.checks {
            if it.origin == Origin::Own && it.validity == Validity::NotValid {
                let action = format!("ADD {} NOT VALID", key::check(table, it, Names::Written));
                self.out
                    .alter(Stage::First, &table.name, Class::AddConstraint, action);
            }
        }
        self.row_security(&table.name, RowSecurity::Disabled, options.row_security);
        if let Some(identity) = &options.replica_identity {
            self.replica_identity(table, Some(identity));
        }
        let target = name(&table.name);
        let kind = if options.foreign.is_some() {
            "FOREIGN TABLE"
        } else {
            "TABLE"
        };
        self.comment(kind, &target, None, table.comment.as_ref());
        for column in &table.columns {
            if column.origin == Origin::Own || column.comment.is_some() {
                self.column_extras(table, column);
            }
            self.own_sequences(&table.name, &column.name);
        }
        let mut commented: Vec<(&str, &String)> = Vec::new();
        let mut remark = |name: Option<&'s String>, comment: Option<&'s String>| {
            commented.extend(name.map(String::as_str).zip(comment));
        };
        if let Some(it) = &table.primary_key {
            remark(it.name.as_ref(), it.comment.as_ref());
        }
        for it in &table.uniques {
            remark(it.name.as_ref(), it.comment.as_ref());
        }
        for it in &table.checks {
            remark(it.name.as_ref(), it.comment.as_ref());
        }
        for it in &table.exclusions {
            remark(Some(&it.name), it.comment.as_ref());
        }
        for it in &table.foreign_keys {
            if self.inlined.contains(&it.id(&table.name)) {
                remark(it.name.as_ref(), it.comment.as_ref());
            }
        }
        for (constraint, comment) in commented {
            self.constraint_comment(&table.name, constraint, None, Some(comment));
        }
    }

    pub(super) fn drop_table(&mut self, table: &Table) {
        let foreign = table.postgres().is_some_and(|it| it.foreign.is_some());
        if foreign {
            self.out
                .push(format!("DROP FOREIGN TABLE {}", name(&table.name)));
        } else {
            let loses = format!("table {}", table.name);
            self.out
                .losing(format!("DROP TABLE {}", name(&table.name)), loses);
        }
    }

    pub(super) fn rename_table(&mut self, before: &Table, after: &Table) {
        let (mut old, new) = (before.name.clone(), &after.name);
        if old.schema != new.schema {
            let schema = new
                .schema
                .as_ref()
                .unwrap_or(&self.changes.after.default_namespace);
            let action = format!("SET SCHEMA {}", ident(schema));
            self.out.alter(Stage::First, &old, Class::Alone, action);
            old.schema.clone_from(&new.schema);
        }
        if old.name != new.name {
            let action = format!("RENAME TO {}", ident(&new.name));
            self.out.alter(Stage::First, &old, Class::Alone, action);
        }
    }

    pub(super) fn alter_table(&mut self, before: &'s Table, after: &'s Table) {
        let default = PostgresTable::default();
        let old = before.postgres().unwrap_or(&default);
        let new = after.postgres().unwrap_or(&default);
        let table = &after.name;
        let act = |this: &mut Self, action: String| {
            this.out.alter(Stage::First, table, Class::Option, action);
        };
        self.parents(table, old, new);
        if old.persistence != new.persistence {
            act(self, format!("SET {}", new.persistence));
        }
        if old.of_type != new.of_type {
            match &new.of_type {
                Some(of_type) => act(self, format!("OF {of_type}")),
                None => act(self, "NOT OF".to_owned()),
            }
        }
        if old.access_method != new.access_method {
            let method = new.access_method.as_deref().unwrap_or("heap");
            act(self, format!("SET ACCESS METHOD {}", ident(method)));
        }
        if old.tablespace != new.tablespace {
            let space = new.tablespace.as_deref().unwrap_or("pg_default");
            self.out.alter(
                Stage::First,
                table,
                Class::Alone,
                format!("SET TABLESPACE {}", ident(space)),
            );
        }
        for action in parameter_actions(&old.storage_parameters, &new.storage_parameters) {
            act(self, action);
        }
        self.row_security(table, old.row_security, new.row_security);
        if old.replica_identity != new.replica_identity {
            self.replica_identity(after, new.replica_identity.as_ref());
        }
        if let (Some(old), Some(new)) = (&old.foreign, &new.foreign)
            && old.options != new.options
        {
            let text = changed_options(&old.options, &new.options);
            self.out.push(format!(
                "ALTER FOREIGN TABLE {} OPTIONS ({text})",
                name(table)
            ));
        }
        self.comment(
            "TABLE",
            &name(table),
            before.comment.as_ref(),
            after.comment.as_ref(),
        );
    }

    /// Partitions are attached and detached, children come to parents and leave them.
    fn parents(&mut self, table: &'s Name, old: &PostgresTable, new: &PostgresTable) {
        let followed = old.partition_of.as_ref().map(|of| PartitionOf {
            parent: self.renamed_table(&of.parent),
            bound: of.bound.clone(),
        });
        if followed != new.partition_of {
            if let Some(of) = &followed {
                let action = format!("DETACH PARTITION {}", name(table));
                self.out
                    .alter(Stage::First, &of.parent, Class::Alone, action);
            }
            if let Some(of) = &new.partition_of {
                let action = format!("ATTACH PARTITION {} {}", name(table), of.bound);
                self.out
                    .alter(Stage::First, &of.parent, Class::Alone, action);
            }
        }
        let followed: Vec<Name> = old
            .inherits
            .iter()
            .map(|it| self.renamed_table(it))
            .collect();
        for parent in followed.iter().filter(|it| !new.inherits.contains(it)) {
            let action = format!("NO INHERIT {}", name(parent));
            self.out.alter(Stage::First, table, Class::Option, action);
        }
        for parent in new.inherits.iter().filter(|it| !followed.contains(it)) {
            let action = format!("INHERIT {}", name(parent));
            self.out.alter(Stage::First, table, Class::Option, action);
        }
    }

    fn row_security(&mut self, table: &Name, before: RowSecurity, after: RowSecurity) {
        let enabled = |it| matches!(it, RowSecurity::Enabled | RowSecurity::Forced);
        let forced = |it| matches!(it, RowSecurity::Forced | RowSecurity::ForcedButDisabled);
        let word = match (enabled(before), enabled(after)) {
            (false, true) => Some("ENABLE ROW LEVEL SECURITY"),
            (true, false) => Some("DISABLE ROW LEVEL SECURITY"),
            _ => None,
        };
        let force = match (forced(before), forced(after)) {
            (false, true) => Some("FORCE ROW LEVEL SECURITY"),
            (true, false) => Some("NO FORCE ROW LEVEL SECURITY"),
            _ => None,
        };
        for action in word.into_iter().chain(force) {
            self.out
                .alter(Stage::First, table, Class::Option, action.to_owned());
        }
    }

    /// An index that is to identify rows has to be there.
    fn replica_identity(&mut self, table: &'s Table, identity: Option<&String>) {
        let Some(text) = identity else {
            self.out.alter(
                Stage::First,
                &table.name,
                Class::Option,
                "REPLICA IDENTITY DEFAULT".to_owned(),
            );
            return;
        };
        match text.strip_prefix("USING INDEX ") {
            Some(index) => {
                let action = format!("REPLICA IDENTITY USING INDEX {}", ident(index));
                self.once_there(&table.name, index, action);
            }
            None => {
                let action = format!("REPLICA IDENTITY {text}");
                self.out
                    .alter(Stage::First, &table.name, Class::Option, action);
            }
        }
    }

    /// Says what needs an index once it is there.
    fn once_there(&mut self, table: &'s Name, index: &str, action: String) {
        let is_new = self.made_indexes.contains(&(table, index.to_owned()));
        if is_new {
            self.late.push((table, index.to_owned(), action));
        } else {
            self.out.alter(Stage::First, table, Class::Option, action);
        }
    }

    /// What was waiting for an index, now that it is written in this stage.
    pub(super) fn index_is_there(&mut self, stage: Stage, table: &'s Name, index: &Index) {
        if index.clustered {
            let action = format!("CLUSTER ON {}", ident(&index.name));
            self.out.alter(stage, table, Class::Option, action);
        }
        self.name_is_there(stage, table, &index.name);
    }

    pub(super) fn name_is_there(&mut self, stage: Stage, table: &'s Name, index: &str) {
        let (now, later) = std::mem::take(&mut self.late)
            .into_iter()
            .partition(|(of, name, _)| *of == table && name == index);
        self.late = later;
        for (table, _, action) in now {
            self.out.alter(stage, table, Class::Option, action);
        }
    }
}

/// The line of a column whose type the parent says.
fn without_type(line: &str, column: &Column) -> String {
    let opening = format!(
        "{} {}",
        ident(&column.name),
        super::data_type::short(&column.data_type)
    );
    match line.strip_prefix(&opening) {
        Some(rest) => format!("{}{rest}", ident(&column.name)),
        None => line.to_owned(),
    }
}
