//! The fields of a row, taken one after the other.

use crate::database::backend::Row;
use crate::model::schema::Name;

/// The fields of a row. A field that is not there is as one that is NULL.
pub(super) struct Fields(std::vec::IntoIter<Option<String>>);

impl Fields {
    pub(super) fn of(row: Row) -> Self {
        Self(row.into_iter())
    }

    /// The next field.
    pub(super) fn option(&mut self) -> Option<String> {
        self.0.next().flatten()
    }

    /// The field after `ahead` others.
    pub(super) fn option_at(&mut self, ahead: usize) -> Option<String> {
        self.0.nth(ahead).flatten()
    }

    /// The next field, if there is anything in it.
    pub(super) fn filled(&mut self) -> Option<String> {
        self.option().filter(|text| !text.is_empty())
    }

    /// The next field; empty for NULL.
    pub(super) fn text(&mut self) -> String {
        self.option().unwrap_or_default()
    }

    /// The next field as a number; 0 for what is none.
    pub(super) fn number<N: std::str::FromStr + Default>(&mut self) -> N {
        self.text().parse().unwrap_or_default()
    }

    /// Whether the next field says yes.
    pub(super) fn flag(&mut self) -> bool {
        matches!(self.text().as_str(), "t" | "true" | "1" | "YES")
    }

    /// The next two fields: a schema, NULL for the default one, and a name.
    pub(super) fn name(&mut self) -> Name {
        Name {
            schema: self.option(),
            name: self.text(),
        }
    }
}
