//! psql.

use super::{Client, OTHER_HISTORY, PLACE, Start, checks, comments};
use crate::database::execute::Source;
use crate::database::session::{
    POSTGRES_LOCK, changes_settings_of_postgres, postgres_limits, postgres_lock,
};
use crate::database::state::Tables;
use crate::database::state::tables::{Wording, identifier};
use crate::model::set::Settings;
use crate::text::Dialect;
use crate::text::sql::{TokenKind, tokenize};

/// The variable of psql that holds the schema of the state tables, when none is configured: a revision may change the
/// search path.
const SCHEMA: &str = ":\"migrate_schema\"";

pub(super) struct Psql {
    /// As statements of the script call them.
    tables: Tables,
    /// As bodies call them, which psql does not look into; only while the search path is that of the session.
    inside: Tables,
    schema: Option<String>,
    table: String,
    session: Vec<String>,
}

impl Psql {
    pub(super) fn new(settings: &Settings) -> Self {
        let inside = Tables::new(
            Dialect::Postgres,
            settings.schema.as_deref(),
            &settings.table,
        );
        let mut tables = Tables {
            wording: Wording::Script,
            ..inside.clone()
        };
        if settings.schema.is_none() {
            for name in [&mut tables.state, &mut tables.log, &mut tables.lock] {
                *name = format!("{SCHEMA}.{name}");
            }
        }
        let mut session = vec![
            "SET client_encoding = 'UTF8'".to_owned(),
            "SET DateStyle = 'ISO, MDY'".to_owned(),
            "SET TimeZone = 'UTC'".to_owned(),
        ];
        let timeouts = &settings.timeouts;
        session.extend(postgres_limits(timeouts.ddl_lock, timeouts.statement));
        Self {
            tables,
            inside,
            schema: settings.schema.clone(),
            table: settings.table.clone(),
            session,
        }
    }

    /// An anonymous block that works with the number of the run lock, which it has as `key`.
    fn lock_block(&self, body: &str) -> String {
        let (declared, key) = match &self.schema {
            Some(schema) => (
                String::new(),
                postgres_lock(schema, &self.table).to_string(),
            ),
            // The same digest, of a schema that only the server knows.
            None => {
                let before = hex([&length(POSTGRES_LOCK.len()), POSTGRES_LOCK]);
                let after = hex([&length(self.table.len()), self.table.as_bytes()]);
                (
                    "  schema bytea := pg_catalog.convert_to(pg_catalog.current_schema(), 'UTF8');\n".to_owned(),
                    format!(
                        "('x' || pg_catalog.encode(pg_catalog.substr(pg_catalog.sha256('\\x{before}'
    || pg_catalog.set_byte('\\x0000000000000000', 0, pg_catalog.octet_length(schema)) || schema
    || '\\x{after}'), 1, 8), 'hex'))::bit(64)::bigint"
                    ),
                )
            }
        };
        block(
            &format!("DECLARE\n{declared}  key bigint := {key};\n"),
            body,
        )
    }

    fn take_lock(&self) -> String {
        self.lock_block(
            "  IF key IS NULL THEN
    RAISE EXCEPTION 'no schema of the search path exists';
  END IF;
  IF NOT pg_catalog.pg_try_advisory_lock(key) THEN
    RAISE EXCEPTION 'another run of migrate is at work on this database'
      USING HINT = 'run this script again when it has ended; migrate-cli status shows it';
  END IF;
",
        )
    }

    /// The condition and the text when the database is not where the script starts.
    fn check_block(&self, start: &Start) -> String {
        let Tables { state, .. } = &self.inside;
        let name = identifier(Dialect::Postgres, &self.inside.name).replace('\'', "''");
        let table = match &self.schema {
            Some(schema) => format!(
                "'{}.{name}'",
                identifier(Dialect::Postgres, schema).replace('\'', "''")
            ),
            None => format!("pg_catalog.quote_ident(pg_catalog.current_schema()) || '.{name}'"),
        };
        let shown = start.shown(", ");
        let mut body = String::new();
        if !start.is_base() {
            body.push_str(&format!(
                "  IF pg_catalog.to_regclass({table}) IS NULL THEN
    RAISE EXCEPTION 'the database is at base, and this script starts at {shown}'
      USING DETAIL = 'It has no table ' || {table} || '.';
  END IF;
"
            ));
        }
        body.push_str(&format!(
            "  SELECT pg_catalog.string_agg(revision || CASE state WHEN 'applied' THEN '' ELSE ' (' || state || ')' END, ', ' ORDER BY revision)
    INTO place FROM {state} WHERE {PLACE};
  IF COALESCE(place, 'base') <> '{shown}' THEN
    RAISE EXCEPTION 'the database is at %, and this script starts at {shown}', COALESCE(place, 'base')
      USING HINT = 'write the script anew from where the database is; migrate-cli current shows it';
  END IF;
"
        ));
        if let Some((query, count)) = checks(&self.inside, start).history {
            body.push_str(&format!(
                "  IF {query} <> {count} THEN
    RAISE EXCEPTION '{OTHER_HISTORY}'
      USING HINT = 'migrate-cli status names the revisions that differ';
  END IF;
"
            ));
        }
        block("DECLARE\n  place text;\n", &body)
    }
}

impl Client for Psql {
    fn tables(&self) -> &Tables {
        &self.tables
    }

    fn how_to_run(&self) -> &'static [&'static str] {
        &["Run it with: psql -X -d DATABASE -f FILE"]
    }

    fn opening(&self, start: &Start) -> String {
        let mut text = "\\set ON_ERROR_STOP on\n\n".to_owned();
        for sql in &self.session {
            text.push_str(&format!("{sql};\n"));
        }
        if self.schema.is_none() {
            text.push_str("SELECT pg_catalog.current_schema() AS migrate_schema \\gset\n");
        }
        text.push_str(
            "\n-- Nobody else migrates meanwhile, and the database is where this script starts.\n",
        );
        text.push_str(&self.take_lock());
        text.push_str("BEGIN;\n");
        if start.is_base() {
            text.push_str("SET LOCAL client_min_messages = warning;\n");
            if let Some(schema) = &self.schema {
                let name = identifier(Dialect::Postgres, schema);
                let body = format!(
                    "  IF pg_catalog.to_regnamespace('{}') IS NULL THEN\n    CREATE SCHEMA {name};\n  END IF;\n",
                    name.replace('\'', "''")
                );
                text.push_str(&block("", &body));
            }
            for sql in self.tables.create() {
                text.push_str(&format!("{sql};\n"));
            }
        }
        text.push_str(&self.check_block(start));
        text.push_str(&format!(
            "{};\nCOMMIT;\n",
            self.tables.register(&start.holder())
        ));
        text
    }

    fn closing(&self, start: &Start) -> String {
        format!(
            "\n{};\n{}",
            self.tables.unregister(&start.run),
            self.lock_block("  PERFORM pg_catalog.pg_advisory_unlock(key);\n")
        )
    }

    fn begin(&self) -> &'static str {
        "BEGIN"
    }

    fn reset(&self, source: &Source<'_>) -> Vec<String> {
        if !changes_settings_of_postgres(source) {
            return Vec::new();
        }
        let mut reset = vec![
            "SET SESSION AUTHORIZATION DEFAULT".to_owned(),
            "RESET ALL".to_owned(),
        ];
        reset.extend(self.session.iter().cloned());
        reset
    }

    fn statement(&self, source: &Source<'_>, number: usize) -> String {
        let mut text = comments(source, number);
        text.push_str(&colons(source.sql(number)));
        text.push_str(";\n");
        if let Some(data) = &source.script.statements[number].copy_data {
            text.push_str(&source.text[data.clone()]);
            text.push_str("\\.\n");
        }
        text
    }

    /// The result is no news.
    fn fence(&self, sql: &str) -> String {
        format!("{sql} \\gset\n")
    }
}

/// A statement with a backslash before each colon that psql would take for the beginning of a variable.
fn colons(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut tokens = tokenize(sql, Dialect::Postgres).peekable();
    let mut after_colon = false;
    while let Some(token) = tokens.next() {
        let colon = token.kind == TokenKind::Punct(':');
        let names = tokens.peek().is_some_and(|next| {
            matches!(
                next.kind,
                TokenKind::Word | TokenKind::QuotedIdent | TokenKind::String | TokenKind::Number
            ) || next.kind == TokenKind::Punct('{')
        });
        if colon && !after_colon && names {
            text.push('\\');
        }
        after_colon = colon && !after_colon;
        text.push_str(&sql[token.range]);
    }
    text
}

/// An anonymous block.
fn block(declarations: &str, body: &str) -> String {
    let mut tag = "$migrate$".to_owned();
    while body.contains(&tag) {
        tag.insert(1, '_');
    }
    format!("DO {tag}\n{declarations}BEGIN\n{body}END\n{tag};\n")
}

/// The length of a field as digests have it.
fn length(bytes: usize) -> [u8; 8] {
    (bytes as u64).to_le_bytes()
}

fn hex<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> String {
    let bytes = fields.into_iter().flatten();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn psql_finds_no_variables() {
        for (sql, expected) in [
            ("SELECT a::text", "SELECT a::text"),
            ("SELECT a[1:n]", "SELECT a[1\\:n]"),
            ("SELECT a[1:2]", "SELECT a[1\\:2]"),
            (
                "SELECT ':n', $$:n$$ /* :n */",
                "SELECT ':n', $$:n$$ /* :n */",
            ),
            ("CALL p(a := 1)", "CALL p(a := 1)"),
            ("SELECT a[b::int:n]", "SELECT a[b::int\\:n]"),
        ] {
            assert_eq!(colons(sql), expected);
        }
    }
}
