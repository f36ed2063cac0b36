//! What a rebase writes: the files whose header changes, read again as they will be read, and the lock file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use super::{Findings, Work, error};
use crate::model::graph::{Graph, Index, Node};
use crate::project::config::{display, relative};
use crate::project::load::links;
use crate::project::lock::{Entry, List, LockFile, State, entry_of};
use crate::project::reason;
use crate::project::write::files::{Change, Existing};
use crate::project::write::order::parents_first;
use crate::project::write::rebase::Place;
use crate::text::RevisionId;
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::revision::{RevisionFile, Rewrite};

impl Work<'_> {
    /// Every file that changes, the lock file last.
    pub(in crate::project::write::rebase) fn changes(
        &self,
        graph: &Graph,
    ) -> Result<Vec<Change>, Findings> {
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
