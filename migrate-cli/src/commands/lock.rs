//! `lock`: check the drafts and write revisions.lock; with `--check` only say whether that would change anything.

use migrate_core::model::set::HeadsPolicy;
use migrate_core::model::{Spec, resolve};
use migrate_core::project::config::Config;
use migrate_core::project::load::lock_path;
use migrate_core::project::lock::{LockFile, Merge};
use migrate_core::project::write::{LockChange, LockOptions, LockOutcome, WriteLock, lock};
use migrate_core::text::{DialectSet, RevisionId};
use serde::Serialize;

use crate::arguments::Lock;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::page::{BOLD, DIM, GOOD, ID, PLAIN, WARN, count, piece};
use crate::output::{Human, Page, Reply, Volume};

/// What was locked, or would be.
#[derive(Serialize)]
struct Locked {
    file: String,
    /// Whether the file is as it should be: with `--check` before, else after.
    agrees: bool,
    locked: Vec<String>,
    taken_up: Vec<String>,
    dropped: Vec<String>,
    amended: Vec<Amended>,
    #[serde(skip_serializing_if = "Option::is_none")]
    released: Option<String>,
    heads: Vec<String>,
    #[serde(skip)]
    done: Done,
    #[serde(skip)]
    joined: Merge,
    #[serde(skip)]
    too_many_heads: bool,
}

#[derive(Serialize)]
struct Amended {
    revision: String,
    releases: Vec<String>,
}

/// Whether anything was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Written,
    Nothing,
    Checked,
}

pub(crate) fn run(arguments: &Lock, context: &Context) -> Result<Reply, Failure> {
    let project = context.source.project()?;
    let options = LockOptions {
        dialects: dialects(&project.config, context),
        amend: arguments
            .amend
            .iter()
            .map(|text| amended(text, context))
            .collect::<Result<_, _>>()?,
        release: arguments.release.clone(),
        write: if arguments.check {
            WriteLock::Check
        } else {
            WriteLock::Write
        },
    };
    let outcome = match lock(project, &options) {
        Ok(outcome) => outcome,
        Err(findings) => {
            let failure = Failure::from(findings);
            let exit = if arguments.check {
                Exit::No
            } else {
                failure.exit
            };
            return Err(Failure { exit, ..failure });
        }
    };
    context.output.warnings(outcome.warnings.iter());
    let locked = Locked::new(arguments, outcome, project.config.migrations.heads);
    let exit = if arguments.check && !locked.agrees {
        Exit::No
    } else {
        Exit::Fine
    };
    Ok(Reply::new(locked).exit(exit))
}

/// The configured dialects, else that of the database if one is named.
fn dialects(config: &Config, context: &Context) -> DialectSet {
    match config.migrations.dialects {
        none if none.is_empty() => context
            .database_dialect()
            .map_or(DialectSet::EMPTY, DialectSet::one),
        configured => configured,
    }
}

/// A revision that is listed need not have a file any more: its id is found in the lock file first.
fn amended(text: &str, context: &Context) -> Result<RevisionId, Failure> {
    let project = context.source.project()?;
    let listed = std::fs::read_to_string(lock_path(project)).unwrap_or_default();
    let (lock, _) = LockFile::parse("", &listed);
    if let Some(entry) = lock.entries.iter().find(|entry| entry.id == text)
        && let Ok(id) = RevisionId::new(entry.id)
    {
        return Ok(id);
    }
    let matches: Vec<&str> = lock
        .entries
        .iter()
        .map(|entry| entry.id)
        .filter(|id| id.starts_with(text))
        .collect();
    if let [only] = matches.as_slice()
        && let Ok(id) = RevisionId::new(only)
    {
        return Ok(id);
    }
    let graph = context.source.migrations()?.set()?.graph();
    let found = resolve(graph, &text.parse::<Spec>()?, None)?;
    let first = found.first().map(|index| graph.id(*index).clone());
    first.ok_or_else(|| {
        let message = format!("`{text}` names no revision to amend");
        migrate_core::text::Diagnostic::error(
            migrate_core::text::diagnostic::Class::UnknownRevision,
            message,
        )
        .into()
    })
}

impl Locked {
    fn new(arguments: &Lock, outcome: LockOutcome, heads: HeadsPolicy) -> Self {
        let names = |ids: &[RevisionId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let done = match (arguments.check, outcome.change) {
            (true, _) => Done::Checked,
            (false, LockChange::None) => Done::Nothing,
            (false, _) => Done::Written,
        };
        Self {
            agrees: done != Done::Checked || outcome.change == LockChange::None,
            file: outcome.shown.clone(),
            locked: names(&outcome.locked),
            taken_up: names(&outcome.taken_up),
            dropped: outcome.dropped.clone(),
            amended: outcome
                .amended
                .iter()
                .map(|amended| Amended {
                    revision: amended.id.clone(),
                    releases: amended.releases.clone(),
                })
                .collect(),
            released: arguments.release.clone().filter(|_| done == Done::Written),
            heads: names(&outcome.heads),
            done,
            joined: outcome.merge,
            too_many_heads: heads == HeadsPolicy::One && outcome.heads.len() > 1,
        }
    }
}

impl Human for Locked {
    fn human(&self, page: &mut Page) {
        if page.volume() == Volume::Quiet {
            return;
        }
        let would = self.done == Done::Checked;
        for id in &self.locked {
            let new = if self.taken_up.contains(id) {
                "  was not listed"
            } else {
                ""
            };
            page.line(
                piece(GOOD, if would { "to lock  " } else { "locked   " })
                    .and(ID, id)
                    .and(DIM, new),
            );
        }
        for amended in &self.amended {
            page.line(piece(WARN, "amended  ").and(ID, &amended.revision));
            let who = match amended.releases.as_slice() {
                [] => "databases that have it keep the old one".to_owned(),
                tags => format!(
                    "released in {}: databases of these keep the old one",
                    tags.join(", ")
                ),
            };
            page.line(format!(
                "         {who}; there `migrate-cli repair --accept-edit {}` takes the new one",
                amended.revision
            ));
        }
        for id in &self.dropped {
            let word = if would { "to drop  " } else { "dropped  " };
            page.line(piece(WARN, word).and(ID, id).and(DIM, "  its file is gone"));
        }
        if self.joined == Merge::Conflict {
            page.line(piece(PLAIN, "the two sides of the git conflict are joined"));
        }
        if let Some(tag) = &self.released {
            page.line(
                piece(GOOD, "released ")
                    .and(BOLD, tag)
                    .and(PLAIN, " at ")
                    .and(ID, self.heads.join(", ")),
            );
        }
        match (self.done, self.agrees) {
            (Done::Checked, true) => {
                page.line(piece(GOOD, &self.file).and(PLAIN, " is up to date"))
            }
            (Done::Checked, false) => page.line(
                piece(WARN, &self.file)
                    .and(PLAIN, " is not up to date: `migrate-cli lock` writes it"),
            ),
            (Done::Nothing, _) => {
                page.line(piece(DIM, format!("{} is up to date already", self.file)))
            }
            (Done::Written, _) => page.line(piece(PLAIN, format!("{} is written", self.file))),
        };
        if self.too_many_heads {
            page.line(piece(WARN, count(self.heads.len(), "head")).and(
                PLAIN,
                format!(
                    ": {}; `migrate-cli merge` joins them",
                    self.heads.join(", ")
                ),
            ));
        }
    }
}
