//! Flyway: `V1_2__name.sql`, `U1_2__name.sql` to undo it, `R__name.sql` again and again, `B3__name.sql` in the place of
//! everything up to its version; by other prefixes, separators and suffixes where a configuration says so.
//!
//! What Flyway runs whenever its text changes becomes one revision at the end: here a change is a new revision.

mod names;
mod settings;

use std::collections::BTreeMap;

use super::folder::{Entry, Folder, SourceFile};
use super::refinery::program;
use super::script::Script;
use super::{Diagnostic, Down, Import, Migration, Numbered, Tool, chain, words};
use crate::text::diagnostic::{Class, Frame};
use crate::text::source::Source;
use names::{Name, language};
use settings::{Settings, properties};

pub(super) fn read(
    import: &Import,
    folders: &[Folder],
    notices: &mut Vec<Diagnostic>,
) -> Result<Vec<Migration>, Vec<Diagnostic>> {
    let settings = Settings::read(import, notices)?;
    let mut found = Found::default();
    for folder in folders {
        let files = folder.files()?;
        for entry in &files {
            let reader = Reader {
                settings: &settings,
                entry,
                beside: &files,
            };
            found.add(&reader, notices)?;
        }
    }
    found.finish(notices)
}

/// The files by what they are.
#[derive(Default)]
struct Found {
    numbered: Vec<Numbered>,
    undo: BTreeMap<String, (Entry, Script)>,
    repeatable: Vec<(String, Entry, Script)>,
    baselines: Vec<(Entry, Numbered)>,
}

impl Found {
    fn add(
        &mut self,
        reader: &Reader<'_>,
        notices: &mut Vec<Diagnostic>,
    ) -> Result<(), Vec<Diagnostic>> {
        let entry = reader.entry;
        let numbered = |version: &str, name: &str, up| Numbered {
            tool: Tool::Flyway,
            version: format!("V{version}"),
            name: name.to_owned(),
            file: entry.shown.clone(),
            up,
            down: Down::Irreversible(NO_UNDO.to_owned()),
        };
        match reader.settings.name(&entry.name) {
            Name::Configuration => {}
            Name::Versioned { version, name } => {
                self.numbered
                    .push(numbered(version, name, reader.script(notices)?));
            }
            Name::Undo { version } => {
                let script = reader.script(notices)?;
                self.undo
                    .insert(Tool::Flyway.key(version), (entry.clone(), script));
            }
            Name::Baseline { version, name } => {
                let one = numbered(version, name, reader.script(notices)?);
                self.baselines.push((entry.clone(), one));
            }
            Name::Repeatable { name } => {
                notices.push(
                    Diagnostic::warning(
                        Class::InvalidRevision,
                        "Flyway runs this script whenever its text changes; here it is one revision, run once",
                    )
                    .at(Frame::file(&*entry.shown))
                    .help("a later change of it is a new revision that holds the whole text again"),
                );
                let script = reader.script(notices)?;
                self.repeatable
                    .push((name.to_owned(), entry.clone(), script));
            }
            Name::Callback => notices.push(
                entry
                    .passed_over("a callback of Flyway, which runs beside the migrations: it is not taken over")
                    .help("what it does must be in a revision"),
            ),
            Name::Other => {
                let message = format!(
                    "by its name this is no migration of Flyway ({})",
                    reader.settings.shown()
                );
                let other = entry.passed_over(message);
                notices.push(match *reader.settings == Settings::default() {
                    true => other.help("`--conf FILE` takes other prefixes, separators and suffixes from a flyway.conf or flyway.toml"),
                    false => other,
                });
            }
            Name::Foreign if is_configuration(&entry.name) => notices.push(
                entry
                    .passed_over("a configuration of Flyway")
                    .help(format!("`--conf {}` follows it", entry.shown)),
            ),
            Name::Foreign => {
                notices.push(entry.passed_over("Flyway does not read this file as a migration"));
            }
        }
        Ok(())
    }

    fn finish(mut self, notices: &mut Vec<Diagnostic>) -> Result<Vec<Migration>, Vec<Diagnostic>> {
        self.baseline(notices);
        for one in &mut self.numbered {
            if let Some((_, script)) = self.undo.remove(&Tool::Flyway.key(&one.version)) {
                one.down = Down::Script(script);
            }
        }
        for (entry, _) in self.undo.into_values() {
            notices.push(entry.passed_over("an undo script without the migration that it undoes"));
        }
        let mut migrations = chain(self.numbered)?;
        // Flyway runs them last, in the order of their descriptions.
        self.repeatable.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, entry, script) in self.repeatable {
            add(&mut migrations, &name, &entry, script)?;
        }
        Ok(migrations)
    }

    /// A baseline stands for the versions up to its own: where those are still there they are the history, else the
    /// newest such baseline is its beginning.
    fn baseline(&mut self, notices: &mut Vec<Diagnostic>) {
        let order = |one: &Numbered| Tool::Flyway.order(&one.version);
        self.baselines.sort_by_key(|(_, one)| order(one));
        let oldest = self.numbered.iter().map(order).min();
        let mut beginning = None;
        for (entry, one) in std::mem::take(&mut self.baselines) {
            let is_beginning = oldest.as_ref().is_none_or(|oldest| order(&one) < *oldest);
            let passed_over = if is_beginning {
                beginning.replace((entry, one)).map(|(entry, _)| {
                    entry.passed_over("a baseline of Flyway is not taken over: a newer one is")
                })
            } else {
                Some(entry.passed_over(
                    "a baseline of Flyway is not taken over: the versions below it are",
                ))
            };
            notices.extend(passed_over);
        }
        if let Some((entry, one)) = beginning {
            notices.push(
                Diagnostic::warning(
                    Class::InvalidRevision,
                    "a baseline of Flyway, and none of the versions below it: the history begins with it",
                )
                .at(Frame::file(&*entry.shown))
                .help("a database that Flyway has migrated by the older versions needs their files too, else `adopt` refuses it"),
            );
            self.numbered.push(one);
        }
    }
}

const NO_UNDO: &str = "Flyway had no undo script for it";

/// `flyway.conf`, `flyway.user.toml` ...
fn is_configuration(file: &str) -> bool {
    file.starts_with("flyway.") && (file.ends_with(".conf") || file.ends_with(".toml"))
}

fn add(
    migrations: &mut Vec<Migration>,
    name: &str,
    entry: &Entry,
    script: Script,
) -> Result<(), Vec<Diagnostic>> {
    let version = format!("R_{name}");
    let problem = |class, message: String| {
        vec![
            Diagnostic::error(class, message)
                .at(Frame::file(&*entry.shown))
                .help("rename the file"),
        ]
    };
    let id = Tool::Flyway
        .id(&version)
        .map_err(|invalid| problem(Class::InvalidRevision, invalid.to_string()))?;
    if migrations.iter().any(|other| other.id == id) {
        let message = format!("two repeatable scripts would have the id `{id}`");
        return Err(problem(Class::DuplicateRevision, message));
    }
    migrations.push(Migration {
        down_revision: migrations
            .last()
            .map(|last| last.id.clone())
            .into_iter()
            .collect(),
        id,
        version,
        depends_on: Vec::new(),
        branch_labels: Vec::new(),
        message: words(name),
        prose: Vec::new(),
        created: None,
        file: entry.shown.clone(),
        up: Some(script),
        down: Down::Irreversible(NO_UNDO.to_owned()),
    });
    Ok(())
}

struct Reader<'a> {
    settings: &'a Settings,
    entry: &'a Entry,
    /// All files of its directory and below.
    beside: &'a [Entry],
}

impl Reader<'_> {
    fn script(&self, notices: &mut Vec<Diagnostic>) -> Result<Script, Vec<Diagnostic>> {
        let file = self.entry.read()?;
        if let Some(language) = language(&self.entry.name) {
            notices.push(program(&file, "migrate(", language));
            let todo = format!("write the SQL of {}", self.entry.name);
            return Ok(Script::to_be_written(&file, todo));
        }
        let mut script = Script::whole(&file);
        let beside = format!("{}.conf", self.entry.name);
        let same = |entry: &&Entry| {
            entry.name == beside && entry.path.parent() == self.entry.path.parent()
        };
        let mut outside = self.settings.outside;
        let mut replace = self.settings.placeholders.replace;
        if let Some(configuration) = self.beside.iter().find(same) {
            for setting in properties(&configuration.read()?.text) {
                match (setting.key.as_str(), setting.value.as_str()) {
                    ("executeInTransaction", value @ ("true" | "false")) => {
                        outside = value == "false"
                    }
                    ("placeholderReplacement", value @ ("true" | "false")) => {
                        replace = value == "true"
                    }
                    (key, _) => notices.push(
                        configuration.passed_over(format!("`{key}` has no counterpart here")),
                    ),
                }
            }
        }
        if outside {
            script = script.outside();
        }
        if replace {
            self.placeholders(&file, &mut script, notices);
        }
        Ok(script)
    }

    /// Flyway puts values in wherever `${name}` stands, without regard to SQL.
    fn placeholders(&self, file: &SourceFile, script: &mut Script, notices: &mut Vec<Diagnostic>) {
        let text = &file.text;
        let source = Source::new(&file.shown, text);
        let placeholders = &self.settings.placeholders;
        let (prefix, suffix) = (placeholders.prefix.as_str(), placeholders.suffix.as_str());
        if prefix.is_empty() || suffix.is_empty() {
            return;
        }
        for (start, _) in text.match_indices(prefix) {
            let inside = start + prefix.len();
            let Some(length) = text[inside..].find(suffix) else {
                continue;
            };
            let name = &text[inside..inside + length];
            let range = start..inside + length + suffix.len();
            if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '$') {
                continue;
            }
            if let Some(value) = placeholders.values.get(name) {
                script.replace(&range, value);
                continue;
            }
            script
                .todo
                .push(format!("write the value of {}", &text[range.clone()]));
            notices.push(
                Diagnostic::error(
                    Class::InvalidRevision,
                    format!("Flyway puts the value of `{name}` in here"),
                )
                .at(source.frame(range, "not known here"))
                .help(format!("`--placeholder {name}=VALUE` says it")),
            );
        }
    }
}
