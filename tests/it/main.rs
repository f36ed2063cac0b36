//! The integration tests: one binary, one module for each subject.

mod app;
mod binary;
mod cli;
mod corpora;
mod learning_platform;
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod processes;
mod rebuild;
mod servers;
mod stale;
mod status;
mod ui;
