//! A table, and what each database knows of it beyond its columns.

use super::attribute::Persistence;
use super::{
    Check, Column, Exclusion, ForeignKey, Index, Kind, Name, Object, ObjectId, Policy, PrimaryKey,
    Unique,
};
use crate::text::Dialect;

/// A table.
///
/// Lists other than `columns` are sorted by name; constraints without a name (SQLite) by what they say.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Its columns, in their order.
    pub columns: Vec<Column>,
    /// Its primary key.
    pub primary_key: Option<PrimaryKey>,
    /// Unique constraints. Those of MySQL and MariaDB are nothing but unique indexes and stand among `indexes`.
    pub uniques: Vec<Unique>,
    /// Foreign keys from this table.
    pub foreign_keys: Vec<ForeignKey>,
    /// Check constraints.
    pub checks: Vec<Check>,
    /// Exclusion constraints (PostgreSQL).
    pub exclusions: Vec<Exclusion>,
    /// Indexes, without those that serve the primary key or a unique or exclusion constraint.
    pub indexes: Vec<Index>,
    /// Policies of row security (PostgreSQL).
    pub policies: Vec<Policy>,
    /// Its comment.
    pub comment: Option<String>,
    /// What only this dialect has.
    pub options: TableOptions,
}

/// What only one dialect knows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(tag = "dialect", rename_all = "snake_case"))]
pub enum TableOptions {
    /// SQLite.
    Sqlite(SqliteTable),
    /// PostgreSQL.
    Postgres(PostgresTable),
    /// MySQL and MariaDB.
    Mysql(MysqlTable),
}

/// What SQLite knows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct SqliteTable {
    /// Whether it is `STRICT`.
    pub strict: bool,
    /// Whether it is `WITHOUT ROWID`.
    pub without_rowid: bool,
    /// Of a virtual table, its module. The tables that the module keeps for itself are not listed.
    pub virtual_table: Option<VirtualTable>,
    /// The statement that the catalogue keeps.
    pub sql: String,
}

/// `CREATE VIRTUAL TABLE .. USING module(arguments)`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct VirtualTable {
    /// The module, such as `fts5`.
    pub module: String,
    /// What stands in the parentheses, as it was written.
    pub arguments: String,
}

/// What PostgreSQL knows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct PostgresTable {
    /// Whether rows outlive a crash.
    pub persistence: Persistence,
    /// Of a partitioned table, how: `RANGE (created_at)`.
    pub partition_by: Option<String>,
    /// Of a partition, of what.
    pub partition_of: Option<PartitionOf>,
    /// The tables it inherits from, in order; not those it is a partition of.
    pub inherits: Vec<Name>,
    /// The composite type of a typed table.
    pub of_type: Option<String>,
    /// Of a foreign table, where its rows are.
    pub foreign: Option<ForeignServer>,
    /// Whether policies hold.
    pub row_security: RowSecurity,
    /// `fillfactor=70` and the like, sorted.
    pub storage_parameters: Vec<String>,
    /// The access method, when it is not `heap`.
    pub access_method: Option<String>,
    /// The tablespace, when it is not the database's.
    pub tablespace: Option<String>,
    /// `FULL`, `NOTHING` or `USING INDEX name`, when it is not the default.
    pub replica_identity: Option<String>,
}

/// Of what a table is a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct PartitionOf {
    /// The partitioned table.
    pub parent: Name,
    /// Which part: `FOR VALUES IN ('a')`, or `DEFAULT`.
    pub bound: String,
}

/// Where the rows of a foreign table are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct ForeignServer {
    /// The server.
    pub server: String,
    /// `name=value`, sorted.
    pub options: Vec<String>,
}

/// Whether policies hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum RowSecurity {
    /// They do not.
    #[default]
    Disabled,
    /// For everybody but the owner.
    Enabled,
    /// For the owner too.
    Forced,
    /// For the owner too once they are enabled, which they are not.
    ForcedButDisabled,
}

impl std::fmt::Display for RowSecurity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::Forced => "enabled and forced",
            Self::ForcedButDisabled => "disabled, but forced",
        })
    }
}

/// What MySQL and MariaDB know of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct MysqlTable {
    /// The engine, such as `InnoDB`.
    pub engine: String,
    /// The character set of columns that name none.
    pub character_set: Option<String>,
    /// The collation of columns that name none.
    pub collation: Option<String>,
    /// `ROW_FORMAT=COMPRESSED` and other options, sorted; without `AUTO_INCREMENT`, which is data.
    pub options: Vec<String>,
    /// `PARTITION BY ..` with its partitions, as the server writes it.
    pub partitioning: Option<String>,
    /// Whether it is `WITH SYSTEM VERSIONING` (MariaDB).
    pub system_versioned: bool,
}

impl TableOptions {
    /// The defaults of a dialect.
    pub fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Sqlite => Self::Sqlite(SqliteTable::default()),
            Dialect::Postgres => Self::Postgres(PostgresTable::default()),
            Dialect::Mysql | Dialect::Mariadb => Self::Mysql(MysqlTable::default()),
        }
    }
}

impl Table {
    /// A table without columns.
    pub fn new(dialect: Dialect, name: Name) -> Self {
        Self {
            name,
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            policies: Vec::new(),
            comment: None,
            options: TableOptions::of(dialect),
        }
    }

    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        ObjectId::new(Kind::Table, self.name.clone())
    }

    /// The column with this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The index with this name.
    pub fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|index| index.name == name)
    }

    /// What SQLite knows of it.
    pub fn sqlite(&self) -> Option<&SqliteTable> {
        match &self.options {
            TableOptions::Sqlite(options) => Some(options),
            _ => None,
        }
    }

    /// What PostgreSQL knows of it.
    pub fn postgres(&self) -> Option<&PostgresTable> {
        match &self.options {
            TableOptions::Postgres(options) => Some(options),
            _ => None,
        }
    }

    /// What MySQL or MariaDB knows of it.
    pub fn mysql(&self) -> Option<&MysqlTable> {
        match &self.options {
            TableOptions::Mysql(options) => Some(options),
            _ => None,
        }
    }

    /// The table and everything that belongs to it.
    pub fn ids(&self) -> Vec<ObjectId> {
        let name = &self.name;
        let mut ids = vec![self.id()];
        ids.extend(self.columns.iter().map(|it| it.id(name)));
        ids.extend(self.primary_key.iter().map(|it| it.id(name)));
        ids.extend(self.uniques.iter().map(|it| it.id(name)));
        ids.extend(self.checks.iter().map(|it| it.id(name)));
        ids.extend(self.exclusions.iter().map(|it| it.id(name)));
        ids.extend(self.indexes.iter().map(|it| it.id(name)));
        ids.extend(self.foreign_keys.iter().map(|it| it.id(name)));
        ids.extend(self.policies.iter().map(|it| it.id(name)));
        ids
    }

    /// Puts the lists into their order.
    pub fn sort(&mut self) {
        self.uniques.sort();
        self.foreign_keys.sort();
        self.checks.sort();
        self.exclusions.sort();
        self.indexes.sort();
        self.policies.sort();
    }
}

impl Object for Table {
    type Key = Name;

    fn key(&self) -> Name {
        self.name.clone()
    }
}
