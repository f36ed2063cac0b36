//! Where `migrate.toml` and the migrations directories are.

use std::path::{Component, Path, PathBuf};

use super::Config;
use crate::text::diagnostic::{Class, Diagnostic, Frame};

/// The name of the configuration file.
pub const FILE_NAME: &str = "migrate.toml";

/// What the search for a project goes by. Nothing is read from the environment here: the caller passes it in.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Where relative paths begin, and where the search begins when no directory is given: the current directory of a
    /// command, the package directory of the macro. Absolute.
    pub start: PathBuf,
    /// `--config` or `MIGRATE_CONFIG`.
    pub config: Option<PathBuf>,
    /// `--dir`, `MIGRATE_DIR` or the argument of the macro.
    pub dir: Option<PathBuf>,
}

/// A configuration and the place it holds for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Project {
    /// What relative paths of the configuration, and the paths in messages, are relative to.
    pub root: PathBuf,
    /// The `migrate.toml` that was read, if there is one.
    pub config_file: Option<PathBuf>,
    /// What it says.
    pub config: Config,
    /// The migrations directories; the first holds `revisions.lock`.
    pub dirs: Vec<PathBuf>,
}

impl Search {
    /// A search that begins in `start`.
    pub fn from(start: impl Into<PathBuf>) -> Self {
        Self {
            start: start.into(),
            config: None,
            dir: None,
        }
    }

    /// The same with this configuration file, if it is `Some`.
    #[must_use]
    pub fn config(mut self, path: Option<impl Into<PathBuf>>) -> Self {
        self.config = path.map(Into::into);
        self
    }

    /// The same with this migrations directory, if it is `Some`.
    #[must_use]
    pub fn dir(mut self, path: Option<impl Into<PathBuf>>) -> Self {
        self.dir = path.map(Into::into);
        self
    }

    /// Finds the configuration and the migrations directories, which must exist.
    ///
    /// `migrate.toml` is the file that is given, else the nearest above the migrations directory that is given, else
    /// the nearest above [`start`](Self::start); the search ends at the workspace root, without one at the root of the
    /// git checkout, without that at the root of the file system.
    ///
    /// # Errors
    /// Everything that is wrong with the file, and a missing directory with the list of places that were tried.
    pub fn find(&self) -> Result<Project, Vec<Diagnostic>> {
        let project = self.find_config()?;
        let missing: Vec<&PathBuf> = project.dirs.iter().filter(|dir| !dir.is_dir()).collect();
        if missing.is_empty() {
            return Ok(project);
        }
        Err(missing
            .into_iter()
            .map(|dir| self.missing(&project, dir))
            .collect())
    }

    /// As [`find`](Self::find), but the directories need not exist: what `init` begins with.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn find_config(&self) -> Result<Project, Vec<Diagnostic>> {
        let given_dir = self
            .dir
            .as_ref()
            .map(|dir| normalise(&self.start.join(dir)));
        let begin = given_dir.as_deref().unwrap_or(&self.start);
        let file = match &self.config {
            Some(path) => Some(normalise(&self.start.join(path))),
            None => upwards(begin)
                .into_iter()
                .map(|dir| dir.join(FILE_NAME))
                .find(|path| path.is_file()),
        };
        let (root, config) = match &file {
            Some(path) => (
                path.parent().unwrap_or(&self.start).to_owned(),
                self.read(path)?,
            ),
            None => (
                self.root_without_file(given_dir.is_some()),
                Config::default(),
            ),
        };
        let dirs = match given_dir {
            Some(dir) => vec![dir],
            None => config
                .migrations
                .dirs
                .iter()
                .map(|dir| normalise(&root.join(dir)))
                .collect(),
        };
        Ok(Project {
            root,
            config_file: file,
            config,
            dirs,
        })
    }

    /// Without a file, `migrations` is looked for upwards, as the file would be.
    fn root_without_file(&self, dir_is_given: bool) -> PathBuf {
        let start = normalise(&self.start);
        if dir_is_given {
            return start;
        }
        let name = &Config::default().migrations.dirs[0];
        upwards(&start)
            .into_iter()
            .find(|dir| dir.join(name).is_dir())
            .unwrap_or(&start)
            .to_owned()
    }

    fn read(&self, path: &Path) -> Result<Config, Vec<Diagnostic>> {
        let shown = display(&self.start, path);
        let text = std::fs::read_to_string(path).map_err(|error| {
            let message = format!(
                "cannot read the configuration: {}",
                super::super::reason(&error)
            );
            let finding = Diagnostic::error(Class::Config, message).at(Frame::file(&*shown));
            vec![match self.config {
                Some(_) => {
                    finding.help("it was given by `--config` or MIGRATE_CONFIG: correct that path")
                }
                None => finding,
            }]
        })?;
        let (config, findings) = Config::parse(&shown, &text);
        if findings.is_empty() {
            Ok(config)
        } else {
            Err(findings)
        }
    }

    fn missing(&self, project: &Project, dir: &Path) -> Diagnostic {
        let shown = display(&self.start, dir);
        let finding = Diagnostic::error(
            Class::Config,
            format!("the migrations directory `{shown}` does not exist"),
        );
        let finding = match (&self.dir, &project.config_file) {
            (Some(_), _) => {
                finding.note("it was given by `--dir`, MIGRATE_DIR or the argument of the macro")
            }
            (None, Some(file)) => {
                finding.note(format!("looked for beside {}", display(&self.start, file)))
            }
            (None, None) => {
                let name = &Config::default().migrations.dirs[0];
                let places = upwards(&project.root)
                    .into_iter()
                    .map(|dir| display(&self.start, &dir.join(name)));
                finding.note(format!(
                    "tried {}; no {FILE_NAME} was found that names another",
                    places.collect::<Vec<_>>().join(", ")
                ))
            }
        };
        finding.help("`migrate-cli init` makes it; `--dir`, or `dirs` below `[migrations]` in migrate.toml, names another")
    }
}

/// The directory and those above it, up to the end of the search.
fn upwards(begin: &Path) -> Vec<&Path> {
    let ancestors: Vec<&Path> = begin.ancestors().collect();
    let workspace = ancestors.iter().position(|dir| is_workspace_root(dir));
    let end = workspace.or_else(|| ancestors.iter().position(|dir| dir.join(".git").exists()));
    let length = end.map_or(ancestors.len(), |end| end + 1);
    ancestors.into_iter().take(length).collect()
}

fn is_workspace_root(dir: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(dir.join("Cargo.toml")) else {
        return false;
    };
    text.lines().any(|line| {
        let line = line.trim();
        line.starts_with("[workspace]") || line.starts_with("[workspace.")
    })
}

/// The path without `.` and `..`, as far as that is possible without looking at the disk.
pub(crate) fn normalise(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(normal.components().next_back(), Some(Component::Normal(_))) =>
            {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

/// The path as seen from `base`, with `/`: what messages show. Far away from it, the whole path says more.
pub(crate) fn display(base: &Path, path: &Path) -> String {
    let shown = relative(base, path);
    if shown.starts_with("../../../") {
        slashes(&normalise(path))
    } else {
        shown
    }
}

/// The path as seen from `base`, with `/`; whole when the two share nothing.
pub(crate) fn relative(base: &Path, path: &Path) -> String {
    let (base, path) = (normalise(base), normalise(path));
    let shared = base
        .components()
        .zip(path.components())
        .take_while(|(a, b)| a == b)
        .count();
    if shared == 0 && base.is_absolute() {
        return slashes(&path);
    }
    let up = base.components().skip(shared).map(|_| "..".to_owned());
    let down = path
        .components()
        .skip(shared)
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    let shown: Vec<String> = up.chain(down).collect();
    if shown.is_empty() {
        ".".to_owned()
    } else {
        shown.join("/")
    }
}

fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}
