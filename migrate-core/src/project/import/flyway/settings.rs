//! What a configuration of Flyway says about its files: `flyway.conf`, or `flyway.toml`.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::super::folder::{self, SourceFile};
use super::super::{Diagnostic, Import};
use crate::project::config::display;
use crate::text::diagnostic::{Class, Frame};
use crate::text::source::Source;

/// What the names of files mean and what is put into their texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) versioned: String,
    pub(super) undo: String,
    pub(super) repeatable: String,
    pub(super) baseline: String,
    pub(super) separator: String,
    /// Those of SQL.
    pub(super) suffixes: Vec<String>,
    pub(super) placeholders: Placeholders,
    /// The transaction around a script, unless it says otherwise itself.
    pub(super) outside: bool,
}

/// What is replaced in the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placeholders {
    pub(super) replace: bool,
    pub(super) prefix: String,
    pub(super) suffix: String,
    pub(super) values: BTreeMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            versioned: text("V"),
            undo: text("U"),
            repeatable: text("R"),
            baseline: text("B"),
            separator: text("__"),
            suffixes: vec![text(".sql")],
            placeholders: Placeholders {
                replace: true,
                prefix: text("${"),
                suffix: text("}"),
                values: BTreeMap::new(),
            },
            outside: false,
        }
    }
}

/// Settings that change what Flyway runs, and that nothing here follows.
const NOT_FOLLOWED: [(&str, &str); 5] = [
    (
        "initSql",
        "what runs on every connection must be in the revisions that need it",
    ),
    ("callbacks", "what callbacks do must be in a revision"),
    (
        "callbackLocations",
        "what callbacks do must be in a revision",
    ),
    (
        "locations",
        "the directories are those of the command line: name all of them",
    ),
    ("encoding", "files are read as UTF-8"),
];

impl Settings {
    /// Those of the configuration files and of the command line, which wins.
    pub(super) fn read(
        import: &Import,
        notices: &mut Vec<Diagnostic>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut settings = Self::default();
        for path in &import.configurations {
            let path = import.start.join(path);
            let file = folder::read(&path, &display(&import.start, &path))?;
            let is_toml = path
                .extension()
                .is_some_and(|extension| extension == "toml");
            let entries = match is_toml {
                true => toml(&file)?,
                false => properties(&file.text),
            };
            for entry in entries {
                settings.follow(&entry, &file, notices)?;
            }
        }
        let said = import.placeholders.clone();
        settings.placeholders.values.extend(said);
        Ok(settings)
    }

    fn follow(
        &mut self,
        entry: &Entry,
        file: &SourceFile,
        notices: &mut Vec<Diagnostic>,
    ) -> Result<(), Vec<Diagnostic>> {
        let frame =
            |label: &str| Source::new(&file.shown, &file.text).frame(entry.range.clone(), label);
        let value = &entry.value;
        if let Some(name) = entry.key.strip_prefix("placeholders.") {
            self.placeholders
                .values
                .insert(name.to_owned(), value.clone());
            return Ok(());
        }
        let truth = || match value.as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(vec![
                Diagnostic::error(Class::Config, format!("`{}` is true or false", entry.key))
                    .at(frame("neither")),
            ]),
        };
        match entry.key.as_str() {
            "sqlMigrationPrefix" => self.versioned.clone_from(value),
            "undoSqlMigrationPrefix" => self.undo.clone_from(value),
            "repeatableSqlMigrationPrefix" => self.repeatable.clone_from(value),
            "baselineMigrationPrefix" => self.baseline.clone_from(value),
            "sqlMigrationSeparator" if value.is_empty() => {
                return Err(vec![
                    Diagnostic::error(Class::Config, "a separator is not empty").at(frame("here")),
                ]);
            }
            "sqlMigrationSeparator" => self.separator.clone_from(value),
            "sqlMigrationSuffixes" => {
                let list = value.split(',').map(str::trim);
                self.suffixes = list
                    .filter(|it| !it.is_empty())
                    .map(str::to_owned)
                    .collect();
            }
            "placeholderPrefix" => self.placeholders.prefix.clone_from(value),
            "placeholderSuffix" => self.placeholders.suffix.clone_from(value),
            "placeholderReplacement" => self.placeholders.replace = truth()?,
            "executeInTransaction" => self.outside = !truth()?,
            "encoding" if value.eq_ignore_ascii_case("utf-8") => {}
            key => {
                if let Some((_, instead)) = NOT_FOLLOWED.iter().find(|(other, _)| *other == key) {
                    notices.push(
                        Diagnostic::warning(Class::Config, format!("`{key}` is not followed here"))
                            .at(frame("left out"))
                            .help(*instead),
                    );
                }
            }
        }
        Ok(())
    }
}

/// One setting, its key without `flyway.`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) value: String,
    range: Range<usize>,
}

/// The `key=value` lines of a configuration.
pub(super) fn properties(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut lines = super::super::script::lines(text);
    while let Some((mut range, line)) = lines.next() {
        let mut line = line.trim().to_owned();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        // A backslash at its end takes the next line along.
        while let Some(begun) = line.strip_suffix('\\') {
            let Some((more, next)) = lines.next() else {
                break;
            };
            line = format!("{begun}{}", next.trim());
            range.end = more.end;
        }
        range.end -= text[range.clone()].len() - text[range.clone()].trim_end().len();
        if let Some((key, value)) = line.split_once('=') {
            entries.push(Entry {
                key: without_prefix(key.trim()).to_owned(),
                value: value.trim().to_owned(),
                range,
            });
        }
    }
    entries
}

fn without_prefix(key: &str) -> &str {
    key.strip_prefix("flyway.").unwrap_or(key)
}

/// The keys below `[flyway]`; a list is its items with commas between them.
fn toml(file: &SourceFile) -> Result<Vec<Entry>, Vec<Diagnostic>> {
    let table = DeTable::parse(&file.text).map_err(|error| {
        let message = error.message().split('\n').next().unwrap_or_default();
        let error_at = match error.span() {
            Some(range) => Source::new(&file.shown, &file.text).frame(range, "no valid TOML"),
            None => Frame::file(&*file.shown),
        };
        vec![Diagnostic::error(Class::Config, message).at(error_at)]
    })?;
    let mut entries = Vec::new();
    if let Some(DeValue::Table(flyway)) = table.get_ref().get("flyway").map(|it| it.get_ref()) {
        flatten("", flyway, &mut entries);
    }
    Ok(entries)
}

fn flatten(before: &str, table: &DeTable<'_>, entries: &mut Vec<Entry>) {
    for (key, value) in table {
        let name = format!("{before}{}", key.get_ref());
        match value.get_ref() {
            DeValue::Table(below) => flatten(&format!("{name}."), below, entries),
            single => entries.push(Entry {
                key: name,
                value: text(single),
                range: key.span().start..value.span().end,
            }),
        }
    }
}

fn text(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| text(item.get_ref())).collect();
            items.join(",")
        }
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Table(_) => String::new(),
    }
}
