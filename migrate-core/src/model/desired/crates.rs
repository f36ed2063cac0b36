//! The column types of other crates' types, each crate behind a feature of its name, as sqlx reads and writes them.

#[cfg(any(
    feature = "chrono",
    feature = "decimal",
    feature = "json",
    feature = "time",
    feature = "uuid"
))]
use super::{
    ColumnType, DataType, Element,
    column_type::{column_types, elements},
};

#[cfg(feature = "uuid")]
mod uuid {
    use super::*;

    column_types! {
        ::uuid::Uuid => DataType::Uuid,
        ::uuid::fmt::Hyphenated => DataType::UuidText,
    }
    elements!(::uuid::Uuid);
}

#[cfg(feature = "chrono")]
mod chrono {
    use super::*;

    impl<Z: ::chrono::TimeZone> ColumnType for ::chrono::DateTime<Z> {
        const TYPE: DataType = DataType::TimestampTz;
    }
    impl<Z: ::chrono::TimeZone> Element for ::chrono::DateTime<Z> {}

    column_types! {
        ::chrono::NaiveDateTime => DataType::Timestamp,
        ::chrono::NaiveDate => DataType::Date,
        ::chrono::NaiveTime => DataType::Time,
    }
    elements!(
        ::chrono::NaiveDateTime,
        ::chrono::NaiveDate,
        ::chrono::NaiveTime
    );
}

#[cfg(feature = "time")]
mod time {
    use super::*;

    column_types! {
        ::time::OffsetDateTime => DataType::TimestampTz,
        ::time::PrimitiveDateTime => DataType::Timestamp,
        ::time::Date => DataType::Date,
        ::time::Time => DataType::Time,
    }
    elements!(
        ::time::OffsetDateTime,
        ::time::PrimitiveDateTime,
        ::time::Date,
        ::time::Time
    );
}

#[cfg(feature = "decimal")]
mod decimal {
    use super::*;

    column_types!(::rust_decimal::Decimal => DataType::Decimal);
    elements!(::rust_decimal::Decimal);
}

#[cfg(feature = "json")]
mod json {
    use super::*;

    column_types!(::serde_json::Value => DataType::Json);
    elements!(::serde_json::Value);

    /// Whatever it holds, sqlx writes it as JSON.
    #[cfg(feature = "runtime")]
    impl<T> ColumnType for sqlx::types::Json<T> {
        const TYPE: DataType = DataType::Json;
    }
}
