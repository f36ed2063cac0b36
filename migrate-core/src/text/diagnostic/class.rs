//! The classes of errors.

use std::fmt;

/// The class of an error: the stable word that `--format json` prints for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[allow(
    missing_docs,
    reason = "the names are the documentation; each is explained in the guide"
)]
pub enum Class {
    UnknownRevision,
    AmbiguousRevision,
    AmbiguousWalk,
    MultipleHeads,
    NotInBranch,
    NotAnAncestor,
    NotApplied,
    OutOfRange,
    InvalidSpec,
    Cycle,
    DuplicateRevision,
    MissingParent,
    EditedRevision,
    Draft,
    LockFile,
    HistoryDiffers,
    Gap,
    Ahead,
    Diverged,
    /// Revisions are pending where none may be.
    Pending,
    /// A backup could not be made.
    BackupFailed,
    SqlFailed,
    InDoubt,
    Interrupted,
    RunLockTimeout,
    DdlLockTimeout,
    RunTimeout,
    Unreachable,
    Permission,
    /// A revision file that cannot be read: header, markers, SQL text.
    InvalidRevision,
    Config,
    /// The command line could not be understood.
    Usage,
}

impl Class {
    /// The word in JSON documents, such as `ambiguous_revision`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownRevision => "unknown_revision",
            Self::AmbiguousRevision => "ambiguous_revision",
            Self::AmbiguousWalk => "ambiguous_walk",
            Self::MultipleHeads => "multiple_heads",
            Self::NotInBranch => "not_in_branch",
            Self::NotAnAncestor => "not_an_ancestor",
            Self::NotApplied => "not_applied",
            Self::OutOfRange => "out_of_range",
            Self::InvalidSpec => "invalid_spec",
            Self::Cycle => "cycle",
            Self::DuplicateRevision => "duplicate_revision",
            Self::MissingParent => "missing_parent",
            Self::EditedRevision => "edited_revision",
            Self::Draft => "draft",
            Self::LockFile => "lock_file",
            Self::HistoryDiffers => "history_differs",
            Self::Gap => "gap",
            Self::Ahead => "ahead",
            Self::Diverged => "diverged",
            Self::Pending => "pending",
            Self::BackupFailed => "backup_failed",
            Self::SqlFailed => "sql_failed",
            Self::InDoubt => "in_doubt",
            Self::Interrupted => "interrupted",
            Self::RunLockTimeout => "run_lock_timeout",
            Self::DdlLockTimeout => "ddl_lock_timeout",
            Self::RunTimeout => "run_timeout",
            Self::Unreachable => "unreachable",
            Self::Permission => "permission",
            Self::InvalidRevision => "invalid_revision",
            Self::Config => "config",
            Self::Usage => "usage",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
