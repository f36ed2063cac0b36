//! The command line as a program: what a person types.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::cargo;

/// What cargo is asked for to build the programs that tests call: the packages and features of
/// `cargo test --workspace --all-features`, and by the example their dev-dependencies, so that nothing is compiled again.
pub(crate) const AS_TESTED: [&str; 15] = [
    "--package",
    "migrate",
    "--package",
    "migrate-core",
    "--package",
    "migrate-macros",
    "--package",
    "migrate-cli",
    "--package",
    "beside-sqlx",
    "--all-features",
    "--bin",
    "migrate-cli",
    "--example",
    "embedded_cli",
];

/// The folder of the programs: `migrate-cli`, and `examples/embedded_cli`. They are built once for all tests.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let mut command = cargo::command();
        command.args(["build", "--quiet"]).args(AS_TESTED);
        let status = command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo");
        assert!(status.success(), "the programs do not build");
        // This test runs in `target/PROFILE/deps`.
        let own = std::env::current_exe().expect("a path");
        let target = own.ancestors().nth(3).expect("the target directory");
        target.join("debug")
    })
}

/// The path of `migrate-cli`.
pub(crate) fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| folder().join(format!("migrate-cli{}", std::env::consts::EXE_SUFFIX)))
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
