//! What a database has after a statement and not before it.

use std::fmt;

use crate::text::Dialect;
use crate::text::ddl::{
    Alteration, Boundary, Change, CreateObject, DropObject, Existing, Key, KeyKind, Missing, Name,
    ObjectKind, Rename, boundary,
};

/// What can be said about a statement that was in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expectation {
    /// It may be run once more, whether it has happened or not.
    Repeatable,
    /// When it has happened, all of this holds; when not, the opposite of all of this.
    Facts(Vec<(Fact, Presence)>),
    /// Nothing, and why.
    Unknown(&'static str),
}

/// Something that a catalogue knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fact {
    Table(Name),
    Column(Name, String),
    /// An index of a table by its name; on PostgreSQL the schema is the table's, when the table is known.
    Index(Option<Name>, Name),
    /// An index with just these columns.
    IndexOn(Name, Vec<String>),
    PrimaryKey(Name),
    Constraint(Name, String),
    /// A foreign key of a table from these columns to that table.
    ForeignKey(Name, Vec<String>, Name),
    Object(ObjectKind, Name),
}

/// Whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Present,
    Absent,
}

impl Presence {
    /// An answer of a catalogue.
    pub(super) fn read(answer: Option<&str>) -> Self {
        match answer {
            None | Some("0" | "f" | "false") => Self::Absent,
            Some(_) => Self::Present,
        }
    }
}

impl fmt::Display for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Present => "is there",
            Self::Absent => "is not there",
        })
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(name) => write!(f, "table {name}"),
            Self::Column(table, name) => write!(f, "column {table}.{name}"),
            Self::Index(Some(table), name) => write!(f, "index {} of {table}", name.name),
            Self::Index(None, name) => write!(f, "index {name}"),
            Self::IndexOn(table, columns) => {
                write!(f, "an index on {table} ({})", columns.join(", "))
            }
            Self::PrimaryKey(table) => write!(f, "the primary key of {table}"),
            Self::Constraint(table, name) => write!(f, "constraint {name} of {table}"),
            Self::ForeignKey(table, columns, to) => {
                write!(
                    f,
                    "a foreign key from {table} ({}) to {to}",
                    columns.join(", ")
                )
            }
            Self::Object(kind, name) => write!(f, "{} {name}", kind_name(*kind)),
        }
    }
}

const fn kind_name(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::View | ObjectKind::MaterializedView => "view",
        ObjectKind::Trigger => "trigger",
        ObjectKind::Procedure => "procedure",
        ObjectKind::Function => "function",
        ObjectKind::Event => "event",
        ObjectKind::Package => "package",
        ObjectKind::PackageBody => "package body",
        ObjectKind::Sequence => "sequence",
        ObjectKind::Schema | ObjectKind::Database => "database",
        _ => "object",
    }
}

/// The expectation of one statement.
pub(super) fn expectation(change: &Change, sql: &str, dialect: Dialect) -> Expectation {
    use Presence::{Absent, Present};
    let facts = match change {
        Change::CreateTable(table) => match table.existing {
            Existing::Error => vec![(Fact::Table(table.name.clone()), Present)],
            // Once more would take the rows of the query once more, from a table that may have changed.
            Existing::Replace if table.from_query => return Expectation::Unknown(REPLACED),
            Existing::Skip | Existing::Replace => return Expectation::Repeatable,
        },
        Change::CreateIndex(index) => match (index.existing, &index.name) {
            // On PostgreSQL an index that is there may be an invalid one, so it is looked at all the same.
            (Existing::Skip, Some(name)) if dialect == Dialect::Postgres => {
                vec![(
                    Fact::Index(Some(index.table.clone()), name.clone()),
                    Present,
                )]
            }
            (Existing::Skip | Existing::Replace, _) => return Expectation::Repeatable,
            (Existing::Error, Some(name)) => vec![(
                Fact::Index(Some(index.table.clone()), name.clone()),
                Present,
            )],
            (Existing::Error, None) => return Expectation::Unknown(UNNAMED),
        },
        Change::DropIndex(drop) => match drop.missing {
            Missing::Skip => return Expectation::Repeatable,
            Missing::Error => {
                let fact = |name: &Name| (Fact::Index(drop.table.clone(), name.clone()), Absent);
                drop.names.iter().map(fact).collect()
            }
        },
        Change::AlterTable(alter) => return alterations(&alter.table, &alter.actions, dialect),
        Change::RenameTables(renames) => return renamed_tables(renames),
        Change::Create(create) => return created(create),
        Change::Drop(drop) => return dropped(drop),
        Change::Rename(rename) => {
            let Rename { from, to } = &rename.rename;
            let to = Name {
                schema: to.schema.clone().or_else(|| from.schema.clone()),
                ..to.clone()
            };
            vec![
                (Fact::Object(rename.kind, from.clone()), Absent),
                (Fact::Object(rename.kind, to), Present),
            ]
        }
        Change::Truncate(_) | Change::Reindex(_) => return Expectation::Repeatable,
        Change::Data(_) => return Expectation::Unknown(ROWS),
        Change::Alter(..) | Change::Other if is_harmless(sql, dialect) => {
            return Expectation::Repeatable;
        }
        _ => return Expectation::Unknown(NOT_READ),
    };
    known(facts)
}

const REPLACED: &str = "a table that is replaced by a query looks the same before and after";
const UNNAMED: &str = "what is created has no name of its own";
const SWAPPED: &str = "tables that take each other's names look the same before and after";
const ROWS: &str = "it writes rows outside of a transaction";
const NOT_READ: &str = "it is no statement whose effect can be looked for";
const NOTHING: &str = "nothing that it changes can be looked for";

fn known(facts: Vec<(Fact, Presence)>) -> Expectation {
    if facts.is_empty() {
        Expectation::Unknown(NOTHING)
    } else {
        Expectation::Facts(facts)
    }
}

/// Statements of other kinds that do the same once more, or nothing.
fn is_harmless(sql: &str, dialect: Dialect) -> bool {
    let words: Vec<String> = sql
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .map(str::to_ascii_uppercase)
        .collect();
    let first = words
        .iter()
        .map(String::as_str)
        .find(|word| !word.is_empty())
        .unwrap_or_default();
    match first {
        "ANALYZE" | "OPTIMIZE" | "VACUUM" | "CHECKPOINT" | "CLUSTER" | "COMMIT" | "PRAGMA"
        | "UNLOCK" | "FLUSH" | "GRANT" | "REVOKE" | "COMMENT" | "DISCARD" | "REFRESH" => true,
        "SET" => dialect.is_mysql_family() && boundary(sql, dialect) == Boundary::Within,
        // Sets what it names.
        "ALTER" => {
            let object = words
                .iter()
                .map(String::as_str)
                .filter(|word| !word.is_empty())
                .nth(1);
            matches!(
                object,
                Some(
                    "DATABASE"
                        | "SCHEMA"
                        | "SYSTEM"
                        | "USER"
                        | "ROLE"
                        | "SEQUENCE"
                        | "EVENT"
                        | "VIEW"
                )
            )
        }
        _ => false,
    }
}

/// One `ALTER TABLE` happens whole or not at all: what can be looked for speaks for the rest.
fn alterations(table: &Name, actions: &[Alteration], dialect: Dialect) -> Expectation {
    if !actions.is_empty() && actions.iter().all(is_repeatable) {
        return Expectation::Repeatable;
    }
    // Behind a rename the table has another name.
    let renamed = actions.iter().rev().find_map(|action| match action {
        Alteration::RenameTo(to) => Some(Name {
            schema: to.schema.clone().or_else(|| table.schema.clone()),
            ..to.clone()
        }),
        _ => None,
    });
    if let Some(to) = renamed {
        return known(vec![
            (Fact::Table(table.clone()), Presence::Absent),
            (Fact::Table(to), Presence::Present),
        ]);
    }
    let mut facts = Vec::new();
    for action in actions {
        facts.extend(altered(table, action, dialect));
    }
    // What is dropped and added again under its name is there before and after.
    let clashes = |fact: &Fact| facts.iter().filter(|(other, _)| other == fact).count() > 1;
    let facts: Vec<_> = facts
        .iter()
        .filter(|(fact, _)| !clashes(fact))
        .cloned()
        .collect();
    known(facts)
}

fn is_repeatable(action: &Alteration) -> bool {
    match action {
        Alteration::AddColumn(_, existing) | Alteration::AddKey(_, existing) => {
            *existing == Existing::Skip
        }
        Alteration::DropColumn(_, missing)
        | Alteration::DropIndex(_, missing)
        | Alteration::DropForeignKey(_, missing)
        | Alteration::DropConstraint(_, missing) => *missing == Missing::Skip,
        Alteration::ModifyColumn(..) | Alteration::Engine(_) | Alteration::Option => true,
        Alteration::ChangeColumn(rename, _) => rename.from.eq_ignore_ascii_case(&rename.to),
        _ => false,
    }
}

/// What one action leaves behind, where that can be looked for.
fn altered(table: &Name, action: &Alteration, dialect: Dialect) -> Vec<(Fact, Presence)> {
    use Presence::{Absent, Present};
    let column = |name: &String| Fact::Column(table.clone(), name.clone());
    let index = |name: &String| Fact::Index(Some(table.clone()), Name::bare(name.clone()));
    let constraint = |name: &String| Fact::Constraint(table.clone(), name.clone());
    match action {
        // With a guard, it may have been there before.
        Alteration::AddColumn(_, Existing::Skip) | Alteration::AddKey(_, Existing::Skip) => {
            Vec::new()
        }
        Alteration::AddColumn(added, _) => vec![(column(&added.name), Present)],
        Alteration::AddKey(key, _) => added_key(table, key, dialect)
            .map(|fact| (fact, Present))
            .into_iter()
            .collect(),
        Alteration::DropColumn(name, Missing::Error) => vec![(column(name), Absent)],
        Alteration::DropIndex(name, Missing::Error) => vec![(index(name), Absent)],
        Alteration::DropForeignKey(name, Missing::Error)
        | Alteration::DropConstraint(name, Missing::Error) => {
            vec![(constraint(name), Absent)]
        }
        Alteration::DropPrimaryKey => vec![(Fact::PrimaryKey(table.clone()), Absent)],
        Alteration::ChangeColumn(Rename { from, to }, Missing::Error)
        | Alteration::RenameColumn(Rename { from, to })
            if !from.eq_ignore_ascii_case(to) =>
        {
            vec![(column(from), Absent), (column(to), Present)]
        }
        Alteration::RenameIndex(Rename { from, to }) => {
            vec![(index(from), Absent), (index(to), Present)]
        }
        Alteration::RenameConstraint(Rename { from, to }) => {
            vec![(constraint(from), Absent), (constraint(to), Present)]
        }
        _ => Vec::new(),
    }
}

fn added_key(table: &Name, key: &Key, dialect: Dialect) -> Option<Fact> {
    match (key.kind, &key.name) {
        (KeyKind::Primary, _) => Some(Fact::PrimaryKey(table.clone())),
        (KeyKind::Unique, Some(name)) if !dialect.is_mysql_family() => {
            Some(Fact::Constraint(table.clone(), name.clone()))
        }
        (KeyKind::Unique | KeyKind::Index, Some(name)) => {
            Some(Fact::Index(Some(table.clone()), Name::bare(name.clone())))
        }
        (KeyKind::Unique | KeyKind::Index, None) if !key.columns.is_empty() => {
            Some(Fact::IndexOn(table.clone(), key.columns.clone()))
        }
        (KeyKind::Foreign | KeyKind::Check | KeyKind::Other, Some(name)) => {
            Some(Fact::Constraint(table.clone(), name.clone()))
        }
        (KeyKind::Foreign, None) if !key.columns.is_empty() => Some(Fact::ForeignKey(
            table.clone(),
            key.columns.clone(),
            key.references.clone()?,
        )),
        _ => None,
    }
}

/// A table that only changes its name is gone under the old one; tables that swap names are told apart by nothing.
fn renamed_tables(renames: &[Rename]) -> Expectation {
    let mut facts = Vec::new();
    for Rename { from, to } in renames {
        let taken = |name: &Name| renames.iter().any(|rename| &rename.to == name);
        let left = |name: &Name| renames.iter().any(|rename| &rename.from == name);
        let to = Name {
            schema: to.schema.clone().or_else(|| from.schema.clone()),
            ..to.clone()
        };
        if !taken(from) {
            facts.push((Fact::Table(from.clone()), Presence::Absent));
        }
        if !left(&to) {
            facts.push((Fact::Table(to), Presence::Present));
        }
    }
    if facts.is_empty() {
        Expectation::Unknown(SWAPPED)
    } else {
        Expectation::Facts(facts)
    }
}

fn created(create: &CreateObject) -> Expectation {
    match (create.existing, create.kind) {
        (Existing::Skip | Existing::Replace, _) => Expectation::Repeatable,
        (_, kind) if !is_listed(kind) => Expectation::Unknown(NOT_READ),
        (Existing::Error, kind) => {
            // A trigger lives in the schema of its table.
            let schema = create
                .name
                .schema
                .clone()
                .or_else(|| create.on.as_ref()?.schema.clone());
            let name = Name {
                schema,
                ..create.name.clone()
            };
            Expectation::Facts(vec![(Fact::Object(kind, name), Presence::Present)])
        }
    }
}

fn dropped(drop: &DropObject) -> Expectation {
    match (drop.missing, drop.kind) {
        (Missing::Skip, _) => Expectation::Repeatable,
        (Missing::Error, ObjectKind::Table) => {
            let facts = drop
                .names
                .iter()
                .map(|name| (Fact::Table(name.clone()), Presence::Absent));
            Expectation::Facts(facts.collect())
        }
        (Missing::Error, kind) if is_listed(kind) => {
            let facts = drop
                .names
                .iter()
                .map(|name| (Fact::Object(kind, name.clone()), Presence::Absent));
            Expectation::Facts(facts.collect())
        }
        _ => Expectation::Unknown(NOT_READ),
    }
}

/// Whether the catalogue is asked for this kind.
const fn is_listed(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::View
            | ObjectKind::Trigger
            | ObjectKind::Procedure
            | ObjectKind::Function
            | ObjectKind::Event
            | ObjectKind::Package
            | ObjectKind::PackageBody
            | ObjectKind::Sequence
            | ObjectKind::Schema
            | ObjectKind::Database
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::ddl::read;

    /// The expectation in few words: `+` what is there after, `-` what is gone.
    fn words(sql: &str, dialect: Dialect) -> String {
        match expectation(&read(sql, dialect), sql, dialect) {
            Expectation::Repeatable => "repeatable".to_owned(),
            Expectation::Unknown(why) => format!("? {why}"),
            Expectation::Facts(facts) => {
                let sign = |presence: &Presence| {
                    if *presence == Presence::Present {
                        '+'
                    } else {
                        '-'
                    }
                };
                facts
                    .iter()
                    .map(|(fact, presence)| format!("{}{fact}", sign(presence)))
                    .collect::<Vec<_>>()
                    .join(", ")
            }
        }
    }

    #[test]
    fn what_is_there_after_a_statement_and_not_before() {
        let cases = [
            ("CREATE TABLE a (b int)", "+table a"),
            ("CREATE TABLE IF NOT EXISTS a (b int)", "repeatable"),
            ("CREATE OR REPLACE TABLE a (b int)", "repeatable"),
            (
                "CREATE OR REPLACE TABLE a AS SELECT * FROM a",
                "? a table that is replaced by a query looks the same before and after",
            ),
            ("DROP TABLE a, x.b", "-table a, -table x.b"),
            ("DROP TABLE IF EXISTS a", "repeatable"),
            ("RENAME TABLE a TO b", "-table a, +table b"),
            ("RENAME TABLE a TO old, new TO a", "+table old, -table new"),
            (
                "RENAME TABLE a TO t, b TO a, t TO b",
                "? tables that take each other's names look the same before and after",
            ),
            ("TRUNCATE a", "repeatable"),
            ("ALTER TABLE a ADD b int", "+column a.b"),
            (
                "ALTER TABLE a ADD b int, DROP c, MODIFY d text",
                "+column a.b, -column a.c",
            ),
            ("ALTER TABLE a ADD COLUMN IF NOT EXISTS b int", "repeatable"),
            ("ALTER TABLE a MODIFY b bigint NOT NULL", "repeatable"),
            ("ALTER TABLE a CHANGE b b bigint", "repeatable"),
            (
                "ALTER TABLE a CHANGE b c bigint",
                "-column a.b, +column a.c",
            ),
            (
                "ALTER TABLE a RENAME COLUMN b TO c",
                "-column a.b, +column a.c",
            ),
            ("ALTER TABLE a RENAME TO x.b", "-table a, +table x.b"),
            (
                "ALTER TABLE a ADD INDEX i (b), ADD UNIQUE (c, d)",
                "+index i of a, +an index on a (c, d)",
            ),
            ("ALTER TABLE a ADD PRIMARY KEY (b)", "+the primary key of a"),
            (
                "ALTER TABLE a DROP PRIMARY KEY, ADD PRIMARY KEY (b)",
                "? nothing that it changes can be looked for",
            ),
            (
                "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES c (d)",
                "+constraint f of a",
            ),
            (
                "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c (d)",
                "+a foreign key from a (b) to c",
            ),
            (
                "ALTER TABLE a ADD CHECK (b > 0)",
                "? nothing that it changes can be looked for",
            ),
            (
                "ALTER TABLE a DROP FOREIGN KEY f, DROP INDEX i",
                "-constraint f of a, -index i of a",
            ),
            ("ALTER TABLE a ENGINE = InnoDB, COMMENT = 'x'", "repeatable"),
            (
                "ALTER TABLE a EXCHANGE PARTITION p WITH TABLE b",
                "? nothing that it changes can be looked for",
            ),
            ("CREATE INDEX i ON a (b)", "+index i of a"),
            ("CREATE INDEX IF NOT EXISTS i ON a (b)", "repeatable"),
            ("DROP INDEX i ON a", "-index i of a"),
            ("CREATE VIEW v AS SELECT 1", "+view v"),
            ("CREATE OR REPLACE VIEW v AS SELECT 1", "repeatable"),
            ("DROP VIEW v", "-view v"),
            (
                "CREATE TRIGGER t BEFORE INSERT ON x.a FOR EACH ROW SET @b = 1",
                "+trigger x.t",
            ),
            ("CREATE PROCEDURE p() SELECT 1", "+procedure p"),
            (
                "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
                "+event e",
            ),
            ("CREATE SEQUENCE s", "+sequence s"),
            ("CREATE DATABASE d", "+database d"),
            (
                "CREATE USER u",
                "? it is no statement whose effect can be looked for",
            ),
            ("ALTER DATABASE d CHARACTER SET utf8mb4", "repeatable"),
            ("ANALYZE TABLE a", "repeatable"),
            ("GRANT SELECT ON a TO b", "repeatable"),
            (
                "CALL p()",
                "? it is no statement whose effect can be looked for",
            ),
            (
                "INSERT INTO myisam VALUES (1)",
                "? it writes rows outside of a transaction",
            ),
        ];
        for (sql, expected) in cases {
            assert_eq!(words(sql, Dialect::Mariadb), expected, "{sql}");
        }
    }

    #[test]
    fn on_postgres_a_guarded_index_is_looked_at_all_the_same() {
        let cases = [
            ("CREATE INDEX CONCURRENTLY i ON x.a (b)", "+index i of x.a"),
            (
                "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b)",
                "+index i of a",
            ),
            (
                "CREATE INDEX CONCURRENTLY ON a (b)",
                "? what is created has no name of its own",
            ),
            ("DROP INDEX CONCURRENTLY x.i", "-index x.i"),
            ("CREATE DATABASE d", "+database d"),
            ("VACUUM a", "repeatable"),
            ("REINDEX INDEX CONCURRENTLY i", "repeatable"),
        ];
        for (sql, expected) in cases {
            assert_eq!(words(sql, Dialect::Postgres), expected, "{sql}");
        }
    }
}
