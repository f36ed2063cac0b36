//! The directory on disk: `migrate.toml`, the revision files, `revisions.lock`, and writing new revisions.
//!
//! [`Search`] finds a project, [`load`](load()) reads its directories and says everything that is wrong with them;
//! the macro, the command line, the library and the tests all go through it. [`mod@write`] makes and changes files.

pub mod config;
#[cfg(feature = "write")]
pub mod import;
pub mod load;
pub mod lock;
mod stale;
pub mod template;
#[cfg(feature = "write")]
pub mod write;

pub use config::{Config, Project, Search};
pub use load::{LoadError, LoadMode, Loaded, load};
pub use lock::LockFile;
pub use stale::Stale;

/// What went wrong, without the number of the operating system.
pub(crate) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error")
                .next()
                .unwrap_or_default()
                .to_lowercase()
        }
    }
}

/// Findings as a test shows them, parted by empty lines.
#[cfg(test)]
fn texts(findings: &[crate::text::Diagnostic]) -> String {
    let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
    findings.join("\n\n")
}
