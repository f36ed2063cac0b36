//! Cargo as a person calls it.

use std::env;
use std::process::Command;

/// A call of cargo without what the cargo that runs the tests has set for them.
///
/// The build script of ring looks at such variables. It would be run again here, and again in the next build outside of the
/// tests, and all that depends on it would be compiled again each time.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO"));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || text.starts_with("CARGO_BIN_EXE_")
        {
            command.env_remove(&name);
        }
    }
    command
}
