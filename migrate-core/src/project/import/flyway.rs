//! Flyway with its default names: `V1_2__name.sql`, `U1_2__name.sql` to undo it, `R__name.sql` again and again.
//!
//! What Flyway runs whenever its text changes becomes one revision at the end: here a change is a new revision.

use std::collections::BTreeMap;

use super::folder::{Entry, Folder, SourceFile};
use super::refinery::program;
use super::script::Script;
use super::{Diagnostic, Down, Import, Migration, Numbered, Tool, chain, words};
use crate::text::diagnostic::{Class, Frame};
use crate::text::source::Source;

pub(super) fn read(
    import: &Import,
    folders: &[Folder],
    notices: &mut Vec<Diagnostic>,
) -> Result<Vec<Migration>, Vec<Diagnostic>> {
    let mut numbered = Vec::new();
    let mut undo: BTreeMap<String, (Entry, Script)> = BTreeMap::new();
    let mut repeatable = Vec::new();
    for folder in folders {
        let files = folder.files()?;
        for entry in &files {
            let name = match name(&entry.name) {
                Name::Configuration => continue,
                Name::Other(why) => {
                    notices.push(entry.passed_over(why));
                    continue;
                }
                Name::Baseline => {
                    notices.push(entry.passed_over(
                        "a baseline of Flyway is not taken over: the versions below it are",
                    ));
                    continue;
                }
                name => name,
            };
            let reader = Reader {
                import,
                entry,
                file: entry.read()?,
            };
            match name {
                Name::Versioned(version, name) => numbered.push(Numbered {
                    tool: Tool::Flyway,
                    version: format!("V{version}"),
                    name: name.to_owned(),
                    file: entry.shown.clone(),
                    up: reader.script(&files, notices)?,
                    down: Down::Irreversible("Flyway had no undo script for it".to_owned()),
                }),
                Name::Undo(version) => {
                    let script = reader.script(&files, notices)?;
                    undo.insert(Tool::Flyway.key(version), (entry.clone(), script));
                }
                Name::Repeatable(name) => {
                    notices.push(
                        Diagnostic::warning(
                            Class::InvalidRevision,
                            "Flyway runs this script whenever its text changes; here it is one revision, run once",
                        )
                        .at(Frame::file(&*entry.shown))
                        .help("a later change of it is a new revision that holds the whole text again"),
                    );
                    repeatable.push((
                        name.to_owned(),
                        entry.clone(),
                        reader.script(&files, notices)?,
                    ));
                }
                _ => {}
            }
        }
    }
    for one in &mut numbered {
        if let Some((_, script)) = undo.remove(&Tool::Flyway.key(&one.version)) {
            one.down = Down::Script(script);
        }
    }
    for (entry, _) in undo.into_values() {
        notices.push(entry.passed_over("an undo script without the migration that it undoes"));
    }
    let mut migrations = chain(numbered)?;
    // Flyway runs them last, in the order of their descriptions.
    repeatable.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, entry, script) in repeatable {
        add(&mut migrations, &name, &entry, script)?;
    }
    Ok(migrations)
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
        down: Down::Irreversible("Flyway had no undo script for it".to_owned()),
    });
    Ok(())
}

/// What the name of a file says.
enum Name<'a> {
    Versioned(&'a str, &'a str),
    Undo(&'a str),
    Repeatable(&'a str),
    Baseline,
    /// `V1__name.sql.conf`, read with its script.
    Configuration,
    Other(&'static str),
}

/// The kinds of files that hold migrations written in a language.
const PROGRAMS: [(&str, &str); 5] = [
    ("java", "Java"),
    ("kt", "Kotlin"),
    ("groovy", "Groovy"),
    ("py", "Python"),
    ("sh", "shell"),
];

fn name(file: &str) -> Name<'_> {
    if file.ends_with(".sql.conf") {
        return Name::Configuration;
    }
    let Some((stem, extension)) = file.rsplit_once('.') else {
        return Name::Other("Flyway does not read this file");
    };
    if extension != "sql" && language(extension).is_none() {
        return Name::Other("Flyway does not read this file as a migration");
    }
    let (prefix, name) = stem.split_once("__").unwrap_or((stem, ""));
    let version = |rest: &str| {
        !rest.is_empty()
            && rest.starts_with(|c: char| c.is_ascii_digit())
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'))
    };
    if prefix == "R" && stem.contains("__") {
        return Name::Repeatable(name);
    }
    for (letter, make) in [
        ('V', Name::Versioned as fn(_, _) -> _),
        ('U', |version, _| Name::Undo(version)),
        ('B', |_, _| Name::Baseline),
    ] {
        if let Some(rest) = prefix.strip_prefix(letter).filter(|rest| version(rest)) {
            return make(rest, name);
        }
    }
    Name::Other(
        "this is no migration by Flyway's default names (V1__name.sql, U1__name.sql, R__name.sql): a callback, or another prefix or separator",
    )
}

fn language(extension: &str) -> Option<&'static str> {
    let found = PROGRAMS.iter().find(|(other, _)| *other == extension);
    found.map(|(_, language)| *language)
}

struct Reader<'a> {
    import: &'a Import,
    entry: &'a Entry,
    file: SourceFile,
}

impl Reader<'_> {
    fn script(
        &self,
        files: &[Entry],
        notices: &mut Vec<Diagnostic>,
    ) -> Result<Script, Vec<Diagnostic>> {
        let extension = self.entry.name.rsplit('.').next().unwrap_or_default();
        if let Some(language) = language(extension) {
            notices.push(program(&self.file, "migrate(", language));
            let todo = format!("write the SQL of {}", self.entry.name);
            return Ok(Script::to_be_written(&self.file, todo));
        }
        let mut script = Script::whole(&self.file);
        let beside = format!("{}.conf", self.entry.name);
        let same = |entry: &&Entry| {
            entry.name == beside && entry.path.parent() == self.entry.path.parent()
        };
        let mut replaces = true;
        if let Some(configuration) = files.iter().find(same) {
            for (key, value) in settings(&configuration.read()?.text) {
                match (key.as_str(), value.as_str()) {
                    ("executeInTransaction", "false") => script = script.outside(),
                    ("placeholderReplacement", "false") => replaces = false,
                    ("executeInTransaction" | "placeholderReplacement", "true") => {}
                    _ => notices.push(
                        configuration.passed_over(format!("`{key}` has no counterpart here")),
                    ),
                }
            }
        }
        if replaces {
            self.placeholders(&mut script, notices);
        }
        Ok(script)
    }

    /// Flyway puts values in wherever `${name}` stands, without regard to SQL.
    fn placeholders(&self, script: &mut Script, notices: &mut Vec<Diagnostic>) {
        let text = &self.file.text;
        let source = Source::new(&self.file.shown, text);
        for (start, _) in text.match_indices("${") {
            let Some(length) = text[start..].find('}') else {
                continue;
            };
            let range = start..start + length + 1;
            let name = &text[start + 2..range.end - 1];
            if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '$') {
                continue;
            }
            if let Some(value) = self.import.placeholders.get(name) {
                script.replace(&range, value);
                continue;
            }
            script.todo.push(format!("write the value of ${{{name}}}"));
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

/// The `key=value` lines of a configuration, without the prefix `flyway.`.
fn settings(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| {
            let key = key.trim();
            let key = key.strip_prefix("flyway.").unwrap_or(key);
            (key.to_owned(), value.trim().to_owned())
        })
        .collect()
}
