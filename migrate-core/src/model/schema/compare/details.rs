//! The respects in which two objects differ, gathered one by one.

use std::fmt::Display;

use super::{Change, Detail, Difference, ObjectId};
use crate::model::schema::SequenceOptions;
use crate::text::Dialect;
use crate::text::sql::same_tokens;

/// What has been found so far about one object.
pub(in crate::model) struct Details {
    dialect: Dialect,
    found: Vec<Detail>,
}

impl Details {
    pub(in crate::model) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            found: Vec::new(),
        }
    }

    fn push(&mut self, what: &'static str, before: String, after: String) {
        self.found.push(Detail {
            what,
            before,
            after,
        });
    }

    /// Two values that can be shown.
    pub(super) fn value<T: PartialEq + Display>(
        &mut self,
        what: &'static str,
        before: T,
        after: T,
    ) {
        if before != after {
            self.push(what, before.to_string(), after.to_string());
        }
    }

    /// Two values of which each may be absent.
    pub(super) fn option<T: PartialEq + Display>(
        &mut self,
        what: &'static str,
        before: Option<&T>,
        after: Option<&T>,
    ) {
        if before != after {
            self.push(what, shown(before), shown(after));
        }
    }

    /// Two texts of SQL: where the catalogue keeps what was typed, blanks, comments and quotes make no difference.
    pub(super) fn sql(
        &mut self,
        what: &'static str,
        before: Option<&String>,
        after: Option<&String>,
    ) {
        let same = match (before, after) {
            (Some(one), Some(other)) => {
                one == other
                    || self.dialect == Dialect::Sqlite && same_tokens(one, other, self.dialect)
            }
            (one, other) => one == other,
        };
        if !same {
            self.push(what, shown(before), shown(after));
        }
    }

    /// Two lists.
    pub(super) fn list<T: PartialEq + Display>(
        &mut self,
        what: &'static str,
        before: &[T],
        after: &[T],
    ) {
        if before != after {
            self.push(what, joined(before), joined(after));
        }
    }

    /// Two yes or no.
    pub(super) fn flag(&mut self, what: &'static str, before: bool, after: bool) {
        let word = |flag| if flag { "yes" } else { "no" };
        self.value(what, word(before), word(after));
    }

    /// Two ranges of numbers.
    pub(super) fn sequence(&mut self, before: &SequenceOptions, after: &SequenceOptions) {
        self.value("type", &before.data_type, &after.data_type);
        self.value("start", before.start, after.start);
        self.value("increment", before.increment, after.increment);
        self.value("minimum", before.minimum, after.minimum);
        self.value("maximum", before.maximum, after.maximum);
        self.value("cache", before.cache, after.cache);
        self.flag("cycle", before.cycle, after.cycle);
    }

    /// Adds what was found about an object, if anything was.
    pub(super) fn finish(self, object: impl FnOnce() -> ObjectId, out: &mut Vec<Difference>) {
        if !self.found.is_empty() {
            out.push(Difference {
                object: object(),
                change: Change::Changed(self.found),
            });
        }
    }

    /// What was found.
    pub(in crate::model) fn into_details(self) -> Vec<Detail> {
        self.found
    }

    /// The dialect of both.
    pub(super) const fn dialect(&self) -> Dialect {
        self.dialect
    }
}

fn shown<T: Display>(value: Option<&T>) -> String {
    value.map_or_else(|| "none".to_owned(), ToString::to_string)
}

fn joined<T: Display>(values: &[T]) -> String {
    if values.is_empty() {
        return "none".to_owned();
    }
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    values.join(", ")
}
