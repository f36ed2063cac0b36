//! The SQL that makes one schema out of another, without a proof; and which of its changes are renames.

use super::load::SqlFile;
use super::side::{Both, Side, Workshop};
use crate::database::error::{Error, Kind};
use crate::model::autogenerate::{LikelyRename, Section, likely_renames};
use crate::model::diff::{Changes, Renames, diff};
use crate::model::expand::Kept;
use crate::model::render::{Options, RenderError, Stage, Statement, render};
use crate::model::schema::{Difference, Name, Schema, compare};
use crate::text::Dialect;
use crate::text::ddl::{Was, was};
use crate::text::diagnostic::Class;

/// What makes one schema out of another.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Patch {
    /// The dialect of the SQL: MariaDB is told from MySQL.
    pub dialect: Dialect,
    /// What differs, the order of columns too.
    pub differences: Vec<Difference>,
    /// The SQL: one section, or two of which the second runs apart from the first.
    pub sections: Vec<Section>,
    /// What looks like a rename and was not said to be one.
    pub likely: Vec<LikelyRename>,
    /// What is kept for an older release.
    pub kept: Vec<Kept>,
}

impl Workshop<'_> {
    /// The SQL that makes `after` out of `before`. Nobody has run it: [`generate`](Self::generate) proves what it makes.
    ///
    /// # Errors
    /// As [`both`](Self::both); when a hint or a rename names nothing; when the database has no way to make a change.
    pub async fn patch(
        &self,
        before: &Side,
        after: &Side,
        renames: &Renames,
    ) -> Result<Patch, Error> {
        let Both {
            before: one,
            after: other,
            kept,
        } = self.both(before, after).await?;
        let files = match after {
            Side::Files(files) => files.clone(),
            Side::Models(models) => vec![self.script(models)?],
            Side::Live(_) | Side::Revisions(_) => Vec::new(),
        };
        let renames = self.renames(renames, &files, &one, &other)?;
        let changes = diff(&one, &other, &renames);
        Ok(Patch {
            dialect: other.dialect,
            differences: compare(&one, &other),
            sections: sections(&changes)?,
            likely: likely_renames(&changes),
            kept,
        })
    }

    /// The renames that were asked for, and those of hints that have not happened yet.
    pub(super) fn renames(
        &self,
        asked: &Renames,
        files: &[SqlFile],
        before: &Schema,
        after: &Schema,
    ) -> Result<Renames, Error> {
        let mut renames = asked.clone();
        let plain = |name: Name| Name {
            schema: name.schema.filter(|it| *it != after.default_namespace),
            ..name
        };
        let mut hints = Vec::new();
        for file in files {
            match was(&file.name, &file.text, self.dialect) {
                Ok(found) => hints.extend(found),
                Err(findings) => {
                    if let Some(first) = findings.into_iter().next() {
                        return Err(Error::new(Kind::Plain(first)));
                    }
                }
            }
        }
        for hint in &hints {
            if let Was::Table { old, new } = hint {
                let (old, new) = (plain(old.clone()), plain(new.clone()));
                if before.tables.contains(&old) && !before.tables.contains(&new) {
                    renames.table(old, new);
                }
            }
        }
        let former: Vec<(Name, Name)> = renames
            .tables()
            .map(|(old, new)| (old.clone(), new.clone()))
            .collect();
        for hint in hints {
            let Was::Column { table, old, new } = hint else {
                continue;
            };
            let table = plain(table);
            let of = former.iter().find(|(_, new)| *new == table);
            let Some(was) = before.tables.get(of.map_or(&table, |(old, _)| old)) else {
                continue;
            };
            if was.column(&old).is_some() && was.column(&new).is_none() {
                renames.column(table, old, new);
            }
        }
        renames
            .check(before, after)
            .map_err(|error| Error::with_help(Class::Config, error.message, error.help))?;
        Ok(renames)
    }
}

/// The statements of the changes as sections: what takes long on PostgreSQL stands in a second one.
pub(super) fn sections(changes: &Changes<'_>) -> Result<Vec<Section>, Error> {
    let statements = render(changes, &Options::default()).map_err(impossible)?;
    Ok(in_stages(statements))
}

/// Statements as sections: what takes long on PostgreSQL stands in a second one.
pub(super) fn in_stages(statements: Vec<Statement>) -> Vec<Section> {
    let (second, first): (Vec<_>, Vec<_>) = statements
        .into_iter()
        .partition(|statement| statement.stage == Stage::Second);
    let stages = [first, second].into_iter().filter(|it| !it.is_empty());
    stages.map(|stage| Section::of(&stage)).collect()
}

pub(super) fn impossible(error: RenderError) -> Error {
    let message = format!("{}: {}", error.object, error.message);
    Error::with_help(Class::Config, message, error.help)
}
