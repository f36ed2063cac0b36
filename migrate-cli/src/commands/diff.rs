//! `diff`: two schemas beside each other, and which revision a database equals.

use migrate_core::database::{Located, Patch};
use migrate_core::model::autogenerate::Section;
use migrate_core::model::diff::Renames;
use migrate_core::model::schema::{Change, Difference, compare};
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Diagnostic, Dialect, DialectSet};
use serde::Serialize;

use super::sides::{Named, in_workshop, revisions, server};
use crate::arguments::Diff;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::page::{BAD, BOLD, DIM, GOOD, ID, PLAIN, WARN, count, piece};
use crate::output::{Human, Page, Reply, Volume};

/// What differs between two sides.
#[derive(Serialize)]
struct Compared {
    equal: bool,
    before: String,
    after: String,
    dialect: &'static str,
    differences: Vec<Told>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<String>,
    /// With `--sql`: what makes the second side out of the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    sql: Option<Vec<Part>>,
}

/// SQL that runs in one transaction, or outside of any.
#[derive(Serialize)]
struct Part {
    transactional: bool,
    sql: String,
    /// What data it takes away.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    loses: Vec<String>,
}

impl From<&Section> for Part {
    fn from(section: &Section) -> Self {
        Self {
            transactional: section.transactional,
            sql: section.text.clone(),
            loses: section.loses.clone(),
        }
    }
}

/// A difference with the sentence for it.
#[derive(Serialize)]
pub(super) struct Told {
    text: String,
    #[serde(flatten)]
    difference: Difference,
}

impl From<Difference> for Told {
    fn from(difference: Difference) -> Self {
        Self {
            text: difference.to_string(),
            difference,
        }
    }
}

/// Which revision a database equals.
#[derive(Serialize)]
struct Whereabouts {
    database: String,
    /// What it has recorded itself.
    recorded: Vec<String>,
    #[serde(flatten)]
    located: Located,
}

pub(crate) fn run(arguments: &Diff, context: &Context) -> Result<Reply, Failure> {
    let read = |text: &Option<String>| text.as_deref().map(|text| Named::read(text, context));
    if arguments.locate {
        let live = read(&arguments.before).unwrap_or_else(|| Named::read("database", context))?;
        return locate(&live, arguments, context);
    }
    let (Some(before), Some(after)) = (read(&arguments.before), read(&arguments.after)) else {
        return Err(Failure::internal("two sides are compared".to_owned()));
    };
    compared(&before?, &after?, arguments, context)
}

fn compared(
    before: &Named,
    after: &Named,
    arguments: &Diff,
    context: &Context,
) -> Result<Reply, Failure> {
    let server = server(
        &[before, after],
        arguments.dialect,
        &arguments.scratch,
        context,
    )?;
    let dialect = server.dialect();
    let migrations = revisions(&[before, after], dialect, context)?;
    let sides = (
        before.side(dialect, context)?,
        after.side(dialect, context)?,
    );
    let mut renames = Renames::default();
    arguments
        .rename
        .iter()
        .for_each(|it| it.add_to(&mut renames));
    let (differences, kept, sql, dialect) = in_workshop(
        &server,
        &migrations,
        &arguments.scratch,
        context,
        async |workshop| {
            if arguments.sql {
                let patch = workshop.patch(&sides.0, &sides.1, &renames).await?;
                let (kept, dialect) = (patch.kept.clone(), patch.dialect);
                return Ok((patch.differences.clone(), kept, Some(patch), dialect));
            }
            let both = workshop.both(&sides.0, &sides.1).await?;
            let differences = compare(&both.before, &both.after);
            Ok((differences, both.kept, None, both.after.dialect))
        },
    )?;
    let (order, differences): (Vec<Difference>, Vec<Difference>) = differences
        .into_iter()
        .partition(Difference::is_column_order);
    if let Some(patch) = &sql {
        likely(patch, context);
    }
    let compared = Compared {
        equal: differences.is_empty(),
        before: before.title(),
        after: after.title(),
        dialect: dialect.name(),
        differences: differences.into_iter().map(Told::from).collect(),
        remarks: order
            .iter()
            .map(ToString::to_string)
            .chain(kept.iter().map(ToString::to_string))
            .collect(),
        sql: sql.map(|patch| patch.sections.iter().map(Part::from).collect()),
    };
    let exit = if compared.equal { Exit::Fine } else { Exit::No };
    Ok(Reply::new(compared).exit(exit))
}

/// What is dropped and made, and may be meant as a rename.
fn likely(patch: &Patch, context: &Context) {
    let warnings: Vec<Diagnostic> = patch
        .likely
        .iter()
        .map(|likely| {
            let help = format!("`--rename {}` if it is the same one", likely.option());
            Diagnostic::warning(Class::Config, likely.to_string()).help(help)
        })
        .collect();
    context.output.warnings(warnings.iter());
}

fn locate(live: &Named, arguments: &Diff, context: &Context) -> Result<Reply, Failure> {
    let Named::Live(database) = live else {
        return Err(Diagnostic::error(
            Class::Usage,
            format!(
                "`--locate` looks for a database, and {} is none",
                live.title()
            ),
        )
        .help("`migrate-cli diff --locate URL`, or without URL the database that is meant")
        .into());
    };
    let server = server(&[], Some(database.dialect()), &arguments.scratch, context)?;
    let migrations = context
        .source
        .provable(DialectSet::one(database.dialect()))?;
    let (located, recorded) = in_workshop(
        &server,
        &migrations,
        &arguments.scratch,
        context,
        async |workshop| {
            let recorded = migrations.current(database).await?;
            Ok((workshop.locate(database).await?, recorded))
        },
    )?;
    let found = Whereabouts {
        database: database.to_string(),
        recorded: recorded
            .current
            .into_iter()
            .map(|row| row.revision)
            .collect(),
        located,
    };
    let exit = if found.located.equals.is_empty() {
        Exit::No
    } else {
        Exit::Fine
    };
    Ok(Reply::new(found).exit(exit))
}

/// A difference as one line with its sign: `+` only the second side has it, `-` only the first, `~` both, and not alike.
pub(super) fn line(page: &mut Page, indent: &str, difference: &Difference) {
    let Difference { object, change } = difference;
    let line = piece(PLAIN, indent);
    page.line(match change {
        Change::Added => line.and(GOOD, "+ ").and(PLAIN, object),
        Change::Removed => line.and(BAD, "- ").and(PLAIN, object),
        Change::Changed(_) => line.and(WARN, "~ ").and(PLAIN, difference),
    });
}

impl Compared {
    /// The SQL as a script: what stands around it is comments.
    fn script(&self, parts: &[Part], page: &mut Page) {
        page.line(format!(
            "-- from {} to {}, {}",
            self.before, self.after, self.dialect
        ));
        if parts.is_empty() {
            page.line("-- no difference");
            return;
        }
        page.line(
            "-- what an up section would say; nobody has run it, and who does says BEGIN and COMMIT",
        );
        if self.dialect == Dialect::Sqlite.name() {
            page.line(
                "-- (BEGIN behind PRAGMA foreign_keys, PRAGMA foreign_key_check before COMMIT)",
            );
        }
        for part in parts {
            page.end();
            if !part.transactional {
                page.line("-- outside of a transaction").end();
            }
            page.raw(&part.sql);
        }
    }
}

impl Human for Compared {
    fn human(&self, page: &mut Page) {
        if let Some(parts) = &self.sql {
            self.script(parts, page);
            return;
        }
        if page.volume() > Volume::Quiet {
            page.line(
                piece(DIM, "from ")
                    .and(BOLD, &self.before)
                    .and(DIM, " to ")
                    .and(BOLD, &self.after)
                    .and(DIM, format!(", {}", self.dialect)),
            );
        }
        for told in &self.differences {
            line(page, "  ", &told.difference);
        }
        for remark in &self.remarks {
            page.line(piece(DIM, format!("  {remark}")));
        }
        if page.volume() > Volume::Quiet {
            page.line(if self.equal {
                piece(GOOD, "no difference")
            } else {
                piece(PLAIN, count(self.differences.len(), "difference"))
            });
        }
    }
}

impl Human for Whereabouts {
    fn human(&self, page: &mut Page) {
        let place = |place: &migrate_core::database::Place| {
            let line = piece(ID, &place.revision);
            match &place.message {
                Some(message) => line.and(PLAIN, format!("  {message}")),
                None => line,
            }
        };
        for equal in &self.located.equals {
            page.line(piece(GOOD, "equals   ").then(place(equal)));
        }
        if let Some(nearest) = &self.located.nearest {
            page.line(piece(BAD, "equals no revision"));
            page.line(piece(DIM, "nearest  ").then(place(&nearest.place)).and(
                DIM,
                format!(", {}", count(nearest.differences.len(), "difference")),
            ));
            for difference in &nearest.differences {
                line(page, "  ", difference);
            }
        }
        if page.volume() > Volume::Quiet {
            let recorded = match self.recorded.as_slice() {
                [] => "nothing".to_owned(),
                several => several.join(", "),
            };
            page.line(piece(DIM, "recorded ").and(PLAIN, recorded));
        }
        let last = self.located.equals.last();
        if let Some(last) = last.filter(|it| !matches!(it.revision.as_str(), "base"))
            && self.recorded.is_empty()
            && page.volume() > Volume::Quiet
        {
            let command = format!("migrate-cli stamp {} --verify", last.revision);
            page.line(piece(DIM, "to record it: ").and(BOLD, command));
        }
    }
}
