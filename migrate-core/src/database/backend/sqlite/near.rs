//! The place of a syntax error in a statement.
//!
//! SQLite names the word near which it stopped, sqlx does not tell where that stood, and it may stand there more than
//! once. SQLite reads from the left and stops at the first word it cannot use: of the statement cut behind each of those
//! words, the first that fails in the same way ends with the right one.

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

use crate::text::Dialect;
use crate::text::sql::tokenize;

/// More than this many are not tried.
const MOST: usize = 200;

/// The byte of `statement` at which the syntax error `message` was found.
pub(super) async fn locate(
    connection: &mut SqliteConnection,
    statement: &str,
    message: &str,
) -> Option<usize> {
    let tokens: Vec<_> = tokenize(statement, Dialect::Sqlite)
        .filter(|token| !token.kind.is_trivia())
        .collect();
    let first = tokens.first()?;
    // SQLite runs a pragma when it prepares it.
    if statement[first.range.clone()].eq_ignore_ascii_case("PRAGMA") {
        return None;
    }
    if message == "incomplete input" {
        return tokens.last().map(|token| token.range.start);
    }
    let word = culprit(message)?;
    let candidates = tokens
        .iter()
        .filter(|token| &statement[token.range.clone()] == word)
        .take(MOST);
    for candidate in candidates {
        let cut = statement[..candidate.range.end].to_owned();
        let Err(sqlx::Error::Database(error)) = (&mut *connection)
            .prepare(AssertSqlSafe(cut).into_sql_str())
            .await
        else {
            continue;
        };
        if error.message() == message {
            return Some(candidate.range.start);
        }
    }
    None
}

/// The word that SQLite quotes in the message of a syntax error.
fn culprit(message: &str) -> Option<&str> {
    let word = match message.strip_prefix("near \"") {
        Some(rest) => rest.strip_suffix("\": syntax error")?,
        None => message
            .strip_prefix("unrecognized token: \"")?
            .strip_suffix('"')?,
    };
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use sqlx::Connection as _;

    use super::*;

    #[tokio::test]
    async fn the_word_at_fault_is_found_among_equal_ones() {
        let mut connection = SqliteConnection::connect("sqlite::memory:")
            .await
            .expect("memory");
        sqlx::raw_sql("CREATE TABLE u (a)")
            .execute(&mut connection)
            .await
            .expect("a table");
        // The place is marked by `^` before the word.
        let cases = [
            "SELECT a a ^a FROM b",
            "CREATE TABLE t (a TEXT, b TEXT, ^, c TEXT)",
            "INSERT INTO t VALUES (1), (2), (3) ^(4)",
            "SELECT 'FROM', \"FROM\" /* FROM */ FROM ^FROM t",
            "CREATE TABLE t (a INTEGER (2, 3), b INTEGER (^, c INTEGER)",
            "CREATE TRIGGER r AFTER INSERT ON u BEGIN SELECT 1; SELECT 2 ^2 2; END",
            "UPDATE t SET a = 1, a = 2 ^SET a = 3",
            "SELECT 'é', 1 ^@",
            "CREATE TABLE t (a, b ^",
        ];
        for case in cases {
            let at = case.find('^').expect("a mark");
            let statement = case.replace('^', "");
            let error = sqlx::raw_sql(AssertSqlSafe(statement.clone()))
                .execute(&mut connection)
                .await
                .expect_err(case);
            let sqlx::Error::Database(error) = error else {
                panic!("{case}: {error}");
            };
            let found = locate(&mut connection, &statement, error.message()).await;
            let expected = if statement.len() == at { at - 2 } else { at };
            assert_eq!(found, Some(expected), "{case}: {}", error.message());
        }
        let none = locate(&mut connection, "SELECT a", "no such column: a").await;
        assert_eq!(none, None);
    }
}
