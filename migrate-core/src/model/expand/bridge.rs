//! Which columns need a bridge, and which cannot have one.

use std::fmt;

use crate::model::diff::{Renames, words};
use crate::model::render::{RenderError, writes_anew};
use crate::model::schema::attribute::Origin;
use crate::model::schema::{Action, Column, ForeignKey, Kind, Name, ObjectId, Schema, Table};

/// A column that goes while another takes its place, and both are there meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bridge {
    /// The table; it keeps its name.
    pub table: Name,
    /// The column as it was.
    pub old: Column,
    /// The column as it is wanted.
    pub new: Column,
    /// What the new column is called until the switch.
    pub until_switch: String,
    /// What the old column is called from the switch on.
    pub from_switch: String,
}

impl Bridge {
    fn new(before: &Table, after: &Table, old: &Column, new: &Column) -> Self {
        let free = |end: &str| {
            let mut name = format!("{}_{end}", old.name);
            while before.column(&name).is_some() || after.column(&name).is_some() {
                name.push('_');
            }
            name
        };
        let (until_switch, from_switch) = if old.name == new.name {
            (free("new"), free("old"))
        } else {
            (new.name.clone(), old.name.clone())
        };
        Self {
            table: after.name.clone(),
            old: old.clone(),
            new: new.clone(),
            until_switch,
            from_switch,
        }
    }

    /// Whether the name stays and only the type changes: the columns swap their names at the switch.
    pub fn swaps(&self) -> bool {
        self.old.name == self.new.name
    }
}

/// For people: `users.mail becomes users.email`, `users.age becomes bigint`.
impl fmt::Display for Bridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table, old, new, ..
        } = self;
        write!(f, "{table}.{} becomes ", old.name)?;
        match (old.name == new.name, old.data_type == new.data_type) {
            (true, _) => write!(f, "{}", new.data_type),
            (false, true) => write!(f, "{table}.{}", new.name),
            (false, false) => write!(f, "{table}.{}, {}", new.name, new.data_type),
        }
    }
}

/// The columns that get another name or a type that writes all rows anew.
///
/// # Errors
/// When one of them cannot have a bridge, or there is none.
pub fn bridges(
    before: &Schema,
    after: &Schema,
    renames: &Renames,
) -> Result<Vec<Bridge>, RenderError> {
    if let Some((old, new)) = renames.tables().next() {
        return Err(RenderError::new(
            ObjectId::new(Kind::Table, old.clone()),
            format!("a table cannot go by two names, so {new} cannot come while {old} is in use"),
            "rename it in a revision of its own without `--expand-contract`; a view called as the table was serves \
             the older release",
        ));
    }
    let mut found = Vec::new();
    for table in &before.tables {
        let Some(later) = after.tables.get(&table.name) else {
            continue;
        };
        for old in &table.columns {
            let name = renames.new_column(&later.name, &old.name);
            let Some(new) = later.column(name.unwrap_or(&old.name)) else {
                continue;
            };
            let retyped = !new.data_type.eq_ignore_ascii_case(&old.data_type)
                && writes_anew(before.dialect, &old.data_type, &new.data_type);
            if name.is_none() && !retyped {
                continue;
            }
            for (schema, table, column) in [(before, table, old), (after, later, new)] {
                if let Some(why) = unfit(schema, table, column) {
                    return Err(RenderError::new(
                        old.id(&table.name),
                        format!("it cannot go by expand and contract: {why}"),
                        "leave it as it is in the desired schema and write its revisions by hand: \
                         `migrate-cli revision -m TEXT`",
                    ));
                }
            }
            found.push(Bridge::new(table, later, old, new));
        }
    }
    if found.is_empty() {
        return Err(RenderError::new(
            ObjectId::new(Kind::Database, Name::bare(&after.default_namespace)),
            "no column gets another name or a type that writes its rows anew: there is nothing to expand and contract",
            "leave `--expand-contract` out, or say which column is renamed: `--rename TABLE.OLD=NEW`",
        ));
    }
    Ok(found)
}

/// Why a column cannot have a bridge, if it cannot.
fn unfit(schema: &Schema, table: &Table, column: &Column) -> Option<String> {
    let name = &column.name;
    let is_key = table
        .primary_key
        .iter()
        .flat_map(|key| &key.parts)
        .any(|part| part.column_name() == Some(name));
    if is_key {
        return Some("it is part of the primary key, which cannot be two columns".to_owned());
    }
    if column.generated.is_some() {
        return Some("it is computed, nobody writes to it".to_owned());
    }
    let numbered = schema
        .sequences
        .iter()
        .any(|it| it.owned_by.as_ref() == Some(&(table.name.clone(), name.clone())));
    if column.identity.is_some() || numbered {
        return Some("the database numbers it".to_owned());
    }
    if column.on_update.is_some() {
        return Some("the database writes to it by ON UPDATE".to_owned());
    }
    if let Some(options) = table.postgres() {
        let is_parent = schema.tables.iter().filter_map(Table::postgres).any(|it| {
            it.inherits.contains(&table.name)
                || it
                    .partition_of
                    .as_ref()
                    .is_some_and(|of| of.parent == table.name)
        });
        if is_parent || options.partition_by.is_some() || column.origin == Origin::Inherited {
            return Some(format!(
                "{} shares its columns with other tables",
                table.name
            ));
        }
        if options.foreign.is_some() {
            return Some(format!("the rows of {} are on another server", table.name));
        }
    }
    if let Some(partitioning) = table.mysql().and_then(|it| it.partitioning.as_ref())
        && words(schema.dialect, partitioning).any(|it| it == *name)
    {
        return Some(format!("{} is partitioned by it", table.name));
    }
    if table.sqlite().is_some_and(|it| it.virtual_table.is_some()) {
        return Some(format!("{} is a virtual table", table.name));
    }
    let moved = |key: &&ForeignKey| {
        let stays = |action| matches!(action, Action::NoAction | Action::Restrict);
        key.columns.contains(name)
            && !(stays(key.on_update) && (stays(key.on_delete) || key.on_delete == Action::Cascade))
    };
    if schema.dialect.is_mysql_family()
        && let Some(key) = table.foreign_keys.iter().find(moved)
    {
        let called = key.name.as_deref().unwrap_or_default();
        return Some(format!(
            "the foreign key {called} writes to it, and no trigger is fired by that"
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::schema::{
        Generated, Generation, Identity, IdentityKind, KeyPart, PrimaryKey,
    };
    use crate::text::Dialect;

    /// A table `t` with the columns `id`, which is its key, and `c`.
    fn schema(dialect: Dialect, change: impl FnOnce(&mut Table)) -> Schema {
        let mut table = Table::new(dialect, Name::bare("t"));
        table.columns = vec![Column::new("id", "int"), Column::new("c", "int")];
        table.primary_key = Some(PrimaryKey {
            parts: vec![KeyPart::column("id")],
            ..PrimaryKey::default()
        });
        change(&mut table);
        let mut schema = Schema::new(dialect, "main");
        schema.tables.insert(table);
        schema
    }

    fn with(change: impl FnOnce(&mut Column)) -> impl FnOnce(&mut Table) {
        move |table| change(&mut table.columns[1])
    }

    #[test]
    fn what_cannot_go_by_expand_and_contract_is_told_with_the_reason() {
        let moved = |table: &mut Table| {
            let mut key = ForeignKey::new(vec!["c".into()], Name::bare("t"), vec!["id".into()]);
            key.name = Some("t_c".to_owned());
            key.on_delete = Action::SetNull;
            table.foreign_keys.push(key);
        };
        let key = |name: &str| {
            let name = name.to_owned();
            move |table: &mut Table| {
                table.primary_key = Some(PrimaryKey {
                    parts: vec![KeyPart::column(name)],
                    ..PrimaryKey::default()
                });
            }
        };
        let computed = |column: &mut Column| {
            column.generated = Some(Generated {
                expression: "id + 1".to_owned(),
                generation: Generation::Stored,
            });
        };
        let numbered = |column: &mut Column| {
            column.identity = Some(Identity {
                kind: IdentityKind::Always,
                sequence: None,
            });
        };
        let stamped = |column: &mut Column| column.on_update = Some("current_timestamp()".into());
        let (sqlite, postgres, mariadb) = (Dialect::Sqlite, Dialect::Postgres, Dialect::Mariadb);
        for (before, why) in [
            (schema(sqlite, key("c")), "part of the primary key"),
            (schema(sqlite, with(computed)), "computed"),
            (schema(postgres, with(numbered)), "numbers it"),
            (schema(mariadb, with(stamped)), "ON UPDATE"),
            (schema(mariadb, moved), "the foreign key t_c writes to it"),
        ] {
            let after = schema(before.dialect, with(|it| it.name = "d".to_owned()));
            let renames: Renames = "column t.c -> d".parse().expect("renames");
            let error = bridges(&before, &after, &renames).expect_err(why);
            assert_eq!(error.object.to_string(), "column t.c");
            assert!(error.message.contains(why), "{error}");
        }
        // Its triggers follow such a foreign key.
        let before = schema(postgres, moved);
        let after = schema(postgres, with(|it| it.name = "d".to_owned()));
        let renames: Renames = "column t.c -> d".parse().expect("renames");
        let found = bridges(&before, &after, &renames).expect("a bridge");
        assert_eq!(found[0].to_string(), "t.c becomes t.d");
    }

    #[test]
    fn a_bridge_is_for_something_that_changes() {
        let before = schema(Dialect::Postgres, |_| {});
        let none = bridges(&before, &before, &Renames::default()).expect_err("nothing changes");
        assert!(
            none.help.contains("leave `--expand-contract` out"),
            "{none}"
        );
        let text = schema(
            Dialect::Postgres,
            with(|it| it.data_type = "text".to_owned()),
        );
        let found = bridges(&before, &text, &Renames::default()).expect("a bridge");
        let names = (
            found[0].until_switch.as_str(),
            found[0].from_switch.as_str(),
        );
        assert_eq!(names, ("c_new", "c_old"));
        let tables: Renames = "table t -> u".parse().expect("renames");
        let table = bridges(&before, &before, &tables).expect_err("a table");
        assert!(table.message.contains("cannot go by two names"), "{table}");
    }
}
