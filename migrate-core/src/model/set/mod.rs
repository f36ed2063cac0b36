//! The set of revisions that a binary carries: [`Migrations`].
//!
//! The macro packs a directory into one text and one index ([`pack`]); a binary reads of them only what it needs. The
//! first bytes of the index hold the settings and the effective heads with their chains, which is all that a start-up
//! at head looks at. Everything else is decoded at the first use and kept.

mod bytes;
mod pack;
mod settings;
#[cfg(test)]
mod tests;
mod unpack;

use std::borrow::Cow;
use std::fmt;

use once_cell::sync::OnceCell;

pub(crate) use pack::fingerprint;
pub use pack::{PackedSet, SourceRevision, SourceSection, chains, pack};
pub use settings::{Ahead, HeadsPolicy, Settings, StartupSettings, Switched, Timeouts};
pub use unpack::{Entry, Head, SectionRef, Set};

#[cfg(feature = "runtime")]
use crate::database::Steps;
use crate::model::desired::Models;
use crate::text::ddl::{Loss, losses};
use crate::text::diagnostic::Class;
use crate::text::sql::split;
use crate::text::{Chain, Dialect, DialectSet};

/// The version of the packed form. A binary reads only its own: macro and library come from one release.
const FORMAT: u8 = 1;

/// A checked set of revisions: what `embed_migrations!()` yields.
///
/// It is a constant value without allocations, so it can stand in a `static`; nothing is parsed, sorted or hashed
/// when the program starts.
#[derive(Debug)]
pub struct Migrations {
    text: Cow<'static, str>,
    index: Cow<'static, [u8]>,
    directory: Option<Cow<'static, str>>,
    opening: OnceCell<unpack::Opening>,
    set: OnceCell<Set>,
    models: Option<&'static Models>,
    /// The one thing of the runtime that a set carries: see `docs/decisions.md`.
    #[cfg(feature = "runtime")]
    pub(crate) steps: Steps,
}

impl Migrations {
    /// The value of a packed set; what the macro emits.
    #[doc(hidden)]
    pub const fn embedded(
        text: &'static str,
        index: &'static [u8],
        directory: Option<&'static str>,
    ) -> Self {
        Self::new(
            Cow::Borrowed(text),
            Cow::Borrowed(index),
            borrowed(directory),
            #[cfg(feature = "runtime")]
            Steps::embedded(&[]),
        )
    }

    /// The same with Rust steps.
    #[cfg(feature = "runtime")]
    #[doc(hidden)]
    pub const fn embedded_with(
        text: &'static str,
        index: &'static [u8],
        directory: Option<&'static str>,
        steps: &'static [crate::database::RustStep],
    ) -> Self {
        Self::new(
            Cow::Borrowed(text),
            Cow::Borrowed(index),
            borrowed(directory),
            Steps::embedded(steps),
        )
    }

    /// The value of a set that was packed while the program runs.
    pub fn from_packed(packed: PackedSet, directory: Option<String>) -> Self {
        Self::new(
            Cow::Owned(packed.text),
            Cow::Owned(packed.index),
            directory.map(Cow::Owned),
            #[cfg(feature = "runtime")]
            Steps::embedded(&[]),
        )
    }

    const fn new(
        text: Cow<'static, str>,
        index: Cow<'static, [u8]>,
        directory: Option<Cow<'static, str>>,
        #[cfg(feature = "runtime")] steps: Steps,
    ) -> Self {
        Self {
            text,
            index,
            directory,
            opening: OnceCell::new(),
            set: OnceCell::new(),
            models: None,
            #[cfg(feature = "runtime")]
            steps,
        }
    }

    /// The same with the schema that the application wants: what `check` and `revision --autogenerate` compare with, and
    /// [`assert_models_in_sync`](crate::database::testing) in tests.
    ///
    /// ```
    /// # use migrate_core::model::{Migrations, set::{Settings, pack}};
    /// # use migrate_core::text::DialectSet;
    /// use migrate_core::model::desired::Models;
    ///
    /// static MODELS: Models = Models::new(&[]);
    /// # let packed = pack(&[], DialectSet::EMPTY, &Settings::default());
    /// # let migrations = Migrations::from_packed(packed, None);
    /// let migrations = migrations.with_models(&MODELS);
    /// assert_eq!(migrations.models(), Some(&MODELS));
    /// ```
    #[must_use]
    pub const fn with_models(mut self, models: &'static Models) -> Self {
        self.models = Some(models);
        self
    }

    /// The schema that the application wants, if it was given.
    pub const fn models(&self) -> Option<&'static Models> {
        self.models
    }

    /// The first migrations directory, where the binary may know it: debug builds, and sets read at run time.
    pub fn directory(&self) -> Option<&str> {
        self.directory.as_deref()
    }

    /// The settings of `migrate.toml` that matter at run time.
    ///
    /// # Errors
    /// [`UnpackError`] when macro and library are of different releases.
    pub fn settings(&self) -> Result<&Settings, UnpackError> {
        Ok(&self.opening()?.settings)
    }

    /// The dialects that the set was checked for.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub fn dialects(&self) -> Result<DialectSet, UnpackError> {
        Ok(self.opening()?.dialects)
    }

    /// The dialect whose sections serve a database that speaks `dialect`: itself, or its fallback when only that is
    /// configured; `None` when the set was built for neither.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub fn serving(&self, dialect: Dialect) -> Result<Option<Dialect>, UnpackError> {
        Ok(self.opening()?.serving(dialect))
    }

    /// The effective heads with their chains for `dialect`, read from the opening of the index alone; empty when the
    /// set does not serve the dialect or has no revisions.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub fn effective_heads(&self, dialect: Dialect) -> Result<Vec<Head<'_>>, UnpackError> {
        self.opening()?.heads(&self.text, &self.index, dialect)
    }

    /// The number of revisions.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub fn len(&self) -> Result<usize, UnpackError> {
        Ok(self.opening()?.revisions)
    }

    /// Whether there is no revision.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub fn is_empty(&self) -> Result<bool, UnpackError> {
        Ok(self.len()? == 0)
    }

    /// A hash over the names of the files the set was made of; tells whether a directory has gained or lost files.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub fn fingerprint(&self) -> Result<Chain, UnpackError> {
        Ok(self.opening()?.fingerprint)
    }

    /// All of it, decoded at the first call.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub fn set(&self) -> Result<&Set, UnpackError> {
        self.set
            .get_or_try_init(|| unpack::set(self.opening()?, &self.text, &self.index))
    }

    /// A text of the set, such as one that [`Entry`] refers to.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The revision at `index` with its texts.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    ///
    /// # Panics
    /// When `index` is not one of this set's graph.
    pub fn entry(&self, index: super::Index) -> Result<Entry<'_>, UnpackError> {
        Ok(self.set()?.entry(self.text(), index))
    }

    /// The section that serves `dialect`, if the revision has one.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    ///
    /// # Panics
    /// When `index` is not one of this set's graph.
    pub fn section(
        &self,
        index: super::Index,
        direction: crate::text::revision::Direction,
        dialect: Dialect,
    ) -> Result<Option<SectionRef<'_>>, UnpackError> {
        Ok(self.set()?.section(self.text(), index, direction, dialect))
    }

    /// What the section that serves `dialect` takes away for good, as far as its statements say so.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    ///
    /// # Panics
    /// When `index` is not one of this set's graph.
    pub fn losses(
        &self,
        index: super::Index,
        direction: crate::text::revision::Direction,
        dialect: Dialect,
    ) -> Result<Vec<Loss>, UnpackError> {
        let Some(section) = self.section(index, direction, dialect)? else {
            return Ok(Vec::new());
        };
        let script = split(section.text, dialect);
        let statements = script.statements.iter();
        let texts = statements.map(|statement| &section.text[statement.text.clone()]);
        Ok(losses(texts, dialect))
    }

    fn opening(&self) -> Result<&unpack::Opening, UnpackError> {
        self.opening
            .get_or_try_init(|| unpack::opening(&self.text, &self.index))
    }
}

const fn borrowed(text: Option<&'static str>) -> Option<Cow<'static, str>> {
    match text {
        Some(text) => Some(Cow::Borrowed(text)),
        None => None,
    }
}

/// The packed form cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnpackError(Unreadable);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unreadable {
    Format(u8),
    Truncated,
}

impl UnpackError {
    /// One of each, for the snapshot of all texts.
    #[cfg(all(test, feature = "runtime"))]
    pub(crate) const SAMPLES: [Self; 2] =
        [Self(Unreadable::Format(99)), Self(Unreadable::Truncated)];

    /// The class of the error.
    pub const fn class(&self) -> Class {
        Class::Config
    }
}

impl fmt::Display for UnpackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unreadable::Format(found) => write!(
                f,
                "the embedded migrations have format {found}, this library reads format {FORMAT}: build `migrate`, \
                 `migrate-core` and `migrate-macros` from one release"
            ),
            Unreadable::Truncated => f.write_str(
                "the embedded migrations are cut short: build the application again (`cargo clean -p` its package)",
            ),
        }
    }
}

impl std::error::Error for UnpackError {}
