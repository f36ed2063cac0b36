//! Statements that make and drop databases, sent to the database that the caller has named.

use crate::database::api::finish;
use crate::database::connect::{Intent, connect};
use crate::database::error::{Error, Kind, ServerError, ServerErrorKind};
use crate::database::target::Database;
use crate::model::set::Settings;
use crate::text::Dialect;
use crate::text::diagnostic::Class;

/// Where databases are made.
#[derive(Debug, Clone)]
pub(super) struct Server {
    /// The URL that the caller gave.
    pub(super) url: String,
    pub(super) given: Database,
    pub(super) settings: Settings,
}

impl Server {
    /// The URL of another database of the same server, by the same user.
    pub(super) fn url_of(&self, name: &str) -> String {
        if self.given.dialect() == Dialect::Sqlite {
            let file = std::env::temp_dir().join(format!("{name}.db"));
            return format!("sqlite://{}", file.display());
        }
        let (address, query) = match self.url.split_once('?') {
            Some((address, query)) => (address, format!("?{query}")),
            None => (self.url.as_str(), String::new()),
        };
        let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
        // A password may hold a slash that somebody forgot to escape: the path begins behind the last `@`.
        let login = rest.rfind('@').map_or(0, |place| place + 1);
        let place = rest[login..].find('/').map_or(rest.len(), |at| login + at);
        format!("{scheme}://{}/{name}{query}", &rest[..place])
    }

    /// Sends a statement.
    pub(super) async fn send(&self, sql: String) -> Result<(), Error> {
        self.try_send(sql)
            .await?
            .map_err(|error| self.refused(error))
    }

    /// Sends a statement; what the server says is left to the caller.
    pub(super) async fn try_send(&self, sql: String) -> Result<Result<(), ServerError>, Error> {
        let mut backend = connect(&self.maintenance()?, Intent::Read, &self.settings).await?;
        let sent = backend.execute(sql).await.map(drop);
        finish(backend, &Ok(())).await;
        Ok(sent)
    }

    /// The database that was named, or one that is always there.
    pub(super) fn maintenance(&self) -> Result<Database, Error> {
        let address = self.url.split('?').next().unwrap_or_default();
        let named = address
            .split_once("://")
            .and_then(|(_, rest)| rest[rest.rfind('@').map_or(0, |at| at + 1)..].split_once('/'))
            .is_some_and(|(_, name)| !name.is_empty());
        if named || self.given.dialect() == Dialect::Sqlite {
            return Ok(self.given.clone());
        }
        let name = match self.given.dialect() {
            Dialect::Postgres => "postgres",
            _ => "information_schema",
        };
        self.url_of(name).parse()
    }

    /// Drops a database and whoever is connected to it.
    pub(super) async fn drop(&self, name: &str) -> Result<(), Error> {
        let sql = match self.given.dialect() {
            Dialect::Postgres => format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            _ => format!("DROP DATABASE IF EXISTS {name}"),
        };
        self.send(sql).await
    }

    pub(super) fn refused(&self, error: ServerError) -> Error {
        if error.kind == ServerErrorKind::Permission {
            let help = match self.given.dialect() {
                Dialect::Postgres => "`ALTER ROLE .. CREATEDB` allows it",
                _ => r"`GRANT ALL ON `migrate\_test\_%`.* TO ..` allows it",
            };
            let message = format!(
                "no database for a test can be made on {}: {}",
                self.given, error.message
            );
            return Error::with_help(Class::Permission, message, help);
        }
        Error::new(Kind::Server {
            doing: "making a database for a test on",
            target: self.given.to_string(),
            error,
        })
    }
}

#[cfg(all(test, feature = "postgres", feature = "mysql"))]
mod tests {
    use super::*;

    #[test]
    fn another_database_of_the_same_server() {
        for (url, other, maintenance) in [
            (
                "postgres://app:p@db:5432/shop?sslmode=disable",
                "postgres://app:p@db:5432/x?sslmode=disable",
                "postgres://app:***@db:5432/shop?sslmode=disable",
            ),
            (
                "postgres://app@db",
                "postgres://app@db/x",
                "postgres://app@db/postgres",
            ),
            (
                "mysql://app:a%2Fb@db",
                "mysql://app:a%2Fb@db/x",
                "mysql://app:***@db/information_schema",
            ),
            (
                "mysql://db/",
                "mysql://db/x",
                "mysql://db/information_schema",
            ),
        ] {
            let server = Server {
                url: url.to_owned(),
                given: url.parse().unwrap(),
                settings: Settings::default(),
            };
            assert_eq!(server.url_of("x"), other);
            assert_eq!(server.maintenance().unwrap().to_string(), maintenance);
        }
    }
}
