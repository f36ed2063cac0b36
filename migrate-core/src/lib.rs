//! The core of `migrate`: everything that the macro, the command line and an application share.
//!
//! Four wings, and arrows point only to the wings further left:
//!
//! | [`text`] | [`model`] | [`project`] | `database` (feature `runtime`) |
//! |---|---|---|---|
//! | one file | values in, values out | the directory on disk | connections |
//!
//! Applications name the façade crate `migrate`, never this one.

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod model;
pub mod project;
pub mod text;

#[cfg(feature = "runtime")]
pub mod database;
