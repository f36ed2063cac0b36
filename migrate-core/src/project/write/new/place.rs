//! Where the file of a new revision goes: its directory, and its name by the template and the time zone.

use std::path::PathBuf;
use std::time::SystemTime;

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use super::{NewRevision, error};
use crate::project::config::{Recursion, Timezone, display, relative};
use crate::project::load::Loaded;
use crate::project::template::{Template, Values};
use crate::project::write::slug;
use crate::text::RevisionId;
use crate::text::diagnostic::{Class, Diagnostic};

pub(super) fn timestamp(now: SystemTime) -> Timestamp {
    let exact = Timestamp::try_from(now).unwrap_or(Timestamp::UNIX_EPOCH);
    Timestamp::from_second(exact.as_second()).unwrap_or(exact)
}

/// A zone such as `+05:30`.
fn fixed(name: &str) -> Option<TimeZone> {
    let (sign, rest) = match name.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, name.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let fits = (0..=14).contains(&hours) && (0..60).contains(&minutes);
    let seconds = fits.then_some(sign * (hours * 3600 + minutes * 60))?;
    Offset::from_seconds(seconds).ok().map(TimeZone::fixed)
}

/// The name of the file, relative to its migrations directory.
pub(super) fn name(
    loaded: &Loaded,
    new: &NewRevision,
    id: &RevisionId,
    now: SystemTime,
) -> Result<String, Vec<Diagnostic>> {
    let config = &loaded.config().migrations;
    let template = Template::parse(&config.file_template)
        .map_err(|invalid| vec![error(Class::Config, invalid.to_string())])?;
    if template.has_directories() && config.recursion == Recursion::Flat {
        let message = "`file_template` puts new files into sub-directories, which are not read";
        return Err(vec![error(Class::Config, message).help(
            "`recursive = true` below `[migrations]` in migrate.toml reads them",
        )]);
    }
    let zone =
        match &config.timezone {
            Timezone::Utc => TimeZone::UTC,
            Timezone::Local => TimeZone::system(),
            Timezone::Named(name) => match fixed(name) {
                Some(zone) => zone,
                None => TimeZone::get(name).map_err(|_| {
                    let message = format!(
                        "the time zone `{}` is not known here",
                        name.escape_default()
                    );
                    let finding = error(Class::Config, message)
                        .note("`timezone` below `[migrations]` in migrate.toml names it");
                    vec![finding.help(
                        "expected `UTC`, `local`, `+05:30`, or a name such as `Europe/Berlin`",
                    )]
                })?,
            },
        };
    let time = Zoned::new(timestamp(now), zone);
    let slug = slug(&new.message, config.slug_length);
    Ok(template.fill(&values(id, &slug, &time)))
}

/// What the tokens of a file name stand for.
pub(in crate::project::write) fn values<'a>(
    id: &'a RevisionId,
    slug: &'a str,
    time: &Zoned,
) -> Values<'a> {
    Values {
        revision: id.as_str(),
        slug,
        epoch: time.timestamp().as_second(),
        year: time.year(),
        month: time.month(),
        day: time.day(),
        hour: time.hour(),
        minute: time.minute(),
        second: time.second(),
    }
}

pub(super) fn dir(loaded: &Loaded, new: &NewRevision) -> Result<PathBuf, Vec<Diagnostic>> {
    let dirs = &loaded.project.dirs;
    let Some(wanted) = &new.dir else {
        return default_dir(loaded, new);
    };
    let from_root = loaded.project.root.join(wanted);
    let known = dirs
        .iter()
        .find(|dir| relative(dir, &from_root) == "." || relative(dir, wanted) == ".");
    known.cloned().ok_or_else(|| {
        let names: Vec<String> = dirs
            .iter()
            .map(|dir| display(&loaded.project.root, dir))
            .collect();
        let shown = wanted.display();
        vec![
            error(
                Class::Config,
                format!("`{shown}` is none of the migrations directories"),
            )
            .note(format!("configured: {}", names.join(", ")))
            .help("add it to `dirs` below `[migrations]` in migrate.toml"),
        ]
    })
}

/// The directory of the first parent; where there is one directory only, that one.
fn default_dir(loaded: &Loaded, new: &NewRevision) -> Result<PathBuf, Vec<Diagnostic>> {
    let dirs = &loaded.project.dirs;
    if let [only] = dirs.as_slice() {
        return Ok(only.clone());
    }
    let parent = new.down_revision.first();
    let parent = parent.and_then(|id| {
        let graph = loaded.graph.as_ref()?;
        loaded.revision(graph.index(id.as_str())?)
    });
    // Of directories in each other, the inner one is meant.
    let holds = |dir: &&PathBuf| parent.is_some_and(|parent| parent.path.starts_with(dir));
    let found = dirs
        .iter()
        .filter(holds)
        .max_by_key(|dir| dir.as_os_str().len());
    found.cloned().ok_or_else(|| {
        let names: Vec<String> = dirs
            .iter()
            .map(|dir| display(&loaded.project.root, dir))
            .collect();
        vec![
            error(
                Class::Config,
                "there are several migrations directories, and no parent says which one is meant",
            )
            .note(format!("configured: {}", names.join(", ")))
            .help("`--version-path DIR` names it"),
        ]
    })
}
