//! `migrate.toml` → [`Config`], key by key.

use std::ops::Range;

use toml::de::DeTable;

use super::keys::{Reader, Value};
use super::values::{Config, Dotenv, LintLevel, Policy};
use crate::model::set::Ahead;
use crate::text::Diagnostic;
use crate::text::source::Source;

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
                "migrations" => {
                    self.section(&value, config, &super::migrations::KEYS, Self::migrations)
                }
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
                        ("migrations", &super::migrations::KEYS[..]),
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

    pub(super) fn variable(&mut self, value: &Value<'_>) -> Option<String> {
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

pub(super) fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
