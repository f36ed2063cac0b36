//! The section `[migrations]` of `migrate.toml`.

use super::keys::{Reader, Value};
use super::read::set;
use super::values::{Config, Drafts, Recursion, Timezone};
use crate::model::set::HeadsPolicy;
use crate::project::template::{HELP, Template};
use crate::text::diagnostic::nearest;
use crate::text::{Dialect, DialectSet};

pub(super) const KEYS: [&str; 11] = [
    "dirs",
    "recursive",
    "dialects",
    "table",
    "schema",
    "file_template",
    "revision_template",
    "slug_length",
    "timezone",
    "heads",
    "drafts",
];

impl Reader<'_> {
    pub(super) fn migrations(&mut self, name: &str, value: &Value<'_>, config: &mut Config) {
        let migrations = &mut config.migrations;
        match name {
            "dirs" => {
                if let Some(dirs) = self.dirs(value) {
                    migrations.dirs = dirs;
                }
            }
            "recursive" => {
                if let Some(flag) = self.flag(value) {
                    migrations.recursion = if flag {
                        Recursion::Recursive
                    } else {
                        Recursion::Flat
                    };
                }
            }
            "dialects" => {
                if let Some(dialects) = self.dialects(value) {
                    migrations.dialects = dialects;
                }
            }
            "table" => set(&mut migrations.table, self.identifier(value)),
            "schema" => {
                if let Some(schema) = self.identifier(value) {
                    migrations.schema = Some(schema);
                }
            }
            "file_template" => {
                if let Some(text) = self.full_text(value) {
                    match Template::parse(text) {
                        Ok(_) => migrations.file_template = text.to_owned(),
                        Err(problem) => {
                            self.error(
                                problem.to_string(),
                                value.range.clone(),
                                "in this template",
                            );
                            self.help(HELP);
                        }
                    }
                }
            }
            "revision_template" => self.revision_template(value, config),
            "slug_length" => {
                if let Some(length) = self.number(value, 1, 200) {
                    migrations.slug_length = usize::try_from(length).unwrap_or(200);
                }
            }
            "timezone" => {
                if let Some(text) = self.full_text(value) {
                    migrations.timezone = match text {
                        "UTC" | "utc" => Timezone::Utc,
                        "local" => Timezone::Local,
                        name => Timezone::Named(name.to_owned()),
                    };
                }
            }
            "heads" => {
                set(
                    &mut migrations.heads,
                    self.word(
                        value,
                        &[("one", HeadsPolicy::One), ("many", HeadsPolicy::Many)],
                    ),
                );
            }
            _ => set(
                &mut migrations.drafts,
                self.word(
                    value,
                    &[("refuse", Drafts::Refuse), ("allow", Drafts::Allow)],
                ),
            ),
        }
    }

    /// One file for all kinds of revisions, or a table with one for each.
    fn revision_template(&mut self, value: &Value<'_>, config: &mut Config) {
        let templates = &mut config.migrations.revision_template;
        if value.value.is_str() {
            if let Some(file) = self.full_text(value) {
                let file = Some(file.to_owned());
                templates.plain.clone_from(&file);
                templates.merge.clone_from(&file);
                templates.autogenerate = file;
            }
            return;
        }
        let Some(table) = value.value.as_table() else {
            let message = format!(
                "`{}` must be a file, or a table with one for each kind",
                value.key
            );
            self.error(
                message,
                value.range.clone(),
                "expected \"FILE\" or { plain = \"FILE\", merge = \"FILE\", autogenerate = \"FILE\" }",
            );
            return;
        };
        for (kind, place, entry) in self.entries(&value.key, table) {
            let template = match kind.as_str() {
                "plain" => &mut templates.plain,
                "merge" => &mut templates.merge,
                "autogenerate" => &mut templates.autogenerate,
                _ => {
                    self.unknown(
                        &value.key,
                        &kind,
                        place,
                        &["plain", "merge", "autogenerate"],
                    );
                    continue;
                }
            };
            if let Some(file) = self.full_text(&entry) {
                *template = Some(file.to_owned());
            }
        }
    }

    fn dirs(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        let dirs = self.texts(value, "a list of directories")?;
        if dirs.is_empty() {
            self.error(
                "`migrations.dirs` is empty",
                value.range.clone(),
                "expected at least one directory",
            );
            return None;
        }
        let mut seen: Vec<String> = Vec::with_capacity(dirs.len());
        for (dir, range) in dirs {
            let dir = dir.trim_end_matches('/').to_owned();
            if seen.contains(&dir) {
                self.error(
                    format!("`{dir}` stands twice in `migrations.dirs`"),
                    range,
                    "the second one",
                );
            } else {
                seen.push(dir);
            }
        }
        Some(seen)
    }

    fn dialects(&mut self, value: &Value<'_>) -> Option<DialectSet> {
        let names = self.texts(value, "a list such as [\"sqlite\", \"postgres\"]")?;
        let mut set = DialectSet::EMPTY;
        for (name, range) in names {
            match name.parse::<Dialect>() {
                Ok(dialect) => set = set.with(dialect),
                Err(_) => {
                    let message = format!("unknown dialect `{}`", name.escape_default());
                    self.error(
                        message,
                        range,
                        "expected sqlite, postgres, mysql or mariadb",
                    );
                    if let Some(meant) = nearest(name, Dialect::ALL.map(Dialect::name)) {
                        self.help(format!("did you mean `{meant}`?"));
                    }
                }
            }
        }
        Some(set)
    }

    /// The name of a table or schema: whatever a database may call one, but nothing that needs thought when quoted.
    fn identifier(&mut self, value: &Value<'_>) -> Option<String> {
        let text = self.full_text(value)?;
        let fits = text.len() <= 48
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$');
        if !fits || text.starts_with(|c: char| c.is_ascii_digit()) {
            let message = format!("`{}` cannot be \"{}\"", value.key, text.escape_default());
            self.error(
                message,
                value.range.clone(),
                "expected at most 48 of A-Z, a-z, 0-9, _ and $, no digit first",
            );
            if text.contains('.') {
                self.help("a schema has a key of its own: `schema = \"..\"`");
            }
            return None;
        }
        Some(text.to_owned())
    }
}
