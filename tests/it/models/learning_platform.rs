//! The models of `examples/learning_platform` and its revisions make the same schema, on every database; and from an
//! empty history the models alone make it, in one revision.

use std::process::ExitCode;

use clap::Parser;
use migrate::testing::assert_models_in_sync;
use migrate::{Database, Migrations, Run};

use crate::cli::Project;
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

/// An application that carries its command line.
#[derive(Parser)]
struct App {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Migrate(migrate::cli::Arguments),
}

/// The words after `app migrate`, said to an application with the revisions of this project.
#[track_caller]
fn application(project: &Project, words: &[&str]) {
    let Command::Migrate(arguments) =
        App::parse_from([&["app", "migrate"], words].concat()).command;
    let said = arguments.run(&revisions(project));
    assert_eq!(said, ExitCode::SUCCESS, "{words:?}");
}

fn revisions(project: &Project) -> Migrations {
    Migrations::from_dir(project.path("migrations"))
        .unwrap_or_else(|error| panic!("{error}"))
        .with_models(&models::MODELS)
}

#[test]
fn from_nothing_the_models_are_one_revision() {
    for server in servers::each() {
        let (name, database) = (server.name(), server.database("from_models"));
        let project = Project::empty();
        let config = format!("[migrations]\ndialects = [\"{name}\"]\n");
        project.write("migrate.toml", &config);
        project.write("migrations/.keep", "");
        assert!(project.run(&["lock"]).status.success());
        let written = || {
            project
                .listing()
                .iter()
                .filter(|it| it.ends_with(".sql"))
                .count()
        };
        let on = |words: &[&str]| {
            application(
                &project,
                &[words, &["--database-url", database.url()]].concat(),
            );
        };

        on(&["revision", "--autogenerate", "-m", "everything"]);
        assert_eq!(written(), 1, "{name}");
        assert!(project.run(&["lock"]).status.success());
        on(&["upgrade"]);
        on(&["check"]);
        on(&["revision", "--autogenerate", "-m", "once more"]);
        assert_eq!(written(), 1, "{name}: there is nothing more to write");

        let target: Database = database.url().parse().expect("a URL");
        let head = crate::chain::block_on(async {
            let migrations = revisions(&project);
            assert_models_in_sync(&migrations, &models::MODELS, database.url()).await;
            migrations.run(&target, Run::downgrade("base")).await
        });
        assert!(head.is_ok(), "{name}: {head:?}");
        assert_eq!(database.schema(), Vec::<String>::new(), "{name}");
    }
}
