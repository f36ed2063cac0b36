//! Small applications in temporary directories, built by cargo as a user's would be.
//!
//! All of them share one target directory, so the dependencies are compiled once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::cargo;

/// An application that depends on `migrate` by path.
pub(crate) struct App {
    directory: TempDir,
    name: String,
}

impl App {
    /// An application with this `main.rs`; `features` are those of `migrate`, without its defaults.
    pub(crate) fn new(name: &str, features: &[&str], main: &str) -> Self {
        let directory = tempfile::Builder::new()
            .prefix(name)
            .tempdir()
            .expect("a temporary directory");
        let app = Self {
            directory,
            name: name.to_owned(),
        };
        let workspace = env!("CARGO_MANIFEST_DIR");
        app.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
                 migrate = {{ path = \"{workspace}\", default-features = false, features = {features:?} }}\n"
            ),
        );
        fs::copy(
            Path::new(workspace).join("Cargo.lock"),
            app.path("Cargo.lock"),
        )
        .expect("the lock file");
        app.write("src/main.rs", main);
        app
    }

    /// A path inside.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.directory.path().join(relative)
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    /// Runs cargo with these arguments in the application, without network.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Output {
        self.cargo_with(arguments, |_| {})
    }

    /// The same, the command changed first.
    pub(crate) fn cargo_with(
        &self,
        arguments: &[&str],
        change: impl FnOnce(&mut Command),
    ) -> Output {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nested");
        let mut command = cargo::command();
        command
            .args(arguments)
            .arg("--offline")
            .current_dir(self.directory.path())
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env_remove("RUSTFLAGS")
            .env("CARGO_TERM_COLOR", "never");
        change(&mut command);
        command.output().expect("cargo")
    }

    /// Builds and runs the application and returns what it printed.
    ///
    /// # Panics
    /// With what cargo printed when it does not build or fails.
    #[track_caller]
    pub(crate) fn run(&self) -> String {
        let output = self.cargo(&["run", "--quiet"]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} failed:\n{errors}", self.name);
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Builds the application, which must fail, and returns what cargo printed.
    #[track_caller]
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let output = self.cargo(arguments);
        assert!(!output.status.success(), "{} was built", self.name);
        String::from_utf8(output.stderr).expect("UTF-8")
    }
}
