//! One file at a time: SQL text, the header and sections of a revision file, and what is said about them.
//!
//! Nothing here knows other revisions, a directory or a database. Everything is a function of its arguments.

pub mod ddl;
pub mod diagnostic;
pub mod dialect;
pub mod digest;
pub mod id;
pub mod position;
pub mod revision;
pub(crate) mod source;
pub mod sql;

pub use diagnostic::{Diagnostic, Level};
pub use dialect::{Dialect, DialectSet};
pub use digest::{Chain, Digest};
pub use id::RevisionId;
pub use position::{LineIndex, Position};
