//! The integration tests: one binary, one module for each subject.

mod app;
mod binary;
mod corpora;
mod learning_platform;
mod rebuild;
mod servers;
mod ui;
