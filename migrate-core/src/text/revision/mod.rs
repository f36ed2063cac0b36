//! A revision file: its header, its sections and their digests.
//!
//! [`RevisionFile::parse`] reads header and section markers and never looks at the SQL between them, because which
//! rules that SQL follows is only known once a dialect is chosen; [`RevisionFile::check`] reads one section under one
//! dialect. Other revisions, the directory and the lock file are the business of [`project`](crate::project).

mod check;
mod digest;
mod file;
mod header;
mod marker;
mod preamble;
mod read;
#[cfg(feature = "write")]
mod rewrite;
#[cfg(test)]
mod tests;

pub use digest::absent_digest;
pub use file::{Direction, Header, RevisionFile, Section, Spanned};
pub(crate) use file::{Links, Parsed};
#[cfg(feature = "write")]
pub(crate) use {marker::lines as marker_lines, read::text as normalised, rewrite::Rewrite};
