//! The models of `examples/learning_platform` and its revisions make the same schema, on every database.

use migrate::schema::{Filter, compare};
use migrate::{Database, Migrations, Scratch, introspect};

use crate::servers;

#[path = "../../../examples/learning_platform/models.rs"]
mod models;

fn migrations() -> Migrations {
    let directory = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/examples/learning_platform/migrations"
    );
    Migrations::from_dir(directory).unwrap_or_else(|error| panic!("{error}"))
}
