//! A rebase at work: the links as they will be. `rename` gives a revision another id, `changes` makes the texts.

mod changes;
mod rename;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::side::{Onto, Side};
use super::{Locked, Moved, Place, Rebase, What};
use crate::model::graph::{Graph, Index, Node};
use crate::model::set::HeadsPolicy;
use crate::model::{Spec, resolve};
use crate::project::config::{display, normalise};
use crate::project::load::{Loaded, Revision, links};
use crate::project::lock::{Entry, LockFile, State};
use crate::project::write::lock::{Amended, releases_with, unknown_format, unreadable};
use crate::text::RevisionId;
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::source::Source;

type Findings = Vec<Diagnostic>;

/// Links and files as they will be.
pub(super) struct Work<'a> {
    loaded: &'a Loaded,
    lock: LockFile<'a>,
    lock_shown: String,
    /// The line of each revision that was read.
    lines: Vec<Option<Entry<'a>>>,
    /// The links of each.
    nodes: Vec<Node>,
    /// The files that get another name.
    files: BTreeMap<Place, PathBuf>,
}

fn error(class: Class, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(class, message)
}

impl<'a> Work<'a> {
    pub(super) fn new(loaded: &'a Loaded, order: &Rebase) -> Result<Self, Findings> {
        // Another id for one of two files is what mends this.
        let mends = order.id.is_some() && matches!(order.what, Some(What::File(_)));
        let stands = |finding: &&Diagnostic| !(mends && finding.class == Class::DuplicateRevision);
        let errors: Findings = loaded.errors().filter(stands).cloned().collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        let lock_shown = display(&loaded.project.root, &loaded.lock_path);
        let lock = readable_lock(loaded, &lock_shown)?;
        let work = Self {
            loaded,
            lines: lines(loaded, &lock),
            lock,
            lock_shown,
            nodes: loaded.revisions.iter().map(links::node).collect(),
            files: BTreeMap::new(),
        };
        work.refuse_vanished()?;
        Ok(work)
    }

    /// A locked revision without a file cannot get a place in the order.
    fn refuse_vanished(&self) -> Result<(), Findings> {
        let gone: Findings = self
            .vanished()
            .filter(|entry| entry.state == State::Locked)
            .map(|entry| {
                error(
                    Class::EditedRevision,
                    format!("the locked revision `{}` has no file", entry.id),
                )
                .at(Frame::file(&*self.lock_shown))
                .help("take the file back from version control")
            })
            .collect();
        if gone.is_empty() { Ok(()) } else { Err(gone) }
    }

    fn vanished(&self) -> impl Iterator<Item = &Entry<'a>> {
        let ids: HashSet<&str> = self
            .loaded
            .revisions
            .iter()
            .map(|revision| id_of(revision).as_str())
            .collect();
        self.lock
            .entries
            .iter()
            .filter(move |entry| !ids.contains(entry.id))
    }

    /// Drafts without a file, whose lines go.
    pub(super) fn dropped(&self) -> Vec<String> {
        self.vanished().map(|entry| entry.id.to_owned()).collect()
    }

    fn revision(&self, place: Place) -> &'a Revision {
        &self.loaded.revisions[place.0]
    }

    fn entry(&self, place: Place) -> Option<&Entry<'a>> {
        self.lines[place.0].as_ref()
    }

    fn is_draft(&self, place: Place) -> bool {
        self.entry(place)
            .is_none_or(|entry| entry.state == State::Draft)
    }

    /// Finds the revision that was named.
    pub(super) fn place(&self, what: Option<&What>) -> Result<Option<Place>, Findings> {
        match what {
            None => Ok(None),
            Some(What::File(path)) => self.by_file(path).map(Some),
            Some(What::Spec(spec)) => {
                let Some(graph) = &self.loaded.graph else {
                    return Err(self.loaded.errors().cloned().collect());
                };
                one(graph, spec)?.map_or_else(
                    || {
                        let message = format!("`{spec}` names no revision");
                        Err(vec![error(Class::InvalidSpec, message)])
                    },
                    |index| Ok(Some(index.into())),
                )
            }
        }
    }

    fn by_file(&self, path: &Path) -> Result<Place, Findings> {
        let wanted = normalise(path);
        let root = &self.loaded.project.root;
        let is_it = |revision: &Revision| {
            let file = normalise(&revision.path);
            file == wanted || file == normalise(&root.join(path))
        };
        let found = self.loaded.revisions.iter().position(is_it);
        found.map(Place).ok_or_else(|| {
            let dirs: Vec<String> = self
                .loaded
                .project
                .dirs
                .iter()
                .map(|dir| display(root, dir))
                .collect();
            vec![
                error(
                    Class::UnknownRevision,
                    "this is no revision file of the project",
                )
                .at(Frame::file(path.display().to_string()))
                .note(format!("the revisions are in {}", dirs.join(", "))),
            ]
        })
    }

    /// The graph of the links as they are now.
    pub(super) fn graph(&self) -> Result<Graph, Findings> {
        Graph::new(self.nodes.clone())
            .map_err(|problems| links::describe(&self.loaded.revisions, &problems))
    }

    pub(super) fn index(&self, graph: &Graph, place: Place) -> Option<Index> {
        graph.index(self.nodes[place.0].id.as_str())
    }

    /// Where the revisions of the graph are in the list of those that were read.
    fn places(&self, graph: &Graph) -> Vec<Place> {
        let by_id: HashMap<&str, usize> = self
            .nodes
            .iter()
            .enumerate()
            .map(|(place, node)| (node.id.as_str(), place))
            .collect();
        let place = |index| by_id.get(graph.id(index).as_str()).copied();
        // The graph was made of these.
        graph.order().filter_map(place).map(Place).collect()
    }

    /// Whether something is to be put on top of something: a new id alone does that only where two heads are a problem.
    pub(super) fn is_to_move(&self, graph: &Graph, order: &Rebase) -> bool {
        if order.id.is_none() || order.onto.is_some() {
            return true;
        }
        let id = order.id.as_deref().unwrap_or_default();
        let heads = graph.effective_heads();
        let above = |head: &&Index| {
            graph
                .index(id)
                .is_some_and(|index| graph.ancestors([**head]).contains(index))
        };
        self.loaded.config().migrations.heads == HeadsPolicy::One
            && heads.len() == 2
            && heads.iter().filter(above).count() == 1
    }

    pub(super) fn side(
        &self,
        graph: &Graph,
        start: Option<Index>,
        onto: Option<&Spec>,
    ) -> Result<Option<Side>, Box<Diagnostic>> {
        let onto = match onto {
            None => Onto::OtherHead,
            Some(spec) => one(graph, spec)
                .map_err(|mut findings| Box::new(findings.remove(0)))?
                .map_or(Onto::Base, Onto::Revision),
        };
        let places = self.places(graph);
        let is_draft = |index: Index| self.is_draft(places[index.0 as usize]);
        Side::find(graph, start, onto, is_draft)
    }

    /// Gives a revision other parents.
    pub(super) fn relink(&mut self, graph: &Graph, index: Index, parents: &[Index]) -> Moved {
        let place = self.places(graph)[index.0 as usize];
        let to = graph.ids(parents);
        self.nodes[place.0].down_revision.clone_from(&to);
        Moved {
            id: graph.id(index).clone(),
            from: graph.ids(graph.parents(index)),
            to,
            file: display(&self.loaded.project.root, self.path(place)),
        }
    }

    fn path(&self, place: Place) -> &Path {
        self.files
            .get(&place)
            .map_or(&self.revision(place).path, PathBuf::as_path)
    }

    /// The revisions whose header changes.
    fn changed(&self) -> impl Iterator<Item = Place> {
        let nodes = self.nodes.iter().zip(&self.loaded.revisions).enumerate();
        nodes
            .filter(|(_, (node, revision))| {
                let before = links::node(revision);
                (&before.id, &before.down_revision, &before.depends_on)
                    != (&node.id, &node.down_revision, &node.depends_on)
            })
            .map(|(place, _)| Place(place))
    }

    /// The locked ones among those that change.
    pub(super) fn amended(&self, graph: &Graph, may: Locked) -> Result<Vec<Amended>, Findings> {
        // Releases know their revisions by the old ids.
        let graph = self.loaded.graph.as_ref().unwrap_or(graph);
        let mut amended = Vec::new();
        let mut refused = Vec::new();
        for place in self.changed().filter(|place| !self.is_draft(*place)) {
            let id = id_of(self.revision(place));
            let releases = releases_with(&self.lock, graph, id.as_str());
            if may == Locked::Refuse {
                refused.push(self.locked(place, &releases));
            }
            amended.push(Amended {
                id: id.to_string(),
                releases,
            });
        }
        if refused.is_empty() {
            Ok(amended)
        } else {
            Err(refused)
        }
    }

    fn locked(&self, place: Place, releases: &[String]) -> Diagnostic {
        let file = &self.revision(place).file;
        let id = &file.header.revision;
        let frame = Source::new(&file.path, &file.text).frame(id.range.clone(), "is locked");
        let finding = error(
            Class::EditedRevision,
            format!("the rebase would change the locked revision `{}`", id.value),
        )
        .at(frame);
        let finding = if releases.is_empty() {
            finding.note("databases may have it as it is")
        } else {
            finding.note(format!("released in {}", releases.join(", ")))
        };
        finding
            .help("`migrate-cli merge` joins heads and changes nothing that is locked")
            .help("the same command with `--amend` changes it on purpose")
    }
}

/// The line of each revision. Where two files have one id, the name decides.
fn lines<'a>(loaded: &Loaded, lock: &LockFile<'a>) -> Vec<Option<Entry<'a>>> {
    let mut by_id: HashMap<&str, Vec<&Entry<'a>>> = HashMap::new();
    for entry in lock.entries.iter().chain(&lock.repeated) {
        by_id.entry(entry.id).or_default().push(entry);
    }
    let files: HashSet<&str> = loaded
        .revisions
        .iter()
        .map(|revision| &*revision.lock_name)
        .collect();
    let line = |revision: &Revision| {
        let lines = by_id.get(id_of(revision).as_str())?;
        let own = lines.iter().find(|entry| entry.file == revision.lock_name);
        let moved = || lines.iter().find(|entry| !files.contains(&*entry.file));
        own.or_else(moved).map(|entry| (*entry).clone())
    };
    loaded.revisions.iter().map(line).collect()
}

fn id_of(revision: &Revision) -> &RevisionId {
    &revision.file.header.revision.value
}

/// The one revision that a spec names; `None`: base.
fn one(graph: &Graph, spec: &Spec) -> Result<Option<Index>, Findings> {
    let found = resolve(graph, spec, None).map_err(|error| vec![error.diagnostic()])?;
    match found.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        several => {
            let ids: Vec<String> = graph.ids(several).iter().map(ToString::to_string).collect();
            let message = format!("`{spec}` names {} revisions", several.len());
            Err(vec![
                error(Class::InvalidSpec, message)
                    .note(ids.join(", "))
                    .help("name one of them"),
            ])
        }
    }
}

/// The lock file, if every line of it could be read. Markers of a git conflict are no obstacle: a rebase is what ends
/// such a conflict.
fn readable_lock<'a>(loaded: &'a Loaded, shown: &str) -> Result<LockFile<'a>, Findings> {
    if let Some(finding) = unknown_format(loaded, shown) {
        return Err(vec![finding]);
    }
    let (lock, _) = LockFile::parse(shown, loaded.lock_text.as_deref().unwrap_or_default());
    let lost = unreadable(loaded, &lock, shown);
    if lost.is_empty() { Ok(lock) } else { Err(lost) }
}
