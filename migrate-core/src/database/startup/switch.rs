//! The switch of a start-up: whether it migrates, and who says so.

use std::fmt;

use crate::database::error::Error;
use crate::model::set::{StartupSettings, Switched};
use crate::text::diagnostic::Class;

/// The variable that names the environment of `migrate.toml`.
const ENVIRONMENT: &str = "MIGRATE_ENV";

/// Whether start-up migrates, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Switch {
    pub(super) position: Position,
    by: By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    On,
    Off,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum By {
    /// A variable with its value.
    Variable { name: String, value: String },
    /// The environment of this name.
    Environment(String),
    /// `[startup]`.
    Settings,
}

impl Switch {
    /// The variable before the environment, the environment before `[startup]`.
    ///
    /// # Errors
    /// When the variable holds a word that is neither yes nor no.
    pub(super) fn read(
        settings: &StartupSettings,
        environment: Option<&str>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        let said = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        if let Some(value) = said(&settings.auto_env) {
            let name = settings.auto_env.clone();
            let position = match value.trim().to_ascii_lowercase().as_str() {
                "1" | "true" | "on" | "yes" => Position::On,
                "0" | "false" | "off" | "no" => Position::Off,
                _ => return Err(neither(&name, &value)),
            };
            let by = By::Variable { name, value };
            return Ok(Self { position, by });
        }
        let environment = environment.map(str::to_owned).or_else(|| said(ENVIRONMENT));
        let (auto, by) = match (settings.auto_of(environment.as_deref()), environment) {
            (Switched::Environment(auto), Some(name)) => (auto, By::Environment(name)),
            (Switched::Environment(auto) | Switched::Startup(auto), _) => (auto, By::Settings),
        };
        let position = if auto { Position::On } else { Position::Off };
        Ok(Self { position, by })
    }
}

fn neither(name: &str, value: &str) -> Error {
    Error::with_help(
        Class::Config,
        format!(
            "the environment variable {name} is `{}`, which is neither yes nor no",
            value.escape_debug()
        ),
        format!(
            "{name}=true (1, yes, on) migrates at start-up, {name}=false (0, no, off) does not; unset it to go by migrate.toml"
        ),
    )
}

/// Who says so, in a few words.
impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = self.position == Position::On;
        match &self.by {
            By::Variable { name, value } => write!(f, "{name}={}", value.trim()),
            By::Environment(name) => write!(f, "auto = {on} in environment {name}"),
            By::Settings => write!(f, "auto = {on} in migrate.toml"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Variable, environment given by the caller, MIGRATE_ENV; what comes of `auto = true` in `[startup]`.
    #[test]
    fn the_variable_wins_then_the_environment_then_the_settings() {
        let on = "on: auto = true in migrate.toml";
        let cases = [
            (None, None, None, on),
            (Some(""), None, None, on),
            (Some("0"), None, None, "off: AUTO=0"),
            (Some("off"), None, None, "off: AUTO=off"),
            (Some("No"), None, None, "off: AUTO=No"),
            (Some("FALSE"), None, None, "off: AUTO=FALSE"),
            (Some("1"), None, None, "on: AUTO=1"),
            (Some(" True "), None, None, "on: AUTO=True"),
            (Some("yes"), None, None, "on: AUTO=yes"),
            (Some("ON"), None, None, "on: AUTO=ON"),
            (
                Some("maybe"),
                None,
                None,
                "the environment variable AUTO is `maybe`",
            ),
            (
                Some("2"),
                None,
                None,
                "the environment variable AUTO is `2`",
            ),
            (
                None,
                Some("test"),
                None,
                "off: auto = false in environment test",
            ),
            (
                None,
                None,
                Some("test"),
                "off: auto = false in environment test",
            ),
            (Some("1"), None, Some("test"), "on: AUTO=1"),
            (
                None,
                Some("stage"),
                Some("test"),
                "off: auto = false in environment stage",
            ),
            (None, Some("ci"), None, "on: auto = true in environment ci"),
            (None, Some("elsewhere"), None, on),
        ];
        let settings = StartupSettings {
            auto_env: "AUTO".to_owned(),
            auto_in: [("stage".to_owned(), false), ("ci".to_owned(), true)].into(),
            ..StartupSettings::default()
        };
        for (variable, given, environment, expected) in cases {
            let read = |name: &str| match name {
                "AUTO" => variable.map(str::to_owned),
                ENVIRONMENT => environment.map(str::to_owned),
                _ => None,
            };
            let found = match Switch::read(&settings, given, read) {
                Ok(switch) if switch.position == Position::On => format!("on: {switch}"),
                Ok(switch) => format!("off: {switch}"),
                Err(error) => error.to_string(),
            };
            assert!(
                found.starts_with(expected),
                "{variable:?} {given:?} {environment:?}\n{found}"
            );
        }
    }

    #[test]
    fn an_environment_called_test_may_migrate_when_it_says_so() {
        let settings = StartupSettings {
            auto_in: [("test".to_owned(), true)].into(),
            ..StartupSettings::default()
        };
        let switch = Switch::read(&settings, Some("test"), |_| None).unwrap();
        assert_eq!(switch.position, Position::On);
    }
}
