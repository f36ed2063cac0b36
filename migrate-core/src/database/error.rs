//! What can go wrong with a database: one error type, all its texts in [`Error::diagnostic`].

use std::fmt;
use std::time::Duration;

use super::report::{Report, RowCount, Shown};
use super::state::Holder;
use crate::model::desired::ModelErrors;
use crate::model::set::UnpackError;
use crate::model::spec::SpecError;
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::{Dialect, DialectSet};

/// What a server said, told apart as far as a run acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ServerErrorKind {
    /// There is no such table (or schema).
    MissingTable,
    /// There is no such database, or no such file.
    MissingDatabase,
    /// Not allowed.
    Permission,
    /// What was to be created is there already.
    AlreadyExists,
    /// Somebody else writes (SQLite), or a deadlock was broken: trying again may help.
    Busy,
    /// A lock on a table could not be had in time.
    LockTimeout,
    /// The statement took longer than it may.
    StatementTimeout,
    /// The lock row no longer says what it must: somebody else has been at work.
    FenceMissed,
    /// The server could not be reached.
    Unreachable,
    /// The connection was lost.
    Disconnected,
    /// A section cannot go on: what it had left in its session is gone with it.
    Lost,
    /// The time of the run is over; what is half done goes on at the next run.
    LimitOver,
    /// What was asked of us cannot be: a wrong URL, a driver that is not built in.
    Config,
    /// Anything else.
    Other,
}

/// What a server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerError {
    pub(crate) kind: ServerErrorKind,
    pub(crate) message: String,
    pub(crate) code: Option<String>,
    pub(crate) detail: Option<Box<str>>,
    pub(crate) hint: Option<Box<str>>,
    /// The character of the message that was sent, from 1.
    pub(crate) position: Option<usize>,
    /// How many statements of the message had finished.
    pub(crate) results: usize,
}

impl ServerError {
    pub(crate) fn new(kind: ServerErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            code: None,
            detail: None,
            hint: None,
            position: None,
            results: 0,
        }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        Ok(())
    }
}

/// What kept a run from reaching its end.
///
/// Its `Display` is the whole text for a person, with the place in the file and the command that mends it; its `Debug`
/// is the same, so that `fn main() -> Result<(), Failure>` prints something readable.
#[derive(Clone)]
pub struct Error(Box<Kind>);

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Macro and library of different releases.
    Unpack(UnpackError),
    /// The spec cannot be resolved.
    Spec(SpecError),
    /// A text that stands for itself.
    Plain(Diagnostic),
    /// The set was not built for what the server speaks.
    NotServed {
        dialect: Dialect,
        configured: DialectSet,
    },
    /// The server said something outside of any section of a revision.
    Server {
        doing: &'static str,
        target: String,
        error: ServerError,
    },
    /// Permission denied to the state tables.
    Permission { error: ServerError, grant: String },
    /// A section failed.
    Sql(Box<SqlFailure>),
    /// The run lock could not be had in time.
    RunLock {
        waited: Duration,
        holder: Option<Holder>,
        dialect: Dialect,
        limit: Limit,
    },
    /// No further revision is begun.
    RunTimeout {
        limit: Duration,
        of: Limit,
        done: usize,
        pending: Vec<String>,
    },
    /// The revision at work was cut off; a statement of it may still be running.
    Cancelled {
        limit: Duration,
        of: Limit,
        revision: String,
    },
    /// The time of the start-up is over, between two rounds of a batch.
    LimitInBatch {
        limit: Duration,
        of: Limit,
        revision: String,
        rows: u64,
    },
    /// Somebody else has taken over.
    FenceLost {
        revision: Option<String>,
        holder: Option<Holder>,
    },
    /// A revision is in flight and only a person can say what became of it.
    InDoubt {
        revision: String,
        what: String,
        help: Vec<String>,
    },
    /// The applied set is not closed.
    Gap {
        missing: Vec<String>,
        above: Vec<String>,
        /// The target of a downgrade that takes back what stands above it.
        back: Option<String>,
    },
    /// Applied revisions differ from those of the set.
    HistoryDiffers { revisions: Vec<Difference> },
    /// The database has revisions that the set does not know.
    Ahead {
        unknown: Vec<String>,
        incompatible: Vec<String>,
    },
    /// Both sides have revisions that the other does not know.
    Diverged {
        unknown: Vec<String>,
        pending: Vec<String>,
    },
    /// Start-up is told not to migrate, and to refuse when something is pending.
    Behind {
        pending: Vec<String>,
        switch: String,
    },
    /// Start-up is told not to migrate but to wait for somebody who does, and nobody has.
    NobodyMigrated {
        limit: Duration,
        pending: Vec<String>,
        switch: String,
    },
    /// The tables are of another release.
    Format { found: i64 },
    /// A row of the state tables cannot be understood.
    Unreadable { table: String, what: String },
}

/// Which limit was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// That for the run lock.
    Lock,
    /// That of `--wait`.
    Wait,
    /// That of start-up; the command that does the same by hand.
    Startup(&'static str),
}

impl Limit {
    /// What can be done about it.
    fn help(self) -> String {
        match self {
            Self::Lock => "`--lock-wait SECS` waits longer; `migrate-cli status` shows who is at work".to_owned(),
            Self::Wait => {
                "the same command goes on from there; a larger `--wait` waits longer, `migrate-cli status` shows who is at work"
                    .to_owned()
            }
            Self::Startup(command) => format!(
                "`{command}` runs the rest by hand, without this limit; `limit` in [startup] of migrate.toml raises it"
            ),
        }
    }
}

/// An applied revision that is not what the set says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) revision: String,
    pub(crate) what: &'static str,
    pub(crate) draft: bool,
}

/// A section that failed.
#[derive(Debug, Clone)]
pub(crate) struct SqlFailure {
    pub(crate) revision: String,
    pub(crate) error: ServerError,
    /// The statement, masked.
    pub(crate) statement: Option<String>,
    /// Its number in the section, from 1, and the number of all.
    pub(crate) number: Option<(usize, usize)>,
    pub(crate) frame: Option<Frame>,
    pub(crate) committed: String,
    pub(crate) help: Vec<String>,
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self(Box::new(kind))
    }

    pub(crate) fn plain(class: Class, message: impl Into<String>) -> Self {
        Self::new(Kind::Plain(Diagnostic::error(class, message)))
    }

    pub(crate) fn diagnosed(finding: Diagnostic) -> Self {
        Self::new(Kind::Plain(finding))
    }

    pub(crate) fn with_help(
        class: Class,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self::new(Kind::Plain(Diagnostic::error(class, message).help(help)))
    }

    /// Adds a way out to the error of a section.
    pub(crate) fn and_help(mut self, help: String) -> Self {
        if let Kind::Sql(failure) = &mut *self.0 {
            failure.help.push(help);
        }
        self
    }

    /// Whether nobody knows what its connection is doing: a statement may still be at work there, or it is lost.
    pub(crate) fn leaves_unknown(&self) -> bool {
        matches!(*self.0, Kind::Cancelled { .. }) || self.class() == Class::Interrupted
    }

    /// The stable class of the error.
    pub fn class(&self) -> Class {
        match &*self.0 {
            Kind::Unpack(error) => error.class(),
            Kind::Spec(error) => error.class(),
            Kind::Plain(diagnostic) => diagnostic.class,
            Kind::NotServed { .. } | Kind::Format { .. } | Kind::Unreadable { .. } => Class::Config,
            Kind::Server { error, .. } => server_class(error.kind),
            Kind::Permission { .. } => Class::Permission,
            Kind::Sql(failure) => server_class(failure.error.kind),
            Kind::RunLock { .. } => Class::RunLockTimeout,
            Kind::RunTimeout { .. }
            | Kind::Cancelled { .. }
            | Kind::LimitInBatch { .. }
            | Kind::NobodyMigrated { .. } => Class::RunTimeout,
            Kind::FenceLost { .. } => Class::Interrupted,
            Kind::InDoubt { .. } => Class::InDoubt,
            Kind::Gap { .. } => Class::Gap,
            Kind::HistoryDiffers { .. } => Class::HistoryDiffers,
            Kind::Ahead { .. } => Class::Ahead,
            Kind::Diverged { .. } => Class::Diverged,
            Kind::Behind { .. } => Class::Pending,
        }
    }

    /// The error as a finding, with its place and what mends it.
    pub fn diagnostic(&self) -> Diagnostic {
        let error = |message: String| Diagnostic::error(self.class(), message);
        match &*self.0 {
            Kind::Unpack(unpack) => error(unpack.to_string()),
            Kind::Spec(spec) => spec.diagnostic(),
            Kind::Plain(diagnostic) => diagnostic.clone(),
            Kind::NotServed { dialect, configured } => error(format!(
                "the database speaks {dialect}, the migrations were checked for {configured}"
            ))
            .help(format!("add `{dialect}` to `dialects` in migrate.toml, and sections for it where they differ")),
            Kind::Server { doing, target, error: server } => {
                add_server(error(format!("{doing} {target}: {}", server.message)), server)
            }
            Kind::Permission { error: server, grant } => {
                add_server(error(format!("not allowed: {}", server.message)), server).help(grant.clone())
            }
            Kind::Sql(failure) => sql_failure(self.class(), failure),
            Kind::RunLock { waited, holder, dialect, limit } => {
                run_lock(error, *waited, holder.as_ref(), *dialect).help(limit.help())
            }
            Kind::RunTimeout { limit, of, done, pending } => error(format!(
                "the limit of {} was over after {done} revision{}: not begun {}",
                Shown(*limit),
                plural(*done),
                pending.join(", ")
            ))
            .help(of.help()),
            Kind::Cancelled { limit, of, revision } => error(format!(
                "the limit of {} was over while {revision} was at work, and it was cut off",
                Shown(*limit)
            ))
            .note("`cancel_at_limit` in [startup] of migrate.toml asks for that; the next run goes on from what is committed")
            .help(of.help()),
            Kind::LimitInBatch { limit, of, revision, rows } => error(format!(
                "the limit of {} was over in a batch of {revision}: {} are done",
                Shown(*limit),
                RowCount(*rows)
            ))
            .note("the next run goes on with the next round")
            .help(of.help()),
            Kind::FenceLost { revision, holder } => {
                let at = revision.as_ref().map_or_else(String::new, |revision| format!(" at {revision}"));
                let by = holder.as_ref().map_or_else(String::new, |holder| format!(" by {holder}"));
                error(format!("the run lock was taken over{by}, this run has stopped{at}"))
                    .note("what it had not committed by then is rolled back")
                    .help("`migrate-cli status` shows who is at work")
            }
            Kind::InDoubt { revision, what, help } => {
                help.iter().fold(error(format!("revision {revision} is in doubt: {what}")), |finding, text| {
                    finding.help(text.clone())
                })
            }
            Kind::Gap { missing, above, back } => {
                let finding = error(format!(
                    "applied revisions stand on others that are not applied: {}",
                    missing.join(", ")
                ))
                .note(format!("applied above the gap: {}", above.join(", ")))
                .help("`migrate-cli upgrade --fill` runs what is missing, in order; `migrate-cli redo ID` runs a draft again");
                match back {
                    Some(back) => finding.help(format!(
                        "after a rebase: `migrate-cli downgrade {back}` and `migrate-cli upgrade` apply them in the new order"
                    )),
                    None => finding,
                }
            }
            Kind::HistoryDiffers { revisions } => history_differs(error, revisions),
            Kind::Ahead { unknown, incompatible } => error(format!(
                "the database has revisions that this release does not know and must not run beside: {}",
                incompatible.join(", ")
            ))
            .note(format!("all that are unknown here: {}", unknown.join(", ")))
            .help("deploy a release that knows them, or set `ahead = \"allow\"` in [startup] of migrate.toml"),
            Kind::Diverged { unknown, pending } => error(
                "the database has revisions that this release does not know, and this release has revisions that are \
                 not applied"
                    .to_owned(),
            )
            .note(format!("unknown here: {}", unknown.join(", ")))
            .note(format!("not applied: {}", pending.join(", ")))
            .help("`migrate-cli upgrade` with the files of both sides; until then start the release that migrated last"),
            Kind::Behind { pending, switch } => error(left_pending(pending, switch))
                .note("`require_head` in [startup] of migrate.toml refuses to start so")
                .help("`migrate-cli upgrade` runs them"),
            Kind::NobodyMigrated { limit, pending, switch } => error(format!(
                "nobody has migrated within {}: {}",
                Shown(*limit),
                left_pending(pending, switch)
            ))
            .note("`wait` in [startup] of migrate.toml waits for somebody who does")
            .help("`migrate-cli upgrade` runs them"),
            Kind::Format { found } => {
                let who = if *found > super::state::FORMAT { "this program" } else { "the program that wrote them" };
                error(format!(
                    "the state tables have format {found}, this release of migrate reads format {}",
                    super::state::FORMAT
                ))
                .help(format!("update {who}"))
            }
            Kind::Unreadable { table, what } => {
                error(format!("the table {table} cannot be understood: {what}"))
                    .help("a newer release may have written it, or a person; `migrate-cli status` shows the rows")
            }
        }
    }
}

/// What is said of a start-up that is switched off; `switch` is who says so.
pub(crate) fn left_pending(pending: &[String], switch: &str) -> String {
    let (be, them) = if pending.len() == 1 {
        ("revision is", "it")
    } else {
        ("revisions are", "them")
    };
    format!(
        "{} {be} pending and start-up does not run {them} ({switch}): {}",
        pending.len(),
        pending.join(", ")
    )
}

const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

const fn server_class(kind: ServerErrorKind) -> Class {
    match kind {
        ServerErrorKind::Permission => Class::Permission,
        ServerErrorKind::Busy => Class::RunLockTimeout,
        ServerErrorKind::LockTimeout => Class::DdlLockTimeout,
        ServerErrorKind::FenceMissed | ServerErrorKind::Disconnected => Class::Interrupted,
        ServerErrorKind::Unreachable | ServerErrorKind::MissingDatabase => Class::Unreachable,
        ServerErrorKind::Lost => Class::InDoubt,
        ServerErrorKind::LimitOver => Class::RunTimeout,
        ServerErrorKind::Config => Class::Config,
        ServerErrorKind::MissingTable
        | ServerErrorKind::AlreadyExists
        | ServerErrorKind::StatementTimeout
        | ServerErrorKind::Other => Class::SqlFailed,
    }
}

fn add_server(mut finding: Diagnostic, server: &ServerError) -> Diagnostic {
    if let Some(detail) = &server.detail {
        finding = finding.note(&**detail);
    }
    if let Some(hint) = &server.hint {
        finding = finding.help(&**hint);
    }
    finding
}

fn sql_failure(class: Class, failure: &SqlFailure) -> Diagnostic {
    let SqlFailure {
        revision,
        error,
        statement,
        number,
        frame,
        committed,
        help,
    } = failure;
    let code = error
        .code
        .as_ref()
        .map_or_else(String::new, |code| format!(" ({code})"));
    let mut finding = Diagnostic::error(
        class,
        format!("revision {revision} failed: {}{code}", error.message),
    );
    finding.frame.clone_from(frame);
    if let Some((number, of)) = number {
        finding = finding.note(format!("statement {number} of {of}"));
    }
    if let Some(statement) = statement {
        finding = finding.note(statement.clone());
    }
    if let Some(detail) = &error.detail {
        finding = finding.note(&**detail);
    }
    finding = finding.note(committed.clone());
    if let Some(hint) = &error.hint {
        finding = finding.help(&**hint);
    }
    help.iter()
        .fold(finding, |finding, text| finding.help(text.clone()))
}

fn run_lock(
    error: impl Fn(String) -> Diagnostic,
    waited: Duration,
    holder: Option<&Holder>,
    dialect: Dialect,
) -> Diagnostic {
    let waited = if waited.is_zero() {
        String::new()
    } else {
        format!(" within {}", Shown(waited))
    };
    let finding = match holder {
        Some(holder) => error(format!(
            "the run lock could not be had{waited}: {holder} holds it"
        )),
        None => error(format!("the run lock could not be had{waited}")),
    };
    if dialect == Dialect::Sqlite && holder.is_none() {
        finding.note("SQLite does not say who writes to the file")
    } else {
        finding
    }
}

fn history_differs(error: impl Fn(String) -> Diagnostic, revisions: &[Difference]) -> Diagnostic {
    let names: Vec<&str> = revisions
        .iter()
        .map(|difference| difference.revision.as_str())
        .collect();
    let finding = error(format!(
        "applied revisions are not what they were when they were applied: {}",
        names.join(", ")
    ));
    revisions.iter().fold(finding, |finding, Difference { revision, what, draft }| {
        let finding = finding.note(format!("{revision}: {what}"));
        if *draft {
            finding.help(format!("`migrate-cli redo {revision}` runs the draft again"))
        } else {
            finding
                .help(format!("`migrate-cli repair --accept-edit {revision}` takes the new text as what was applied"))
                .help(format!("where that is not what the database holds: `migrate-cli redo {revision}` takes back what was run, with its rows, and runs the new text"))
        }
    })
}

impl From<UnpackError> for Error {
    fn from(error: UnpackError) -> Self {
        Self::new(Kind::Unpack(error))
    }
}

impl From<ModelErrors> for Error {
    fn from(errors: ModelErrors) -> Self {
        Self::new(Kind::Plain(errors.diagnostic()))
    }
}

impl From<SpecError> for Error {
    fn from(error: SpecError) -> Self {
        Self::new(Kind::Spec(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.diagnostic().to_string();
        f.write_str(text.strip_prefix("error: ").unwrap_or(&text))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

/// A run that did not reach its end: why, and what it had done until then.
#[derive(Clone)]
pub struct Failure(Box<(Error, Report)>);

impl Failure {
    pub(crate) fn new(error: Error, report: Report) -> Self {
        Self(Box::new((error, report)))
    }

    /// Why.
    pub fn error(&self) -> &Error {
        &self.0.0
    }

    /// What the run had done until then.
    pub fn report(&self) -> &Report {
        &self.0.1
    }

    /// Both.
    pub fn into_parts(self) -> (Error, Report) {
        *self.0
    }

    /// The stable class of the error.
    pub fn class(&self) -> Class {
        self.error().class()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.error(), f)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.error(), f)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.into_parts().0
    }
}

#[cfg(test)]
mod tests;
