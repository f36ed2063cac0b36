//! Indexes.

use super::attribute::{NullsDistinct, Origin, Uniqueness, Validity, Visibility};
use super::{KeyPart, Kind, Name, ObjectId};

/// An index of a table or a materialized view.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Index {
    /// Its name. On PostgreSQL it lives in the schema of the table.
    pub name: String,
    /// What it is made of.
    pub parts: Vec<KeyPart>,
    /// Whether it holds each key once.
    pub uniqueness: Uniqueness,
    /// How it is built.
    pub method: IndexMethod,
    /// Further columns that it holds (PostgreSQL).
    pub include: Vec<String>,
    /// The rows it holds, when it is not all of them.
    pub predicate: Option<String>,
    /// Whether two NULLs are the same for a unique one (PostgreSQL 15).
    pub nulls: NullsDistinct,
    /// Whether the planner sees it (MySQL; `IGNORED` on MariaDB).
    pub visibility: Visibility,
    /// `fillfactor=70` and the like, sorted (PostgreSQL); `KEY_BLOCK_SIZE=4` (MySQL, MariaDB).
    pub storage_parameters: Vec<String>,
    /// The parser of a full text index (MySQL, MariaDB).
    pub parser: Option<String>,
    /// The tablespace, when it is not the database's (PostgreSQL).
    pub tablespace: Option<String>,
    /// Whether it was built to its end (PostgreSQL).
    pub validity: Validity,
    /// Whether the table was last ordered by it (`CLUSTER ON`, PostgreSQL).
    pub clustered: bool,
    /// Whether it comes from the index of a partitioned table.
    pub origin: Origin,
    /// Its comment.
    pub comment: Option<String>,
}

/// How an index is built.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum IndexMethod {
    /// As a B-tree.
    #[default]
    Btree,
    /// By hash.
    Hash,
    /// `FULLTEXT` (MySQL, MariaDB).
    Fulltext,
    /// `SPATIAL` (MySQL, MariaDB).
    Spatial,
    /// Another access method, in lower case: `gin`, `gist`, `brin`, `hnsw`, and `vector` on MariaDB.
    Other(String),
}

impl IndexMethod {
    /// The method that a catalogue calls so.
    pub fn read(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "btree" => Self::Btree,
            "hash" => Self::Hash,
            "fulltext" => Self::Fulltext,
            "spatial" | "rtree" => Self::Spatial,
            other => Self::Other(other.to_owned()),
        }
    }

    /// In lower case.
    pub fn name(&self) -> &str {
        match self {
            Self::Btree => "btree",
            Self::Hash => "hash",
            Self::Fulltext => "fulltext",
            Self::Spatial => "spatial",
            Self::Other(name) => name,
        }
    }
}

impl std::fmt::Display for IndexMethod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl Index {
    /// An index over columns.
    pub fn new<S: Into<String>>(
        name: impl Into<String>,
        columns: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            name: name.into(),
            parts: columns.into_iter().map(KeyPart::column).collect(),
            ..Self::default()
        }
    }

    /// What messages call it.
    pub fn id(&self, table: &Name) -> ObjectId {
        ObjectId::on(Kind::Index, table.clone(), &self.name)
    }
}
