//! Sequences.

use super::attribute::Persistence;
use super::{Kind, Name, Object, ObjectId};

/// A sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Sequence {
    /// Its name.
    pub name: Name,
    /// The numbers it gives.
    pub options: SequenceOptions,
    /// The table and column that it goes with, such as those of a `serial` column (PostgreSQL).
    pub owned_by: Option<(Name, String)>,
    /// Whether its place outlives a crash (PostgreSQL).
    pub persistence: Persistence,
    /// Its comment.
    pub comment: Option<String>,
}

/// The numbers that a sequence gives; where it stands is data and not here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct SequenceOptions {
    /// The type of the numbers: `bigint`.
    pub data_type: String,
    /// The first.
    pub start: i64,
    /// The step.
    pub increment: i64,
    /// The smallest.
    pub minimum: i64,
    /// The largest.
    pub maximum: i64,
    /// How many a session takes at once.
    pub cache: i64,
    /// Whether it begins anew behind the last.
    pub cycle: bool,
}

impl SequenceOptions {
    /// Those that a sequence of this type has when nothing else is said: upwards from 1.
    pub fn of(data_type: impl Into<String>) -> Self {
        let data_type = data_type.into();
        let maximum = match data_type.as_str() {
            "smallint" => i64::from(i16::MAX),
            "integer" => i64::from(i32::MAX),
            _ => i64::MAX,
        };
        Self {
            data_type,
            start: 1,
            increment: 1,
            minimum: 1,
            maximum,
            cache: 1,
            cycle: false,
        }
    }
}

impl Sequence {
    /// A sequence that nobody owns.
    pub fn new(name: Name, options: SequenceOptions) -> Self {
        Self {
            name,
            options,
            owned_by: None,
            persistence: Persistence::default(),
            comment: None,
        }
    }

    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        ObjectId::new(Kind::Sequence, self.name.clone())
    }
}

impl Object for Sequence {
    type Key = Name;

    fn key(&self) -> Name {
        self.name.clone()
    }
}
