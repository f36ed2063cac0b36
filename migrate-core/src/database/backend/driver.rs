//! Sending a message through sqlx and counting its results; rows as text.

/// Sends `$sql` as one message over `$connection` (simple protocol) and counts the results; evaluates to
/// `Result<Executed, (usize, sqlx::Error)>`, the error with the number of results before it. `$next` is done after each
/// result: another statement begins.
macro_rules! send {
    ($connection:expr, $sql:expr) => {
        crate::database::backend::driver::send!($connection, $sql, ())
    };
    ($connection:expr, $sql:expr, $next:expr) => {{
        let mut stream = sqlx::raw_sql(sqlx::AssertSqlSafe($sql)).execute_many($connection);
        let mut executed = crate::database::backend::Executed::default();
        loop {
            match std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
                Some(Ok(result)) => {
                    executed.results += 1;
                    executed.affected = result.rows_affected();
                    $next;
                }
                Some(Err(error)) => break Err((executed.results, error)),
                None => break Ok(executed),
            }
        }
    }};
}

/// Sends the reading statement `$sql` over `$connection`; evaluates to `Result<Vec<Row>, sqlx::Error>`.
macro_rules! fetch {
    ($connection:expr, $sql:expr) => {
        match sqlx::raw_sql(sqlx::AssertSqlSafe($sql))
            .fetch_all($connection)
            .await
        {
            Ok(rows) => rows
                .iter()
                .map(|row| {
                    (0..sqlx::Row::len(row))
                        .map(|column| sqlx::Row::try_get(row, column))
                        .collect()
                })
                .collect::<Result<Vec<crate::database::backend::Row>, sqlx::Error>>(),
            Err(error) => Err(error),
        }
    };
}

pub(crate) use {fetch, send};
