//! Environment variables: those of the process, then those of the `.env` file where `migrate.toml` asks for it.

use std::collections::BTreeMap;
use std::path::Path;

use migrate_core::project::Project;
use migrate_core::project::config::Dotenv;
use migrate_core::text::Diagnostic;
use migrate_core::text::diagnostic::{Class, Frame};

use crate::failure::Failure;

/// Where variables are looked up. An empty one counts as none.
#[derive(Default)]
pub(crate) struct Variables {
    file: BTreeMap<String, String>,
}

impl Variables {
    /// Those that hold for a project.
    pub(crate) fn of(project: &Project) -> Result<Self, Failure> {
        match &project.config.dotenv {
            Dotenv::Ignored => Ok(Self::default()),
            Dotenv::Read(path) => Ok(Self {
                file: read(&project.root.join(path), path)?,
            }),
        }
    }

    /// The value of a variable: the process wins.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let own = std::env::var(name).ok().filter(|value| !value.is_empty());
        own.or_else(|| self.file.get(name).cloned())
            .filter(|value| !value.is_empty())
    }

    /// What the file sets.
    pub(crate) fn of_file(&self) -> &BTreeMap<String, String> {
        &self.file
    }
}

/// Reads the file; one that is not there sets nothing, as in a container that gets its variables from elsewhere.
fn read(path: &Path, shown: &str) -> Result<BTreeMap<String, String>, Failure> {
    let mut variables = BTreeMap::new();
    let entries = match dotenvy::from_path_iter(path) {
        Ok(entries) => entries,
        Err(error) if error.not_found() => return Ok(variables),
        Err(error) => return Err(unreadable(path, shown, &error).into()),
    };
    for entry in entries {
        let (name, value) = entry.map_err(|error| unreadable(path, shown, &error))?;
        variables.entry(name).or_insert(value);
    }
    Ok(variables)
}

/// The line at fault is named by its number: it may hold a password.
fn unreadable(path: &Path, shown: &str, error: &dotenvy::Error) -> Diagnostic {
    let (place, what) = match error {
        dotenvy::Error::LineParse(line, _) => {
            let number = line_of(path, line);
            let place =
                number.map_or_else(|| shown.to_owned(), |number| format!("{shown}:{number}"));
            (place, "a line is not NAME=value".to_owned())
        }
        dotenvy::Error::Io(error) => (shown.to_owned(), error.to_string()),
        _ => (
            shown.to_owned(),
            "it is not a file of NAME=value lines".to_owned(),
        ),
    };
    Diagnostic::error(
        Class::Config,
        format!("the variables cannot be read: {what}"),
    )
    .at(Frame::file(place))
    .help("a value with blanks or `#` stands in quotes: NAME=\"some value\"")
    .help("`dotenv = false` in migrate.toml does not read the file")
}

fn line_of(path: &Path, line: &str) -> Option<usize> {
    let text = std::fs::read_to_string(path).ok()?;
    text.lines()
        .position(|each| each.trim() == line.trim())
        .map(|place| place + 1)
}
