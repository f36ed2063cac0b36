//! The command line as a user meets it: real directories, real SQLite databases, what is printed and how it ends.
//!
//! Each test types commands and compares the whole session with a file in `snapshots/`. `SNAPSHOTS=overwrite` writes
//! them anew; look at the difference before you commit it.

mod files;
mod project;
mod usage;

use project::Project;
