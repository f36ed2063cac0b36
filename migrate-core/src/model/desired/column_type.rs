//! The type of the columns that hold a Rust type.

use std::borrow::Cow;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use super::{DataType, PerDialect};
use crate::model::schema::attribute::Nullability;

/// A Rust type that a column can hold. `#[derive(migrate::ColumnType)]` says it of newtypes and of enums without fields.
///
/// ```
/// use migrate_core::model::desired::{ColumnType, DataType, PerDialect};
///
/// struct Email(String);
///
/// impl ColumnType for Email {
///     const TYPE: DataType = DataType::Custom(PerDialect {
///         sqlite: Some("TEXT COLLATE NOCASE"),
///         postgres: Some("citext"),
///         mysql: Some("varchar(255)"),
///         ..PerDialect::NONE
///     });
/// }
///
/// assert_eq!(<Option<Email> as ColumnType>::TYPE, Email::TYPE);
/// ```
///
/// A type can bring a default along; an `Option` of it does not, since its default is NULL.
///
/// ```
/// use migrate_core::model::desired::{ColumnType, DataType, PerDialect};
///
/// struct CreatedAt(String);
///
/// impl ColumnType for CreatedAt {
///     const TYPE: DataType = DataType::TimestampTz;
///     const DEFAULT: PerDialect<&'static str> = PerDialect {
///         sqlite: Some("CURRENT_TIMESTAMP"),
///         postgres: Some("now()"),
///         mysql: Some("CURRENT_TIMESTAMP(6)"),
///         ..PerDialect::NONE
///     };
/// }
///
/// assert_eq!(CreatedAt::DEFAULT.postgres, Some("now()"));
/// assert_eq!(<Option<CreatedAt>>::DEFAULT.postgres, None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no column type",
    label = "not known to be the type of a column",
    note = "give the field `#[column(type = \"..\")]`, or leave it out with `#[column(skip)]`",
    note = "or say it of the type: `#[derive(migrate::ColumnType)]` on a newtype or an enum without fields, `impl migrate::ColumnType` on others",
    note = "types of chrono, rust_decimal, serde_json, time and uuid have one behind the cargo features `chrono`, `decimal`, `json`, `time` and `uuid`"
)]
pub trait ColumnType {
    /// What its columns hold.
    const TYPE: DataType;
    /// Whether they take NULL.
    const NULLABILITY: Nullability = Nullability::NotNull;
    /// The expression of their default, where the field says none.
    const DEFAULT: PerDialect<&'static str> = PerDialect::NONE;
    /// What a change of the row sets them to (MySQL, MariaDB), where the field says nothing.
    const ON_ROW_UPDATE: PerDialect<&'static str> = PerDialect::NONE;
}

/// A type whose values can stand in an array (PostgreSQL): not `u8`, because `Vec<u8>` is bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the element of an array column",
    note = "give the field `#[column(type = \"..\")]`"
)]
pub trait Element: ColumnType {}

macro_rules! column_types {
    ($($rust:ty => $data_type:expr),* $(,)?) => {$(
        impl ColumnType for $rust {
            const TYPE: DataType = $data_type;
        }
    )*};
}
#[cfg(any(
    feature = "chrono",
    feature = "decimal",
    feature = "json",
    feature = "time",
    feature = "uuid"
))]
pub(super) use column_types;

column_types! {
    bool => DataType::Boolean,
    i8 => DataType::TinyInt,
    i16 => DataType::SmallInt,
    i32 => DataType::Integer,
    i64 => DataType::BigInt,
    u8 => DataType::UnsignedTinyInt,
    u16 => DataType::UnsignedSmallInt,
    u32 => DataType::UnsignedInteger,
    u64 => DataType::UnsignedBigInt,
    f32 => DataType::Real,
    f64 => DataType::Double,
    char => DataType::Char,
    str => DataType::Text,
    String => DataType::Text,
    [u8] => DataType::Bytes,
    Vec<u8> => DataType::Bytes,
    IpAddr => DataType::Inet,
}

macro_rules! elements {
    ($($rust:ty),*) => {$(
        impl Element for $rust {}
    )*};
}
#[cfg(any(
    feature = "chrono",
    feature = "decimal",
    feature = "json",
    feature = "time",
    feature = "uuid"
))]
pub(super) use elements;

elements!(bool, i16, i32, i64, f32, f64, String, IpAddr);

impl<const N: usize> ColumnType for [u8; N] {
    const TYPE: DataType = DataType::FixedBytes(N);
}

impl<T: Element> ColumnType for Vec<T> {
    const TYPE: DataType = DataType::Array(&T::TYPE);
}

impl<T: ColumnType> ColumnType for Option<T> {
    const TYPE: DataType = T::TYPE;
    const NULLABILITY: Nullability = Nullability::Nullable;
}

macro_rules! as_what_it_holds {
    ($($rust:ty),*) => {$(
        impl<T: ColumnType + ?Sized> ColumnType for $rust {
            const TYPE: DataType = T::TYPE;
            const NULLABILITY: Nullability = T::NULLABILITY;
            const DEFAULT: PerDialect<&'static str> = T::DEFAULT;
            const ON_ROW_UPDATE: PerDialect<&'static str> = T::ON_ROW_UPDATE;
        }
    )*};
}

as_what_it_holds!(&T, Box<T>, Rc<T>, Arc<T>);

impl<T: ColumnType + ToOwned + ?Sized> ColumnType for Cow<'_, T> {
    const TYPE: DataType = T::TYPE;
    const NULLABILITY: Nullability = T::NULLABILITY;
    const DEFAULT: PerDialect<&'static str> = T::DEFAULT;
    const ON_ROW_UPDATE: PerDialect<&'static str> = T::ON_ROW_UPDATE;
}
