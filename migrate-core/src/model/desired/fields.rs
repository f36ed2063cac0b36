//! Names of fields and columns, looked up while the application compiles.

use super::{Table, TableModel};

/// A field of a struct and the column that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// What the field is called in Rust.
    pub field: &'static str,
    /// What the column is called.
    pub column: &'static str,
}

/// The column of a field that another model refers to.
///
/// # Panics
/// With `otherwise`, while the application compiles, when there is no such field.
pub const fn column<T: Table + ?Sized>(field: &str, otherwise: &'static str) -> &'static str {
    let fields = T::FIELDS;
    let mut place = 0;
    while place < fields.len() {
        if same(fields[place].field, field) {
            return fields[place].column;
        }
        place += 1;
    }
    panic!("{}", otherwise)
}

/// The one column of the primary key that another model refers to.
///
/// # Panics
/// With `otherwise`, while the application compiles, when the key is not of one column.
pub const fn only_key<T: Table + ?Sized>(otherwise: &'static str) -> &'static str {
    match T::KEY {
        [column] => column,
        _ => panic!("{}", otherwise),
    }
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut place = 0;
    while place < one.len() {
        if one[place] != other[place] {
            return false;
        }
        place += 1;
    }
    true
}

impl TableModel {
    /// What messages call it: the struct and its table.
    pub(super) fn shown(&self) -> String {
        format!("`{}` (table {})", self.rust_name, self.name.name)
    }
}
