//! Diesel: a directory per migration with `up.sql`, `down.sql` and perhaps `metadata.toml`.

use toml::de::{DeTable, DeValue};

use super::folder::{Entry, Folder, Kind, SourceFile};
use super::refinery::program;
use super::script::Script;
use super::{Diagnostic, Down, Migration, Numbered, Tool, chain};
use crate::text::diagnostic::Class;
use crate::text::source::Source;

pub(super) fn read(
    folders: &[Folder],
    notices: &mut Vec<Diagnostic>,
) -> Result<Vec<Migration>, Vec<Diagnostic>> {
    let mut numbered = Vec::new();
    for folder in folders {
        for entry in folder.entries()? {
            if entry.kind == Kind::File {
                notices.push(
                    entry.passed_over(
                        "Diesel does not read this file: its migrations are directories",
                    ),
                );
                continue;
            }
            numbered.extend(migration(&entry, notices)?);
        }
    }
    chain(numbered)
}

fn migration(
    entry: &Entry,
    notices: &mut Vec<Diagnostic>,
) -> Result<Option<Numbered>, Vec<Diagnostic>> {
    let (version, name) = entry
        .name
        .split_once('_')
        .unwrap_or((&entry.name, &entry.name));
    let outside = match entry.inside("metadata.toml") {
        Some(metadata) => runs_outside(&metadata, notices)?,
        None => false,
    };
    let script = |file: SourceFile| {
        let script = Script::whole(&file);
        if outside { script.outside() } else { script }
    };
    let up = match (entry.inside("up.sql"), entry.inside("up.rs")) {
        (Some(up), _) => script(up.read()?),
        (None, Some(code)) => {
            let file = code.read()?;
            notices.push(program(&file, "fn run", "Rust"));
            Script::to_be_written(&file, format!("write the SQL of {}/up.rs", entry.name))
        }
        (None, None) => {
            notices
                .push(entry.passed_over("Diesel does not read this directory: it has no up.sql"));
            return Ok(None);
        }
    };
    let down = match entry.inside("down.sql") {
        Some(down) => Down::Script(script(down.read()?)),
        None => Down::Irreversible("Diesel had no down.sql for it".to_owned()),
    };
    Ok(Some(Numbered {
        tool: Tool::Diesel,
        // What Diesel records: the name up to the first `_`, without dashes.
        version: version.replace('-', ""),
        name: name.to_owned(),
        file: up.file.clone(),
        up,
        down,
    }))
}

/// What `metadata.toml` says of the transaction.
fn runs_outside(entry: &Entry, notices: &mut Vec<Diagnostic>) -> Result<bool, Vec<Diagnostic>> {
    let file = entry.read()?;
    let table = DeTable::parse(&file.text).map_err(|error| {
        let source = Source::new(&file.shown, &file.text);
        let message = format!("this file cannot be read: {}", error.message());
        let range = error.span().unwrap_or(0..1);
        vec![Diagnostic::error(Class::Config, message).at(source.frame(range, ""))]
    })?;
    let mut outside = false;
    for (key, value) in table.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("run_in_transaction", DeValue::Boolean(inside)) => outside = !inside,
            (other, _) => {
                notices.push(entry.passed_over(format!("`{other}` has no counterpart here")));
            }
        }
    }
    Ok(outside)
}
