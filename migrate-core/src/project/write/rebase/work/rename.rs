//! A new id for one revision: in its own header, in the links of those that stand on it, in the name of its file.

use std::path::{Path, PathBuf};

use super::{Findings, Work, error};
use crate::model::graph::Node;
use crate::project::config::display;
use crate::project::write::rebase::{Place, Renamed};
use crate::text::RevisionId;
use crate::text::diagnostic::{Class, Frame};

impl Work<'_> {
    /// Gives a revision another id, and its file the name that goes with it.
    pub(in crate::project::write::rebase) fn rename(
        &mut self,
        place: Place,
        id: &str,
    ) -> Result<Renamed, Findings> {
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
