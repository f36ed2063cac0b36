//! Which database is meant: `--database-url`, then `DATABASE_URL`, then the environment of migrate.toml, then `DATABASE_URL`
//! of the file of variables.

use migrate_core::project::Config;
use migrate_core::project::config::{Environment, Protection, Url};
use migrate_core::text::Diagnostic;
use migrate_core::text::diagnostic::{Class, nearest};

use crate::failure::Failure;
use crate::settings::{Said, Settings};

/// The address that was chosen.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The address, with its password: never printed.
    pub(crate) url: String,
    /// Who named it, for people: `--database-url`, `DATABASE_URL`, `environment production`.
    pub(crate) by: String,
    /// Whether the environment is protected.
    pub(crate) protection: Protection,
}

/// Chooses; `variable` reads an environment variable.
pub(crate) fn choose(
    settings: &Settings,
    config: &Config,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Choice, Failure> {
    let environment = settings
        .env
        .as_ref()
        .map(|name| environment(name, config))
        .transpose()?;
    let protection = environment.map_or(Protection::Open, |environment| environment.protection);
    let given = [
        ("--database-url", &settings.option_url),
        ("DATABASE_URL", &settings.variable_url),
    ];
    let given = given
        .into_iter()
        .find_map(|(by, url)| Some((by, url.clone()?)));
    let names_one = environment.is_some_and(|environment| environment.url.is_some());
    let given = given.or_else(|| {
        let of_file = settings.file_url.clone().filter(|_| !names_one)?;
        Some(("DATABASE_URL", of_file))
    });
    let (Some(name), Some(environment)) = (&settings.env, environment) else {
        let (by, url) = given.ok_or_else(|| Failure::from(nothing_given(config)))?;
        return Ok(Choice {
            url,
            by: by.to_owned(),
            protection,
        });
    };
    match (given, &environment.url) {
        (None, None) => Err(no_url(name).into()),
        (Some((by, url)), None) => Ok(Choice {
            url,
            by: by.to_owned(),
            protection,
        }),
        (None, Some(configured)) => {
            let url = read(configured, &name.value, variable)?;
            Ok(Choice {
                url,
                by: format!("environment {}", name.value),
                protection,
            })
        }
        (Some((by, url)), Some(configured)) => {
            // Two that agree are fine, such as a container that sets both.
            if read(configured, &name.value, variable).is_ok_and(|other| other != url) {
                return Err(two_that_differ(name, by).into());
            }
            Ok(Choice {
                url,
                by: by.to_owned(),
                protection,
            })
        }
    }
}

/// Whether the environment that was asked for is protected; no address is needed.
pub(crate) fn protection(settings: &Settings, config: &Config) -> Result<Protection, Failure> {
    match &settings.env {
        Some(name) => Ok(environment(name, config)?.protection),
        None => Ok(Protection::Open),
    }
}

fn environment<'a>(name: &Said<String>, config: &'a Config) -> Result<&'a Environment, Failure> {
    if let Some(environment) = config.environments.get(&name.value) {
        return Ok(environment);
    }
    let known: Vec<&str> = config.environments.keys().map(String::as_str).collect();
    let error = problem(format!(
        "there is no environment `{}` in migrate.toml",
        name.value
    ))
    .note(format!("{} names it", name.by));
    let error = match nearest(&name.value, known.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => error.help(format!(
            "add it:\n[environments.{}]\nurl = {{ env = \"{}_DATABASE_URL\" }}",
            name.value,
            name.value.to_uppercase()
        )),
        None => error.help(format!("it has {}", known.join(", "))),
    };
    Err(error.into())
}

fn read(
    url: &Url,
    environment: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<String, Failure> {
    match url {
        Url::Literal(url) => Ok(url.clone()),
        Url::Env(name) => variable(name).filter(|url| !url.is_empty()).ok_or_else(|| {
            problem(format!(
                "the environment `{environment}` takes its database from {name}, which is not set"
            ))
            .help(format!(
                "`export {name}=postgres://USER:PASSWORD@HOST/DATABASE`"
            ))
            .into()
        }),
    }
}

fn problem(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Class::Config, message)
}

fn nothing_given(config: &Config) -> Diagnostic {
    let error = problem("no database is named")
        .help("`--database-url sqlite://app.db`, or `export DATABASE_URL=sqlite://app.db`");
    if config.environments.is_empty() {
        return error;
    }
    let names: Vec<&str> = config.environments.keys().map(String::as_str).collect();
    error.help(format!(
        "or `--env NAME`: migrate.toml has {}",
        names.join(", ")
    ))
}

fn no_url(name: &Said<String>) -> Diagnostic {
    problem(format!(
        "the environment `{}` of migrate.toml names no database",
        name.value
    ))
    .help("give it a `url`, or use `--database-url` or DATABASE_URL")
}

fn two_that_differ(name: &Said<String>, by: &str) -> Diagnostic {
    problem(format!(
        "{by} and the environment `{}` name different databases",
        name.value
    ))
    .note(format!("{} asks for the environment", name.by))
    .help(match by {
        "DATABASE_URL" => format!(
            "`unset DATABASE_URL` to use the environment, or leave out {}",
            name.by
        ),
        _ => format!("leave out {by} or {}", name.by),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = "
        [environments.production]
        url = { env = \"PROD_URL\" }
        protected = true
        [environments.local]
        url = \"sqlite://local.db\"
        [environments.bare]
    ";

    /// A file of variables says where one works most of the time; who asks for an environment means that one.
    #[test]
    fn an_environment_wins_over_the_file_of_variables() {
        let (config, _) = Config::parse("migrate.toml", TOML);
        let chosen = |env: Option<&str>, variable_url: Option<&str>| {
            let settings = Settings {
                variable_url: variable_url.map(Into::into),
                file_url: Some("sqlite://dev.db".into()),
                env: env.map(|value| Said {
                    value: value.into(),
                    by: "--env",
                }),
                ..Settings::default()
            };
            choose(&settings, &config, |_| None)
                .ok()
                .map(|choice| choice.url)
        };
        assert_eq!(chosen(None, None).as_deref(), Some("sqlite://dev.db"));
        assert_eq!(
            chosen(Some("local"), None).as_deref(),
            Some("sqlite://local.db")
        );
        assert_eq!(
            chosen(Some("bare"), None).as_deref(),
            Some("sqlite://dev.db")
        );
        assert_eq!(
            chosen(None, Some("sqlite://b")).as_deref(),
            Some("sqlite://b")
        );
    }

    /// `--database-url`, `DATABASE_URL`, `--env`; what is chosen, or what the error says.
    #[test]
    fn the_option_wins_then_the_variable_then_the_environment() {
        for (option, variable, env, expected) in [
            (
                Some("sqlite://a"),
                None,
                None,
                "sqlite://a by --database-url",
            ),
            (
                Some("sqlite://a"),
                Some("sqlite://b"),
                None,
                "sqlite://a by --database-url",
            ),
            (None, Some("sqlite://b"), None, "sqlite://b by DATABASE_URL"),
            (
                None,
                None,
                Some("local"),
                "sqlite://local.db by environment local",
            ),
            (
                None,
                None,
                Some("production"),
                "postgres://prod by environment production",
            ),
            (
                None,
                Some("postgres://prod"),
                Some("production"),
                "postgres://prod by DATABASE_URL",
            ),
            (
                None,
                Some("sqlite://b"),
                Some("bare"),
                "sqlite://b by DATABASE_URL",
            ),
            (None, None, None, "error: no database is named"),
            (None, None, Some("bare"), "names no database"),
            (None, None, Some("produktion"), "did you mean `production`?"),
            (
                None,
                Some("sqlite://b"),
                Some("local"),
                "DATABASE_URL and the environment `local` name different",
            ),
            (
                Some("sqlite://b"),
                None,
                Some("local"),
                "--database-url and the environment `local` name different",
            ),
        ] {
            assert_chosen(option, variable, env, expected);
        }
    }

    fn assert_chosen(
        option: Option<&str>,
        variable: Option<&str>,
        env: Option<&str>,
        expected: &str,
    ) {
        let (config, findings) = Config::parse("migrate.toml", TOML);
        assert_eq!(findings, []);
        let settings = Settings {
            option_url: option.map(Into::into),
            variable_url: variable.map(Into::into),
            env: env.map(|value| Said {
                value: value.into(),
                by: "--env",
            }),
            ..Settings::default()
        };
        let chosen = choose(&settings, &config, |name| {
            (name == "PROD_URL").then(|| "postgres://prod".into())
        });
        let said = match &chosen {
            Ok(choice) => format!("{} by {}", choice.url, choice.by),
            Err(failure) => failure.diagnostics[0].to_string(),
        };
        assert!(
            said.contains(expected),
            "{option:?} {variable:?} {env:?}\n{said}"
        );
        if let Ok(choice) = chosen {
            assert_eq!(
                choice.protection == Protection::Protected,
                env == Some("production")
            );
        }
    }

    #[test]
    fn an_error_shows_no_address() {
        let (config, _) = Config::parse("migrate.toml", TOML);
        let settings = Settings {
            variable_url: Some("postgres://app:hunter2@db/shop".into()),
            env: Some(Said {
                value: "local".into(),
                by: "--env",
            }),
            ..Settings::default()
        };
        let error = choose(&settings, &config, |_| None)
            .err()
            .map(|failure| failure.diagnostics[0].to_string())
            .unwrap_or_default();
        assert!(!error.is_empty() && !error.contains("hunter2"), "{error}");
    }
}
