//! The integration tests: one binary, one module for each subject.
//!
//! A build with one database has the modules of that database; what compares databases, builds applications or uses the
//! command line, which knows all of them, needs the features of all three.

use cfg_if::cfg_if;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod binary;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod cargo;
#[cfg(feature = "runtime")]
mod chain;
#[cfg(feature = "runtime")]
mod servers;

cfg_if! {
    if #[cfg(feature = "sqlite")] {
        mod embedded_cli;
        mod heartbeat;
        mod other_process;
        mod relinked;
        mod stale;
        mod status;
    }
}

cfg_if! {
    if #[cfg(feature = "postgres")] {
        mod interrupted;
        mod messages;
        mod postgres;
    }
}

#[cfg(feature = "mysql")]
mod mysql;

cfg_if! {
    if #[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))] {
        mod accepted;
        mod app;
        mod backup;
        mod batches;
        mod cli;
        mod corpora;
        mod examples;
        mod import;
        mod introspect;
        mod learning_platform;
        #[cfg(feature = "testing")]
        mod models;
        mod offline;
        mod pairs;
        mod processes;
        mod rebuild;
        mod renewed;
        mod several_sets;
        mod startup;
        mod steps;
        #[cfg(feature = "testing")]
        mod testing;
        mod ui;
    }
}
