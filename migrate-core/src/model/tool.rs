//! The tools that people come from: their names, and how their versions become our ids.
//!
//! The import gives each migration the id that [`Tool::id`] makes of its version, and adopting finds the revision of a
//! row in the tool's table by the same rule backwards ([`Tool::key`]). So the two need nothing to remember each other by.

use std::fmt;
use std::str::FromStr;

use crate::text::RevisionId;
use crate::text::diagnostic::nearest;
use crate::text::id::{self, InvalidId};

/// A migration tool whose files and whose table can be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are those of the tools")]
pub enum Tool {
    Alembic,
    Sqlx,
    Refinery,
    Diesel,
    Flyway,
    Dbmate,
    Goose,
    GolangMigrate,
}

impl Tool {
    /// All of them, in the order in which they are listed everywhere.
    pub const ALL: [Self; 8] = [
        Self::Alembic,
        Self::Sqlx,
        Self::Refinery,
        Self::Diesel,
        Self::Flyway,
        Self::Dbmate,
        Self::Goose,
        Self::GolangMigrate,
    ];

    /// The word that `--from` takes.
    ///
    /// ```
    /// use migrate_core::model::Tool;
    ///
    /// assert_eq!(Tool::GolangMigrate.name(), "golang-migrate");
    /// assert_eq!("flyway".parse(), Ok(Tool::Flyway));
    /// ```
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alembic => "alembic",
            Self::Sqlx => "sqlx",
            Self::Refinery => "refinery",
            Self::Diesel => "diesel",
            Self::Flyway => "flyway",
            Self::Dbmate => "dbmate",
            Self::Goose => "goose",
            Self::GolangMigrate => "golang-migrate",
        }
    }

    /// The name as its authors write it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Alembic => "Alembic",
            Self::Diesel => "Diesel",
            Self::Flyway => "Flyway",
            other => other.name(),
        }
    }

    /// The table it keeps in a database, unless it was told otherwise.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Alembic => "alembic_version",
            Self::Sqlx => "_sqlx_migrations",
            Self::Refinery => "refinery_schema_history",
            Self::Diesel => "__diesel_schema_migrations",
            Self::Flyway => "flyway_schema_history",
            Self::Dbmate | Self::GolangMigrate => "schema_migrations",
            Self::Goose => "goose_db_version",
        }
    }

    /// The id of the revision that a version becomes; `version` as it stands in the name of the file.
    ///
    /// Versions of Flyway and refinery keep their letter. Characters that ids cannot hold become `_`.
    ///
    /// ```
    /// use migrate_core::model::Tool;
    ///
    /// assert_eq!(Tool::Sqlx.id("0001")?, "0001");
    /// assert_eq!(Tool::Flyway.id("V1.2")?, "V1_2");
    /// # Ok::<_, migrate_core::text::id::InvalidId>(())
    /// ```
    ///
    /// # Errors
    /// A version that cannot be made an id, because it is empty or too long.
    pub fn id(self, version: &str) -> Result<RevisionId, InvalidId> {
        RevisionId::new(&legal(version))
    }

    /// What the version of a row and the id of its revision have in common.
    ///
    /// Where a tool compares numbers, so do we: the row `1` is that of the file `0001_init.sql`.
    ///
    /// ```
    /// use migrate_core::model::Tool;
    ///
    /// assert_eq!(Tool::Sqlx.key("1"), Tool::Sqlx.key("0001"));
    /// assert_eq!(Tool::Flyway.key("1.2"), Tool::Flyway.key("V1_2_0"));
    /// assert_ne!(Tool::Dbmate.key("1"), Tool::Dbmate.key("0001"));
    /// ```
    pub fn key(self, version: &str) -> String {
        match self {
            Self::Alembic | Self::Diesel | Self::Dbmate => legal(version),
            Self::Sqlx | Self::Goose | Self::GolangMigrate => number(version),
            Self::Refinery => number(version.strip_prefix(['V', 'U']).unwrap_or(version)),
            Self::Flyway => {
                let plain = version.strip_prefix('V').unwrap_or(version);
                match numbers(plain) {
                    Some(parts) => parts.join("."),
                    None => legal(version),
                }
            }
        }
    }

    /// Whether one version of the tool comes before another; versions that are no numbers compare as text.
    ///
    /// ```
    /// use migrate_core::model::Tool;
    ///
    /// assert!(Tool::Flyway.order("1.9").lt(&Tool::Flyway.order("1.10")));
    /// ```
    pub fn order(self, version: &str) -> VersionOrder {
        let key = self.key(version);
        let parts = match self {
            Self::Alembic | Self::Diesel | Self::Dbmate => None,
            _ => key
                .split('.')
                .map(|part| part.parse().ok())
                .collect::<Option<Vec<u128>>>(),
        };
        VersionOrder(parts.unwrap_or_default(), key)
    }
}

/// The place of a version among the others; made by [`Tool::order`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionOrder(Vec<u128>, String);

/// The text with everything replaced that ids cannot hold.
fn legal(text: &str) -> String {
    let mut id: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if id::RESERVED
        .iter()
        .any(|word| word.eq_ignore_ascii_case(&id))
    {
        id.push('_');
    }
    id
}

/// Digits without leading zeros; other text as it is.
fn number(text: &str) -> String {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    match text.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits => digits.to_owned(),
    }
}

/// The parts of `1.2` or `1_2`, without zeros that mean nothing.
fn numbers(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    for part in text.split(['.', '_']) {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        parts.push(number(part));
    }
    while parts.len() > 1 && parts.last().is_some_and(|part| part == "0") {
        parts.pop();
    }
    Some(parts)
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}

/// The text is not the name of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTool(String);

impl fmt::Display for UnknownTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Tool::ALL.map(Tool::name);
        match nearest(&self.0, names) {
            Some(meant) => write!(f, "unknown tool `{}`: did you mean `{meant}`?", self.0),
            None => write!(
                f,
                "unknown tool `{}`: expected one of {}",
                self.0,
                names.join(", ")
            ),
        }
    }
}

impl std::error::Error for UnknownTool {}

impl FromStr for Tool {
    type Err = UnknownTool;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|tool| tool.name() == text)
            .ok_or_else(|| UnknownTool(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_and_the_id_of_its_file_have_one_key() {
        for (tool, file, row) in [
            (Tool::Alembic, "ae1027a6acf1", "ae1027a6acf1"),
            (Tool::Alembic, "2024.01-a", "2024.01-a"),
            (Tool::Sqlx, "0001", "1"),
            (Tool::Sqlx, "20240101120000", "20240101120000"),
            (Tool::Refinery, "V01", "1"),
            (Tool::Refinery, "U7", "7"),
            (Tool::Diesel, "00000000000000", "00000000000000"),
            (Tool::Flyway, "V1.2", "1.2"),
            (Tool::Flyway, "V2_1", "2.1"),
            (Tool::Flyway, "V001.0", "001.0"),
            (Tool::Flyway, "R_views", "R_views"),
            (Tool::Dbmate, "001", "001"),
            (Tool::Goose, "00001", "1"),
            (Tool::GolangMigrate, "000012", "12"),
        ] {
            let id = tool.id(file).expect(file);
            assert_eq!(tool.key(id.as_str()), tool.key(row), "{tool} {file} {row}");
        }
    }

    #[test]
    fn words_of_specs_are_no_ids() {
        assert_eq!(Tool::Alembic.id("head").expect("an id"), "head_");
        assert_eq!(Tool::Alembic.key("head"), "head_");
    }

    #[test]
    fn versions_have_the_order_of_their_tool() {
        for (tool, sorted) in [
            (Tool::Sqlx, ["2", "0010", "20240101120000"]),
            (Tool::Flyway, ["V1", "V1.9", "V1.10"]),
            (Tool::Diesel, ["1", "10", "2"]),
        ] {
            let mut versions = sorted;
            versions.reverse();
            versions.sort_by_key(|version| tool.order(version));
            assert_eq!(versions, sorted, "{tool}");
        }
    }
}
