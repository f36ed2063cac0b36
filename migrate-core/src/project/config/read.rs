//! `migrate.toml` → [`Config`], key by key.

use std::ops::Range;

use toml::de::DeTable;

use super::keys::{Reader, Value, secrets};
use super::values::{
    Config, Dotenv, Drafts, Environment, LintLevel, Policy, Protection, Recursion, Timezone, Url,
};
use crate::model::set::{Ahead, HeadsPolicy};
use crate::text::Diagnostic;
use crate::text::diagnostic::nearest;
use crate::text::source::Source;
use crate::text::{Dialect, DialectSet};

const SECTIONS: [&str; 8] = [
    "dotenv",
    "migrations",
    "schema",
    "startup",
    "timeouts",
    "lints",
    "environments",
    "hooks",
];
const MIGRATIONS: [&str; 11] = [
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
const STARTUP: [&str; 7] = [
    "auto",
    "auto_env",
    "limit",
    "wait",
    "require_head",
    "ahead",
    "cancel_at_limit",
];
const TIMEOUTS: [&str; 4] = ["connect", "run_lock", "ddl_lock", "statement"];

impl Config {
    /// Reads the text of a `migrate.toml`; `path` is how messages call it.
    ///
    /// What cannot be read is a finding and keeps its default, so that everything wrong is reported at once.
    pub fn parse(path: &str, text: &str) -> (Self, Vec<Diagnostic>) {
        let mut config = Self::default();
        let mut reader = Reader {
            source: Source::new(path, text),
            findings: Vec::new(),
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        // The parser goes on after a syntax error, but what it says then is mostly about the same one.
        if let Some(error) = errors.first() {
            let message = error.message().split('\n').next().unwrap_or_default();
            reader.error(message, error.span().unwrap_or(0..0), "no valid TOML");
        }
        // A table with a syntax error in it would only yield more of the same.
        if reader.findings.is_empty() {
            reader.document(table.get_ref(), &mut config);
        }
        (config, reader.findings)
    }
}

impl Reader<'_> {
    fn document(&mut self, table: &DeTable<'_>, config: &mut Config) {
        for (name, place, value) in self.entries("", table) {
            match name.as_str() {
                "migrations" => self.section(&value, config, &MIGRATIONS, Self::migrations),
                "schema" => {
                    self.section(&value, config, &super::schema::KEYS, Self::schema);
                    self.refuse_dump_of_itself(config, value.range.clone());
                }
                "startup" => self.section(&value, config, &STARTUP, Self::startup),
                "timeouts" => self.section(&value, config, &TIMEOUTS, Self::timeouts),
                "hooks" => self.section(&value, config, &["post_write"], Self::hooks),
                "lints" => self.lints(&value, config),
                "environments" => self.environments(&value, config),
                "dotenv" => set(&mut config.dotenv, self.dotenv(&value)),
                _ => {
                    self.unknown("", &name, place, &SECTIONS);
                    // Seen often: the keys written without their section.
                    let home = [
                        ("migrations", &MIGRATIONS[..]),
                        ("schema", &super::schema::KEYS),
                        ("startup", &STARTUP),
                        ("timeouts", &TIMEOUTS),
                    ];
                    if let Some((section, _)) =
                        home.iter().find(|(_, keys)| keys.contains(&name.as_str()))
                    {
                        self.help(format!("it belongs below `[{section}]`"));
                    }
                }
            }
        }
    }

    pub(super) fn section(
        &mut self,
        value: &Value<'_>,
        config: &mut Config,
        known: &[&str],
        read: fn(&mut Self, &str, &Value<'_>, &mut Config),
    ) {
        let Some(table) = self.table(value) else {
            return;
        };
        for (name, place, entry) in self.entries(&value.key, table) {
            if known.contains(&name.as_str()) {
                read(self, &name, &entry, config);
            } else {
                self.unknown(&value.key, &name, place, known);
            }
        }
    }

    fn migrations(&mut self, name: &str, value: &Value<'_>, config: &mut Config) {
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
                    match super::super::template::Template::parse(text) {
                        Ok(_) => migrations.file_template = text.to_owned(),
                        Err(problem) => {
                            self.error(
                                problem.to_string(),
                                value.range.clone(),
                                "in this template",
                            );
                            self.help(super::super::template::HELP);
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

    fn startup(&mut self, name: &str, value: &Value<'_>, config: &mut Config) {
        let startup = &mut config.startup;
        match name {
            "auto" => set(&mut startup.auto, self.flag(value)),
            "auto_env" => set(&mut startup.auto_env, self.variable(value)),
            "limit" => set(&mut startup.limit, self.duration(value)),
            "wait" => set(&mut startup.wait, self.flag(value)),
            "require_head" => set(&mut startup.require_head, self.flag(value)),
            "ahead" => {
                let words = [
                    ("compatible", Ahead::Compatible),
                    ("allow", Ahead::Allow),
                    ("refuse", Ahead::Refuse),
                ];
                set(&mut startup.ahead, self.word(value, &words));
            }
            _ => set(&mut startup.cancel_at_limit, self.flag(value)),
        }
    }

    fn timeouts(&mut self, name: &str, value: &Value<'_>, config: &mut Config) {
        let timeouts = &mut config.timeouts;
        match name {
            "connect" => set(&mut timeouts.connect, self.duration(value)),
            "run_lock" => set(&mut timeouts.run_lock, self.duration(value)),
            "ddl_lock" => set(&mut timeouts.ddl_lock, self.duration(value)),
            _ => {
                // Zero means no limit, as in the databases themselves.
                if let Some(limit) = self.duration(value) {
                    timeouts.statement = Some(limit).filter(|limit| !limit.is_zero());
                }
            }
        }
    }

    fn lints(&mut self, value: &Value<'_>, config: &mut Config) {
        const LEVELS: [(&str, LintLevel); 4] = [
            ("off", LintLevel::Off),
            ("info", LintLevel::Info),
            ("warn", LintLevel::Warn),
            ("error", LintLevel::Error),
        ];
        let Some(table) = self.table(value) else {
            return;
        };
        for (name, _, entry) in self.entries(&value.key, table) {
            if name == "policy" {
                let words = [
                    ("default", Policy::Default),
                    ("no-breakage", Policy::NoBreakage),
                ];
                set(&mut config.lints.policy, self.word(&entry, &words));
            } else if let Some(level) = self.word(&entry, &LEVELS) {
                config.lints.rules.insert(name, level);
            }
        }
    }

    fn environments(&mut self, value: &Value<'_>, config: &mut Config) {
        let Some(table) = self.table(value) else {
            return;
        };
        for (name, _, entry) in self.entries(&value.key, table) {
            let Some(table) = self.table(&entry) else {
                continue;
            };
            let mut environment = Environment::default();
            for (key, place, entry) in self.entries(&entry.key, table) {
                match key.as_str() {
                    "url" => environment.url = self.url(&entry),
                    "protected" => {
                        if self.flag(&entry) == Some(true) {
                            environment.protection = Protection::Protected;
                        }
                    }
                    "auto" => {
                        if let Some(auto) = self.flag(&entry) {
                            config.startup.auto_in.insert(name.clone(), auto);
                        }
                    }
                    "backup" => {
                        environment.backup = self.full_text(&entry).map(str::to_owned);
                    }
                    _ => self.unknown(
                        &format!("environments.{name}"),
                        &key,
                        place,
                        &["url", "protected", "auto", "backup"],
                    ),
                }
            }
            config.environments.insert(name, environment);
        }
    }

    fn dotenv(&mut self, value: &Value<'_>) -> Option<Dotenv> {
        if value.value.is_str() {
            let path = self.full_text(value)?;
            return Some(Dotenv::Read(path.to_owned()));
        }
        match value.value.as_bool() {
            Some(true) => Some(Dotenv::Read(".env".to_owned())),
            Some(false) => Some(Dotenv::Ignored),
            None => {
                self.expected(value, "true, false, or the path of a file");
                None
            }
        }
    }

    fn url(&mut self, value: &Value<'_>) -> Option<Url> {
        if let Some(url) = value.value.as_str() {
            if has_password(url) {
                self.error(
                    format!("`{}` holds a password", value.key),
                    value.range.clone(),
                    "expected an address without one",
                );
                self.help("keep it in the environment: `url = { env = \"PROD_DATABASE_URL\" }`");
                return None;
            }
            return self
                .full_text(value)
                .map(|url| Url::Literal(url.to_owned()));
        }
        let Some(table) = value.value.as_table() else {
            let message = format!(
                "`{}` must be `{{ env = \"NAME\" }}` or an address without a password",
                value.key
            );
            self.error(message, value.range.clone(), "no address");
            return None;
        };
        let mut url = None;
        for (key, place, entry) in self.entries(&value.key, table) {
            match key.as_str() {
                "env" => url = self.variable(&entry).map(Url::Env),
                _ => self.unknown(&value.key, &key, place, &["env"]),
            }
        }
        if url.is_none() && table.is_empty() {
            let message = format!("`{}` lacks `env`", value.key);
            self.error(
                message,
                value.range.clone(),
                "expected `{ env = \"NAME\" }`",
            );
        }
        url
    }

    fn variable(&mut self, value: &Value<'_>) -> Option<String> {
        let name = self.full_text(value)?;
        if name.contains(['=', '\0']) || name.contains(char::is_whitespace) || name.contains("://")
        {
            self.error(
                format!("`{}` is no name of a variable", value.key),
                value.range.clone(),
                "expected a name",
            );
            return None;
        }
        Some(name.to_owned())
    }

    fn hooks(&mut self, _: &str, value: &Value<'_>, config: &mut Config) {
        const WHAT: &str = "a list of commands such as [[\"sqlfluff\", \"fix\", \"{file}\"]]";
        let Some(commands) = self.items(value, WHAT) else {
            return;
        };
        for command in commands {
            if command.value.is_str() {
                self.error(
                    "a command must be a list of its arguments",
                    command.range.clone(),
                    "found one text",
                );
                self.help("no shell is involved: write `[\"sqlfluff\", \"fix\", \"{file}\"]`");
                continue;
            }
            let Some(arguments) = self.texts(&command, WHAT) else {
                continue;
            };
            if arguments.is_empty() {
                self.error(
                    "a command without a program",
                    command.range.clone(),
                    "expected its arguments",
                );
                continue;
            }
            config.post_write.push(
                arguments
                    .into_iter()
                    .map(|(argument, _): (&str, Range<usize>)| argument.to_owned())
                    .collect(),
            );
        }
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// Whether an address holds a password, as part of its authority or as a parameter.
fn has_password(url: &str) -> bool {
    secrets(url).next().is_some_and(|range| !range.is_empty())
}
