//! One section as a message: what stands in which transaction, with the notes that a run would make.
//!
//! A section that is not one transaction notes how far it has come, as in a run. When the client is cut off there, the
//! next `migrate-cli upgrade` finds the notes and goes on.

use crate::database::execute::journalled::{Control, commit_of, control, finished_hash, in_flight};
use crate::database::execute::message::{Message, Part};
use crate::database::execute::transactional::{self, Surroundings};
use crate::database::execute::{Source, Work};
use crate::database::session::asks_for_rebuild;
use crate::database::state::{Journal, Rounds, SessionId, Started, State, Tables};
use crate::text::ddl::{Boundary, boundary};
use crate::text::revision::Direction;
use crate::text::sql::Transactional;

/// The message of `work`. On SQLite `session` is who is recorded as at work on a section that is not one transaction;
/// `rows` is the expression of how many rows a batch has touched.
pub(super) fn message(
    tables: &Tables,
    work: &Work<'_>,
    around: &Surroundings,
    session: Option<&SessionId>,
    rows: &'static str,
) -> Message {
    let journal = |source| Journalled {
        tables,
        work,
        source,
        around,
        session,
        rows,
        message: Message::new(),
    };
    match &work.section {
        Some(source) if tables.dialect.is_mysql_family() => {
            if source.script.statements.is_empty() {
                return transactional::message(tables, work, around);
            }
            committing(journal(source))
        }
        Some(source) if !source.transactional => journal(source).run(),
        Some(source)
            if tables.dialect == crate::text::Dialect::Sqlite && asks_for_rebuild(source) =>
        {
            rebuild(tables, work, source, around)
        }
        _ => transactional::message(tables, work, around),
    }
}

/// The table that holds how many rows of which table refer to nothing in which other, before a rebuild.
const VIOLATIONS: &str = "temp._migrate_violations";
/// The table whose constraint a new violation breaks.
const CHECK: &str = "temp._migrate_check";

/// A section during which foreign keys are off, and which must not leave a violation that was not there before.
fn rebuild(
    tables: &Tables,
    work: &Work<'_>,
    source: &Source<'_>,
    around: &Surroundings,
) -> Message {
    let count = "SELECT \"table\" AS child, parent, COUNT(*) AS n FROM pragma_foreign_key_check GROUP BY 1, 2";
    let mut message = Message::new();
    message.ours("PRAGMA foreign_keys = OFF");
    transactional::open(&mut message, tables, work, around);
    message.ours(&format!(
        "CREATE TEMP TABLE {} AS {count}",
        bare(VIOLATIONS)
    ));
    for number in 0..source.statement_count() {
        message.statement(source, number);
    }
    message.ours(&format!(
        "CREATE TEMP TABLE {} (found INTEGER CONSTRAINT \"foreign_key_check: rows would refer to nothing\" CHECK (found = 0))",
        bare(CHECK)
    ));
    message.ours(&format!(
        "INSERT INTO {CHECK} SELECT COUNT(*) FROM ({count}) AS after LEFT JOIN {VIOLATIONS} AS before USING (child, parent) \
         WHERE after.n > COALESCE(before.n, 0)"
    ));
    message.ours(&format!("DROP TABLE {CHECK}"));
    message.ours(&format!("DROP TABLE {VIOLATIONS}"));
    transactional::finish(&mut message, tables, work, around);
    message
}

fn bare(table: &str) -> &str {
    table.strip_prefix("temp.").unwrap_or(table)
}

/// A section that is not one transaction.
struct Journalled<'s, 'w> {
    tables: &'s Tables,
    work: &'s Work<'w>,
    source: &'s Source<'w>,
    around: &'s Surroundings,
    session: Option<&'s SessionId>,
    rows: &'static str,
    message: Message,
}

impl Journalled<'_, '_> {
    /// On PostgreSQL and SQLite: statement by statement.
    fn run(mut self) -> Message {
        self.open();
        self.claim(None);
        self.commit();
        let mut number = 0;
        while number < self.source.statement_count() {
            let last = match self.source.script.statements[number].transaction {
                Transactional::Yes if self.source.batch(number).is_some() => {
                    self.open();
                    self.batch(number);
                    number
                }
                Transactional::Yes => {
                    self.open();
                    self.statement(number);
                    self.end_statement(number);
                    self.commit();
                    number
                }
                Transactional::Control(_) => match commit_of(self.source, number) {
                    Some(last) => {
                        (number..last).for_each(|number| self.statement(number));
                        self.message.fence(self.tables, self.work);
                        self.end_statement(last);
                        self.statement(last);
                        last
                    }
                    None => self.apart(number),
                },
                Transactional::No(_) => self.apart(number),
            };
            number = last + 1;
        }
        self.close();
        self.message
    }

    /// A statement that must stand outside of a transaction: noted before.
    fn apart(&mut self, number: usize) -> usize {
        self.open();
        self.begin_statement(number);
        self.commit();
        self.statement(number);
        number
    }

    /// A batch, which has its own transactions, in an open one; what stands before it has finished.
    fn batch(&mut self, number: usize) {
        if let Some(before) = number.checked_sub(1) {
            self.end_statement(before);
        }
        self.commit();
        self.statement(number);
        self.open();
        let rows = format!("COALESCE(rows_touched, 0) + {}", self.rows);
        let revision = &self.work.record.revision;
        self.message
            .ours(&self.tables.end_batch(revision, number + 1, rows));
        self.commit();
    }

    fn open(&mut self) {
        self.message.ours(self.around.begin);
        self.message.fence(self.tables, self.work);
    }

    fn commit(&mut self) {
        self.message.ours("COMMIT");
    }

    fn statement(&mut self, number: usize) {
        self.message.statement(self.source, number);
    }

    fn begin_statement(&mut self, number: usize) {
        let statement = in_flight(self.source, number);
        let revision = &self.work.record.revision;
        self.message
            .ours(&self.tables.begin_statement(revision, number, &statement));
    }

    fn end_statement(&mut self, number: usize) {
        let revision = &self.work.record.revision;
        self.message
            .ours(&self.tables.end_statement(revision, number + 1));
    }

    /// Writes the row that says that the section has begun; `noted` is the first statement where its note is part of it.
    fn claim(&mut self, noted: Option<usize>) {
        let mut record = self.work.record.clone();
        record.is_head = false;
        record.state = match self.work.direction {
            Direction::Up => State::Upgrading,
            Direction::Down => State::Downgrading,
        };
        record.journal = Journal {
            statement_no: 0,
            in_flight: noted.map(|number| in_flight(self.source, number)),
            finished: Some(finished_hash(self.source, 0)),
            session: self.session.cloned(),
            batch: None,
        };
        if self.work.direction == Direction::Down {
            self.message.extend(self.tables.heads(&self.work.heads));
        }
        self.message
            .extend(self.tables.write_record(self.work, &record));
    }

    /// Records the section as finished.
    fn close(&mut self) {
        self.open();
        self.record_end();
        self.commit();
    }

    fn record_end(&mut self) {
        self.message.extend(self.around.reset.iter().cloned());
        if self.work.direction == Direction::Up {
            self.message.extend(self.tables.heads(&self.work.heads));
        }
        let mut record = self.work.record.clone();
        let mut numbers = 0..self.source.statement_count();
        if numbers.any(|number| self.source.batch(number).is_some()) {
            // The row has counted.
            record.journal.batch = Some(Rounds::default());
        }
        self.message
            .ours(&self.tables.update_row(&record, Started::Before));
        self.message.ours(&self.tables.log(self.work));
    }
}

/// Whether a transaction of ours is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    No,
    Yes,
    /// The section has begun it.
    Written,
}

/// What each statement does to the transaction around it, as far as its text tells.
pub(super) fn boundaries(source: &Source<'_>) -> Vec<Boundary> {
    let numbers = 0..source.statement_count();
    numbers
        .map(|number| boundary(source.sql(number), source.dialect))
        .collect()
}

/// On MySQL and MariaDB, where data definition commits: as `backend::mysql::section` has it.
fn committing(mut section: Journalled<'_, '_>) -> Message {
    let boundaries = boundaries(section.source);
    if section.source.transactional && boundaries.iter().all(|each| *each == Boundary::Within) {
        return transactional::message(section.tables, section.work, section.around);
    }
    let commits_first = boundaries.first() == Some(&Boundary::Commits);
    section.open();
    section.claim(commits_first.then_some(0));
    let mut open = Open::Yes;
    for (number, boundary) in boundaries.iter().enumerate() {
        open = section.committing(number, *boundary, open);
    }
    if open == Open::No {
        section.open();
    }
    section.record_end();
    section.commit();
    section.message
}

impl Journalled<'_, '_> {
    fn committing(&mut self, number: usize, boundary: Boundary, open: Open) -> Open {
        if !self.source.transactional {
            match (control(self.source, number), open) {
                (Some(Control::Begin), Open::No | Open::Yes) => {
                    self.open_if(open);
                    return Open::Written;
                }
                (Some(Control::Commit), Open::Written) => {
                    self.end_statement(number);
                    self.commit();
                    return Open::No;
                }
                _ => {}
            }
        }
        match boundary {
            Boundary::Within if self.source.batch(number).is_some() => {
                self.open_if(open);
                self.batch(number);
                Open::No
            }
            Boundary::Within => {
                self.open_if(open);
                self.statement(number);
                if self.source.transactional || open == Open::Written {
                    return if open == Open::No { Open::Yes } else { open };
                }
                self.end_statement(number);
                self.commit();
                Open::No
            }
            Boundary::Commits => {
                self.note(number, open);
                self.statement(number);
                Open::No
            }
            Boundary::Unknown => {
                self.open_if(open);
                self.begin_statement(number);
                self.commit();
                self.statement(number);
                // Which unlocks tables too, so that ours can be written.
                self.message.ours("SET autocommit = 1");
                Open::No
            }
        }
    }

    fn open_if(&mut self, open: Open) {
        if open == Open::No {
            self.open();
        }
    }

    /// Notes that a statement is in flight which commits the transaction before it.
    fn note(&mut self, number: usize, open: Open) {
        if number == 0 {
            // The row was begun with it.
            return;
        }
        if open != Open::No {
            self.begin_statement(number);
            return;
        }
        let statement = in_flight(self.source, number);
        let fenced = self.tables.fenced_begin_statement(
            &self.work.fence,
            &self.work.record.revision,
            number,
            &statement,
        );
        for sql in fenced {
            self.message.push(Part::Fence, &sql);
        }
    }
}
