//! The schema that an application's models say it wants.
//!
//! `#[derive(migrate::Table)]` turns a struct into a [`TableModel`], a constant; [`Models`] is a list of them, and makes of
//! it, for one dialect at a time, the [`Schema`](super::schema::Schema) and the SQL that creates it. Nothing here knows a
//! connection: whether a database is as the models say is found out by loading that SQL into a throw-away one.
//!
//! | file | what |
//! |---|---|
//! | `dialects` | [`PerDialect`]: what may be said differently for each dialect |
//! | `data_type` | [`DataType`]: a type in the words of each dialect |
//! | `column_type` | [`ColumnType`]: the type of the columns that hold a Rust type |
//! | `crates` | the same for types of other crates, each behind a feature |
//! | `table` | [`TableModel`] and what belongs to it, as constants |
//! | `fields` | names of fields and columns, looked up while the application compiles |
//! | `names` | how constraints and indexes without a name are called |
//! | `models` | [`Models`]: the list |
//! | `convert` | the list as a [`Schema`](super::schema::Schema) |
//! | `sql` | the list as SQL |
//! | `hints` | what it says of renames |
//! | `check` | what does not fit together |
//! | `error` | [`ModelError`] |

mod check;
mod column_type;
mod convert;
mod crates;
mod data_type;
mod dialects;
mod error;
mod fields;
mod hints;
mod models;
pub mod names;
mod sql;
mod table;

#[doc(hidden)]
pub use crate::text::DialectSet;
pub use column_type::{ColumnType, Element};
pub use data_type::{DataType, EnumModel, Measure};
pub use dialects::PerDialect;
pub use error::{ModelError, ModelErrors};
pub use fields::Field;
#[doc(hidden)]
pub use fields::{column, only_key};
pub use models::{Models, Place, Sql};
pub use table::{
    CheckModel, ColumnModel, ForeignKeyModel, GeneratedModel, IndexModel, OptionsModel, PartModel,
    PartOf, PrimaryKeyModel, Table, TableModel, TableName, UniqueModel,
};
