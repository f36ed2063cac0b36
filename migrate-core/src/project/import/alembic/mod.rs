//! Alembic: the graph from its Python files, which are read and never run.
//!
//! The SQL comes from what `alembic upgrade --sql` and `downgrade --sql` have printed, where that is given; else from the
//! functions themselves, where all that they do is `op.execute("..")`. What is neither is left to a person.

mod docstring;
mod file;
mod function;
mod offline;
mod python;
#[cfg(test)]
mod tests;

use super::folder::{Entry, Folder, Kind};
use super::{Diagnostic, Down, Import, Migration, Tool};
use crate::text::diagnostic::Class;
use crate::text::revision::Direction;
use docstring::Docstring;
use file::{File, links};
use function::Way;
use offline::Parts;
use python::Spot;

pub(super) fn read(
    import: &Import,
    folders: &[Folder],
    notices: &mut Vec<Diagnostic>,
) -> Result<Vec<Migration>, Vec<Diagnostic>> {
    let mut files = Vec::new();
    let mut findings = Vec::new();
    for folder in folders {
        let versions = folder.below("versions");
        for entry in versions.as_ref().unwrap_or(folder).entries()? {
            if !is_migration(&entry, notices) {
                continue;
            }
            match File::read(entry.read()?) {
                Ok(file) => files.push(file),
                Err(finding) => findings.push(*finding),
            }
        }
    }
    findings.extend(links(&files));
    if !findings.is_empty() {
        return Err(findings);
    }
    let known = |id: &str| files.iter().any(|file| file.revision.text == id);
    let parts = offline::read(import, known, notices)?;
    let reader = Reader { import, parts };
    let mut migrations = Vec::with_capacity(files.len());
    for file in &files {
        migrations.push(
            reader
                .migration(file, &files, notices)
                .map_err(|finding| vec![*finding])?,
        );
    }
    Ok(migrations)
}

fn is_migration(entry: &Entry, notices: &mut Vec<Diagnostic>) -> bool {
    match (entry.kind, entry.name.as_str()) {
        (Kind::Directory, "__pycache__") | (_, "__init__.py" | "env.py") => false,
        (Kind::Directory, _) => {
            notices.push(entry.passed_over("Alembic does not look into this directory: name it beside the first, if it is one of `version_locations`"));
            false
        }
        (Kind::File, name) if name.ends_with(".py") => true,
        (Kind::File, _) => {
            notices.push(entry.passed_over("Alembic does not read this file"));
            false
        }
    }
}

struct Reader<'a> {
    import: &'a Import,
    parts: Parts,
}

impl Reader<'_> {
    fn migration(
        &self,
        file: &File,
        files: &[File],
        notices: &mut Vec<Diagnostic>,
    ) -> Result<Migration, Box<Diagnostic>> {
        let id = |spot: &Spot| {
            Tool::Alembic.id(&spot.text).map_err(|invalid| {
                Box::new(
                    Diagnostic::error(Class::InvalidRevision, invalid.to_string())
                        .at(file.frame(&spot.range, "not an id here")),
                )
            })
        };
        let name = |spot: &Spot| id(spot).map(|id| id.to_string());
        // A partial id is written out.
        let full = |spot: &Spot| {
            let all = files
                .iter()
                .flat_map(|file| std::iter::once(&file.revision).chain(&file.branch_labels));
            let exact = all.clone().any(|other| other.text == spot.text);
            let meant = all
                .clone()
                .find(|other| !exact && other.text.starts_with(&spot.text));
            name(meant.unwrap_or(spot))
        };
        let docstring = Docstring::read(&file.docstring);
        let up = self.way(file, Direction::Up, notices);
        let down = self.way(file, Direction::Down, notices);
        Ok(Migration {
            version: file.revision.text.clone(),
            id: id(&file.revision)?,
            down_revision: file
                .down_revision
                .iter()
                .map(id)
                .collect::<Result<_, _>>()?,
            depends_on: file.depends_on.iter().map(full).collect::<Result<_, _>>()?,
            branch_labels: file
                .branch_labels
                .iter()
                .map(name)
                .collect::<Result<_, _>>()?,
            message: docstring.message,
            prose: docstring.prose,
            created: docstring.created,
            file: file.file.shown.clone(),
            up: match up {
                Way::Script(script) => Some(script),
                Way::Nothing | Way::Refused => None,
            },
            down: match down {
                Way::Script(script) => Down::Script(script),
                Way::Nothing => Down::Nothing,
                Way::Refused => Down::Irreversible("Alembic had no way back for it".to_owned()),
            },
        })
    }
}
