//! Start-up in production: a database that is not up yet, limits, the switch, what is logged, old releases.

mod cli;
mod log;
mod releases;
mod waiting;

use crate::servers::Server;

/// `migrate.toml`'s name for what the server speaks.
fn dialect(server: &Server) -> String {
    format!("\"{}\"", server.name())
}
