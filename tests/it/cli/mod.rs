//! The command line as a user meets it: real directories, real SQLite databases, what is printed and how it ends.
//!
//! Each test types commands and compares the whole session with a file in `snapshots/`. `SNAPSHOTS=overwrite` writes
//! them anew; look at the difference before you commit it.

mod alembic;
mod autogenerate;
mod check;
mod dialects;
mod diff;
mod dump;
mod expand;
mod files;
mod looking;
mod offline;
mod on_servers;
mod project;
mod proof;
mod rebase;
mod reference;
mod sqlite;
mod stages;
#[cfg(target_os = "linux")]
mod terminal;
mod trouble;
mod usage;
mod verify;

pub(crate) use project::{Project, told};

/// Compares a session with a file in `snapshots/`, to the letter: backslashes are strokes of a graph here.
macro_rules! assert_screen {
    ($session:expr, $name:literal) => {
        snapbox::assert_data_eq!($session, snapbox::file![$name].raw())
    };
}
pub(crate) use assert_screen;
