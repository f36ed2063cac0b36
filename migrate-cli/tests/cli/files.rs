//! Commands that need only the directory.

use snapbox::{assert_data_eq, file};

use crate::Project;

#[test]
fn init_prepares_a_project_and_keeps_what_is_there() {
    let project = Project::empty();
    assert_data_eq!(
        project.session(&["init", "init", "--format json init"]),
        file!["snapshots/init.txt"]
    );
    assert_data_eq!(
        project.read("migrate.toml"),
        file!["snapshots/migrate.toml"]
    );
}

#[test]
fn init_takes_another_directory_and_names_it_everywhere() {
    let project = Project::empty().variable("DATABASE_URL", "postgres://app:hunter2@db/shop");
    let session = project.session(&["init db/migrations", "heads"]);
    assert!(!session.contains("hunter2"));
    assert_data_eq!(session, file!["snapshots/init_elsewhere.txt"]);
}

#[test]
fn there_is_no_directory() {
    let project = Project::empty();
    project.write("Cargo.toml", "[workspace]\n");
    assert_data_eq!(
        project.session(&[
            "heads",
            "--format json heads",
            "--dir db heads",
            "--config x.toml heads",
            "lock"
        ]),
        file!["snapshots/no_directory.txt"]
    );
}

#[test]
fn revisions_are_listed() {
    let project = Project::demo();
    let session = project.session(&[
        "heads",
        "heads -v",
        "branches",
        "branches -v",
        "history",
        "history --graph",
        "history --graph -v",
        "history -r ae10bb:f0f0",
        "history -r :billing",
        "history -r 5f1d:",
        "show 6b",
        "show f0f0 geo",
    ]);
    assert_data_eq!(session, file!["snapshots/listing.txt"]);
}

#[test]
fn revisions_are_listed_as_json() {
    let project = Project::demo();
    let session = project.session(&[
        "--format json heads",
        "--format json branches",
        "--format json history -r 27c6:5f1d",
        "--format json show 6b",
    ]);
    assert_data_eq!(session, file!["snapshots/listing_json.txt"]);
}

#[test]
fn a_plan_needs_no_database() {
    let project = Project::demo();
    let session = project.session(&[
        "plan upgrade heads --from base",
        "plan upgrade billing@head --from 27c6,1975",
        "--format json plan upgrade billing@head --from 27c6,1975",
        "plan downgrade -1 --from f0f0",
        "plan downgrade --from 5f1d",
        "plan upgrade +1 --from ae10bb,3cac",
        "plan upgrade heads --from f0f0,6b",
        "plan downgrade base --from 6b",
    ]);
    assert_data_eq!(session, file!["snapshots/plan.txt"]);
}

#[test]
fn a_spec_that_leads_nowhere_is_explained() {
    let project = Project::demo();
    let session = project.session(&[
        "show zz",
        "show ae10",
        "show billng",
        "show 6b+x",
        "show +1",
        "plan upgrade head --from base",
        "plan upgrade --from zz",
        "plan downgrade -1 --from f0f0,6b",
        "plan downgrade -9 --from f0f0",
        "plan downgrade geo --from f0f0",
        "plan upgrade billing@6b --from base",
        "history -r f0f0:ae1027",
        "history -r f0f0",
        "--format json show ae10",
    ]);
    assert_data_eq!(session, file!["snapshots/specs.txt"]);
}

#[test]
fn statements_are_shown_as_they_are_cut() {
    let project = Project::empty();
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\", \"postgres\"]\n",
    );
    project.write(
        "migrations/a.sql",
        "-- trigger\n-- revision: a\n-- down_revision: none\n\n-- migrate:up dialect:sqlite\n-- a comment\n\
         CREATE TRIGGER t AFTER INSERT ON x BEGIN\n  SELECT 1; SELECT 2;\nEND;\n  INSERT INTO x VALUES (';');\n\n\
         -- migrate:up dialect:postgres transaction:false\nCREATE INDEX CONCURRENTLY i ON x (a);\nSELECT $$;$$\n\n\
         -- migrate:down\nDROP TABLE x;\n",
    );
    assert_data_eq!(
        project.session(&[
            "-q show --statements a",
            "-q --format json show --statements a"
        ]),
        file!["snapshots/statements.txt"]
    );
}
