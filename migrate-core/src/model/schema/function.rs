//! Functions and procedures.

use super::{Kind, Name, Object, ObjectId};

/// A function or a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Function {
    /// Which of the two.
    pub kind: FunctionKind,
    /// Its name.
    pub name: Name,
    /// The types of its arguments as far as they tell it from others of its name (PostgreSQL): `integer, text`.
    pub arguments: String,
    /// What it returns; a procedure nothing.
    pub returns: Option<String>,
    /// The language, in lower case.
    pub language: String,
    /// The whole statement: `CREATE OR REPLACE ..` on PostgreSQL, `CREATE ..` without a definer on MySQL and MariaDB.
    pub definition: String,
    /// Who defined it (MySQL, MariaDB). Not compared: it is whoever ran the revision.
    pub definer: Option<String>,
    /// The `sql_mode` it runs under (MySQL, MariaDB). Not compared: it is the session's that defined it.
    pub sql_mode: Option<String>,
    /// Its comment; on MySQL and MariaDB the definition holds it.
    pub comment: Option<String>,
}

/// Function or procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum FunctionKind {
    /// A function.
    Function,
    /// A procedure.
    Procedure,
}

/// What a function is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionKey {
    /// Its name.
    pub name: Name,
    /// Function or procedure: MySQL has a name space for each.
    pub kind: FunctionKind,
    /// The types of its arguments (PostgreSQL).
    pub arguments: String,
}

impl Function {
    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        let kind = match self.kind {
            FunctionKind::Function => Kind::Function,
            FunctionKind::Procedure => Kind::Procedure,
        };
        let Name { schema, name } = self.name.clone();
        let name = format!("{name}({})", self.arguments);
        ObjectId::new(kind, Name { schema, name })
    }
}

impl Object for Function {
    type Key = FunctionKey;

    fn key(&self) -> FunctionKey {
        FunctionKey {
            name: self.name.clone(),
            kind: self.kind,
            arguments: self.arguments.clone(),
        }
    }
}
