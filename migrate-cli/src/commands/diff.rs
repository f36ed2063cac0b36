//! `diff`: two schemas beside each other, and which revision a database equals.

use migrate_core::database::{Located, Workshop};
use migrate_core::model::schema::{Change, Difference, compare};
use migrate_core::text::DialectSet;
use serde::Serialize;

use super::scratch::on_scratch;
use super::sides::{Named, filter, revisions, server};
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
    let filter = filter(context.source.config()?);
    let both = on_scratch(
        &server,
        migrations.settings()?,
        &arguments.scratch,
        context,
        async |scratch| {
            let given = &context.settings.arguments;
            let workshop = Workshop::new(&migrations, scratch, &filter, given).await?;
            workshop.both(&sides.0, &sides.1).await
        },
    )?;
    let (order, differences): (Vec<Difference>, Vec<Difference>) =
        compare(&both.before, &both.after)
            .into_iter()
            .partition(Difference::is_column_order);
    let compared = Compared {
        equal: differences.is_empty(),
        before: before.title(),
        after: after.title(),
        dialect: both.after.dialect.name(),
        differences: differences.into_iter().map(Told::from).collect(),
        remarks: order
            .iter()
            .map(ToString::to_string)
            .chain(both.kept.iter().map(ToString::to_string))
            .collect(),
    };
    let exit = if compared.equal { Exit::Fine } else { Exit::No };
    Ok(Reply::new(compared).exit(exit))
}

fn locate(live: &Named, arguments: &Diff, context: &Context) -> Result<Reply, Failure> {
    let Named::Live(database) = live else {
        return Err(migrate_core::text::Diagnostic::error(
            migrate_core::text::diagnostic::Class::Usage,
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
    let filter = filter(context.source.config()?);
    let (located, recorded) = on_scratch(
        &server,
        migrations.settings()?,
        &arguments.scratch,
        context,
        async |scratch| {
            let given = &context.settings.arguments;
            let workshop = Workshop::new(&migrations, scratch, &filter, given).await?;
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

impl Human for Compared {
    fn human(&self, page: &mut Page) {
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
