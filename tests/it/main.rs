//! The integration tests: one binary, one module for each subject.

mod app;
mod binary;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod chain;
mod cli;
mod corpora;
mod import;
#[cfg(feature = "postgres")]
mod interrupted;
mod learning_platform;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod processes;
mod rebuild;
mod relinked;
mod servers;
mod stale;
mod status;
mod ui;
