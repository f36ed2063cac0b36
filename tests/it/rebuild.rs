//! What an application sees when its migrations directory changes: without a build script, on stable Rust.

use crate::app::App;
use crate::binary;

const MAIN: &str = r#"
static MIGRATIONS: migrate::Migrations = migrate::embed_migrations!();

fn main() {
    let heads = MIGRATIONS.effective_heads(migrate::Dialect::Sqlite).expect("readable");
    let heads: Vec<&str> = heads.iter().map(|head| head.id).collect();
    println!("{} revisions, head {}", MIGRATIONS.len().expect("readable"), heads.join(","));
}
"#;

#[track_caller]
fn cli(app: &App, arguments: &[&str]) -> String {
    binary::succeed(&app.path("."), arguments)
}

fn first() -> App {
    let app = App::new("rebuild", &["macros"], MAIN);
    app.write("migrate.toml", "[migrations]\ndialects = [\"sqlite\"]\n");
    cli(&app, &["init"]);
    app
}

fn fill(app: &App, id: &str, up: &str, down: &str) {
    let folder = std::fs::read_dir(app.path("migrations")).expect("a directory");
    let file = folder
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .find(|name| name.contains(id))
        .expect("the file of the revision");
    let text = std::fs::read_to_string(app.path("migrations").join(&file)).expect("a text");
    let header = text.split("-- migrate:up").next().expect("a header");
    app.write(
        &format!("migrations/{file}"),
        &format!("{header}-- migrate:up\n{up}\n\n-- migrate:down\n{down}\n"),
    );
}

#[test]
fn a_new_revision_is_seen_by_the_next_build_and_a_draft_by_no_release() {
    let app = first();
    cli(
        &app,
        &["revision", "-m", "create users", "--rev-id", "aaaa1111"],
    );
    fill(
        &app,
        "aaaa1111",
        "CREATE TABLE users (id INTEGER PRIMARY KEY);",
        "DROP TABLE users;",
    );
    assert_eq!(app.run(), "1 revisions, head aaaa1111\n");

    cli(
        &app,
        &["revision", "-m", "create posts", "--rev-id", "bbbb2222"],
    );
    fill(
        &app,
        "bbbb2222",
        "CREATE TABLE posts (id INTEGER PRIMARY KEY);",
        "DROP TABLE posts;",
    );
    assert_eq!(
        app.run(),
        "2 revisions, head bbbb2222\n",
        "no build script, and still seen"
    );

    let refused = app.refused(&["check", "--release"]);
    assert!(
        refused.contains("aaaa1111") && refused.contains("migrate-cli lock"),
        "{refused}"
    );
    assert!(!refused.contains("panicked"), "{refused}");

    cli(&app, &["lock"]);
    let checked = app.cargo(&["check", "--release"]);
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    assert_eq!(app.run(), "2 revisions, head bbbb2222\n");

    fill(
        &app,
        "aaaa1111",
        "CREATE TABLE people (id INTEGER PRIMARY KEY);",
        "DROP TABLE people;",
    );
    let refused = app.refused(&["check"]);
    assert!(
        refused.contains("aaaa1111") && refused.contains("--amend"),
        "{refused}"
    );
}
