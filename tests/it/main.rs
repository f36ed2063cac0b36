//! The integration tests: one binary, one module for each subject.

mod app;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod backup;
mod batches;
mod binary;
mod chain;
mod cli;
mod corpora;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod examples;
mod import;
#[cfg(feature = "sqlite")]
mod heartbeat;
#[cfg(feature = "postgres")]
mod interrupted;
mod introspect;
mod learning_platform;
#[cfg(feature = "mysql")]
mod mysql;
mod offline;
#[cfg(feature = "postgres")]
mod postgres;
mod processes;
mod rebuild;
mod relinked;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod renewed;
mod servers;
mod stale;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod startup;
mod status;
mod steps;
#[cfg(all(
    feature = "sqlite",
    feature = "postgres",
    feature = "mysql",
    feature = "testing"
))]
mod testing;
mod ui;
