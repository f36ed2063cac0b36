//! The names of the state tables, and how they are created.

use super::FORMAT;
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
    /// Whether the session has the statements of [`Tables::prepare`].
    pub(crate) wording: Wording,
}

/// How our statements are worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wording {
    /// As they are.
    Plain,
    /// Those of every revision by the name under which the session has prepared them.
    Prepared,
    /// For a script, which is written before anybody knows the database: it has no epoch to name, takes the user from
    /// the session, and keeps of a row what it cannot know.
    Script,
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
            wording: Wording::Plain,
        }
    }

    /// Whether a text may be about these tables: the name of each begins with that of the state table.
    #[cfg(feature = "sqlite")]
    pub(crate) fn are_named_in(&self, text: &str) -> bool {
        let (text, name) = (text.as_bytes(), self.name.as_bytes());
        let mut places = text.windows(name.len());
        places.any(|place| place.eq_ignore_ascii_case(name))
    }

    /// The names of the tables as they are called, without quotes and schema.
    pub(crate) fn names(&self) -> [String; 3] {
        let name = &self.name;
        [name.clone(), format!("{name}_log"), format!("{name}_lock")]
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
            indexes,
            suffix,
        } = Columns::of(self.dialect);
        let Self {
            state, log, lock, ..
        } = self;
        let (insert, ignore) = if self.dialect.is_mysql_family() {
            ("INSERT IGNORE INTO", "")
        } else {
            ("INSERT INTO", " ON CONFLICT DO NOTHING")
        };
        let mut statements = vec![
            format!(
                "CREATE TABLE IF NOT EXISTS {lock} (
  id {number} NOT NULL PRIMARY KEY,
  format {number} NOT NULL,
  epoch {number} NOT NULL,
  holder {text},
  host {text},
  pid {number},
  application {text},
  since {time},
  heartbeat {time}
){suffix}"
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {log} (
  seq {serial},
  revision {id} NOT NULL,
  action {text} NOT NULL,
  outcome {text} NOT NULL,
  digest {text},
  started_at {time},
  finished_at {time},
  duration_us {number},
  statements {number},
  rows_touched {number},
  run {text},
  who {text},
  host {text},
  tool {text},
  error {long}
){suffix}"
            ),
            format!("{insert} {lock} (id, format, epoch) VALUES (1, {FORMAT}, 0){ignore}"),
            format!(
                "CREATE TABLE IF NOT EXISTS {state} (
  revision {key},
  parents {long} NOT NULL,
  depends_on {long} NOT NULL,
  message {long} NOT NULL,
  digest {text} NOT NULL,
  down_digest {text} NOT NULL,
  chain {text} NOT NULL,
  is_head {flag} NOT NULL,
  state {text} NOT NULL,
  origin {text} NOT NULL,
  statement_no {number} NOT NULL,
  statement_hash {text},
  statement {long},
  session_id {text},
  session_start {text},
  rounds {number},
  rows_touched {number},
  compatible {text} NOT NULL,
  started_at {time},
  finished_at {time},
  duration_us {number},
  who {text} NOT NULL,
  tool {text} NOT NULL,
  error {long},
  down_section {long}{indexes}
){suffix}"
            ),
        ];
        // What a start-up looks for, found without reading every row.
        if !self.dialect.is_mysql_family() {
            let is_head = if self.dialect == Dialect::Postgres {
                "is_head"
            } else {
                "is_head = 1"
            };
            statements.push(format!(
                "CREATE INDEX IF NOT EXISTS {} ON {state_name} (is_head) WHERE {is_head}",
                self.index("head"),
                state_name = self.index_target(),
            ));
            statements.push(format!(
                "CREATE INDEX IF NOT EXISTS {} ON {state_name} (state) WHERE state IN ('upgrading', 'downgrading')",
                self.index("flight"),
                state_name = self.index_target(),
            ));
        }
        statements
    }

    /// The temporary table of a run that is one transaction on SQLite.
    pub(super) fn moments(&self) -> String {
        let name = identifier(self.dialect, &format!("{}_moments", self.name));
        format!("temp.{name}")
    }

    /// The name of an index of the state table: SQLite wants the schema before it, PostgreSQL none.
    fn index(&self, suffix: &str) -> String {
        let index = identifier(self.dialect, &format!("{}_{suffix}", self.name));
        match (self.dialect, &self.schema) {
            (Dialect::Sqlite, Some(schema)) => {
                format!("{}.{index}", identifier(self.dialect, schema))
            }
            _ => index,
        }
    }

    /// The state table in `CREATE INDEX`: SQLite wants no schema before it.
    fn index_target(&self) -> String {
        match self.dialect {
            Dialect::Sqlite => identifier(self.dialect, &self.name),
            _ => self.state.clone(),
        }
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
    indexes: &'static str,
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
                // Nothing is ever deleted: no number comes twice.
                serial: "INTEGER PRIMARY KEY",
                indexes: "",
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
                indexes: "",
                suffix: "",
            },
            Dialect::Mysql | Dialect::Mariadb => Self {
                id: "VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin",
                key: "VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY",
                text: "VARCHAR(191)",
                long: "LONGTEXT",
                flag: "BOOLEAN",
                number: "BIGINT",
                time: "DATETIME(6)",
                serial: "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY",
                indexes: ",\n  INDEX (is_head),\n  INDEX (state)",
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
