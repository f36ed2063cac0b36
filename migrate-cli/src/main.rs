//! The `migrate-cli` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    migrate_cli::run(std::env::args_os())
}
