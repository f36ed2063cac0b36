//! Views and materialized views.

use super::{Index, Kind, Name, Object, ObjectId};

/// A view.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct View {
    /// Its name.
    pub name: Name,
    /// The names of its columns, in their order.
    pub columns: Vec<String>,
    /// The types of its columns, in their order (PostgreSQL). Not compared: they follow from the query.
    pub column_types: Vec<String>,
    /// The query, as the catalogue spells it.
    pub query: String,
    /// What a row must be that is written through it.
    pub check_option: CheckOption,
    /// `security_barrier=true` and the like, sorted, without the check option (PostgreSQL); `ALGORITHM=MERGE` (MySQL,
    /// MariaDB).
    pub options: Vec<String>,
    /// Whose rights count: `DEFINER` or `INVOKER` (MySQL, MariaDB).
    pub security: Option<String>,
    /// Who defined it (MySQL, MariaDB). Not compared: it is whoever ran the revision.
    pub definer: Option<String>,
    /// The defaults of its columns, `column = expression` (PostgreSQL).
    pub defaults: Vec<String>,
    /// Its comment.
    pub comment: Option<String>,
}

/// What a row must be that is written through a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum CheckOption {
    /// Anything.
    #[default]
    None,
    /// A row that this view shows.
    Local,
    /// A row that this view shows, and all below it.
    Cascaded,
}

impl std::fmt::Display for CheckOption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::None => "no check option",
            Self::Local => "WITH LOCAL CHECK OPTION",
            Self::Cascaded => "WITH CASCADED CHECK OPTION",
        })
    }
}

impl View {
    /// A view of this query.
    pub fn new(name: Name, query: impl Into<String>) -> Self {
        Self {
            name,
            columns: Vec::new(),
            column_types: Vec::new(),
            query: query.into(),
            check_option: CheckOption::default(),
            options: Vec::new(),
            security: None,
            definer: None,
            defaults: Vec::new(),
            comment: None,
        }
    }

    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        ObjectId::new(Kind::View, self.name.clone())
    }
}

impl Object for View {
    type Key = Name;

    fn key(&self) -> Name {
        self.name.clone()
    }
}

/// A materialized view (PostgreSQL).
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct MaterializedView {
    /// Its name.
    pub name: Name,
    /// The names of its columns, in their order.
    pub columns: Vec<String>,
    /// The query, as the catalogue spells it.
    pub query: String,
    /// Its indexes.
    pub indexes: Vec<Index>,
    /// `fillfactor=70` and the like, sorted.
    pub storage_parameters: Vec<String>,
    /// The access method, when it is not `heap`.
    pub access_method: Option<String>,
    /// The tablespace, when it is not the database's.
    pub tablespace: Option<String>,
    /// Whether it was filled, or is `WITH NO DATA` as yet.
    pub populated: bool,
    /// Its comment.
    pub comment: Option<String>,
}

impl MaterializedView {
    /// A filled one of this query.
    pub fn new(name: Name, query: impl Into<String>) -> Self {
        Self {
            name,
            columns: Vec::new(),
            query: query.into(),
            indexes: Vec::new(),
            storage_parameters: Vec::new(),
            access_method: None,
            tablespace: None,
            populated: true,
            comment: None,
        }
    }

    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        ObjectId::new(Kind::MaterializedView, self.name.clone())
    }
}

impl Object for MaterializedView {
    type Key = Name;

    fn key(&self) -> Name {
        self.name.clone()
    }
}
