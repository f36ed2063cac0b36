//! The command line as a program: what a person types.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The path of `migrate-cli`, built once for all tests.
pub(crate) fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--quiet", "--package", "migrate-cli"]);
        let status = command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo");
        assert!(status.success(), "migrate-cli does not build");
        // This test runs in `target/PROFILE/deps`.
        let own = std::env::current_exe().expect("a path");
        let folder = own.ancestors().nth(2).expect("the folder of the profile");
        let debug = folder.parent().expect("target").join("debug");
        debug.join(format!("migrate-cli{}", std::env::consts::EXE_SUFFIX))
    })
}

/// A call of `migrate-cli` that no setting of the caller's environment reaches.
pub(crate) fn command(directory: &Path) -> Command {
    let mut command = Command::new(path());
    command.current_dir(directory).stdin(Stdio::null());
    for name in [
        "DATABASE_URL",
        "MIGRATE_CONFIG",
        "MIGRATE_DIR",
        "MIGRATE_ENV",
        "MIGRATE_AUTO",
        "BACKEND_AUTO_MIGRATE",
        "MIGRATE_SCRATCH_URL",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs `migrate-cli` with these arguments and returns what it printed.
///
/// # Panics
/// With its errors, when it fails.
#[cfg(feature = "sqlite")]
#[track_caller]
pub(crate) fn succeed(directory: &Path, arguments: &[&str]) -> String {
    let output = command(directory)
        .args(arguments)
        .output()
        .expect("migrate-cli");
    assert!(
        output.status.success(),
        "{arguments:?} failed:\n{}",
        errors(&output)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[cfg(feature = "sqlite")]
pub(crate) fn errors(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
