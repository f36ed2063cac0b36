//! What a server said, told apart as far as a run acts on it.

use std::fmt;

use super::Error;
use crate::text::diagnostic::Class;

/// What a server said, told apart as far as a run acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ServerErrorKind {
    /// There is no such table (or schema).
    MissingTable,
    /// There is no such database, or no such file.
    MissingDatabase,
    /// Not allowed.
    Permission,
    /// What was to be created is there already.
    AlreadyExists,
    /// Somebody else writes (SQLite), or a deadlock was broken: trying again may help.
    Busy,
    /// A lock on a table could not be had in time.
    LockTimeout,
    /// The statement took longer than it may.
    StatementTimeout,
    /// The lock row no longer says what it must: somebody else has been at work.
    FenceMissed,
    /// The server could not be reached.
    Unreachable,
    /// The connection was lost.
    Disconnected,
    /// A section cannot go on: what it had left in its session is gone with it.
    Lost,
    /// The time of the run is over; what is half done goes on at the next run.
    LimitOver,
    /// What was asked of us cannot be: a wrong URL, a driver that is not built in.
    Config,
    /// Anything else.
    Other,
}

/// What a server said to somebody who does not know where that was and what for, or an error of ours.
#[derive(Debug)]
pub(crate) enum Unplaced {
    Server(ServerError),
    Error(Error),
}

impl Unplaced {
    /// The error; `place` says where and what for.
    pub(crate) fn at(self, place: impl FnOnce(ServerError) -> Error) -> Error {
        match self {
            Self::Server(error) => place(error),
            Self::Error(error) => error,
        }
    }
}

impl From<ServerError> for Unplaced {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}

impl From<Error> for Unplaced {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// What a server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerError {
    pub(crate) kind: ServerErrorKind,
    pub(crate) message: String,
    pub(crate) code: Option<String>,
    pub(crate) detail: Option<Box<str>>,
    pub(crate) hint: Option<Box<str>>,
    /// The character of the message that was sent, from 1.
    pub(crate) position: Option<usize>,
    /// How many statements of the message had finished.
    pub(crate) results: usize,
}

impl ServerError {
    pub(crate) fn new(kind: ServerErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            code: None,
            detail: None,
            hint: None,
            position: None,
            results: 0,
        }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        Ok(())
    }
}

impl ServerErrorKind {
    /// The class of an error that has no other reason.
    pub(super) const fn class(self) -> Class {
        match self {
            Self::Permission => Class::Permission,
            Self::Busy => Class::RunLockTimeout,
            Self::LockTimeout => Class::DdlLockTimeout,
            Self::FenceMissed | Self::Disconnected => Class::Interrupted,
            Self::Unreachable | Self::MissingDatabase => Class::Unreachable,
            Self::Lost => Class::InDoubt,
            Self::LimitOver => Class::RunTimeout,
            Self::Config => Class::Config,
            Self::MissingTable | Self::AlreadyExists | Self::StatementTimeout | Self::Other => {
                Class::SqlFailed
            }
        }
    }
}
