//! The integration tests: one binary, one module for each subject.
//!
//! A build with one database has the modules of that database; what compares databases, builds applications or uses the
//! command line, which knows all of them, needs the features of all three.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod binary;
#[cfg(feature = "runtime")]
mod chain;
#[cfg(feature = "runtime")]
mod servers;

#[cfg(feature = "sqlite")]
mod embedded_cli;
#[cfg(feature = "sqlite")]
mod heartbeat;
#[cfg(feature = "sqlite")]
mod relinked;
#[cfg(feature = "sqlite")]
mod stale;
#[cfg(feature = "sqlite")]
mod status;

#[cfg(feature = "postgres")]
mod interrupted;
#[cfg(feature = "postgres")]
mod postgres;

#[cfg(feature = "mysql")]
mod mysql;

#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod app;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod backup;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod batches;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod cli;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod corpora;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod examples;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod import;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod introspect;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod learning_platform;
#[cfg(all(
    feature = "sqlite",
    feature = "postgres",
    feature = "mysql",
    feature = "testing"
))]
mod models;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod offline;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod pairs;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod processes;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod rebuild;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod renewed;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod several_sets;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod startup;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod steps;
#[cfg(all(
    feature = "sqlite",
    feature = "postgres",
    feature = "mysql",
    feature = "testing"
))]
mod testing;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod ui;
