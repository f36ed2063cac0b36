//! A rebase at work: the links as they will be, and from them the texts.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::side::{Onto, Side};
use super::{Locked, Moved, Place, Rebase, Renamed, What};
use crate::model::graph::{Graph, Index, Node};
use crate::model::set::HeadsPolicy;
use crate::model::{Spec, resolve};
use crate::project::config::{display, normalise, relative};
use crate::project::load::{Loaded, Revision, links};
use crate::project::lock::{Entry, List, LockFile, State, entry_of};
use crate::project::reason;
use crate::project::write::files::{Change, Existing};
use crate::project::write::lock::{Amended, releases_with, unknown_format, unreadable};
use crate::project::write::order::parents_first;
use crate::text::RevisionId;
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::revision::{RevisionFile, Rewrite};
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

    /// Gives a revision another id, and its file the name that goes with it.
    pub(super) fn rename(&mut self, place: Place, id: &str) -> Result<Renamed, Findings> {
        let to = self.free(place, id)?;
        let from = self.nodes[place.0].id.clone();
        let is_twin = |(other, node): (usize, &Node)| other != place.0 && node.id == from;
        let twin = self.nodes.iter().enumerate().find(|node| is_twin(*node));
        let twin = twin.map(|(twin, _)| Place(twin));
        let (mut followed, mut left) = (Vec::new(), Vec::new());
        let naming: Vec<usize> = (0..self.nodes.len())
            .filter(|other| {
                let node = &self.nodes[*other];
                node.down_revision.contains(&from)
                    || node.depends_on.iter().any(|name| from == name.as_str())
            })
            .collect();
        for other in naming {
            // Of two files with one id, what is locked names the locked one, and drafts the draft. Of two drafts nobody
            // can know.
            let means_it = twin.is_none_or(|twin| {
                self.is_draft(place) != self.is_draft(twin)
                    && self.is_draft(place) == self.is_draft(Place(other))
            });
            let node = &mut self.nodes[other];
            if !means_it {
                left.push(node.id.clone());
                continue;
            }
            let parents = node.down_revision.iter_mut();
            parents
                .filter(|parent| **parent == from)
                .for_each(|parent| *parent = to.clone());
            let dependencies = node.depends_on.iter_mut();
            dependencies
                .filter(|name| from == name.as_str())
                .for_each(|name| *name = to.to_string());
            followed.push(node.id.clone());
        }
        self.nodes[place.0].id = to.clone();
        let path = &self.revision(place).path;
        let root = &self.loaded.project.root;
        let file = renamed(path, from.as_str(), to.as_str());
        let shown = display(root, &file);
        if file != *path {
            self.files.insert(place, file);
        }
        Ok(Renamed {
            from,
            to,
            from_file: display(root, path),
            file: shown,
            below: self.nodes[place.0].down_revision.clone(),
            followed,
            left,
        })
    }

    /// The id, if nobody else has it.
    fn free(&self, place: Place, id: &str) -> Result<RevisionId, Findings> {
        let id = RevisionId::new(id)
            .map_err(|invalid| vec![error(Class::Config, invalid.to_string())])?;
        if self.nodes[place.0].id == id {
            let message = format!("the revision has the id `{id}` already");
            return Err(vec![error(Class::DuplicateRevision, message)]);
        }
        let clash = |name: &str| name.eq_ignore_ascii_case(id.as_str());
        let taken = self.nodes.iter().enumerate().find(|(other, node)| {
            let is_own = *other == place.0;
            (!is_own && clash(node.id.as_str())) || node.labels.iter().any(|label| clash(label))
        });
        match taken {
            None => Ok(id),
            Some((other, _)) => {
                let file = &self.loaded.revisions[other].file.path;
                let message = format!("the id `{id}` is taken");
                Err(vec![
                    error(Class::DuplicateRevision, message)
                        .at(Frame::file(file))
                        .help("choose another id"),
                ])
            }
        }
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

    /// Every file that changes, the lock file last.
    pub(super) fn changes(&self, graph: &Graph) -> Result<Vec<Change>, Findings> {
        let mut changes = Vec::new();
        let mut files: HashMap<Place, RevisionFile> = HashMap::new();
        for place in self.changed() {
            let (text, file) = self.rewritten(place).map_err(|finding| vec![*finding])?;
            files.insert(place, file);
            let revision = self.revision(place);
            let shown = |path: &Path| display(&self.loaded.project.root, path);
            let path = self.path(place);
            let existing = if path == revision.path {
                Existing::Replace
            } else {
                Existing::Refuse
            };
            changes.push(Change {
                path: path.to_owned(),
                shown: shown(path),
                text,
                existing,
            });
            if existing == Existing::Refuse {
                changes.push(Change {
                    path: revision.path.clone(),
                    shown: shown(&revision.path),
                    text: String::new(),
                    existing: Existing::Remove,
                });
            }
        }
        changes.push(Change {
            path: self.loaded.lock_path.clone(),
            shown: self.lock_shown.clone(),
            text: self.lock_text(graph, &files),
            existing: Existing::Replace,
        });
        Ok(changes)
    }

    /// The new text of a file, read again as it will be read.
    fn rewritten(&self, place: Place) -> Result<(String, RevisionFile), Box<Diagnostic>> {
        let (revision, node) = (self.revision(place), &self.nodes[place.0]);
        let shown = &revision.file.path;
        let problem =
            |message: String| Box::new(error(Class::Config, message).at(Frame::file(shown)));
        let raw = std::fs::read_to_string(&revision.path)
            .map_err(|error| problem(format!("cannot read the file: {}", reason(&error))))?;
        let before = links::node(revision);
        let rewrite = Rewrite {
            revision: (node.id != before.id).then(|| node.id.clone()),
            down_revision: (node.down_revision != before.down_revision)
                .then(|| node.down_revision.clone()),
            depends_on: (node.depends_on != before.depends_on).then(|| node.depends_on.clone()),
        };
        let text = rewrite.apply(&raw);
        let (file, _) = RevisionFile::parse(shown, text.as_bytes());
        let file = file.filter(|file| {
            let now = links::links_of(&file.header);
            (&now.id, &now.down_revision, &now.depends_on)
                == (&node.id, &node.down_revision, &node.depends_on)
        });
        let Some(file) = file else {
            return Err(problem(
                "the file was changed while it was read: run the command again".to_owned(),
            ));
        };
        if file.sections.is_empty()
            && node.down_revision.len() < 2
            && before.down_revision.len() > 1
        {
            let ids: Vec<&str> = before
                .down_revision
                .iter()
                .map(RevisionId::as_str)
                .collect();
            let message = format!(
                "`{}` only joins {}, and after the rebase there is nothing to join",
                node.id,
                ids.join(" and ")
            );
            let finding = error(Class::InvalidRevision, message).at(Frame::file(shown));
            return Err(Box::new(finding.help(format!(
                "remove {shown} and write what it stands on into the revisions that stand on it, then run the command again"
            ))));
        }
        Ok((text, file))
    }

    fn lock_text(&self, graph: &Graph, files: &HashMap<Place, RevisionFile>) -> String {
        let first = self.loaded.project.dirs.first();
        let first = first.unwrap_or(&self.loaded.project.root);
        let places = self.places(graph);
        let of = |index: Index| places[index.0 as usize];
        // Lines that are there keep their order, new ones go last.
        let rank = |index: Index| {
            let place = of(index);
            let line = self
                .entry(place)
                .map_or(usize::MAX, |entry| entry.line.start);
            (line, &*self.revision(place).lock_name)
        };
        let mut lock = LockFile {
            releases: self.lock.releases.clone(),
            sections: self.lock.sections.clone(),
            ..LockFile::default()
        };
        for place in parents_first(graph, rank).into_iter().map(of) {
            let file = files.get(&place).unwrap_or(&self.revision(place).file);
            let name = relative(first, self.path(place));
            let now = entry_of(file, &name, State::Draft);
            let entry = match self
                .entry(place)
                .filter(|entry| entry.state == State::Locked)
            {
                // What was locked stays locked as it was, but for the links.
                Some(locked) if files.contains_key(&place) => Entry {
                    id: now.id,
                    down_revision: now.down_revision,
                    depends_on: now.depends_on,
                    file: now.file,
                    ..locked.clone()
                },
                Some(locked) => locked.clone(),
                None => now,
            };
            lock.entries.push(owned(entry, &self.nodes[place.0]));
        }
        lock.to_string()
    }
}

/// The entry with nothing borrowed from a file that is read for this line only.
fn owned<'n>(entry: Entry<'_>, node: &'n Node) -> Entry<'n> {
    let list = |list: &List<'_>| List::of(list.iter());
    Entry {
        id: node.id.as_str(),
        state: entry.state,
        down_revision: list(&entry.down_revision),
        depends_on: list(&entry.depends_on),
        branch_labels: list(&entry.branch_labels),
        irreversible: entry.irreversible,
        breaking: entry.breaking,
        file: Cow::Owned(entry.file.into_owned()),
        sections: entry.sections,
        line: entry.line,
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

/// The path with the new id in the place of the old one; as it is where the name does not hold the id.
fn renamed(path: &Path, from: &str, to: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    let found = name.match_indices(from).find(|(place, part)| {
        is_end(name[..*place].chars().next_back())
            && is_end(name[place + part.len()..].chars().next())
    });
    match found {
        Some((place, part)) => path.with_file_name(format!(
            "{}{to}{}",
            &name[..place],
            &name[place + part.len()..]
        )),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_renamed_where_its_name_holds_the_id() {
        for (name, expected) in [
            (
                "20251024_1740_002_add_add_x.sql",
                "20251024_1740_003_y_add_x.sql",
            ),
            ("002_add.sql", "003_y.sql"),
            ("a002_add.sql", "a002_add.sql"),
            ("002_addition.sql", "002_addition.sql"),
            ("other.sql", "other.sql"),
        ] {
            let path = Path::new("m").join(name);
            assert_eq!(
                renamed(&path, "002_add", "003_y"),
                Path::new("m").join(expected)
            );
        }
    }
}
