//! A type in the words of each dialect.

use super::PerDialect;
use crate::text::Dialect;
use crate::text::sql::{quote_ident, quote_literal};

/// What a column holds. [`ColumnType`](super::ColumnType) says it of a Rust type.
///
/// | | SQLite | PostgreSQL | MySQL, MariaDB |
/// |---|---|---|---|
/// | `Boolean` | INTEGER | boolean | boolean |
/// | `TinyInt` | INTEGER | none | tinyint |
/// | `SmallInt`, `Integer`, `BigInt` | INTEGER | smallint, integer, bigint | smallint, int, bigint |
/// | `UnsignedTinyInt` .. `UnsignedBigInt` | INTEGER | the next larger type that holds it | tinyint unsigned .. bigint unsigned |
/// | `Real`, `Double` | REAL | real, double precision | float, double |
/// | `Decimal` | TEXT | numeric | decimal, with a precision |
/// | `Text` | TEXT | text | longtext |
/// | `Text` with a length | TEXT | varchar(n) | varchar(n) |
/// | `Char` | TEXT | char(1) | char(1) |
/// | `Bytes` | BLOB | bytea | longblob, with a length varbinary(n) |
/// | `FixedBytes(n)` | BLOB | bytea | binary(n) |
/// | `Uuid` | BLOB | uuid | binary(16) |
/// | `UuidText` | TEXT | uuid | char(36) |
/// | `Date`, `Time` | TEXT | date, time | date, time(6) |
/// | `Timestamp`, `TimestampTz` | TEXT | timestamp, timestamptz | datetime(6) |
/// | `Json` | TEXT | jsonb | json |
/// | `Inet` | TEXT | inet | varchar(45) |
/// | `Array` | none | type[] | none |
/// | `Enum` | TEXT with a check | a type of its own | enum(..) |
/// | `Labels` | TEXT with a check | text with a check | varchar(n) with a check, 255 without a length |
///
/// On SQLite these are its own five storage classes, so that a `STRICT` table takes them. Of strings and bytes without
/// a length MySQL and MariaDB get the types without limit; those cannot be in a key, which is an error that says so.
///
/// ```
/// use migrate_core::model::desired::{DataType, Measure};
/// use migrate_core::text::Dialect;
///
/// let name = DataType::Text.spelt(Dialect::Mysql, Measure { length: Some(80), ..Measure::default() });
/// assert_eq!(name.as_deref(), Ok("varchar(80)"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum DataType {
    Boolean,
    TinyInt,
    SmallInt,
    Integer,
    BigInt,
    UnsignedTinyInt,
    UnsignedSmallInt,
    UnsignedInteger,
    UnsignedBigInt,
    Real,
    Double,
    Decimal,
    Text,
    Char,
    Bytes,
    FixedBytes(usize),
    Uuid,
    UuidText,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Json,
    Inet,
    Array(&'static Self),
    Enum(&'static EnumModel),
    /// The labels of an enum as texts, with a check.
    Labels(&'static EnumModel),
    /// As it is written.
    Custom(PerDialect<&'static str>),
    /// As it is written, and for the dialects of which nothing is written the other.
    Partly(PerDialect<&'static str>, &'static Self),
}

/// The labels of an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnumModel {
    /// What the Rust type is called, for messages.
    pub rust_name: &'static str,
    /// The schema of the type on PostgreSQL, if it is not the default one.
    pub schema: Option<&'static str>,
    /// What the type is called on PostgreSQL.
    pub name: &'static str,
    /// The labels, in their order.
    pub labels: &'static [&'static str],
}

/// How long or how precise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measure {
    /// At most so many characters or bytes.
    pub length: Option<u32>,
    /// So many digits.
    pub precision: Option<u32>,
    /// So many of them behind the point.
    pub scale: Option<u32>,
}

impl DataType {
    /// The type as this dialect writes it.
    ///
    /// # Errors
    /// What the dialect lacks or asks for, as the end of a sentence that begins with the name of the column.
    pub fn spelt(&self, dialect: Dialect, measure: Measure) -> Result<String, String> {
        let mysql = dialect.is_mysql_family();
        let of = |sqlite: &str, postgres: &str, mysql_word: &str| {
            Ok(match dialect {
                Dialect::Sqlite => sqlite,
                Dialect::Postgres => postgres,
                Dialect::Mysql | Dialect::Mariadb => mysql_word,
            }
            .to_owned())
        };
        self.takes(measure)?;
        match self {
            Self::Boolean => of("INTEGER", "boolean", "boolean"),
            Self::TinyInt if dialect == Dialect::Postgres => {
                Err("is an 8 bit integer, which PostgreSQL lacks: use i16, or give a `type(postgres = \"..\")`".to_owned())
            }
            Self::TinyInt => of("INTEGER", "", "tinyint"),
            Self::SmallInt => of("INTEGER", "smallint", "smallint"),
            Self::Integer => of("INTEGER", "integer", "int"),
            Self::BigInt => of("INTEGER", "bigint", "bigint"),
            Self::UnsignedTinyInt => of("INTEGER", "smallint", "tinyint unsigned"),
            Self::UnsignedSmallInt => of("INTEGER", "integer", "smallint unsigned"),
            Self::UnsignedInteger => of("INTEGER", "bigint", "int unsigned"),
            Self::UnsignedBigInt => of("INTEGER", "numeric(20)", "bigint unsigned"),
            Self::Real => of("REAL", "real", "float"),
            Self::Double => of("REAL", "double precision", "double"),
            Self::Decimal => match (dialect, measure.precision) {
                (Dialect::Sqlite, _) => Ok("TEXT".to_owned()),
                (_, Some(digits)) => {
                    let word = if mysql { "decimal" } else { "numeric" };
                    Ok(match measure.scale {
                        Some(scale) => format!("{word}({digits},{scale})"),
                        None => format!("{word}({digits})"),
                    })
                }
                (Dialect::Postgres, None) => Ok("numeric".to_owned()),
                (_, None) => Err(format!(
                    "is a decimal, which {dialect} cuts to whole numbers of ten digits unless it is told more: give it \
                     a `precision` and a `scale`"
                )),
            },
            Self::Text => Ok(match (dialect, measure.length) {
                (Dialect::Sqlite, _) => "TEXT".to_owned(),
                (_, Some(length)) => format!("varchar({length})"),
                (Dialect::Postgres, None) => "text".to_owned(),
                (_, None) => "longtext".to_owned(),
            }),
            Self::Char => of("TEXT", "char(1)", "char(1)"),
            Self::Bytes => Ok(match (dialect, measure.length) {
                (Dialect::Sqlite, _) => "BLOB".to_owned(),
                (Dialect::Postgres, _) => "bytea".to_owned(),
                (_, Some(length)) => format!("varbinary({length})"),
                (_, None) => "longblob".to_owned(),
            }),
            Self::FixedBytes(length) => of("BLOB", "bytea", &format!("binary({length})")),
            Self::Uuid => of("BLOB", "uuid", "binary(16)"),
            Self::UuidText => of("TEXT", "uuid", "char(36)"),
            Self::Date => of("TEXT", "date", "date"),
            Self::Time => of("TEXT", "time", "time(6)"),
            Self::Timestamp => of("TEXT", "timestamp", "datetime(6)"),
            Self::TimestampTz => of("TEXT", "timestamptz", "datetime(6)"),
            Self::Json => of("TEXT", "jsonb", "json"),
            Self::Inet => of("TEXT", "inet", "varchar(45)"),
            Self::Array(element) if dialect == Dialect::Postgres => {
                Ok(format!("{}[]", element.spelt(dialect, measure)?))
            }
            Self::Array(_) => Err(format!(
                "is an array, which {dialect} lacks: give a `type({} = \"..\")`, or a table of its own",
                dialect.fallback().unwrap_or(dialect)
            )),
            Self::Enum(model) => Ok(match dialect {
                Dialect::Sqlite => "TEXT".to_owned(),
                Dialect::Postgres => model.qualified(dialect),
                Dialect::Mysql | Dialect::Mariadb => format!("enum({})", model.list(dialect)),
            }),
            Self::Labels(_) => Ok(match dialect {
                Dialect::Sqlite => "TEXT".to_owned(),
                Dialect::Postgres => "text".to_owned(),
                _ => format!("varchar({})", measure.length.unwrap_or(255)),
            }),
            Self::Partly(words, otherwise) => match words.get(dialect) {
                Some(words) => Ok(words.to_owned()),
                None => otherwise.spelt(dialect, measure),
            },
            Self::Custom(words) => words.get(dialect).map(str::to_owned).ok_or_else(|| {
                format!(
                    "has no type for {dialect}: give a `type({} = \"..\")`",
                    dialect.fallback().unwrap_or(dialect)
                )
            }),
        }
    }

    /// Whether it can be in a key or an index of the dialect as it is.
    pub(super) fn is_unlimited(&self, dialect: Dialect, measure: Measure) -> bool {
        let of = self.on(dialect);
        dialect.is_mysql_family()
            && measure.length.is_none()
            && matches!(of, Self::Text | Self::Bytes | Self::Json)
    }

    /// What it is on a dialect.
    pub(super) fn on(&self, dialect: Dialect) -> Self {
        match self {
            Self::Partly(words, otherwise) if words.get(dialect).is_none() => otherwise.on(dialect),
            other => *other,
        }
    }

    /// The enum that it is, or that its elements are.
    pub(super) fn enumeration(&self, dialect: Dialect) -> Option<&'static EnumModel> {
        match self.on(dialect) {
            Self::Enum(model) => Some(model),
            Self::Array(element) => element.enumeration(dialect),
            _ => None,
        }
    }

    /// A measure that means nothing here is an error, not silence.
    fn takes(&self, measure: Measure) -> Result<(), String> {
        let innermost = match self {
            Self::Array(element) => element,
            // Of what it is elsewhere that is said there.
            Self::Partly(..) => return Ok(()),
            other => other,
        };
        if measure.length.is_some()
            && !matches!(innermost, Self::Text | Self::Bytes | Self::Labels(_))
        {
            return Err("has a `length`, which only strings and bytes can have".to_owned());
        }
        if measure.precision.is_some() && !matches!(innermost, Self::Decimal) {
            return Err("has a `precision`, which only decimals can have".to_owned());
        }
        Ok(())
    }
}

impl EnumModel {
    /// The labels as literals of the dialect.
    pub(super) fn list(&self, dialect: Dialect) -> String {
        let labels = self
            .labels
            .iter()
            .map(|label| quote_literal(label, dialect));
        labels.collect::<Vec<_>>().join(", ")
    }

    fn qualified(&self, dialect: Dialect) -> String {
        match self.schema {
            Some(schema) => format!("{}.{}", bare(schema, dialect), bare(self.name, dialect)),
            None => bare(self.name, dialect),
        }
    }
}

/// Quoted only where it must be: this is read by people, in revisions that are generated from it.
pub(super) fn bare(name: &str, dialect: Dialect) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '_'));
    if plain {
        name.to_owned()
    } else {
        quote_ident(name, dialect)
    }
}
