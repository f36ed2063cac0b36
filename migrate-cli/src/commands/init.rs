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

use crate::arguments::{Init, Template};
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
    flavours: Vec<Flavour>,
    #[serde(skip)]
    sets: Vec<Set>,
    /// How commands for the first set begin.
    #[serde(skip)]
    command: String,
}

/// A set of migrations in the application.
struct Set {
    constant: String,
    directory: String,
    /// The variable that holds the address of its database.
    variable: String,
}

pub(crate) fn run(arguments: &Init, settings: &Settings) -> Result<Reply, Failure> {
    let start = std::env::current_dir()
        .map_err(|error| problem(format!("the current directory cannot be found: {error}")))?;
    let flavours = match arguments.template {
        Template::MultiDialect => vec![Flavour::Sqlite, Flavour::Postgres, Flavour::Mysql],
        _ => Flavour::of(settings).into_iter().collect(),
    };
    if arguments.template == Template::MultiDatabase {
        return several(arguments, &start, &flavours);
    }
    if !arguments.database.is_empty() {
        let error = problem("`--database` names one of several databases");
        return Err(error
            .help("`--template multi-database` makes several")
            .into());
    }
    let given = arguments.directory.as_ref().or(settings.dir.as_ref());
    let project = Search::from(&start)
        .config(existing(&start, settings))
        .dir(given)
        .find_config()?;
    let directory = given.map_or_else(
        || "migrations".to_owned(),
        |path| path.display().to_string(),
    );
    let set = Set {
        constant: "MIGRATIONS".to_owned(),
        directory: directory.clone(),
        variable: "DATABASE_URL".to_owned(),
    };
    let mut prepared = Prepared::new(flavours.clone(), vec![set], "migrate-cli");
    let config = match (&project.config_file, &settings.config) {
        (Some(file), _) => file.clone(),
        (None, Some(wanted)) => start.join(wanted),
        (None, None) => start.join(CONFIG),
    };
    for directory in &project.dirs {
        prepared.directory(&start, directory)?;
    }
    prepared.file(&start, &config, &configuration(&directory, &flavours, None))?;
    if let Some(first) = project.dirs.first() {
        prepared.lock(&start, first)?;
    }
    Ok(Reply::new(prepared))
}

/// A directory for each database, with a configuration, a table and migrations of its own.
fn several(arguments: &Init, start: &Path, flavours: &[Flavour]) -> Result<Reply, Failure> {
    let root = arguments.directory.clone();
    let root = root.unwrap_or_else(|| PathBuf::from("databases"));
    let mut names = arguments.database.clone();
    if names.is_empty() {
        names = vec!["app".to_owned(), "analytics".to_owned()];
    }
    if let Some(twice) = (1..names.len()).find(|place| names[..*place].contains(&names[*place])) {
        return Err(problem(format!("`--database {}` stands twice", names[twice])).into());
    }
    let set = |name: &String| Set {
        constant: name.to_uppercase(),
        directory: root.join(name).join("migrations").display().to_string(),
        variable: format!("{}_DATABASE_URL", name.to_uppercase()),
    };
    let command = format!(
        "migrate-cli --config {} --env local",
        root.join(&names[0]).join(CONFIG).display()
    );
    let sets = names.iter().map(set).collect();
    let mut prepared = Prepared::new(flavours.to_vec(), sets, &command);
    for name in &names {
        let own = start.join(&root).join(name);
        let migrations = own.join("migrations");
        prepared.directory(start, &migrations)?;
        let config = configuration("migrations", flavours, Some(name));
        prepared.file(start, &own.join(CONFIG), &config)?;
        prepared.lock(start, &migrations)?;
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
    fn new(flavours: Vec<Flavour>, sets: Vec<Set>, command: &str) -> Self {
        Self {
            created: vec![],
            kept: vec![],
            flavours,
            sets,
            command: command.to_owned(),
        }
    }

    fn lock(&mut self, start: &Path, dir: &Path) -> Result<(), Failure> {
        let text = lock::LockFile::default().to_string();
        self.file(start, &dir.join(lock::FILE_NAME), &text)
    }

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

/// The text of migrate.toml; `name` is that of one of several databases.
fn configuration(directory: &str, flavours: &[Flavour], name: Option<&str>) -> String {
    // Without a URL nobody has said which database it will be: then each command goes by the one it is given.
    let mark = if flavours.is_empty() { "# " } else { "" };
    let dialects: Vec<String> = match flavours {
        [] => vec!["\"sqlite\"".to_owned()],
        several => several
            .iter()
            .map(|flavour| format!("\"{}\"", flavour.words().0))
            .collect(),
    };
    let dialects = dialects.join(", ");
    let (table, environment) = match name {
        Some(name) => {
            let upper = name.to_uppercase();
            (
                format!(
                    "# Where it is recorded what was applied; its own, so that several sets may share a database.\n\
                     table = \"{name}_revisions\"\n"
                ),
                format!("[environments.local]\nurl = {{ env = \"{upper}_DATABASE_URL\" }}\n"),
            )
        }
        None => (
            String::new(),
            "# [environments.production]\n# url = { env = \"PROD_DATABASE_URL\" }\n# protected = true\n".to_owned(),
        ),
    };
    format!(
        "\
# migrate.toml: read by the macro, the library and migrate-cli alike. Every key may be left out.

[migrations]
dirs = [\"{directory}\"]
# What every revision is checked for: sqlite, postgres, mysql, mariadb. Without it: what the application is built for,
# and for a command the database it is given.
{mark}dialects = [{dialects}]
{table}
{environment}"
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
        page.end()
            .line(piece(BOLD, "Cargo.toml"))
            .raw(&indented(&self.cargo_lines()));
        page.end()
            .line(piece(BOLD, "src/main.rs"))
            .raw(&indented(&self.main_rs()));
        let directories = self.sets.iter().map(|set| {
            format!(
                "    println!(\"cargo::rerun-if-changed={}\");\n",
                set.directory
            )
        });
        page.end()
            .line(piece(BOLD, "build.rs").and(
                DIM,
                "  optional: also notices files that were restored with an old time",
            ))
            .raw(&indented(&format!(
                "fn main() {{\n{}}}\n",
                directories.collect::<String>()
            )));
        page.end().line(piece(BOLD, "Next")).raw(&format!(
            "    {} revision -m \"create users\"\n",
            self.command
        ));
    }
}

impl Prepared {
    fn main_rs(&self) -> String {
        let mut text = String::new();
        for set in &self.sets {
            let argument = if set.directory == "migrations" {
                String::new()
            } else {
                format!("{:?}", set.directory)
            };
            text += &format!(
                "static {}: migrate::Migrations = migrate::embed_migrations!({argument});\n",
                set.constant
            );
        }
        text += "\n#[tokio::main(flavor = \"current_thread\")]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {\n";
        if let ([set], [] | [_]) = (self.sets.as_slice(), self.flavours.as_slice()) {
            let (_, pool, url) = self.flavour().words();
            text += &format!(
                "    let pool = sqlx::{pool}::connect(\"{url}\").await?;\n    let report = {}.startup(&pool).await?;\n",
                set.constant
            );
            return text
                + "    for step in report.steps() {\n        println!(\"{step}\");\n    }\n    Ok(())\n}\n";
        }
        // Which database it is, is known when it runs.
        for set in &self.sets {
            text += &format!(
                "    let database: migrate::Database = std::env::var(\"{}\")?.parse()?;\n    {}.startup(database).await?;\n",
                set.variable, set.constant
            );
        }
        text + "    Ok(())\n}\n"
    }

    fn flavour(&self) -> Flavour {
        self.flavours.first().copied().unwrap_or(Flavour::Sqlite)
    }

    /// The crates of ours are not those that have these names in the public registry: where they come from must be said.
    fn cargo_lines(&self) -> String {
        let names: Vec<&str> = match self.flavours.as_slice() {
            [] => vec!["sqlite"],
            several => several.iter().map(|flavour| flavour.words().0).collect(),
        };
        let listed = names
            .iter()
            .map(|name| format!("\"{name}\""))
            .collect::<Vec<_>>()
            .join(", ");
        let features = if names == ["sqlite"] {
            String::new()
        } else {
            format!(", default-features = false, features = [{listed}, \"macros\"]")
        };
        format!(
            "\
[dependencies]
# `migrate` in the public registry is another crate: name the place
migrate = {{ {}{features} }}
sqlx = {{ version = \"0.9\", default-features = false, features = [\"runtime-tokio\", {listed}] }}
tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}
",
            place()
        )
    }
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
