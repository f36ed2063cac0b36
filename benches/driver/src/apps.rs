//! Applications that embed the workload: how long they take to compile, and to find that nothing is pending.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::databases::{Databases, Kind, finish};
use crate::rounds::{Spread, rounds};
use crate::runs::program;
use crate::table::{Table, Target, Unit};
use crate::workload::Workload;
use crate::{Outcome, Scope};

/// A package of its own that embeds N migrations with one tool.
struct App {
    root: PathBuf,
    name: String,
    /// A migration that is edited.
    edited: PathBuf,
}

const OURS: &str = r#"
static MIGRATIONS: migrate::Migrations = migrate::embed_migrations!();

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let database: migrate::Database = std::env::args().nth(1).ok_or("a URL")?.parse()?;
    let report = MIGRATIONS.startup(&database).await?;
    assert!(report.is_up_to_date() || std::env::args().nth(2).is_some());
    Ok(())
}
"#;

const SQLX: &str = r#"
use sqlx::Connection;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut connection = sqlx::SqliteConnection::connect(&std::env::args().nth(1).ok_or("a URL")?).await?;
    sqlx::migrate!("./migrations").run(&mut connection).await?;
    Ok(())
}
"#;

const DIESEL: &str = r#"
use diesel::Connection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use libsqlite3_sys as _;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let url = std::env::args().nth(1).ok_or("a URL")?;
    let path = url.trim_start_matches("sqlite://").split('?').next().unwrap_or_default();
    diesel::SqliteConnection::establish(path)?.run_pending_migrations(MIGRATIONS)?;
    Ok(())
}
"#;

/// The folder of the project, which holds `benches`.
fn project() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn dependencies(tool: &str) -> Outcome<String> {
    let tokio = "tokio = { version = \"1\", features = [\"rt\", \"macros\"] }";
    Ok(match tool {
        "ours" => {
            let path = fs::canonicalize(project())?;
            format!("migrate = {{ path = \"{}\" }}\n{tokio}", path.display())
        }
        "sqlx" => format!(
            "sqlx = {{ version = \"0.9\", default-features = false, \
             features = [\"runtime-tokio\", \"macros\", \"migrate\", \"sqlite-bundled\"] }}\n{tokio}"
        ),
        _ => "diesel = { version = \"2.3\", default-features = false, features = [\"sqlite\"] }\n\
              diesel_migrations = \"2.3\"\nlibsqlite3-sys = { version = \"0.37\", features = [\"bundled\"] }"
            .to_owned(),
    })
}

impl App {
    fn write(work: &Path, tool: &str, count: usize) -> Outcome<Self> {
        let name = format!("app-{tool}-{count}");
        let root = work.join("apps").join(&name);
        let workload = Workload::write(work, Kind::Sqlite, count)?;
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{}\n",
            dependencies(tool)?
        );
        fs::write(root.join("Cargo.toml"), manifest)?;
        fs::copy(
            project().join("benches/Cargo.lock"),
            root.join("Cargo.lock"),
        )?;
        let main = match tool {
            "ours" => OURS,
            "sqlx" => SQLX,
            _ => DIESEL,
        };
        fs::write(root.join("src/main.rs"), main)?;
        let from = workload.path(if tool == "ours" {
            "ours/migrations"
        } else {
            tool
        });
        copy(&from, &root.join("migrations"))?;
        let mut edited = last(&root.join("migrations"))?;
        if tool == "diesel" {
            edited = edited.join("up.sql");
        }
        if tool == "ours" {
            // The revision at work is a draft; release builds refuse drafts unless told otherwise.
            fs::write(
                root.join("migrate.toml"),
                "[migrations]\ndialects = [\"sqlite\"]\ndrafts = \"allow\"\n",
            )?;
            make_last_a_draft(&root.join("migrations/revisions.lock"))?;
        }
        Ok(Self { root, name, edited })
    }

    fn cargo(&self, words: &[&str]) -> Outcome<Duration> {
        let mut command = Command::new("cargo");
        command.args(words).arg("--quiet").current_dir(&self.root);
        command
            .env("CARGO_TARGET_DIR", self.target())
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_INCREMENTAL");
        finish(&mut command)
    }

    /// One for all applications, so that dependencies are compiled once.
    fn target(&self) -> PathBuf {
        self.root.with_file_name("target")
    }

    fn time(&self, kind: Build) -> Outcome<Duration> {
        match kind {
            Build::CleanCheck => {
                self.cargo(&["clean", "--package", &self.name])?;
                self.cargo(&["check"])
            }
            Build::TouchMain => {
                self.cargo(&["build"])?;
                let main = self.root.join("src/main.rs");
                let text = fs::read_to_string(&main)?;
                fs::write(&main, text)?;
                self.cargo(&["build"])
            }
            Build::EditSql => {
                self.cargo(&["build"])?;
                let text = fs::read_to_string(&self.edited)?;
                fs::write(&self.edited, text + "-- edited\n")?;
                self.cargo(&["build"])
            }
            Build::Release => {
                self.cargo(&["clean", "--release", "--package", &self.name])?;
                self.cargo(&["build", "--release"])
            }
        }
    }
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &place)?;
        } else {
            fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}

/// The migration that was written last, whose file ends with its SQL.
fn last(directory: &Path) -> Outcome<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| !path.ends_with("revisions.lock"));
    paths.sort();
    paths
        .pop()
        .ok_or_else(|| format!("{} is empty", directory.display()).into())
}

fn make_last_a_draft(lock: &Path) -> Outcome<()> {
    let text = fs::read_to_string(lock)?;
    let mut lines: Vec<&str> = text.lines().collect();
    while lines.last().is_some_and(|line| line.starts_with(' ')) {
        lines.pop();
    }
    let draft = lines
        .pop()
        .ok_or("an empty revisions.lock")?
        .replacen(" locked ", " draft ", 1);
    lines.push(&draft);
    Ok(fs::write(lock, lines.join("\n") + "\n")?)
}

#[derive(Clone, Copy)]
enum Build {
    CleanCheck,
    TouchMain,
    EditSql,
    Release,
}

const BUILDS: [(Build, &str); 4] = [
    (Build::CleanCheck, "clean check"),
    (Build::TouchMain, "build after touching main.rs"),
    (Build::EditSql, "build after editing one .sql"),
    (Build::Release, "release build"),
];

const TOOLS: [&str; 3] = ["diesel", "ours", "sqlx"];

/// Compile times of the crate alone. What one migration costs is subtracted before a ratio is formed.
pub fn compile(scope: &Scope, table: &mut Table) -> Outcome<()> {
    let work: PathBuf = std::env::var("BENCH_WORK")?.into();
    let app = |tool: &str, count| App::write(&work, tool, count);
    for tool in TOOLS {
        // Dependencies first: they are not measured.
        let one = app(tool, 1)?;
        for words in [&["check"][..], &["build"], &["build", "--release"]] {
            one.cargo(words)?;
        }
    }
    let names: Vec<&'static str> = TOOLS.to_vec();
    for count in scope.still.iter().copied() {
        for (build, title) in BUILDS {
            let apps = |count| TOOLS.map(|tool| app(tool, count).map(|app| (tool, app)));
            let small: Vec<_> = apps(1).into_iter().collect::<Result<_, _>>()?;
            let full: Vec<_> = apps(count).into_iter().collect::<Result<_, _>>()?;
            let of = |apps: &[(&str, App)], tool| {
                apps.iter()
                    .find(|(name, _)| *name == tool)
                    .map_or_else(|| Err("a contender".into()), |(_, app)| app.time(build))
            };
            let least = rounds(&names, scope.rounds, |tool, _| of(&small, tool))?;
            let times = rounds(&names, scope.rounds, |tool, _| of(&full, tool))?;
            table.group(&format!("{title}, {count} embedded"), &times, &[]);
            let own = |tool: &'static str| {
                let base = least.spread(tool).median;
                times.of(tool).iter().map(move |seconds| seconds - base)
            };
            let ratio = Spread::of(
                own("ours")
                    .zip(own("diesel"))
                    .map(|(ours, diesel)| ours / diesel),
            );
            let bases: Vec<String> = TOOLS
                .iter()
                .map(|tool| format!("{tool} {:.2} s", least.spread(tool).median))
                .collect();
            println!("     with one migration: {}", bases.join(", "));
            let what =
                format!("{title}, {count} embedded, less the build with one: ours to diesel");
            if count == 5000 {
                table.judge(&what, ratio, 1.2, Unit::Ratio);
            } else {
                println!("     {what} x{:.2} (the target is at 5000)", ratio.median);
            }
            println!();
        }
    }
    Ok(())
}

/// A release build at head, against the least a program can do.
pub fn noop(scope: &Scope, databases: &Databases, table: &mut Table) -> Outcome<()> {
    let kind = Kind::Sqlite;
    let mut counts = vec![10];
    counts.extend(&scope.still);
    for count in counts {
        let app = App::write(&databases.work, "ours", count)?;
        app.cargo(&["build", "--release"])?;
        let binary = app.target().join("release").join(&app.name);
        let database = databases.fresh(kind)?;
        finish(Command::new(&binary).arg(&database.url).arg("apply"))?;
        let empty = databases.fresh(kind)?;
        let workload = Workload::write(&databases.work, kind, count)?;
        finish(&mut empty.script(&workload.path("raw.single.sql"))?)?;

        let times = rounds(
            &["connect + SELECT 1", "ours"],
            scope.rounds * 5,
            |name, _| match name {
                "ours" => finish(Command::new(&binary).arg(&database.url)),
                _ => finish(program("bench-sqlx")?.arg("select").arg(&empty.url)),
            },
        )?;
        let target = Target {
            ours: "ours",
            other: "connect + SELECT 1",
            most: 1.3,
        };
        table.group(
            &format!("no-op at head, embedded, {count}, {}", kind.title()),
            &times,
            &[target],
        );
    }
    Ok(())
}
