//! Exit codes.

use std::process::ExitCode;

use migrate_core::text::diagnostic::Class;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// All is well.
    Fine = 0,
    /// The command failed.
    Failed = 1,
    /// The arguments could not be understood.
    Usage = 2,
    /// A check says no.
    No = 3,
    /// The run lock was not obtained in time.
    RunLock = 4,
    /// The database cannot be reached.
    Unreachable = 5,
}

impl Exit {
    /// The exit code of an error.
    pub(crate) fn of(class: Class) -> Self {
        match class {
            Class::Usage => Self::Usage,
            Class::RunLockTimeout => Self::RunLock,
            Class::Unreachable => Self::Unreachable,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
