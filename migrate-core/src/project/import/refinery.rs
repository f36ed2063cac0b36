//! refinery: `V1__name.sql` and `U1__name.sql`, in any depth; forward only. `.rs` files build their SQL when they run.

use super::folder::{Entry, Folder, Kind, SourceFile};
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
        for entry in folder.files()? {
            if entry.name == "mod.rs" {
                continue;
            }
            let Some((version, name, extension)) = name(&entry) else {
                notices.push(entry.passed_over(
                    "refinery does not read this file: its name is not V1__name.sql or V1__name.rs",
                ));
                continue;
            };
            let file = entry.read()?;
            let up = match extension {
                "rs" => {
                    notices.push(program(&file, "fn migration", "Rust"));
                    Script::to_be_written(&file, format!("write the SQL of {}", entry.name))
                }
                _ if outside(&file.text) => Script::whole(&file).outside(),
                _ => Script::whole(&file),
            };
            numbered.push(Numbered {
                tool: Tool::Refinery,
                version: version.to_owned(),
                name: name.to_owned(),
                file: file.shown.clone(),
                up,
                down: Down::Irreversible("refinery had no way back for it".to_owned()),
            });
        }
    }
    chain(numbered)
}

/// Version with its letter, name, extension.
fn name(entry: &Entry) -> Option<(&str, &str, &str)> {
    if entry.kind == Kind::Directory {
        return None;
    }
    let (stem, extension) = entry.name.rsplit_once('.')?;
    let (version, name) = stem.split_once("__")?;
    let digits = version.strip_prefix(['V', 'U'])?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && matches!(extension, "sql" | "rs")).then_some((version, name, extension))
}

/// Whether one of the comments at the top asks to be run outside a transaction.
fn outside(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .take_while(|line| line.is_empty() || line.starts_with("--"))
        .any(|line| {
            line.trim_start_matches('-')
                .trim()
                .eq_ignore_ascii_case("+refinery no transaction")
        })
}

/// A migration that is a program: its SQL is known only when it runs.
pub(super) fn program(file: &SourceFile, entrance: &str, language: &str) -> Diagnostic {
    let source = Source::new(&file.shown, &file.text);
    let at = file.text.find(entrance).unwrap_or(0);
    let end = (at + entrance.len()).min(file.text.len()).max(at + 1);
    Diagnostic::error(
        Class::InvalidRevision,
        format!("a migration written in {language}: its SQL is not known here"),
    )
    .at(source.frame(at..end, "run by the other tool"))
    .help("write the SQL in the place of the line `-- migrate:todo`, then `migrate-cli lock`")
}
