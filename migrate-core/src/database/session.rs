//! The session of a run, one for each kind of server: what is set when it opens, and which sections may change it.
//!
//! Connections and offline scripts take it from here, so that a statement means the same in both.

use std::time::Duration;

use super::execute::Source;
use crate::text::ddl::{Boundary, Residue, residue};
use crate::text::sql::{Token, TokenKind, tokenize};
use crate::text::{Dialect, Digest};

/// What a revision may set on MySQL and MariaDB and what is put back after it.
pub(crate) const MYSQL_SETTINGS: [&str; 13] = [
    "sql_mode",
    "time_zone",
    "foreign_key_checks",
    "unique_checks",
    "sql_notes",
    "sql_safe_updates",
    "sql_select_limit",
    "default_storage_engine",
    "group_concat_max_len",
    "lock_wait_timeout",
    "innodb_lock_wait_timeout",
    "sql_quote_show_create",
    "collation_connection",
];

/// The settings of a connection that a section may make by `PRAGMA` and that are put back after it, with SQLite's own
/// defaults. What is written into the file (`user_version`, `application_id`, `auto_vacuum`, the journal mode) is no
/// setting: a revision that changes it means it. The heap limits are those of the whole process.
pub(crate) const SQLITE_SETTINGS: [(&str, &str); 30] = [
    ("foreign_keys", "OFF"),
    ("legacy_alter_table", "OFF"),
    ("recursive_triggers", "OFF"),
    ("ignore_check_constraints", "OFF"),
    ("writable_schema", "OFF"),
    ("query_only", "OFF"),
    ("reverse_unordered_selects", "OFF"),
    ("trusted_schema", "ON"),
    ("automatic_index", "ON"),
    ("synchronous", "FULL"),
    ("analysis_limit", "0"),
    ("busy_timeout", "0"),
    ("cache_size", "-2000"),
    ("cache_spill", "ON"),
    ("case_sensitive_like", "OFF"),
    ("cell_size_check", "OFF"),
    ("checkpoint_fullfsync", "OFF"),
    ("defer_foreign_keys", "OFF"),
    ("full_column_names", "OFF"),
    ("fullfsync", "OFF"),
    ("journal_size_limit", "-1"),
    ("locking_mode", "NORMAL"),
    ("max_page_count", "4294967294"),
    ("mmap_size", "0"),
    ("read_uncommitted", "OFF"),
    ("secure_delete", "OFF"),
    ("short_column_names", "ON"),
    ("temp_store", "DEFAULT"),
    ("threads", "0"),
    ("wal_autocheckpoint", "1000"),
];

/// The assignments of the `SET` that opens a session of MySQL or MariaDB.
pub(crate) fn mysql_assignments(
    dialect: Dialect,
    ddl_lock: Duration,
    statement: Option<Duration>,
) -> Vec<String> {
    let wait = ddl_lock.as_secs().max(1);
    // sqlx asks for IGNORE_SPACE when it connects: the mode is taken from the server's.
    let mut set = vec![
        "NAMES utf8mb4".to_owned(),
        "sql_mode = CONCAT_WS(',', NULLIF(@@GLOBAL.sql_mode, ''), 'STRICT_TRANS_TABLES')"
            .to_owned(),
        "time_zone = '+00:00'".to_owned(),
        "autocommit = 1".to_owned(),
        format!("lock_wait_timeout = {wait}"),
        format!("innodb_lock_wait_timeout = {wait}"),
        "foreign_key_checks = 1".to_owned(),
        "unique_checks = 1".to_owned(),
    ];
    // MySQL limits only what reads.
    set.extend(statement.map(|limit| match dialect {
        Dialect::Mariadb => format!("max_statement_time = {}", limit.as_secs_f64()),
        _ => format!("max_execution_time = {}", limit.as_millis()),
    }));
    set
}

/// The statements that limit waiting in a session of PostgreSQL.
pub(crate) fn postgres_limits(ddl_lock: Duration, statement: Option<Duration>) -> Vec<String> {
    let limits = [
        ("lock_timeout", Some(ddl_lock)),
        ("statement_timeout", statement),
    ];
    limits
        .into_iter()
        .filter_map(|(name, limit)| Some(format!("SET {name} = {}", limit?.as_millis())))
        .collect()
}

/// The fields whose digest begins with the number of the advisory lock, before and after the name of the schema.
pub(crate) const POSTGRES_LOCK: &[u8] = b"migrate run lock";

/// The number of the advisory lock: the same for everybody who uses these tables of a database.
pub(crate) fn postgres_lock(schema: &str, table: &str) -> i64 {
    let digest = Digest::of([POSTGRES_LOCK, schema.as_bytes(), table.as_bytes()]);
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest.as_bytes()[..8]);
    i64::from_be_bytes(bytes)
}

/// Whether a section may change settings of a session of PostgreSQL: anything but plain DDL and DML may.
pub(crate) fn changes_settings_of_postgres(source: &Source<'_>) -> bool {
    const PLAIN: [&str; 11] = [
        "CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE", "COMMENT", "GRANT", "REVOKE",
        "TRUNCATE", "COPY",
    ];
    let plain = |statement: &crate::text::sql::Statement| {
        statement
            .keywords
            .first()
            .is_some_and(|word| PLAIN.contains(&word.as_str()))
    };
    !source.script.statements.iter().all(plain) || names_set_config(source.text)
}

/// Whether `set_config` is called, or named in a text that may be run: the body of a function that a trigger calls.
fn names_set_config(text: &str) -> bool {
    const NAME: &[u8] = b"set_config";
    let names = |token: Token| {
        let bytes = text[token.range].as_bytes();
        let mut places = bytes.windows(NAME.len());
        places.any(|place| place.eq_ignore_ascii_case(NAME))
    };
    tokenize(text, Dialect::Postgres).any(|token| !token.kind.is_trivia() && names(token))
}

/// Whether a section may change settings of a session of MySQL or MariaDB; `boundaries` are those of its statements.
pub(crate) fn changes_settings_of_mysql(source: &Source<'_>, boundaries: &[Boundary]) -> bool {
    let mut numbers = 0..boundaries.len();
    boundaries.contains(&Boundary::Unknown)
        || numbers.any(|number| residue(source.sql(number), source.dialect) != Residue::Nothing)
}

/// The words of each `PRAGMA` of a section, in lower case, the first being `pragma`.
pub(crate) fn pragmas<'s>(source: &'s Source<'_>) -> impl Iterator<Item = Vec<String>> + 's {
    let statements = source.script.statements.iter().enumerate();
    statements
        .filter(|(_, statement)| {
            statement
                .keywords
                .first()
                .is_some_and(|word| word == "PRAGMA")
        })
        .map(|(number, _)| {
            let sql = source.sql(number);
            tokenize(sql, Dialect::Sqlite)
                .filter(|token| {
                    !token.kind.is_trivia() && !matches!(token.kind, TokenKind::Punct(_))
                })
                .map(|token| {
                    let word = sql[token.range].trim_matches(['\'', '"', '`', '[', ']']);
                    word.to_ascii_lowercase()
                })
                .collect()
        })
}

/// Whether a section for SQLite asks for foreign keys to be off.
pub(crate) fn asks_for_rebuild(source: &Source<'_>) -> bool {
    pragmas(source).any(
        |words| match words.iter().position(|word| word == "foreign_keys") {
            Some(place) => words
                .get(place + 1)
                .is_some_and(|value| matches!(value.as_str(), "off" | "0" | "no" | "false")),
            None => false,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::sql::split;

    fn source(text: &str, dialect: Dialect) -> Source<'_> {
        Source {
            text,
            script: split(text, dialect),
            dialect,
            transactional: true,
            file: "x.sql",
            line: 1,
            from: 0,
        }
    }

    #[test]
    fn plain_statements_change_no_settings_of_postgres_unless_they_call_for_it() {
        let cases = [
            ("CREATE TABLE t (a int);\nINSERT INTO t VALUES (1)", false),
            ("SET search_path = a", true),
            ("SELECT f()", true),
            ("INSERT INTO t SELECT set_config('role', 'a', false)", true),
            ("INSERT INTO t SELECT Set_Config ('role', 'a', false)", true),
            (
                "INSERT INTO t SELECT pg_catalog.\"set_config\"('role', 'a', false)",
                true,
            ),
            (
                "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN PERFORM SET_config('role', 'a', false); END $$ LANGUAGE plpgsql",
                true,
            ),
            ("-- no set_config here\nCREATE TABLE t (a int)", false),
            (
                "CREATE TABLE t (set_configured int, reset_config int)",
                true,
            ),
        ];
        for (text, expected) in cases {
            let found = changes_settings_of_postgres(&source(text, Dialect::Postgres));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_rebuild_is_asked_for_in_sqlites_own_words() {
        let cases = [
            ("PRAGMA foreign_keys = OFF", true),
            ("pragma main.foreign_keys(0)", true),
            ("PRAGMA /* for the rebuild */ Foreign_Keys='no'", true),
            ("PRAGMA foreign_keys", false),
            ("PRAGMA foreign_keys = ON", false),
            ("PRAGMA user_version = 1 -- not foreign_keys = off", false),
            ("PRAGMA foreign_key_list(off)", false),
            ("SELECT 'PRAGMA foreign_keys = OFF'", false),
        ];
        for (text, expected) in cases {
            let found = asks_for_rebuild(&source(text, Dialect::Sqlite));
            assert_eq!(found, expected, "{text}");
        }
    }
}
