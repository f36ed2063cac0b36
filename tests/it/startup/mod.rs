//! Start-up in production: a database that is not up yet, limits, the switch, what is logged, old releases.

mod cli;
mod log;
mod waiting;

use std::collections::BTreeMap;

use crate::servers::Server;

/// `migrate.toml`'s name for what the server speaks.
fn dialect(server: &Server) -> String {
    format!("\"{}\"", server.name())
}

/// A run of start-up that no variable of the tests' own environment reaches.
fn quiet_variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
