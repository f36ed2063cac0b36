//! dbmate: `VERSION_name.sql` with `-- migrate:up` and `-- migrate:down`, which are nearly our own markers.

use std::ops::Range;

use super::folder::{Entry, Folder, Kind, SourceFile};
use super::script::{Script, lines};
use super::{Diagnostic, Down, Migration, Numbered, Tool, chain};
use crate::text::diagnostic::Class;
use crate::text::revision::Direction;
use crate::text::source::Source;

pub(super) fn read(
    folders: &[Folder],
    notices: &mut Vec<Diagnostic>,
) -> Result<Vec<Migration>, Vec<Diagnostic>> {
    let mut numbered = Vec::new();
    let mut findings = Vec::new();
    for folder in folders {
        for entry in folder.entries()? {
            let Some((version, name)) = name(&entry) else {
                if entry.kind == Kind::Directory {
                    notices.push(entry.passed_over("dbmate does not look into this directory"));
                } else {
                    notices.push(entry.passed_over(
                        "dbmate does not read this file: its name is not VERSION_name.sql",
                    ));
                }
                continue;
            };
            match migration(version, name, &entry.read()?, notices) {
                Ok(migration) => numbered.push(migration),
                Err(finding) => findings.push(*finding),
            }
        }
    }
    if findings.is_empty() {
        chain(numbered)
    } else {
        Err(findings)
    }
}

fn name(entry: &Entry) -> Option<(&str, &str)> {
    if entry.kind == Kind::Directory {
        return None;
    }
    let stem = entry.name.strip_suffix(".sql")?;
    let digits = stem.bytes().take_while(u8::is_ascii_digit).count();
    let (version, name) = stem.split_at(digits);
    (digits > 0).then_some((version, name))
}

fn migration(
    version: &str,
    name: &str,
    file: &SourceFile,
    notices: &mut Vec<Diagnostic>,
) -> Result<Numbered, Box<Diagnostic>> {
    let source = Source::new(&file.shown, &file.text);
    let up = marker(&file.text, Direction::Up).ok_or_else(|| {
        let finding = Diagnostic::error(Class::InvalidRevision, "no `-- migrate:up`");
        Box::new(
            finding
                .at(source.frame(0..1, "dbmate refuses this file"))
                .help("add the marker, or move the file elsewhere"),
        )
    })?;
    let down = marker(&file.text, Direction::Down);
    if let Some(down) = down.as_ref().filter(|down| down.start < up.start) {
        let finding = Diagnostic::error(
            Class::InvalidRevision,
            "`-- migrate:down` stands before `-- migrate:up`",
        );
        return Err(Box::new(
            finding
                .at(source.frame(down.clone(), "dbmate refuses this file"))
                .help("put the way up first"),
        ));
    }
    let up_end = down.as_ref().map_or(file.text.len(), |down| down.start);
    let mut section = |marker: &Range<usize>, end: usize| {
        let script = Script::cut(file, marker.end..end);
        let mut outside = false;
        for option in file.text[marker.clone()].split_whitespace().skip(2) {
            match option {
                "transaction:false" => outside = true,
                "transaction:true" => {}
                other => notices.push(
                    Diagnostic::warning(
                        Class::InvalidRevision,
                        format!("the option `{other}` has no counterpart here"),
                    )
                    .at(source.frame(marker.clone(), "left out")),
                ),
            }
        }
        if outside { script.outside() } else { script }
    };
    // Comments above the first marker belong to the migration too.
    let above = Script::cut(file, 0..up.start);
    let body = section(&up, up_end);
    let transaction = body.transaction;
    let mut up = above.followed_by(body);
    up.transaction = transaction;
    Ok(Numbered {
        tool: Tool::Dbmate,
        version: version.to_owned(),
        name: name.to_owned(),
        file: file.shown.clone(),
        up,
        down: match down {
            Some(down) => Down::Script(section(&down, file.text.len())),
            None => Down::Irreversible("dbmate had no way back for it".to_owned()),
        },
    })
}

/// The line of the first marker of a direction, with its line break.
fn marker(text: &str, direction: Direction) -> Option<Range<usize>> {
    let found = lines(text).find(|(_, line)| {
        let comment = line.strip_prefix("--").unwrap_or_default().trim_start();
        let rest = comment
            .strip_prefix("migrate:")
            .and_then(|rest| rest.strip_prefix(direction.name()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    });
    found.map(|(range, _)| range)
}
