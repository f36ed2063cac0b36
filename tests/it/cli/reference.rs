//! `docs/commands.md`: a section for every command, and under each line that is typed there what is really printed.
//!
//! `SNAPSHOTS=overwrite` writes the outputs anew; prose, commands and the comments above the blocks stay as they are.
//! A comment names the project of a block, and what was typed in it before: `<!-- shop: upgrade 5cd0; -q lock -->`. Blocks of
//! a server that was not asked for stay as they are.

use super::{Project, trouble};
use crate::servers::{self, TestDatabase};

/// A project, and the database on a server that it works with, if it is not a file in it.
struct Place {
    project: Project,
    database: Option<TestDatabase>,
}

impl Place {
    fn session(&self, line: &str) -> String {
        match &self.database {
            Some(database) => self.project.session_on(database, &[line]),
            None => self.project.session(&[line]),
        }
    }
}

impl From<Project> for Place {
    fn from(project: Project) -> Self {
        Self {
            project,
            database: None,
        }
    }
}

/// A project in which somebody works: three locked revisions for SQLite, and nothing applied yet.
fn shop() -> Project {
    shop_for("sqlite")
}

fn shop_for(dialect: &str) -> Project {
    let project = environment(Project::empty());
    project.write(
        "migrate.toml",
        &format!("[migrations]\ndialects = [\"{dialect}\"]\n"),
    );
    revision(&project, "1975ea83b712", "none", "create users");
    revision(
        &project,
        "5cd038a8f131",
        "1975ea83b712",
        "add email to users",
    );
    revision(&project, "8b1e44d07c52", "5cd038a8f131", "create posts");
    typed(&project, "-q lock");
    project
}

/// The same after a pull: a locked revision of somebody else, and a draft of one's own beside it.
fn pulled() -> Project {
    let project = shop();
    revision(&project, "2f60c1d9e8a7", "8b1e44d07c52", "theirs: add tags");
    typed(&project, "-q lock");
    let draft = "-q revision -m \"add phone\" --head 8b1e --splice --rev-id c0ffee012345";
    typed(&project, draft);
    let file = project.file_of("c0ffee012345");
    let text = project.read(&file);
    let text = text.replace(
        "migrate:up\n",
        "migrate:up\nALTER TABLE users ADD COLUMN phone TEXT;\n",
    );
    let down = "migrate:down\nALTER TABLE users DROP COLUMN phone;\n";
    project.write(&file, &text.replace("migrate:down\n", down));
    project
}

/// The same three revisions on a server, and a fourth whose second statement misspells a column.
fn on_server(dialect: &str) -> Option<Place> {
    let server = match dialect {
        "postgres" => servers::postgres(),
        _ => servers::mariadb(),
    };
    let database = server?.database("commands");
    let project = shop_for(dialect).variable("DATABASE_URL", database.url());
    let up = "ALTER TABLE users ADD COLUMN age INTEGER;\nUPDATE users SET agee = 1;\n";
    let down = "ALTER TABLE users DROP COLUMN age;\n";
    project.revision("c0ffee012345", "8b1e44d07c52", "add age", "", up, down);
    typed(&project, "-q lock");
    Some(Place {
        project,
        database: Some(database),
    })
}

/// Files of sqlx beside an empty directory of ours.
fn of_sqlx() -> Project {
    let project = environment(Project::empty());
    project.write("migrate.toml", "[migrations]\ndialects = [\"sqlite\"]\n");
    project.write("migrations/.keep", "");
    let old = [
        (
            "20260101000000_create_users.up.sql",
            "CREATE TABLE users (id INTEGER PRIMARY KEY);\n",
        ),
        (
            "20260101000000_create_users.down.sql",
            "DROP TABLE users;\n",
        ),
    ];
    for (file, text) in old {
        project.write(&format!("old/{file}"), text);
    }
    project
}

fn environment(project: Project) -> Project {
    project
        .variable("DATABASE_URL", "sqlite://app.db")
        .variable("USER", "ada")
        .variable("VISUAL", "true")
}

fn revision(project: &Project, id: &str, down: &str, message: &str) {
    let (up, back) = match message {
        "create users" => (
            "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n",
            "DROP TABLE users;\n",
        ),
        "create posts" => (
            "CREATE TABLE posts (id INTEGER PRIMARY KEY);\nCREATE INDEX posts_id ON posts (id);\n",
            "DROP TABLE posts;\n",
        ),
        "add email to users" => (
            "ALTER TABLE users ADD COLUMN email TEXT;\n",
            "ALTER TABLE users DROP COLUMN email;\n",
        ),
        _ => (
            "CREATE TABLE tags (id INTEGER PRIMARY KEY);\n",
            "DROP TABLE tags;\n",
        ),
    };
    project.revision(id, down, message, "", up, back);
}

#[track_caller]
fn typed(project: &Project, line: &str) {
    let screen = project.session(&[line]);
    assert!(!screen.contains("[exit"), "{screen}");
}

/// The project that a comment names, with what was typed before. The name `same` goes on with the one before. `None`: its
/// server was not asked for.
fn prepared(comment: &str, before: Option<Place>) -> Option<Place> {
    let (name, lines) = comment.split_once(':').unwrap_or((comment, ""));
    let place = match name.trim() {
        "same" => before?,
        "empty" => environment(Project::empty()).into(),
        "shop" => shop().into(),
        "pulled" => pulled().into(),
        "sqlx" => of_sqlx().into(),
        "branches" => environment(Project::demo()).into(),
        "interrupted" => {
            let project = trouble::half_done();
            project.run(&["upgrade"]);
            project.into()
        }
        server @ ("postgres" | "mariadb") => on_server(server)?,
        other => panic!("no project is called {other}"),
    };
    lines
        .split(';')
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .for_each(|line| typed(&place.project, line));
    Some(place)
}

/// What a person sees who types this line. `| head -N` shows the beginning of it, help without the options that all
/// commands share.
fn screen(place: &Place, line: &str) -> String {
    let (command, shown) = match line.split_once(" | head -") {
        Some((command, number)) => (command, number.parse().expect("a number of lines")),
        None => (line, usize::MAX),
    };
    let session = place.session(command);
    let (_, printed) = session.split_once('\n').expect("the line that was typed");
    let printed = printed
        .split("\nGlobal options:")
        .next()
        .unwrap_or_default();
    let lines = printed.trim_end().lines().take(shown);
    lines
        .map(|line| line.strip_prefix("! ").unwrap_or(line).trim_end())
        .map(|line| format!("{}\n", as_if_today(line)))
        .collect()
}

/// Masked values as a reader would see them.
fn as_if_today(line: &str) -> String {
    line.replace("_ms\": [TIME]", "_ms\": 1.234")
        .replace("[TIME]:  ", "2 ms: ")
        .replace("[TIME]", "2 ms")
        .replace("[NOW]", "2026-01-02T03:04:05.678Z")
        .replace("[DATE]", "20260102_0304")
        .replace("[ROOT]", "/home/ada/shop")
        .replace("[HOST]", "db.example.com")
        .replace("[DATABASE]", "shop")
        .replace("[CHECKOUT]", "../migrate")
        .trim_end_matches("!")
        .to_owned()
}

/// The page with what is printed today.
fn rendered(page: &str) -> String {
    let mut place = None;
    let mut rendered = String::new();
    let mut in_block = false;
    let mut is_asked_for = true;
    for line in page.lines() {
        if let Some(comment) = line
            .strip_prefix("<!-- ")
            .and_then(|rest| rest.strip_suffix(" -->"))
        {
            place = prepared(comment, place);
            is_asked_for = place.is_some();
        }
        let typed = line.strip_prefix("$ migrate-cli").filter(|_| in_block);
        match (line, typed) {
            ("```console", _) => in_block = true,
            ("```", _) => in_block = false,
            _ if in_block && !is_asked_for => {
                rendered.push_str(&format!("{line}\n"));
                continue;
            }
            (_, None) if in_block => continue,
            _ => {}
        }
        if typed.is_some() && !rendered.ends_with("```console\n") {
            rendered.push('\n');
        }
        rendered.push_str(&format!("{line}\n"));
        if let Some(typed) = typed {
            let place = place.as_ref().expect("a comment with a project");
            rendered.push_str(&screen(place, typed.trim()));
        }
    }
    rendered
}

#[cfg(unix)]
#[test]
fn the_page_shows_what_is_printed() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    let page = std::fs::read_to_string(path).expect("the page");
    super::assert_screen!(rendered(&page), "../../../docs/commands.md");
}

#[test]
fn every_command_has_a_section_with_its_options_and_a_call() {
    let page = include_str!("../../../docs/commands.md");
    let help = Project::empty().session(&["--help"]);
    let commands: Vec<&str> = help
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect();
    assert!(commands.len() > 20, "{help}");
    for command in commands {
        let heading = format!("\n### {command}\n");
        let (_, section) = page.split_once(&heading).unwrap_or_else(|| {
            panic!(
                "docs/commands.md has no section `### {command}`. Write one with a block of the commands that show it; \
                 `SNAPSHOTS=overwrite cargo test --all-features --test it cli::reference` fills in what they print"
            )
        });
        let section = section.split("\n### ").next().unwrap_or_default();
        let calls: Vec<&str> = section
            .lines()
            .filter(|line| line.starts_with("$ migrate-cli ") && line.contains(command))
            .collect();
        let options = format!("$ migrate-cli {command} --help");
        assert!(calls.contains(&options.as_str()), "{command}: `{options}`");
        assert!(calls.len() > 1, "{command}: nothing but its options");
    }
}
