//! `init`: what a project needs, and what to type next. What is there is kept.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use migrate_core::project::Search;
use migrate_core::project::config::FILE_NAME as CONFIG;
use migrate_core::project::lock;
use migrate_core::text::Diagnostic;
use migrate_core::text::diagnostic::{Class, Frame};
use serde::Serialize;

use crate::arguments::Init;
use crate::failure::Failure;
use crate::output::page::{BOLD, DIM, GOOD, piece};
use crate::output::{Human, Page, Reply, Volume};
use crate::settings::Settings;

/// What was made, what was there, and what comes next.
#[derive(Serialize)]
struct Prepared {
    created: Vec<String>,
    kept: Vec<String>,
    #[serde(skip)]
    flavour: Flavour,
    #[serde(skip)]
    directory: String,
}

pub(crate) fn run(arguments: &Init, settings: &Settings) -> Result<Reply, Failure> {
    let start = std::env::current_dir()
        .map_err(|error| problem(format!("the current directory cannot be found: {error}")))?;
    let given = arguments.directory.as_ref().or(settings.dir.as_ref());
    let project = Search::from(&start)
        .config(existing(&start, settings))
        .dir(given)
        .find_config()?;
    let flavour = Flavour::of(settings);
    let mut prepared = Prepared {
        created: vec![],
        kept: vec![],
        flavour: flavour.unwrap_or(Flavour::Sqlite),
        directory: given.map_or_else(
            || "migrations".to_owned(),
            |path| path.display().to_string(),
        ),
    };
    let config = match (&project.config_file, &settings.config) {
        (Some(file), _) => file.clone(),
        (None, Some(wanted)) => start.join(wanted),
        (None, None) => start.join(CONFIG),
    };
    for directory in &project.dirs {
        prepared.directory(&start, directory)?;
    }
    prepared.file(
        &start,
        &config,
        &configuration(&prepared.directory, flavour),
    )?;
    if let Some(first) = project.dirs.first() {
        prepared.file(
            &start,
            &first.join(lock::FILE_NAME),
            &lock::LockFile::default().to_string(),
        )?;
    }
    Ok(Reply::new(prepared))
}

/// The configuration file that is to be read: one that `--config` names and that is yet to be made is not there.
fn existing(start: &Path, settings: &Settings) -> Option<PathBuf> {
    settings
        .config
        .clone()
        .filter(|path| start.join(path).exists())
}

impl Prepared {
    fn directory(&mut self, start: &Path, path: &Path) -> Result<(), Failure> {
        let shown = format!("{}/", shown(start, path));
        if path.is_dir() {
            self.kept.push(shown);
        } else {
            fs::create_dir_all(path)
                .map_err(|error| cannot("make the directory", &shown, &error))?;
            self.created.push(shown);
        }
        Ok(())
    }

    fn file(&mut self, start: &Path, path: &Path, text: &str) -> Result<(), Failure> {
        let shown = shown(start, path);
        match fs::File::create_new(path)
            .and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()))
        {
            Ok(()) => self.created.push(shown),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.kept.push(shown),
            Err(error) => return Err(cannot("write", &shown, &error)),
        }
        Ok(())
    }
}

fn problem(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Class::Config, message)
}

fn cannot(what: &str, path: &str, error: &io::Error) -> Failure {
    problem(format!("cannot {what}: {}", error.kind()))
        .at(Frame::file(path))
        .into()
}

fn shown(start: &Path, path: &Path) -> String {
    path.strip_prefix(start)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// The database that the printed lines are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flavour {
    Sqlite,
    Postgres,
    Mysql,
}

impl Flavour {
    /// That of the URL that is given; `None` without one.
    fn of(settings: &Settings) -> Option<Self> {
        let url = settings
            .option_url
            .as_deref()
            .or(settings.variable_url.as_deref())
            .unwrap_or_default();
        match url.split([':', '+']).next() {
            Some("postgres" | "postgresql") => Some(Self::Postgres),
            Some("mysql" | "mariadb") => Some(Self::Mysql),
            Some("sqlite" | "sqlite3") => Some(Self::Sqlite),
            _ => None,
        }
    }

    /// The Cargo feature, the pool type and an address.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Sqlite => ("sqlite", "SqlitePool", "sqlite://app.db?mode=rwc"),
            Self::Postgres => ("postgres", "PgPool", "postgres://localhost/app"),
            Self::Mysql => ("mysql", "MySqlPool", "mysql://root@localhost/app"),
        }
    }
}

fn configuration(directory: &str, flavour: Option<Flavour>) -> String {
    // Without a URL nobody has said which database it will be: then each command goes by the one it is given.
    let (mark, feature) = match flavour {
        Some(flavour) => ("", flavour.words().0),
        None => ("# ", "sqlite"),
    };
    format!(
        "\
# migrate.toml: read by the macro, the library and migrate-cli alike. Every key may be left out.

[migrations]
dirs = [\"{directory}\"]
# What every revision is checked for: sqlite, postgres, mysql, mariadb. Without it: what the application is built for,
# and for a command the database it is given.
{mark}dialects = [\"{feature}\"]

# [environments.production]
# url = {{ env = \"PROD_DATABASE_URL\" }}
# protected = true
"
    )
}

impl Human for Prepared {
    fn human(&self, page: &mut Page) {
        if page.volume() == Volume::Quiet {
            return;
        }
        for path in &self.created {
            page.line(piece(GOOD, "created").and(DIM, "  ").and(BOLD, path));
        }
        for path in &self.kept {
            page.line(piece(DIM, "kept     ").and(BOLD, path));
        }
        if self.created.is_empty() {
            page.end()
                .line("everything is there already, nothing was changed");
        }
        let (feature, pool, url) = self.flavour.words();
        let argument = if self.directory == "migrations" {
            String::new()
        } else {
            format!("{:?}", self.directory)
        };
        page.end()
            .line(piece(BOLD, "Cargo.toml"))
            .raw(&indented(&cargo_lines(feature)));
        page.end()
            .line(piece(BOLD, "src/main.rs"))
            .raw(&indented(&format!(
                "\
static MIGRATIONS: migrate::Migrations = migrate::embed_migrations!({argument});

#[tokio::main(flavor = \"current_thread\")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {{
    let pool = sqlx::{pool}::connect(\"{url}\").await?;
    let report = MIGRATIONS.startup(&pool).await?;
    for step in report.steps() {{
        println!(\"{{step}}\");
    }}
    Ok(())
}}
"
            )));
        page.end()
            .line(piece(BOLD, "build.rs").and(
                DIM,
                "  optional: also notices files that were restored with an old time",
            ))
            .raw(&indented(&format!(
                "fn main() {{\n    println!(\"cargo::rerun-if-changed={}\");\n}}\n",
                self.directory
            )));
        page.end()
            .line(piece(BOLD, "Next"))
            .raw("    migrate-cli revision -m \"create users\"\n");
    }
}

/// The crates of ours are not those that have these names in the public registry: where they come from must be said.
fn cargo_lines(feature: &str) -> String {
    let features = if feature == "sqlite" {
        String::new()
    } else {
        format!(", default-features = false, features = [\"{feature}\", \"macros\"]")
    };
    format!(
        "\
[dependencies]
{}migrate = {{ {}{features} }}
sqlx = {{ version = \"0.9\", default-features = false, features = [\"runtime-tokio\", \"{feature}\"] }}
tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}
",
        "# `migrate` in the public registry is another crate: name the place\n",
        place()
    )
}

/// Where this program was built from, if that is still there; else a line to fill in.
fn place() -> String {
    let repository = env!("CARGO_PKG_REPOSITORY");
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .filter(|path| path.join("Cargo.toml").is_file());
    match checkout {
        _ if !repository.is_empty() => format!("git = \"{repository}\""),
        Some(path)
            if !path
                .components()
                .any(|part| part.as_os_str() == "checkouts") =>
        {
            format!("path = {:?}", path.display().to_string())
        }
        _ => "git = \"https://...\"".to_owned(),
    }
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| {
            if line.is_empty() {
                "\n".to_owned()
            } else {
                format!("    {line}\n")
            }
        })
        .collect()
}
