//! The `migrate-cli` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    migrate_cli::main(std::env::args_os())
}
