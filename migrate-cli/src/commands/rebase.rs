//! `rebase`: one side of a fork on top of the other, or a revision under another id.

use std::path::PathBuf;

use migrate_core::model::Spec;
use migrate_core::project::write::{Locked, Rebase as Order, Rebased, What, WriteRebase, rebase};
use migrate_core::project::{LoadMode, load};
use migrate_core::text::RevisionId;
use serde::Serialize;

use crate::arguments::Rebase;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::page::{DIM, GOOD, ID, PLAIN, Piece, WARN, count, piece};
use crate::output::{Human, Page, Reply, Volume};

/// What changed, or would.
#[derive(Serialize)]
struct Done {
    dry: bool,
    onto: Option<String>,
    side: Vec<String>,
    moved: Vec<Moved>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed: Option<Renamed>,
    amended: Vec<Amended>,
    dropped: Vec<String>,
    heads: Vec<String>,
}

#[derive(Serialize)]
struct Moved {
    revision: String,
    down_revision: Vec<String>,
    was: Vec<String>,
    file: String,
}

#[derive(Serialize)]
struct Renamed {
    revision: String,
    was: String,
    file: String,
    was_file: String,
    /// What it stood on.
    #[serde(skip)]
    below: Vec<String>,
    followed: Vec<String>,
    left: Vec<String>,
}

#[derive(Serialize)]
struct Amended {
    revision: String,
    releases: Vec<String>,
}

pub(crate) fn run(arguments: &Rebase, context: &Context) -> Result<Reply, Failure> {
    let project = context.source.project()?;
    // Two files with one id are a reason to come here, so what is wrong is judged there.
    let loaded = load(project, LoadMode::reading());
    let order = Order {
        what: arguments.revision.as_deref().map(what).transpose()?,
        onto: arguments
            .onto
            .as_deref()
            .map(str::parse::<Spec>)
            .transpose()?,
        id: arguments.rev_id.clone(),
        locked: if arguments.amend {
            Locked::Amend
        } else {
            Locked::Refuse
        },
        write: if arguments.dry_run {
            WriteRebase::Dry
        } else {
            WriteRebase::Write
        },
    };
    let rebased = rebase(&loaded, &order)?;
    Ok(Reply::new(Done::new(&rebased, arguments.dry_run)))
}

/// A word that looks like a file is one: no spec holds a dot or a slash.
fn what(word: &str) -> Result<What, Failure> {
    let is_file = word.contains(['/', '\\', '.']);
    Ok(if is_file {
        // A name that is not here may be seen from migrate.toml, as messages show it.
        let here = std::path::absolute(word).ok().filter(|path| path.is_file());
        What::File(here.unwrap_or_else(|| PathBuf::from(word)))
    } else {
        What::Spec(word.parse()?)
    })
}

fn names(ids: &[RevisionId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

impl Done {
    fn new(rebased: &Rebased, dry: bool) -> Self {
        Self {
            dry,
            onto: rebased.onto.as_ref().map(ToString::to_string),
            side: names(&rebased.side),
            moved: rebased
                .moved
                .iter()
                .map(|moved| Moved {
                    revision: moved.id.to_string(),
                    down_revision: names(&moved.to),
                    was: names(&moved.from),
                    file: moved.file.clone(),
                })
                .collect(),
            renamed: rebased.renamed.as_ref().map(|renamed| Renamed {
                revision: renamed.to.to_string(),
                was: renamed.from.to_string(),
                file: renamed.file.clone(),
                was_file: renamed.from_file.clone(),
                below: names(&renamed.below),
                followed: names(&renamed.followed),
                left: names(&renamed.left),
            }),
            amended: rebased
                .amended
                .iter()
                .map(|amended| Amended {
                    revision: amended.id.clone(),
                    releases: amended.releases.clone(),
                })
                .collect(),
            dropped: rebased.dropped.clone(),
            heads: names(&rebased.heads),
        }
    }

    /// What is to be done where a database has one of the revisions already.
    fn advice(&self) -> Option<String> {
        let (revision, below, stored) = match (&self.renamed, self.moved.first()) {
            // Its id is known to the database only, and so is the SQL that takes it back.
            (Some(renamed), _) => (&renamed.was, &renamed.below, " --stored"),
            (None, Some(moved)) => (&moved.revision, &moved.was, ""),
            (None, None) => return None,
        };
        let below = below.first().map_or("base", String::as_str);
        Some(format!(
            "where {revision} is applied already: `migrate-cli downgrade {below}{stored}`, then `migrate-cli upgrade`"
        ))
    }

    fn lines(&self, page: &mut Page) {
        if let Some(renamed) = &self.renamed {
            page.line(
                piece(GOOD, "renamed  ")
                    .and(ID, &renamed.was)
                    .and(PLAIN, " to ")
                    .and(ID, &renamed.revision)
                    .and(DIM, format!("  {}", renamed.file)),
            );
            let others = |ids: &[String], what: &str| -> Option<Piece> {
                (!ids.is_empty()).then(|| piece(DIM, format!("         {what} {}", ids.join(", "))))
            };
            let followed = others(&renamed.followed, "and with it the links of");
            let left = others(&renamed.left, "the other file keeps the id, and with it");
            for line in followed.into_iter().chain(left) {
                page.line(line);
            }
        }
        for moved in &self.moved {
            let onto = match moved.down_revision.as_slice() {
                [] => piece(PLAIN, " is a base"),
                ids => piece(PLAIN, " on ").and(ID, ids.join(", ")),
            };
            let was = match moved.was.as_slice() {
                [] => "was a base".to_owned(),
                ids => format!("was on {}", ids.join(", ")),
            };
            page.line(
                piece(GOOD, "moved    ")
                    .and(ID, &moved.revision)
                    .then(onto)
                    .and(DIM, format!("  {was}")),
            );
        }
        let follow: Vec<&str> = self
            .side
            .iter()
            .filter(|id| !self.moved.iter().any(|moved| moved.revision == **id))
            .map(String::as_str)
            .collect();
        if !self.moved.is_empty() && !follow.is_empty() {
            page.line(piece(
                DIM,
                format!(
                    "         with {} on top: {}",
                    count(follow.len(), "revision"),
                    follow.join(", ")
                ),
            ));
        }
        for amended in &self.amended {
            let who = match amended.releases.as_slice() {
                [] => "databases that have it keep it as it was".to_owned(),
                tags => format!(
                    "released in {}: databases of these keep it as it was",
                    tags.join(", ")
                ),
            };
            page.line(
                piece(WARN, "amended  ")
                    .and(ID, &amended.revision)
                    .and(PLAIN, format!("  {who}")),
            );
        }
        for id in &self.dropped {
            page.line(
                piece(WARN, "dropped  ")
                    .and(ID, id)
                    .and(DIM, "  its file is gone"),
            );
        }
    }
}

impl Human for Done {
    fn human(&self, page: &mut Page) {
        let heads = self.heads.join(", ");
        if self.moved.is_empty() && self.renamed.is_none() {
            page.line(match (self.side.as_slice(), &self.onto) {
                ([_, ..], Some(onto)) => piece(PLAIN, "nothing to rebase: it stands on ")
                    .and(ID, onto)
                    .and(PLAIN, " already"),
                _ if self.heads.len() > 1 => {
                    piece(PLAIN, "nothing to rebase: the heads are ").and(ID, heads)
                }
                _ if heads.is_empty() => piece(PLAIN, "nothing to rebase: there are no revisions"),
                _ => piece(PLAIN, "nothing to rebase: ")
                    .and(ID, heads)
                    .and(PLAIN, " is the one head"),
            });
            return;
        }
        if page.volume() == Volume::Quiet {
            return;
        }
        self.lines(page);
        let word = if self.heads.len() == 1 {
            "head     "
        } else {
            "heads    "
        };
        page.line(piece(if self.heads.len() == 1 { GOOD } else { WARN }, word).and(ID, heads));
        if self.dry {
            page.line(piece(DIM, "nothing was written"));
            return;
        }
        if let Some(advice) = self.advice() {
            page.line(piece(DIM, advice));
        }
    }
}
