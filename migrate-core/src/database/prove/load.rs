//! A file of SQL into a throw-away database.

use crate::database::connect::{Intent, connect};
use crate::database::error::{Error, Failure, Kind};
use crate::database::run::Run;
use crate::database::target::Database;
use crate::model::Migrations;
use crate::model::set::{Settings, SourceRevision, SourceSection, pack};
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::revision::Direction;
use crate::text::sql::{Directive, DirectiveKind, Script, Transactional, split};
use crate::text::{Dialect, DialectSet, Digest, Position};

/// A file of SQL: a schema, rows, or a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlFile {
    /// How messages call it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// The state tables of the run that loads a file: not those of the database, which the file may hold itself.
const TABLE: &str = "migrate_scratch_load";

impl SqlFile {
    /// Runs it by the executor that runs revisions, so that COPY, `DELIMITER` and errors are what they are there.
    pub(super) async fn load(
        &self,
        database: &Database,
        dialect: Dialect,
        settings: &Settings,
    ) -> Result<(), Error> {
        let script = split(&self.text, dialect);
        self.refuse_other_databases(&script, dialect)?;
        let is_batch = |it: &Directive| matches!(it.kind, DirectiveKind::Batch { .. });
        let transactional = script.statements.iter().all(|statement| {
            statement.transaction == Transactional::Yes
                && !statement.directives.iter().any(is_batch)
        });
        let revision = SourceRevision {
            id: "load",
            down_revision: Vec::new(),
            depends_on: Vec::new(),
            labels: Vec::new(),
            message: "load",
            file: &self.name,
            listed: &self.name,
            created: None,
            irreversible: Some("it is thrown away"),
            breaking: None,
            locked: true,
            sections: vec![SourceSection {
                direction: Direction::Up,
                dialects: DialectSet::EMPTY,
                transactional,
                line: 1,
                text: &self.text,
                digest: Digest::of([self.text.as_bytes()]),
            }],
        };
        let settings = Settings {
            table: TABLE.to_owned(),
            schema: None,
            ..settings.clone()
        };
        let packed = pack(&[revision], DialectSet::one(dialect), &settings);
        let loaded = Migrations::from_packed(packed, None)
            .run(database, Run::upgrade("head"))
            .await;
        loaded.map_err(|failure| self.not_loaded(failure))?;
        let mut backend = connect(database, Intent::Read, &settings).await?;
        let drop = backend.tables().names().map(|table| {
            format!(
                "DROP TABLE {}",
                crate::text::sql::quote_ident(&table, dialect)
            )
        });
        let dropped = backend.execute(drop.join(";\n")).await;
        backend.close().await;
        dropped.map(|_| ()).map_err(|error| {
            Error::new(Kind::Server {
                doing: "loading a file into",
                target: database.to_string(),
                error,
            })
        })
    }

    /// The text of the failure speaks of a revision: here it is a file.
    fn not_loaded(&self, failure: Failure) -> Error {
        let found = failure.error().diagnostic();
        let message = found
            .message
            .strip_prefix("revision load failed: ")
            .map_or_else(
                || found.message.clone(),
                |rest| format!("{} cannot be loaded: {rest}", self.name),
            );
        let mut told = Diagnostic::error(found.class, message);
        told.frame = found.frame;
        Error::new(Kind::Plain(told))
    }

    /// A dump of several databases goes to databases of its own choice: that is no place for a proof.
    fn refuse_other_databases(&self, script: &Script, dialect: Dialect) -> Result<(), Error> {
        let elsewhere = |words: &[String]| match words {
            [first, ..] if first == "USE" => dialect.is_mysql_family(),
            [first, second, ..] => {
                matches!(first.as_str(), "CREATE" | "DROP" | "ALTER")
                    && (second == "DATABASE" || second == "SCHEMA" && dialect.is_mysql_family())
            }
            _ => false,
        };
        let Some(statement) = script
            .statements
            .iter()
            .find(|statement| elsewhere(&statement.keywords))
        else {
            return Ok(());
        };
        let Position { line, column } = statement.position;
        let error = Diagnostic::error(
            Class::Config,
            "this file leaves the database that it is loaded into".to_owned(),
        );
        let frame = Frame {
            file: self.name.clone(),
            line,
            column,
            text: self
                .text
                .lines()
                .nth(line - 1)
                .unwrap_or_default()
                .to_owned(),
            width: 1,
            label: String::new(),
        };
        Err(Error::new(Kind::Plain(error.at(frame).help(
            "dump one database without CREATE DATABASE and USE: `mysqldump NAME`, not `--databases`; `pg_dump` without `--create`",
        ))))
    }
}
