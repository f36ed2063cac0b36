//! What every command takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::values;

/// The options that every command takes, before or after its name.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The configuration file [env: MIGRATE_CONFIG] [default: migrate.toml, looked for upwards]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// The migrations directory [env: MIGRATE_DIR] [default: what migrate.toml says, else ./migrations]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,

    /// The database [env: DATABASE_URL] [default: that of the environment]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database_url: Option<String>,

    /// The environment of migrate.toml [env: MIGRATE_ENV]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) env: Option<String>,

    /// A key and a value for steps of the application and templates of revisions; may be given several times
    #[arg(short = 'x', value_name = "KEY=VALUE", value_parser = values::argument)]
    pub(crate) arguments: Vec<(String, String)>,

    /// What is printed on stdout
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    pub(crate) format: Format,

    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,

    /// Say nothing but what was asked for, and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Say more
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// What is printed on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Human,
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}
