//! The models of `examples/learning_platform` and its revisions make the same schema, on every database.

use migrate::Migrations;
use migrate::testing::assert_models_in_sync;

use crate::servers;

#[path = "../../../examples/learning_platform/models.rs"]
mod models;

#[tokio::test]
async fn revisions_and_models_agree() {
    let directory = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/examples/learning_platform/migrations"
    );
    let migrations = Migrations::from_dir(directory).unwrap_or_else(|error| panic!("{error}"));
    for server in servers::each() {
        let database = server.database("models");
        assert_models_in_sync(&migrations, &models::MODELS, database.url()).await;
    }
}
