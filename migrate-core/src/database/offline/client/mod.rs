//! What a client needs to read a script: how a session begins, how it checks where the database is and stops, and how
//! statements are told from each other.

mod mysql;
mod postgres;
mod sqlite;

use crate::database::error::Error;
use crate::database::execute::Source;
use crate::database::state::{Holder, Tables};
use crate::model::set::Settings;
use crate::text::sql::{TokenKind, tokenize};
use crate::text::{Chain, Dialect, RevisionId};

/// The client of a database.
pub(super) trait Client {
    /// The state tables as the script calls them.
    fn tables(&self) -> &Tables;

    /// Lines for the person who is to run it.
    fn how_to_run(&self) -> &'static [&'static str];

    /// The session, the checks, and the note that this script is at work.
    fn opening(&self, start: &Start) -> String;

    /// The end.
    fn closing(&self, start: &Start) -> String;

    /// What opens a transaction.
    fn begin(&self) -> &'static str;

    /// What puts back the settings that a section may have changed, before it is recorded.
    fn reset(&self, source: &Source<'_>) -> Vec<String>;

    /// What puts them back behind its last transaction.
    fn after(&self, source: &Source<'_>) -> String {
        let _ = source;
        String::new()
    }

    /// A statement of a section with the comments before it and its terminator.
    fn statement(&self, source: &Source<'_>, number: usize) -> String {
        format!("{}{};\n", comments(source, number), source.sql(number))
    }

    /// A statement that fails when somebody else has been at work.
    fn fence(&self, sql: &str) -> String {
        format!("{sql};\n")
    }

    /// Refuses what a script cannot do.
    fn refuse(&self, revision: &RevisionId, source: &Source<'_>) -> Result<(), Error> {
        let _ = (revision, source);
        Ok(())
    }
}

/// The client for `dialect`.
pub(super) fn of(dialect: Dialect, settings: &Settings) -> Box<dyn Client> {
    match dialect {
        Dialect::Sqlite => Box::new(sqlite::Sqlite3::new(settings)),
        Dialect::Postgres => Box::new(postgres::Psql::new(settings)),
        Dialect::Mysql | Dialect::Mariadb => Box::new(mysql::Mysql::new(dialect, settings)),
    }
}

/// Where a script starts.
pub(super) struct Start {
    /// The effective rows in the order of their ids, with what vouches for them and everything below.
    pub(super) rows: Vec<(RevisionId, Chain)>,
    /// What the script is known by.
    pub(super) run: String,
}

impl Start {
    /// As it is recorded in the lock row.
    pub(super) fn holder(&self) -> Holder {
        Holder {
            run: self.run.clone(),
            host: "script".to_owned(),
            pid: 0,
            application: "script".to_owned(),
            since: None,
            heartbeat: None,
        }
    }

    /// The rows for a person.
    fn shown(&self, separator: &str) -> String {
        if self.rows.is_empty() {
            return "base".to_owned();
        }
        let ids: Vec<&str> = self.rows.iter().map(|(id, _)| id.as_str()).collect();
        ids.join(separator)
    }

    fn is_base(&self) -> bool {
        self.rows.is_empty()
    }
}

/// The rows that say where a database is: its heads, and whatever is in flight.
const PLACE: &str = "is_head OR state IN ('upgrading', 'downgrading')";

/// The conditions under which a database is where a script starts: every pair is a query and the number that it yields.
struct Checks {
    /// Its rows are those of the script: how many there are, and how many of the script's.
    place: Vec<(String, usize)>,
    /// They vouch for the same history.
    history: Option<(String, usize)>,
}

fn checks(tables: &Tables, start: &Start) -> Checks {
    let count =
        |condition: &str| format!("(SELECT COUNT(*) FROM {} WHERE {condition})", tables.state);
    let number = start.rows.len();
    let mut place = vec![(count(PLACE), number)];
    if start.is_base() {
        return Checks {
            place,
            history: None,
        };
    }
    let ids: Vec<String> = start.rows.iter().map(|(id, _)| format!("'{id}'")).collect();
    let applied = format!(
        "is_head AND state = 'applied' AND revision IN ({})",
        ids.join(", ")
    );
    place.push((count(&applied), number));
    let chains: Vec<String> = start
        .rows
        .iter()
        .map(|(id, chain)| format!("revision = '{id}' AND chain = '{chain}'"))
        .collect();
    Checks {
        place,
        history: Some((count(&chains.join(" OR ")), number)),
    }
}

/// What is said when the history is another one.
const OTHER_HISTORY: &str = "the database has another history than the files of this script";

/// The comments that stand before a statement, each with its line break. What else stands there is for other clients.
fn comments(source: &Source<'_>, number: usize) -> String {
    let statement = &source.script.statements[number];
    let before = &source.text[statement.segment.start..statement.text.start];
    let mut text = String::new();
    for token in tokenize(before, source.dialect) {
        if matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment) {
            text.push_str(before[token.range].trim_end());
            text.push('\n');
        }
    }
    text
}
