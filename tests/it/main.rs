//! The integration tests: one binary, one module for each subject.

mod app;
mod binary;
mod rebuild;
mod ui;
