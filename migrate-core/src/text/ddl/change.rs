//! What a statement can be read as.

use std::ops::Range;

use super::Name;

/// What one statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// `CREATE TABLE`.
    CreateTable(CreateTable),
    /// `ALTER TABLE`.
    AlterTable(AlterTable),
    /// `RENAME TABLE a TO b, ..`; `ALTER TABLE a RENAME TO b` is an [`Alteration`].
    RenameTables(Vec<Rename>),
    /// `CREATE INDEX`.
    CreateIndex(CreateIndex),
    /// `DROP INDEX`.
    DropIndex(DropIndex),
    /// `REINDEX`, of this index or of what else; concurrently or not.
    Reindex(Build),
    /// `CREATE` of anything else that has a name.
    Create(CreateObject),
    /// `DROP` of tables, and of anything else that has a name.
    Drop(DropObject),
    /// `ALTER .. RENAME TO` of anything but a table.
    Rename(RenameObject),
    /// Any other `ALTER` of something that is no table.
    Alter(ObjectKind, Name),
    /// `TRUNCATE`.
    Truncate(Vec<Name>),
    /// A statement that reads or writes rows.
    Data(Data),
    /// Anything else.
    Other,
}

/// What a `CREATE` does about something of that name that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It fails.
    Error,
    /// `IF NOT EXISTS`: it does nothing.
    Skip,
    /// `OR REPLACE`.
    Replace,
}

/// What a `DROP` or `ALTER` does about something that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It fails.
    Error,
    /// `IF EXISTS`: it does nothing.
    Skip,
}

/// How an index is built or dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// With writes locked out, as far as the database does.
    Plain,
    /// `CONCURRENTLY`, outside of a transaction.
    Concurrently,
}

/// Whether a table outlives the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// It does.
    Kept,
    /// `TEMPORARY`.
    Temporary,
}

/// `CREATE TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTable {
    /// Its name.
    pub name: Name,
    /// About a table that is there already.
    pub existing: Existing,
    /// Whether it is temporary.
    pub rows: Rows,
    /// The columns that are spelt out.
    pub columns: Vec<Column>,
    /// The keys and constraints that are spelt out apart from the columns.
    pub keys: Vec<Key>,
    /// The storage engine (MySQL, MariaDB), as written.
    pub engine: Option<String>,
    /// Whether its rows come from a query.
    pub from_query: bool,
}

/// A column as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Where its type and attributes stand in the statement.
    pub definition: Range<usize>,
}

/// A key, index or constraint of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What it is.
    pub kind: KeyKind,
    /// Its name, if it was written.
    pub name: Option<String>,
    /// Its columns, when they are nothing but columns.
    pub columns: Vec<String>,
    /// The table that a foreign key refers to.
    pub references: Option<Name>,
}

/// What a [`Key`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// `PRIMARY KEY`.
    Primary,
    /// `UNIQUE`.
    Unique,
    /// `INDEX`, `KEY`, `FULLTEXT`, `SPATIAL`.
    Index,
    /// `FOREIGN KEY`.
    Foreign,
    /// `CHECK`.
    Check,
    /// Another kind of constraint, such as `EXCLUDE`.
    Other,
}

/// `ALTER TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterTable {
    /// The table.
    pub table: Name,
    /// About a table that is not there.
    pub missing: Missing,
    /// What is altered, in order.
    pub actions: Vec<Alteration>,
}

/// One action of an `ALTER TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Alteration {
    /// `ADD COLUMN`.
    AddColumn(Column, Existing),
    /// `DROP COLUMN`.
    DropColumn(String, Missing),
    /// `MODIFY`, or `ALTER COLUMN`: same name, other definition.
    ModifyColumn(String, Missing),
    /// `CHANGE a b ..`: other definition, and maybe another name.
    ChangeColumn(Rename<String>, Missing),
    /// `RENAME COLUMN a TO b`.
    RenameColumn(Rename<String>),
    /// `ADD` of an index, key or constraint.
    AddKey(Key, Existing),
    /// `DROP PRIMARY KEY`.
    DropPrimaryKey,
    /// `DROP INDEX`, `DROP KEY`.
    DropIndex(String, Missing),
    /// `DROP FOREIGN KEY`.
    DropForeignKey(String, Missing),
    /// `DROP CONSTRAINT`, `DROP CHECK`.
    DropConstraint(String, Missing),
    /// `RENAME INDEX a TO b`.
    RenameIndex(Rename<String>),
    /// `RENAME CONSTRAINT a TO b`.
    RenameConstraint(Rename<String>),
    /// `RENAME TO`.
    RenameTo(Name),
    /// `ENGINE = ..`.
    Engine(String),
    /// A table option, or an attribute of a column or index: run once more it makes no difference.
    Option,
    /// `DETACH PARTITION` (PostgreSQL).
    DetachPartition(Name, Build),
    /// Anything else.
    Other,
}

/// An old name and a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename<N = Name> {
    /// The name until then.
    pub from: N,
    /// The name from then on.
    pub to: N,
}

/// `CREATE INDEX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateIndex {
    /// Its name; PostgreSQL can make one up. On PostgreSQL it lives in the schema of the table.
    pub name: Option<Name>,
    /// The table.
    pub table: Name,
    /// About an index that is there already.
    pub existing: Existing,
    /// How it is built.
    pub build: Build,
    /// Whether it is unique.
    pub unique: bool,
    /// Its columns, when they are nothing but columns.
    pub columns: Vec<String>,
}

/// `DROP INDEX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropIndex {
    /// The indexes.
    pub names: Vec<Name>,
    /// The table, where the dialect names it (MySQL, MariaDB).
    pub table: Option<Name>,
    /// About an index that is not there.
    pub missing: Missing,
    /// How it is dropped.
    pub build: Build,
}

/// What a `CREATE`, `DROP` or `ALTER` is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ObjectKind {
    /// A table.
    Table,
    /// A temporary table.
    TemporaryTable,
    /// An index.
    Index,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A trigger.
    Trigger,
    /// A procedure.
    Procedure,
    /// A function.
    Function,
    /// An event (MySQL, MariaDB).
    Event,
    /// A package (MariaDB).
    Package,
    /// The body of a package (MariaDB).
    PackageBody,
    /// A sequence.
    Sequence,
    /// A schema; on MySQL and MariaDB a database.
    Schema,
    /// A database (PostgreSQL).
    Database,
    /// A type.
    Type,
    /// A domain.
    Domain,
    /// An extension.
    Extension,
    /// A user or role.
    Role,
    /// Another kind.
    Other,
}

/// `CREATE` of something that is neither table nor index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateObject {
    /// What.
    pub kind: ObjectKind,
    /// Its name.
    pub name: Name,
    /// About one that is there already.
    pub existing: Existing,
    /// The table of a trigger.
    pub on: Option<Name>,
}

/// `DROP`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropObject {
    /// What.
    pub kind: ObjectKind,
    /// Their names.
    pub names: Vec<Name>,
    /// About one that is not there.
    pub missing: Missing,
}

/// `ALTER .. RENAME TO` of something that is no table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameObject {
    /// What.
    pub kind: ObjectKind,
    /// Its name until then and from then on; the new one without schema stays in the old one's.
    pub rename: Rename,
}

/// A statement that reads or writes rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// What it does.
    pub verb: Verb,
    /// The tables it writes, as far as they can be read from it.
    pub tables: Vec<Name>,
}

/// What a [`Data`] statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verb {
    /// `SELECT`, `VALUES`, `TABLE`, and `WITH` before one of them.
    Select,
    /// `INSERT`.
    Insert,
    /// `UPDATE`.
    Update,
    /// `DELETE`.
    Delete,
    /// `REPLACE`.
    Replace,
    /// `MERGE`.
    Merge,
    /// `LOAD DATA`, `COPY .. FROM`.
    Load,
}
