//! What options and environment variables say together, before any file is read.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::arguments::Global;

/// The settings of one invocation. An option wins over its variable; an empty variable counts as none.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    /// `--config`, MIGRATE_CONFIG
    pub(crate) config: Option<PathBuf>,
    /// `--dir`, MIGRATE_DIR
    pub(crate) dir: Option<PathBuf>,
    /// `--env`, MIGRATE_ENV
    pub(crate) env: Option<Said<String>>,
    /// `--database-url`
    pub(crate) option_url: Option<String>,
    /// DATABASE_URL
    pub(crate) variable_url: Option<String>,
    /// DATABASE_URL of the file of variables: weaker than an environment that is asked for
    pub(crate) file_url: Option<String>,
    /// `-x`; of a key that was given twice, the last value
    pub(crate) arguments: BTreeMap<String, String>,
}

/// A value and who gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said<T> {
    /// The value.
    pub(crate) value: T,
    /// `--env` or `MIGRATE_ENV`.
    pub(crate) by: &'static str,
}

impl Settings {
    /// The same with what the variables of a file say, where this process says nothing.
    pub(crate) fn or(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        self.file_url = variable("DATABASE_URL");
        self.env = self.env.or_else(|| {
            variable("MIGRATE_ENV").map(|value| Said {
                value,
                by: "MIGRATE_ENV",
            })
        });
        self
    }

    /// Those of this process.
    pub(crate) fn new(global: &Global) -> Self {
        Self::with(global, |name| std::env::var_os(name))
    }

    fn with(global: &Global, variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let text = |name| variable(name).map(|value| value.to_string_lossy().into_owned());
        let named = global.env.clone().map(|value| Said { value, by: "--env" });
        Self {
            config: global
                .config
                .clone()
                .or_else(|| variable("MIGRATE_CONFIG").map(PathBuf::from)),
            dir: global
                .dir
                .clone()
                .or_else(|| variable("MIGRATE_DIR").map(PathBuf::from)),
            env: named.or_else(|| {
                text("MIGRATE_ENV").map(|value| Said {
                    value,
                    by: "MIGRATE_ENV",
                })
            }),
            option_url: global.database_url.clone(),
            variable_url: text("DATABASE_URL"),
            file_url: None,
            arguments: global.arguments.iter().cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_win_over_variables_and_empty_variables_count_as_none() {
        let variables = |name: &str| match name {
            "MIGRATE_DIR" => Some("from-variable".into()),
            "MIGRATE_ENV" => Some("".into()),
            "MIGRATE_CONFIG" => Some("c.toml".into()),
            _ => None,
        };
        let global = Global {
            dir: Some("from-option".into()),
            ..Global::default()
        };
        let settings = Settings::with(&global, variables);
        assert_eq!(settings.dir, Some("from-option".into()));
        assert_eq!(settings.config, Some("c.toml".into()));
        assert_eq!(settings.env, None);
        assert_eq!(settings.variable_url, None);
    }
}
