//! `revision --autogenerate`: `docs/autogenerate.md` as it is typed, and what is refused.

#[cfg(feature = "sqlite")]
use super::{Project, assert_screen};

/// The page with what is really printed: files above which it says `<!-- file NAME -->` are written, commands are typed.
#[cfg(feature = "sqlite")]
fn page(text: &str) -> String {
    let project = Project::empty();
    project.write("migrations/.keep", "");
    project.write("migrate.toml", "");
    assert!(project.run(&["lock"]).status.success());
    let mut shown = String::new();
    let mut lines = text.lines();
    let mut file = None;
    while let Some(line) = lines.next() {
        shown += &format!("{line}\n");
        let comment = line.strip_prefix("<!-- file ");
        if let Some(name) = comment.and_then(|it| it.strip_suffix(" -->")) {
            file = Some(name);
            continue;
        }
        if !line.starts_with("```") {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|it| *it != "```").collect();
        if let Some(name) = file.take() {
            project.write(name, &format!("{}\n", block.join("\n")));
        }
        if line == "```console" {
            for command in block.iter().filter(|it| it.starts_with("$ ")) {
                shown += &typed(&project, command);
            }
        } else {
            block.iter().for_each(|it| shown += &format!("{it}\n"));
        }
        shown += "```\n";
    }
    shown
}

#[cfg(feature = "sqlite")]
fn typed(project: &Project, command: &str) -> String {
    if let Some(name) = command.strip_prefix("$ cat ") {
        let text = project.read(name);
        let lines = text.lines().filter(|it| !it.starts_with("-- created: "));
        let lines: Vec<&str> = lines.collect();
        return format!("{command}\n{}\n", lines.join("\n").trim_end());
    }
    let line = command.strip_prefix("$ migrate-cli ").expect("a command");
    let session = project.session(&[line]);
    let mut shown = String::new();
    for line in session.trim_end().lines() {
        let line = line.strip_prefix("! ").unwrap_or(line);
        if !line.starts_with("[exit ") {
            shown += &format!("{}\n", line.replace("[TIME]", "5 ms"));
        }
    }
    shown
}

#[cfg(feature = "sqlite")]
#[test]
fn the_page_shows_what_is_printed() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/autogenerate.md");
    let text = std::fs::read_to_string(path).expect("the page");
    snapbox::assert_data_eq!(
        page(&text),
        snapbox::file!["../../../docs/autogenerate.md"].raw()
    );
}

/// A project with a desired schema.
#[cfg(feature = "sqlite")]
fn project(schema: &str) -> Project {
    let project = Project::empty();
    project.wants(
        "sqlite",
        "file_template = \"{revision}\"\n",
        "exclude = [\"tmp_*\"]\n",
    );
    project.write("schema.sql", schema);
    project.write("migrations/.keep", "");
    assert!(project.run(&["lock"]).status.success());
    project
}

#[cfg(feature = "sqlite")]
#[test]
fn what_is_refused_and_how() {
    let first = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age INTEGER);\nCREATE TABLE tmp_x (a);\nCREATE TABLE alembic_version (version_num TEXT);\n";
    let project = project(first);
    let mut session = project.session(&["revision --autogenerate -m first --rev-id aaaa"]);
    project.write(
        "schema.sql",
        "-- was: users\nCREATE TABLE people (id INTEGER PRIMARY KEY,\n-- was: name\ntitle TEXT NOT NULL, age INTEGER);\n",
    );
    session += &project.session(&[
        "revision --autogenerate -m second --dry-run",
        "--format json revision --autogenerate -m second --rev-id bbbb",
        "revision --autogenerate -m third",
    ]);
    project.write(
        "schema.sql",
        "CREATE TABLE persons (id INTEGER PRIMARY KEY, title TEXT NOT NULL, age INTEGER);\n",
    );
    session += &project.session(&[
        "revision --autogenerate -m third",
        "revision --autogenerate -m third --rename people=nobody",
        "revision --autogenerate -m third --rename people",
        "revision -m third --rename people=persons",
        "--format json revision --autogenerate -m third",
        "revision --autogenerate -m third --rev-id cccc --allow-destructive",
    ]);
    project.write(
        "schema.sql",
        "CREATE TABLE persons (id INTEGER PRIMARY KEY, -- was: x\n title TEXT);\n",
    );
    session += &project.session(&["revision --autogenerate -m fourth"]);
    project.write(
        "schema.sql",
        "CREATE TABLE persons (id INTEGER PRIMARY KEY,, title TEXT);\n",
    );
    session += &project.session(&["revision --autogenerate -m fourth"]);
    std::fs::remove_file(project.path("schema.sql")).expect("a file");
    session += &project.session(&["revision --autogenerate -m fourth"]);
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\", \"postgres\"]\n",
    );
    session += &project.session(&[
        "revision --autogenerate -m fourth",
        "revision --autogenerate -m fourth --scratch-url postgres://nobody@127.0.0.1:1/x",
    ]);
    assert_screen!(session, "snapshots/autogenerate.txt");
}
