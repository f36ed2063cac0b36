//! What a catalogue knows: the facts that are looked for.

use std::fmt;

use crate::text::ddl::{Name, ObjectKind};

/// Something that a catalogue knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::database::recover) enum Fact {
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
pub(in crate::database::recover) enum Presence {
    Present,
    Absent,
}

impl Presence {
    /// An answer of a catalogue.
    pub(in crate::database::recover) fn read(answer: Option<&str>) -> Self {
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
