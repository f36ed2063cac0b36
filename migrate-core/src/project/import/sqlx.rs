//! sqlx: `VERSION_name.sql`, or `VERSION_name.up.sql` with `VERSION_name.down.sql`, in one directory.

use std::collections::BTreeMap;

use super::folder::{Entry, Folder, Kind};
use super::script::Script;
use super::{Diagnostic, Down, Migration, Numbered, Tool, chain};
use crate::text::diagnostic::{Class, Frame};

pub(super) fn read(
    folders: &[Folder],
    notices: &mut Vec<Diagnostic>,
) -> Result<Vec<Migration>, Vec<Diagnostic>> {
    let mut pairs = Pairs::new(Tool::Sqlx);
    for folder in folders {
        for entry in folder.entries()? {
            match name(&entry) {
                Some((version, name, way)) => pairs.add(version, name, way, &entry)?,
                None if entry.kind == Kind::Directory => {
                    notices.push(entry.passed_over("sqlx does not look into this directory"));
                }
                None => {
                    notices.push(entry.passed_over(
                        "sqlx does not read this file: its name is not VERSION_name.sql",
                    ))
                }
            }
        }
    }
    chain(pairs.finish(outside)?)
}

/// Whether the file asks to be run outside a transaction.
fn outside(text: &str) -> bool {
    text.starts_with("-- no-transaction")
}

/// Version, name, and which way the file goes.
fn name(entry: &Entry) -> Option<(&str, &str, Way)> {
    if entry.kind == Kind::Directory {
        return None;
    }
    let (version, rest) = entry.name.split_once('_')?;
    let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    let (name, way) = if let Some(name) = rest.strip_suffix(".up.sql") {
        (name, Way::Up)
    } else if let Some(name) = rest.strip_suffix(".down.sql") {
        (name, Way::Down)
    } else {
        (rest.strip_suffix(".sql")?, Way::Up)
    };
    is_number.then_some((version, name, way))
}

/// Which way a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

/// Migrations whose two directions are two files.
#[derive(Debug)]
pub(super) struct Pairs {
    tool: Tool,
    /// By key: the file up and the file down.
    found: BTreeMap<String, Vec<Half>>,
}

#[derive(Debug)]
struct Half {
    version: String,
    name: String,
    way: Way,
    file: super::folder::SourceFile,
}

impl Pairs {
    pub(super) const fn new(tool: Tool) -> Self {
        Self {
            tool,
            found: BTreeMap::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        version: &str,
        name: &str,
        way: Way,
        entry: &Entry,
    ) -> Result<(), Vec<Diagnostic>> {
        let halves = self.found.entry(self.tool.key(version)).or_default();
        if let Some(first) = halves.iter().find(|half| half.way == way) {
            let message = format!("the version {version} stands twice");
            return Err(vec![
                Diagnostic::error(Class::DuplicateRevision, message)
                    .at(Frame::file(&*entry.shown))
                    .note(format!("the other is {}", first.file.shown))
                    .help("remove one of them, or give it another version"),
            ]);
        }
        halves.push(Half {
            version: version.to_owned(),
            name: name.to_owned(),
            way,
            file: entry.read()?,
        });
        Ok(())
    }

    /// The migrations; `outside` answers whether a file is run outside a transaction.
    pub(super) fn finish(
        self,
        outside: impl Fn(&str) -> bool,
    ) -> Result<Vec<Numbered>, Vec<Diagnostic>> {
        let tool = self.tool;
        let script = |half: &Half| {
            let script = Script::whole(&half.file);
            if outside(&half.file.text) {
                script.outside()
            } else {
                script
            }
        };
        let pair = |halves: Vec<Half>| {
            let of = |way: Way| halves.iter().find(|half| half.way == way);
            let first = of(Way::Up).or_else(|| of(Way::Down))?;
            Some(Numbered {
                tool,
                version: first.version.clone(),
                name: first.name.clone(),
                file: first.file.shown.clone(),
                up: of(Way::Up).map_or_else(
                    || {
                        Script::to_be_written(
                            &first.file,
                            format!("write the way up: {tool} has only the way down"),
                        )
                    },
                    script,
                ),
                down: of(Way::Down).map_or_else(
                    || Down::Irreversible(format!("{tool} had no way back for it")),
                    |half| Down::Script(script(half)),
                ),
            })
        };
        Ok(self.found.into_values().filter_map(pair).collect())
    }
}
