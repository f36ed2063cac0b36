//! The names of the state tables, and how they are created.

use super::FORMAT;
use super::sql::literal;
use crate::text::Dialect;

/// The three tables, quoted and qualified for one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tables {
    pub(crate) dialect: Dialect,
    /// The schema they stand in, as it is called; `None` on SQLite and MySQL when none is configured.
    pub(crate) schema: Option<String>,
    /// The name of the state table, as it is called.
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) log: String,
    pub(crate) lock: String,
}

impl Tables {
    pub(crate) fn new(dialect: Dialect, schema: Option<&str>, name: &str) -> Self {
        let qualified = |suffix: &str| {
            let table = identifier(dialect, &format!("{name}{suffix}"));
            match schema {
                Some(schema) => format!("{}.{table}", identifier(dialect, schema)),
                None => table,
            }
        };
        Self {
            dialect,
            schema: schema.map(str::to_owned),
            name: name.to_owned(),
            state: qualified(""),
            log: qualified("_log"),
            lock: qualified("_lock"),
        }
    }

    /// The statements that create what is missing, in the order in which they are run: the state table last, because
    /// its absence is what an empty database is known by.
    pub(crate) fn create(&self) -> Vec<String> {
        let Columns {
            id,
            key,
            text,
            long,
            flag,
            number,
            time,
            serial,
            now,
            suffix,
        } = Columns::of(self.dialect);
        let Self {
            state, log, lock, ..
        } = self;
        let insert = if self.dialect.is_mysql_family() {
            "INSERT IGNORE INTO"
        } else {
            "INSERT INTO"
        };
        let ignore = if self.dialect.is_mysql_family() {
            ""
        } else {
            " ON CONFLICT DO NOTHING"
        };
        vec![
            format!(
                "CREATE TABLE IF NOT EXISTS {lock} (\n  id {number} NOT NULL PRIMARY KEY,\n  format {number} NOT NULL,\n  \
                 epoch {number} NOT NULL,\n  holder {text},\n  host {text},\n  pid {number},\n  application {text},\n  \
                 since {time},\n  heartbeat {time}\n){suffix}"
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {log} (\n  seq {serial},\n  revision {id} NOT NULL,\n  action {text} NOT \
                 NULL,\n  outcome {text} NOT NULL,\n  digest {text},\n  started_at {time},\n  finished_at {time} DEFAULT \
                 {now},\n  duration_us {number},\n  statements {number},\n  run {text},\n  who {text},\n  host {text},\n  \
                 tool {text},\n  error {long}\n){suffix}"
            ),
            format!("{insert} {lock} (id, format, epoch) VALUES (1, {FORMAT}, 0){ignore}"),
            format!(
                "CREATE TABLE IF NOT EXISTS {state} (\n  revision {key},\n  parents {long} NOT NULL,\n  depends_on {long} NOT \
                 NULL,\n  message {long} NOT NULL,\n  digest {text} NOT NULL,\n  down_digest {text} NOT NULL,\n  chain {text} \
                 NOT NULL,\n  is_head {flag} NOT NULL,\n  state {text} NOT NULL,\n  origin {text} NOT NULL,\n  \
                 statement_no {number} NOT NULL,\n  statement_hash {text},\n  statement {long},\n  session_id {text},\n  \
                 session_start {text},\n  compatible {text} NOT NULL,\n  started_at {time},\n  finished_at {time},\n  \
                 duration_us {number},\n  who {text} NOT NULL,\n  tool {text} NOT NULL,\n  error {long},\n  down_section \
                 {long}\n){suffix}"
            ),
        ]
    }

    /// The sentence that says which rights the state tables need.
    pub(crate) fn grant(&self, user: &str) -> String {
        let Self {
            state, log, lock, ..
        } = self;
        match self.dialect {
            Dialect::Postgres => {
                let schema = self.schema.as_deref().unwrap_or("public");
                let schema = identifier(self.dialect, schema);
                let user = identifier(self.dialect, user);
                format!(
                    "GRANT USAGE, CREATE ON SCHEMA {schema} TO {user}; or, where the tables are there already: GRANT \
                     SELECT, INSERT, UPDATE, DELETE ON {state}, {log}, {lock} TO {user};"
                )
            }
            Dialect::Mysql | Dialect::Mariadb => format!(
                "GRANT CREATE, ALTER, DROP, INDEX, REFERENCES, SELECT, INSERT, UPDATE, DELETE ON {}.* TO {user};",
                self.schema.as_deref().map_or_else(
                    || "<database>".to_owned(),
                    |name| identifier(self.dialect, name)
                ),
            ),
            Dialect::Sqlite => "make the file and its folder writable for this user".to_owned(),
        }
    }

    /// What tells one set of state tables from another on the same server, for the names of locks.
    pub(crate) fn key(&self) -> String {
        literal(self.dialect, &self.state)
    }
}

/// A name as an identifier, quoted.
pub(crate) fn identifier(dialect: Dialect, name: &str) -> String {
    let quote = if dialect.is_mysql_family() { '`' } else { '"' };
    let mut quoted = String::with_capacity(name.len() + 2);
    quoted.push(quote);
    for c in name.chars() {
        if c == quote {
            quoted.push(quote);
        }
        quoted.push(c);
    }
    quoted.push(quote);
    quoted
}

struct Columns {
    id: &'static str,
    key: &'static str,
    text: &'static str,
    long: &'static str,
    flag: &'static str,
    number: &'static str,
    time: &'static str,
    serial: &'static str,
    now: &'static str,
    suffix: &'static str,
}

impl Columns {
    const fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Sqlite => Self {
                id: "TEXT",
                key: "TEXT NOT NULL PRIMARY KEY",
                text: "TEXT",
                long: "TEXT",
                flag: "INTEGER",
                number: "INTEGER",
                time: "TEXT",
                serial: "INTEGER PRIMARY KEY AUTOINCREMENT",
                now: "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
                suffix: "",
            },
            Dialect::Postgres => Self {
                id: "text COLLATE pg_catalog.\"C\"",
                key: "text COLLATE pg_catalog.\"C\" NOT NULL PRIMARY KEY",
                text: "text",
                long: "text",
                flag: "boolean",
                number: "bigint",
                time: "timestamptz",
                serial: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
                now: "pg_catalog.clock_timestamp()",
                suffix: "",
            },
            Dialect::Mysql | Dialect::Mariadb => Self {
                id: "VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin",
                key: "VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY",
                text: "VARCHAR(255)",
                long: "LONGTEXT",
                flag: "BOOLEAN",
                number: "BIGINT",
                time: "DATETIME(6)",
                serial: "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY",
                now: "CURRENT_TIMESTAMP(6)",
                suffix: " ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_qualified() {
        let tables = Tables::new(Dialect::Postgres, Some("ap\"p"), "schema_revisions");
        assert_eq!(tables.lock, "\"ap\"\"p\".\"schema_revisions_lock\"");
        let tables = Tables::new(Dialect::Mariadb, None, "schema_revisions");
        assert_eq!(tables.state, "`schema_revisions`");
    }
}
