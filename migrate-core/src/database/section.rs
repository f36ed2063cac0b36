//! Where the SQL of a step comes from: the files, or the down section that the database has recorded.

use super::error::Error;
use super::execute::Source;
use crate::model::Index;
use crate::model::Migrations;
use crate::model::set::SectionRef;
use crate::text::diagnostic::Class;
use crate::text::revision::{Direction, RevisionFile};
use crate::text::sql::split;
use crate::text::{Dialect, Digest, RevisionId};

/// What the reports call a section that comes from the database.
pub(crate) const STORED: &str = "stored section";

/// The SQL of a step.
#[derive(Debug, Clone)]
pub(crate) enum Text<'m> {
    /// Of the set.
    File(SectionRef<'m>),
    /// Recorded.
    Stored {
        text: String,
        transactional: bool,
        digest: Digest,
    },
}

impl<'m> Text<'m> {
    /// The section of the set.
    pub(crate) fn of_set(
        migrations: &'m Migrations,
        index: Index,
        direction: Direction,
        dialect: Dialect,
    ) -> Result<Option<Self>, Error> {
        Ok(migrations
            .section(index, direction, dialect)?
            .map(Self::File))
    }

    /// The down section of the set.
    ///
    /// # Errors
    /// When the revision says that there is no way back.
    pub(crate) fn back(
        migrations: &'m Migrations,
        index: Index,
        dialect: Dialect,
    ) -> Result<Option<Self>, Error> {
        if let Some(reason) = migrations.entry(index)?.irreversible {
            let id = migrations.set()?.graph().id(index);
            return Err(Error::with_help(
                Class::OutOfRange,
                format!("revision {id} cannot be taken back: {reason}"),
                "restore a backup, or write a new revision that goes forward",
            ));
        }
        Self::of_set(migrations, index, Direction::Down, dialect)
    }

    /// A recorded down section: its marker line and its text. Its digest must be the one recorded beside it.
    pub(crate) fn stored(
        revision: &RevisionId,
        section: &str,
        recorded: Digest,
    ) -> Result<Option<Self>, Error> {
        let damaged = || {
            Error::with_help(
                Class::HistoryDiffers,
                format!(
                    "the down section that is recorded for {revision} is not the one that was recorded"
                ),
                "somebody has changed the row; use the files of the release that applied it",
            )
        };
        let file = format!(
            "-- stored\n--\n-- revision: {revision}\n-- down_revision: none\n\n-- migrate:up\n\n{section}"
        );
        let (Some(file), _) = RevisionFile::parse(STORED, file.as_bytes()) else {
            return Err(damaged());
        };
        let found = file
            .sections
            .iter()
            .find(|section| section.direction == Direction::Down);
        let section = found.ok_or_else(damaged)?;
        let digest = file.digest(section);
        if digest != recorded {
            return Err(damaged());
        }
        let text = file.body(section).to_owned();
        Ok(Some(Self::Stored {
            text,
            transactional: section.transactional,
            digest,
        }))
    }

    /// Whether it is a recorded one.
    pub(crate) const fn is_stored(&self) -> bool {
        matches!(self, Self::Stored { .. })
    }

    /// The SQL.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::File(section) => section.text,
            Self::Stored { text, .. } => text,
        }
    }

    pub(crate) const fn digest(&self) -> Digest {
        match self {
            Self::File(section) => section.digest,
            Self::Stored { digest, .. } => *digest,
        }
    }

    pub(crate) const fn transactional(&self) -> bool {
        match self {
            Self::File(section) => section.transactional,
            Self::Stored { transactional, .. } => *transactional,
        }
    }

    /// The section, split for `dialect` and found fit to be run.
    pub(crate) fn source(
        &self,
        revision: &RevisionId,
        dialect: Dialect,
        from: usize,
    ) -> Result<Source<'_>, Error> {
        let (text, file, line) = match self {
            Self::File(section) => (section.text, section.file, section.line),
            Self::Stored { text, .. } => (text.as_str(), STORED, 1),
        };
        let script = split(text, dialect);
        if let Some(error) = script.errors.first() {
            return Err(Error::plain(
                Class::InvalidRevision,
                format!(
                    "the section of {revision} cannot be read as {dialect}: {}",
                    error.message
                ),
            ));
        }
        Ok(Source {
            text,
            script,
            dialect,
            transactional: self.transactional(),
            file,
            line,
            from,
        })
    }
}

/// A down section as it is recorded: with the marker line that it had.
pub(crate) fn recorded(section: &SectionRef<'_>) -> String {
    let mut marker = "-- migrate:down".to_owned();
    if !section.dialects.is_empty() {
        marker.push_str(&format!(" dialect:{}", section.dialects));
    }
    if !section.transactional {
        marker.push_str(" transaction:false");
    }
    format!("{marker}\n{}", section.text)
}
