//! The section `[environments]` of `migrate.toml`, and where an address may stand.

use super::keys::{Reader, Value, secrets};
use super::values::{Config, Environment, Protection, Url};

impl Reader<'_> {
    pub(super) fn environments(&mut self, value: &Value<'_>, config: &mut Config) {
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
}

/// Whether an address holds a password, as part of its authority or as a parameter.
fn has_password(url: &str) -> bool {
    secrets(url).next().is_some_and(|range| !range.is_empty())
}
