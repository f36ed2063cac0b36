//! Several sections as one message, each recorded as if it were alone.
//!
//! What the end of a section and the beginning of the next say is one transaction where the next begins with data
//! definition, which commits both. A flush of the disk is saved, and what is said to open and to end a transaction. The
//! next begins behind a savepoint, because not every error of data definition comes after its commit.
//!
//! After an error the rows say how far the section has come in which it was: the rest is then run one by one.

use super::engine::{self, is_transactional};
use super::section::{LONG, read_journal};
use super::writer::{Transaction, Writer};
use super::{BEGIN, MysqlBackend};
use crate::database::backend::Backend as _;
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::execute::journalled::finished_hash;
use crate::database::execute::message::Part;
use crate::database::execute::{Source, Work};
use crate::database::session::changes_settings_of_mysql;
use crate::text::ddl::{Alteration, Boundary, Change, boundary, read};

/// What has gone before a section stands before it.
const SAVEPOINT: &str = "migrate_before";

/// Whether a section can share a message, as far as its text tells: it leaves the settings of the session and the engines
/// of tables as they are, and nothing in it commits unforeseen.
pub(super) fn is_plain(source: &Source<'_>, default_engine: &str) -> bool {
    let numbers = 0..source.statement_count();
    source.transactional
        && source.text.len() < LONG
        && !source.has_calls()
        && !numbers.clone().any(|number| source.batch(number).is_some())
        && !changes_settings_of_mysql(source, &boundaries(source))
        && numbers
            .clone()
            .all(|number| keeps_engines(source, number, default_engine))
}

fn keeps_engines(source: &Source<'_>, number: usize, default_engine: &str) -> bool {
    match read(source.sql(number), source.dialect) {
        Change::CreateTable(table) => {
            // What a table is made like is seen when it is there.
            let spelt = !table.columns.is_empty();
            spelt && is_transactional(table.engine.as_deref().unwrap_or(default_engine))
        }
        Change::AlterTable(alter) => !alter
            .actions
            .iter()
            .any(|action| matches!(action, Alteration::Engine(_))),
        _ => true,
    }
}

fn boundaries(source: &Source<'_>) -> Vec<Boundary> {
    (0..source.statement_count())
        .map(|number| boundary(source.sql(number), source.dialect))
        .collect()
}

/// A section in the message.
struct Share<'w> {
    work: &'w Work<'w>,
    source: Option<&'w Source<'w>>,
    boundaries: Vec<Boundary>,
    /// The part of the message with which it begins.
    start: usize,
}

impl<'w> Share<'w> {
    fn new(work: &'w Work<'w>) -> Self {
        let source = work.section.as_ref();
        Self {
            work,
            source,
            boundaries: source.map(boundaries).unwrap_or_default(),
            start: 0,
        }
    }

    /// Adds it to the message. Its rows are not committed yet: what comes behind it does that.
    fn write(&mut self, writer: &mut Writer) {
        let begins = self.boundaries.first().copied();
        if begins == Some(Boundary::Within) {
            // These can fail, and what has gone before is not to be taken back with them.
            writer.commit();
        }
        self.start = writer.message.length();
        if writer.transaction == Transaction::Open {
            writer.message.ours(&format!("SAVEPOINT {SAVEPOINT}"));
        }
        writer.open();
        let Some(source) = self.source.filter(|_| self.defines()) else {
            if let Some(source) = self.source {
                for number in 0..source.statement_count() {
                    writer.message.statement(source, number);
                }
            }
            writer.finish(self.work);
            return;
        };
        writer.claim(self.work, source, begins, None);
        for (number, boundary) in self.boundaries.iter().enumerate() {
            if *boundary == Boundary::Commits {
                writer.define(self.work, source, number);
            } else {
                writer.open();
                writer.message.statement(source, number);
            }
        }
        writer.open();
        writer.finish_claimed(self.work, source, None);
    }

    fn defines(&self) -> bool {
        self.boundaries.contains(&Boundary::Commits)
    }

    /// How many of its statements are committed before the statement with this number is run.
    fn committed_before(&self, number: usize) -> usize {
        let before = self.boundaries[..number].iter();
        let last = before
            .rev()
            .position(|boundary| *boundary == Boundary::Commits);
        last.map_or(0, |back| number - back)
    }
}

/// Runs the sections, and says by how much the epoch has moved.
pub(super) async fn run(
    backend: &mut MysqlBackend,
    works: &[Work<'_>],
) -> Result<u64, ServerError> {
    let Some(first) = works.first() else {
        return Ok(0);
    };
    let sources: Vec<&Source<'_>> = works
        .iter()
        .filter_map(|work| work.section.as_ref())
        .collect();
    if !engine::all_inside(backend, &sources).await? {
        let message = "a table takes no part in transactions";
        return Err(ServerError::new(ServerErrorKind::Config, message));
    }
    let mut writer = Writer::new(
        backend.tables.clone(),
        backend.session().cloned(),
        first.fence.clone(),
    );
    let mut shares: Vec<Share<'_>> = works.iter().map(Share::new).collect();
    for share in &mut shares {
        share.write(&mut writer);
    }
    writer.commit();
    let (sql, message) = writer.message.take();
    let Err(error) = backend.execute(sql).await else {
        return Ok(writer.epochs);
    };
    if error.kind != ServerErrorKind::Disconnected {
        let at = error.results;
        let share = shares.iter().rev().find(|share| share.start <= at);
        if let Some(share) = share
            // The error that counts is the first one.
            && settle(backend, share, message.part(at), &error).await.is_err()
        {
            let _ = backend.execute("ROLLBACK".to_owned()).await;
        }
    }
    Err(error)
}

/// Ends the transaction in which this part of a section has failed, keeping what stood before the section, and has its row
/// say how far it has come.
async fn settle(
    backend: &mut MysqlBackend,
    share: &Share<'_>,
    part: Option<Part>,
    error: &ServerError,
) -> Result<(), ServerError> {
    // There is no such savepoint once the section has committed something, nor where nothing stood before it.
    let back = format!("ROLLBACK TO SAVEPOINT {SAVEPOINT};\nCOMMIT");
    if backend.execute(back).await.is_ok() {
        return Ok(());
    }
    let revision = &share.work.record.revision;
    let (_, noted) = read_journal(backend, revision).await?;
    let (Some(noted), Some(source), Some(Part::Statement(number))) = (noted, share.source, part)
    else {
        return Ok(());
    };
    let finished = noted.max(share.committed_before(number));
    let hash = finished_hash(source, finished);
    let note = backend
        .tables
        .fail(revision, finished, Some(hash), &error.message);
    let note = format!("{BEGIN};\n{note};\nCOMMIT");
    backend.execute(note).await.map(drop)
}
