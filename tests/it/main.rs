//! The integration tests: one binary, one module for each subject.

mod app;
mod binary;
mod cli;
mod corpora;
mod interrupted;
mod learning_platform;
mod mysql;
mod place;
mod processes;
mod rebuild;
mod servers;
mod stale;
mod ui;
