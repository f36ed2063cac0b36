//! Writing: new revisions, and `revisions.lock`.
//!
//! A command that fails leaves nothing behind: everything is checked first, files are written beside their places and
//! then renamed, and what was renamed before a failure is put back. The clock is an argument.

mod files;
mod header;
mod id;
mod import;
mod lock;
mod new;
mod order;
mod rebase;
mod slug;
#[cfg(test)]
mod tests;

pub use files::{Existing, save};
pub use id::random_id;
pub use import::{Earlier, ImportEffect, Imported, ImportedRevision, WriteImport, import};
pub use lock::{Amended, LockChange, LockOptions, LockOutcome, WriteLock, lock};
pub use new::{NewRevision, NewSection, Splice, Written, new_revision, new_series};
pub use rebase::{Locked, Moved, Rebase, Rebased, Renamed, What, WriteRebase, rebase};
pub use slug::slug;
