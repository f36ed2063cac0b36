//! What a database holds, as plain values.
//!
//! [`Schema`] is what introspection finds and what the desired schema says; [`compare()`] tells two of them apart. No
//! value here knows a connection, and none renders SQL.
//!
//! Texts (types, defaults, expressions, definitions) are kept as the catalogue of the database spells them, because two
//! schemas are only ever compared when the same kind of server has spelt both. Where the catalogue keeps what a person
//! has typed (SQLite, bodies of functions), the text is kept and [`compare()`] looks at its tokens.
//!
//! Names have no schema where the object lives in the default one ([`Schema::default_namespace`]): the same migrations
//! give the same value in `public`, in a schema of a tenant and in a scratch database.
//!
//! | file | what |
//! |---|---|
//! | `objects` | [`Objects`]: values by name, in order |
//! | `id` | [`ObjectId`] and [`Kind`]: what a message calls an object |
//! | `attribute` | the small either-ors that several objects share |
//! | `table`, `column`, `key`, `foreign_key`, `check`, `exclusion`, `index`, `policy` | a table and what belongs to it |
//! | `view`, `trigger`, `function`, `sequence`, `extension`, `namespace`, `grant` | one kind of object each |
//! | `enumeration`, `domain`, `composite` | types |
//! | `other` | what has no type of its own here, as its definition |
//! | `dependency` | which object needs which, as far as the catalogue knows |
//! | `filter` | which objects are looked at |
//! | `compare` | two schemas, object by object |

pub mod attribute;
mod check;
mod column;
pub mod compare;
mod composite;
mod dependency;
mod domain;
mod enumeration;
mod exclusion;
mod extension;
mod filter;
mod foreign_key;
mod function;
mod grant;
mod id;
mod index;
mod key;
mod namespace;
mod objects;
mod other;
mod policy;
mod sequence;
mod table;
mod trigger;
mod view;

pub use check::Check;
pub use column::{Column, Generated, Generation, Identity, IdentityKind};
pub(in crate::model) use compare::ORDER_OF_COLUMNS;
pub use compare::{Change, Detail, Difference, compare};
pub use composite::{Attribute, CompositeType};
pub use dependency::Dependency;
pub use domain::Domain;
pub use enumeration::EnumType;
pub use exclusion::Exclusion;
pub use extension::Extension;
pub use filter::{Filter, Pattern};
pub use foreign_key::{Action, ForeignKey, Match};
pub use function::{Function, FunctionKey, FunctionKind};
pub use grant::{Grant, GrantOption};
pub use id::{Kind, ObjectId};
pub use index::{Index, IndexMethod};
pub use key::{KeyPart, Nulls, Order, PartSource, PrimaryKey, Unique};
pub use namespace::Namespace;
pub use objects::{Object, Objects};
pub use other::Other;
pub use policy::{Policy, PolicyCommand, PolicyKind};
pub use sequence::{Sequence, SequenceOptions};
pub use table::{
    ForeignServer, MysqlTable, PartitionOf, PostgresTable, RowSecurity, SqliteTable, Table,
    TableOptions, VirtualTable,
};
pub use trigger::{Trigger, TriggerKey, TriggerState};
pub use view::{CheckOption, MaterializedView, View};

use crate::text::Dialect;
pub use crate::text::ddl::Name;

/// What a database holds.
///
/// ```
/// use migrate_core::model::schema::{Column, Name, Schema, Table, compare};
/// use migrate_core::text::Dialect;
///
/// let mut users = Table::new(Dialect::Sqlite, Name::bare("users"));
/// users.columns.push(Column::new("id", "INTEGER"));
/// let mut before = Schema::new(Dialect::Sqlite, "main");
/// before.tables.insert(users.clone());
///
/// users.columns.push(Column::new("email", "TEXT"));
/// let mut after = Schema::new(Dialect::Sqlite, "main");
/// after.tables.insert(users);
///
/// let differences = compare(&before, &after);
/// assert_eq!(differences[0].to_string(), "column users.email is added");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Schema {
    /// The dialect of the server: MariaDB is told from MySQL.
    pub dialect: Dialect,
    /// The schema whose objects have names without one: the current schema on PostgreSQL, the database on MySQL and
    /// MariaDB, `main` on SQLite.
    pub default_namespace: String,
    /// The character set of the database (MySQL, MariaDB): that of tables that name none.
    pub character_set: Option<String>,
    /// The collation of the database (MySQL, MariaDB): that of tables that name none.
    pub collation: Option<String>,
    /// The other schemas (PostgreSQL).
    pub namespaces: Objects<Namespace>,
    /// Extensions (PostgreSQL). What belongs to one is not listed anywhere else.
    pub extensions: Objects<Extension>,
    /// Enum types (PostgreSQL).
    pub enums: Objects<EnumType>,
    /// Domains (PostgreSQL).
    pub domains: Objects<Domain>,
    /// Composite types (PostgreSQL).
    pub composites: Objects<CompositeType>,
    /// Sequences, with those that a serial column owns and without those of identity columns.
    pub sequences: Objects<Sequence>,
    /// Tables, with what belongs to them.
    pub tables: Objects<Table>,
    /// Views.
    pub views: Objects<View>,
    /// Materialized views (PostgreSQL).
    pub materialized_views: Objects<MaterializedView>,
    /// Functions and procedures.
    pub functions: Objects<Function>,
    /// Triggers, on tables and on views.
    pub triggers: Objects<Trigger>,
    /// Everything else.
    pub others: Objects<Other>,
    /// Who may do what. Empty unless it was asked for.
    pub grants: Vec<Grant>,
    /// Who may do what where it was not asked for (PostgreSQL). Not compared: it is for what has to be made again, which
    /// gets its rights back.
    #[cfg_attr(feature = "runtime", serde(skip))]
    pub rights: Vec<Grant>,
    /// Which object needs which, as far as the catalogue knows beyond what the objects themselves say. Not compared.
    pub dependencies: Vec<Dependency>,
}

impl Schema {
    /// An empty one.
    pub fn new(dialect: Dialect, default_namespace: impl Into<String>) -> Self {
        Self {
            dialect,
            default_namespace: default_namespace.into(),
            character_set: None,
            collation: None,
            namespaces: Objects::default(),
            extensions: Objects::default(),
            enums: Objects::default(),
            domains: Objects::default(),
            composites: Objects::default(),
            sequences: Objects::default(),
            tables: Objects::default(),
            views: Objects::default(),
            materialized_views: Objects::default(),
            functions: Objects::default(),
            triggers: Objects::default(),
            others: Objects::default(),
            grants: Vec::new(),
            rights: Vec::new(),
            dependencies: Vec::new(),
        }
    }

    /// Every object with a name of its own, and what belongs to tables, in a fixed order: kind by kind as a script
    /// would create them, and within a kind by name.
    pub fn objects(&self) -> Vec<ObjectId> {
        let mut ids: Vec<ObjectId> = Vec::new();
        ids.extend(self.namespaces.iter().map(Namespace::id));
        ids.extend(self.extensions.iter().map(Extension::id));
        ids.extend(self.enums.iter().map(EnumType::id));
        ids.extend(self.domains.iter().map(Domain::id));
        ids.extend(self.composites.iter().map(CompositeType::id));
        ids.extend(self.sequences.iter().map(Sequence::id));
        ids.extend(self.tables.iter().flat_map(Table::ids));
        ids.extend(self.views.iter().map(View::id));
        for view in &self.materialized_views {
            ids.push(view.id());
            ids.extend(view.indexes.iter().map(|index| index.id(&view.name)));
        }
        ids.extend(self.functions.iter().map(Function::id));
        ids.extend(self.triggers.iter().map(Trigger::id));
        ids.extend(self.others.iter().map(Other::id));
        ids
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.objects().is_empty()
    }
}
