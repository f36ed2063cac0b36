//! The integration tests: one binary, one module for each subject.

mod app;
mod binary;
mod cli;
mod corpora;
mod mysql;
mod rebuild;
mod servers;
mod ui;
