//! `show`: revisions in full; with `--statements` how their sections split.

use migrate_core::model::{Index, Spec, resolve};
use migrate_core::text::diagnostic::Class;
use migrate_core::text::revision::Direction;
use migrate_core::text::sql::{Transactional, split};
use migrate_core::text::{Diagnostic, Dialect, DialectSet, LineIndex};
use serde::Serialize;

use super::listing::Listed;
use crate::arguments::Show;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::page::{BOLD, DIM, ID, PLAIN, Piece, WARN, count, piece};
use crate::output::{Human, Page, Reply};
use crate::source::SectionView;

#[derive(Serialize)]
struct Revisions {
    revisions: Vec<Revision>,
}

#[derive(Serialize)]
struct Revision {
    #[serde(flatten)]
    listed: Listed,
    sections: Vec<Section>,
}

#[derive(Serialize)]
struct Section {
    direction: &'static str,
    dialects: Vec<&'static str>,
    transactional: bool,
    line: usize,
    digest: String,
}

#[derive(Serialize)]
struct Splits {
    revisions: Vec<Split>,
}

#[derive(Serialize)]
struct Split {
    revision: String,
    sections: Vec<SplitSection>,
    #[serde(skip)]
    file: String,
    #[serde(skip)]
    message: String,
}

#[derive(Serialize)]
struct SplitSection {
    direction: &'static str,
    dialects: Vec<&'static str>,
    statements: Vec<Statement>,
    #[serde(skip)]
    line: usize,
    #[serde(skip)]
    as_dialect: Dialect,
}

#[derive(Serialize)]
struct Statement {
    sql: String,
    line: usize,
    column: usize,
    transactional: bool,
}

pub(crate) fn run(arguments: &Show, context: &Context) -> Result<Reply, Failure> {
    let migrations = context.source.migrations()?;
    let indices = resolved(&arguments.specs, context)?;
    if arguments.statements {
        let revisions = indices
            .iter()
            .map(|index| split_revision(arguments, context, *index));
        return Ok(Reply::new(Splits {
            revisions: revisions.collect::<Result<_, _>>()?,
        }));
    }
    let revisions = indices.iter().map(|index| {
        let sections = context
            .source
            .sections(*index)?
            .iter()
            .map(Section::of)
            .collect();
        Ok(Revision {
            listed: Listed::new(migrations, *index)?,
            sections,
        })
    });
    Ok(Reply::new(Revisions {
        revisions: revisions.collect::<Result<_, Failure>>()?,
    }))
}

/// The revisions that specs name, each once, in the order in which they are named. Only `current` asks the database.
pub(super) fn resolved(specs: &[String], context: &Context) -> Result<Vec<Index>, Failure> {
    let migrations = context.source.migrations()?;
    let graph = migrations.set()?.graph();
    let specs: Vec<Spec> = specs
        .iter()
        .map(|text| text.parse())
        .collect::<Result<_, _>>()?;
    let asks = specs
        .iter()
        .any(|spec| spec.to_string().contains("current"));
    let applied = if asks {
        Some(super::current::applied(context, migrations)?)
    } else {
        None
    };
    let mut indices: Vec<Index> = Vec::new();
    for spec in &specs {
        for index in resolve(graph, spec, applied.as_ref())? {
            if !indices.contains(&index) {
                indices.push(index);
            }
        }
    }
    Ok(indices)
}

impl Section {
    fn of(section: &SectionView<'_>) -> Self {
        Self {
            direction: word(section.direction),
            dialects: section.dialects.iter().map(Dialect::name).collect(),
            transactional: section.transactional,
            line: section.line,
            digest: section.digest.to_string(),
        }
    }
}

const fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    }
}

fn split_revision(arguments: &Show, context: &Context, index: Index) -> Result<Split, Failure> {
    let migrations = context.source.migrations()?;
    let entry = migrations.entry(index)?;
    let sections = context.source.sections(index)?;
    let sections = sections
        .iter()
        .map(|section| split_section(arguments, context, section));
    Ok(Split {
        revision: entry.id.to_string(),
        sections: sections.collect::<Result<_, _>>()?,
        file: entry.file.to_owned(),
        message: entry.message.to_owned(),
    })
}

fn split_section(
    arguments: &Show,
    context: &Context,
    section: &SectionView<'_>,
) -> Result<SplitSection, Failure> {
    let dialect = dialect_of(arguments, context, section.dialects)?;
    let script = split(section.text, dialect);
    if let Some(error) = script.errors.first() {
        let index = LineIndex::new(section.text);
        let place = index.position(section.text, error.range.start);
        let finding = Diagnostic::error(Class::InvalidRevision, &error.message).at(
            migrate_core::text::diagnostic::Frame {
                file: section.file.to_owned(),
                line: place.line + section.line - 1,
                column: place.column,
                text: index.line(section.text, place.line).to_owned(),
                width: 1,
                label: String::new(),
            },
        );
        return Err(error
            .help
            .iter()
            .fold(finding, |finding, text| finding.help(text))
            .into());
    }
    let statements = script.statements.iter().map(|statement| Statement {
        sql: section.text[statement.text.clone()].to_owned(),
        line: statement.position.line + section.line - 1,
        column: statement.position.column,
        transactional: statement.transaction == Transactional::Yes,
    });
    Ok(SplitSection {
        direction: word(section.direction),
        dialects: section.dialects.iter().map(Dialect::name).collect(),
        statements: statements.collect(),
        line: section.line,
        as_dialect: dialect,
    })
}

/// The dialect by whose rules a section is cut: the one asked for where the section serves it, else one it names, else
/// the project's, else that of the database.
fn dialect_of(arguments: &Show, context: &Context, named: DialectSet) -> Result<Dialect, Failure> {
    let serves = |dialect: &Dialect| {
        named.is_empty()
            || named.contains(*dialect)
            || dialect
                .fallback()
                .is_some_and(|other| named.contains(other))
    };
    let asked = arguments
        .dialect
        .filter(serves)
        .or_else(|| named.iter().next());
    let configured = || {
        context
            .source
            .dialects()
            .ok()
            .and_then(|dialects| dialects.iter().next())
    };
    let of_database = || context.database_dialect();
    asked
        .or_else(configured)
        .or_else(of_database)
        .ok_or_else(|| {
            Diagnostic::error(
                Class::Config,
                "it is not known by the rules of which database the statements are to be split",
            )
            .help("`--dialect sqlite`, or `dialects` in migrate.toml")
            .into()
        })
}

impl Human for Revisions {
    fn human(&self, page: &mut Page) {
        if self.revisions.is_empty() {
            page.line(piece(DIM, "no revisions"));
        }
        for (place, revision) in self.revisions.iter().enumerate() {
            if place > 0 {
                page.end();
            }
            revision.listed.in_full(page, "");
            let rows: Vec<Vec<Piece>> = revision
                .sections
                .iter()
                .map(|section| {
                    let dialects = named(&section.dialects);
                    let apart = if section.transactional {
                        ""
                    } else {
                        ", not in a transaction"
                    };
                    vec![
                        piece(DIM, format!("{:<13}", section.direction)),
                        piece(PLAIN, format!("line {}, {dialects}{apart}", section.line)),
                    ]
                })
                .collect();
            page.table("", &rows);
        }
    }
}

fn named(dialects: &[&str]) -> String {
    if dialects.is_empty() {
        "any dialect".to_owned()
    } else {
        dialects.join(", ")
    }
}

impl Human for Splits {
    fn human(&self, page: &mut Page) {
        if self.revisions.is_empty() {
            page.line(piece(DIM, "no revisions"));
        }
        for (place, revision) in self.revisions.iter().enumerate() {
            if place > 0 {
                page.end();
            }
            page.line(
                piece(ID, &revision.revision)
                    .and(PLAIN, "  ")
                    .and(BOLD, &revision.message),
            );
            for section in &revision.sections {
                let by = if section.dialects.is_empty() {
                    format!(", as {}", section.as_dialect)
                } else {
                    String::new()
                };
                page.end().line(
                    piece(BOLD, section.direction)
                        .and(PLAIN, format!("  {}{by}", named(&section.dialects)))
                        .and(
                            DIM,
                            format!(
                                "  {}, {}:{}",
                                count(section.statements.len(), "statement"),
                                revision.file,
                                section.line
                            ),
                        ),
                );
                for (number, statement) in section.statements.iter().enumerate() {
                    let apart = if statement.transactional {
                        ""
                    } else {
                        "  not in a transaction"
                    };
                    page.line(
                        piece(
                            DIM,
                            format!("{:>4}  {}:{}", number + 1, statement.line, statement.column),
                        )
                        .and(WARN, apart),
                    );
                    statement.sql.lines().for_each(|line| {
                        page.line(format!("      {line}"));
                    });
                }
            }
        }
    }
}
