//! golang-migrate: `VERSION_title.up.sql` and `VERSION_title.down.sql`.

use super::folder::{Entry, Folder, Kind};
use super::sqlx::{Pairs, Way};
use super::{Diagnostic, Migration, Tool, chain};

pub(super) fn read(
    folders: &[Folder],
    notices: &mut Vec<Diagnostic>,
) -> Result<Vec<Migration>, Vec<Diagnostic>> {
    let mut pairs = Pairs::new(Tool::GolangMigrate);
    for folder in folders {
        for entry in folder.entries()? {
            match name(&entry) {
                Some((version, name, way)) => pairs.add(version, name, way, &entry)?,
                None if entry.kind == Kind::Directory => {
                    notices.push(entry.passed_over("golang-migrate does not look into this directory"));
                }
                None => notices.push(entry.passed_over(
                    "golang-migrate does not read this file: its name is not VERSION_title.up.sql or VERSION_title.down.sql",
                )),
            }
        }
    }
    chain(pairs.finish(|_| false)?)
}

/// Version, title, and which way the file goes. The extension is anything.
fn name(entry: &Entry) -> Option<(&str, &str, Way)> {
    if entry.kind == Kind::Directory {
        return None;
    }
    let digits = entry.name.bytes().take_while(u8::is_ascii_digit).count();
    let (version, rest) = entry.name.split_at(digits);
    let rest = rest.strip_prefix('_').filter(|_| digits > 0)?;
    let (stem, _extension) = rest.rsplit_once('.')?;
    let (title, way) = match stem.rsplit_once('.')? {
        (title, "up") => (title, Way::Up),
        (title, "down") => (title, Way::Down),
        _ => return None,
    };
    Some((version, title, way))
}
