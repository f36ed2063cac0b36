//! One object of a schema, by reference.

use crate::model::schema::attribute::Origin;
use crate::model::schema::{
    Check, Column, CompositeType, Domain, EnumType, Exclusion, Extension, ForeignKey, Function,
    Grant, Index, Kind, MaterializedView, Name, Namespace, ObjectId, Other, Policy, PrimaryKey,
    Schema, Sequence, Table, Trigger, Unique, View,
};

/// One object of a schema, with the table it belongs to if it belongs to one.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Item<'s> {
    /// The character set and the collation of the database.
    Database(&'s Schema),
    /// A schema.
    Namespace(&'s Namespace),
    /// An extension.
    Extension(&'s Extension),
    /// An enum type.
    Enum(&'s EnumType),
    /// A domain.
    Domain(&'s Domain),
    /// A composite type.
    Composite(&'s CompositeType),
    /// A sequence.
    Sequence(&'s Sequence),
    /// A table; what [`Operation`](super::Operation) says of it tells how much of it.
    Table(&'s Table),
    /// A column of a table.
    Column(&'s Table, &'s Column),
    /// The primary key of a table.
    PrimaryKey(&'s Table, &'s PrimaryKey),
    /// A unique constraint of a table.
    Unique(&'s Table, &'s Unique),
    /// A check constraint of a table.
    Check(&'s Table, &'s Check),
    /// An exclusion constraint of a table.
    Exclusion(&'s Table, &'s Exclusion),
    /// A foreign key of a table.
    ForeignKey(&'s Table, &'s ForeignKey),
    /// A policy of a table.
    Policy(&'s Table, &'s Policy),
    /// An index of a table or of a materialized view, by its name.
    Index(&'s Name, &'s Index),
    /// A view.
    View(&'s View),
    /// A materialized view, without its indexes.
    MaterializedView(&'s MaterializedView),
    /// A function or a procedure.
    Function(&'s Function),
    /// A trigger.
    Trigger(&'s Trigger),
    /// Something of which only the definition is known.
    Other(&'s Other),
    /// A right that somebody has.
    Grant(&'s Grant),
}

impl<'s> Item<'s> {
    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        match self {
            Self::Database(schema) => {
                ObjectId::new(Kind::Database, Name::bare(&schema.default_namespace))
            }
            Self::Namespace(it) => it.id(),
            Self::Extension(it) => it.id(),
            Self::Enum(it) => it.id(),
            Self::Domain(it) => it.id(),
            Self::Composite(it) => it.id(),
            Self::Sequence(it) => it.id(),
            Self::Table(it) => it.id(),
            Self::Column(table, it) => it.id(&table.name),
            Self::PrimaryKey(table, it) => it.id(&table.name),
            Self::Unique(table, it) => it.id(&table.name),
            Self::Check(table, it) => it.id(&table.name),
            Self::Exclusion(table, it) => it.id(&table.name),
            Self::ForeignKey(table, it) => it.id(&table.name),
            Self::Policy(table, it) => it.id(&table.name),
            Self::Index(table, it) => it.id(table),
            Self::View(it) => it.id(),
            Self::MaterializedView(it) => it.id(),
            Self::Function(it) => it.id(),
            Self::Trigger(it) => it.id(),
            Self::Other(it) => it.id(),
            Self::Grant(it) => it.id(),
        }
    }

    /// Its kind.
    pub const fn kind(&self) -> Kind {
        use crate::model::schema::FunctionKind;
        match self {
            Self::Database(_) => Kind::Database,
            Self::Namespace(_) => Kind::Namespace,
            Self::Extension(_) => Kind::Extension,
            Self::Enum(_) => Kind::Enum,
            Self::Domain(_) => Kind::Domain,
            Self::Composite(_) => Kind::Composite,
            Self::Sequence(_) => Kind::Sequence,
            Self::Table(_) => Kind::Table,
            Self::Column(..) => Kind::Column,
            Self::PrimaryKey(..) => Kind::PrimaryKey,
            Self::Unique(..) => Kind::Unique,
            Self::Check(..) => Kind::Check,
            Self::Exclusion(..) => Kind::Exclusion,
            Self::ForeignKey(..) => Kind::ForeignKey,
            Self::Policy(..) => Kind::Policy,
            Self::Index(..) => Kind::Index,
            Self::View(_) => Kind::View,
            Self::MaterializedView(_) => Kind::MaterializedView,
            Self::Function(it) => match it.kind {
                FunctionKind::Function => Kind::Function,
                FunctionKind::Procedure => Kind::Procedure,
            },
            Self::Trigger(_) => Kind::Trigger,
            Self::Other(it) => it.id.kind,
            Self::Grant(_) => Kind::Grant,
        }
    }

    /// The table or view that it belongs to.
    pub const fn owner(&self) -> Option<&'s Name> {
        match self {
            Self::Column(table, _)
            | Self::PrimaryKey(table, _)
            | Self::Unique(table, _)
            | Self::Check(table, _)
            | Self::Exclusion(table, _)
            | Self::ForeignKey(table, _)
            | Self::Policy(table, _) => Some(&table.name),
            Self::Index(table, _) => Some(table),
            Self::Trigger(it) => Some(&it.table),
            Self::Other(it) => it.id.table.as_ref(),
            _ => None,
        }
    }

    /// Whether it is a part of a table, which comes and goes with it.
    pub(crate) const fn is_part(&self) -> bool {
        matches!(
            self,
            Self::Column(..)
                | Self::PrimaryKey(..)
                | Self::Unique(..)
                | Self::Check(..)
                | Self::Exclusion(..)
                | Self::ForeignKey(..)
                | Self::Policy(..)
                | Self::Index(..)
        )
    }

    /// Whether it came with the parent of its table, and goes with it.
    pub(crate) fn is_inherited(&self) -> bool {
        let origin = match self {
            Self::Column(_, it) => it.origin,
            Self::PrimaryKey(_, it) => it.origin,
            Self::Unique(_, it) => it.origin,
            Self::Check(_, it) => it.origin,
            Self::ForeignKey(_, it) => it.origin,
            Self::Index(_, it) => it.origin,
            Self::Trigger(it) => it.origin,
            _ => Origin::Own,
        };
        origin == Origin::Inherited
    }
}
