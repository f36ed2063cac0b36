//! The directory on disk: `migrate.toml`, the revision files, `revisions.lock`, and writing new revisions.

pub mod config;
pub mod load;
pub mod lock;
pub mod write;
