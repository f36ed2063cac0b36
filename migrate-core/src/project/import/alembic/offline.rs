//! What `alembic upgrade --sql` and `alembic downgrade --sql` print: cut at the comments that Alembic writes between the
//! revisions, and freed of what it does with its own table.

use std::collections::HashMap;

use super::super::Import;
use super::super::convert::{is_plain_begin, is_plain_commit};
use super::super::folder::{self, SourceFile};
use super::super::script::Script;
use crate::project::config::display;
use crate::text::Dialect;
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::revision::Direction;
use crate::text::source::Source;
use crate::text::sql::{Statement, TokenKind, split, tokenize, unquote};

/// The SQL of the revisions by way and id.
pub(super) type Parts = HashMap<(Direction, String), Script>;

/// Reads the files that were given.
pub(super) fn read(
    import: &Import,
    known: impl Fn(&str) -> bool,
    notices: &mut Vec<Diagnostic>,
) -> Result<Parts, Vec<Diagnostic>> {
    let mut parts = Parts::new();
    let mut findings = Vec::new();
    let files = import.sql_files.iter().chain(&import.down_sql_files);
    for path in files {
        let path = import.start.join(path);
        let shown = display(&import.start, &path);
        let file = folder::read(&path, &shown)?;
        let mut found = 0;
        for (heading, script) in cut(&file, import, notices) {
            found += 1;
            if !known(&heading.id) {
                findings.push(heading.finding(&file, "no revision of this id was read"));
                continue;
            }
            let key = (heading.direction, heading.id.clone());
            if parts.insert(key, script).is_some() {
                findings.push(heading.finding(&file, "this revision stands twice"));
            }
        }
        if found == 0 {
            findings.push(
                Diagnostic::error(
                    Class::Config,
                    "this file holds no comment `-- Running upgrade A -> B`",
                )
                .at(crate::text::diagnostic::Frame::file(shown))
                .help("make it by `alembic upgrade base:head --sql` or `alembic downgrade head:base --sql`"),
            );
        }
    }
    if findings.is_empty() {
        Ok(parts)
    } else {
        Err(findings)
    }
}

/// A comment between two revisions.
struct Heading {
    direction: Direction,
    id: String,
    range: std::ops::Range<usize>,
}

impl Heading {
    fn finding(&self, file: &SourceFile, label: &str) -> Diagnostic {
        let source = Source::new(&file.shown, &file.text);
        Diagnostic::error(
            Class::UnknownRevision,
            format!("the revision `{}` of this script is not to be had", self.id),
        )
        .at(source.frame(self.range.clone(), label))
        .help("DIR and the script must be of the same state of the project: make the script anew")
    }
}

fn cut(
    file: &SourceFile,
    import: &Import,
    notices: &mut Vec<Diagnostic>,
) -> Vec<(Heading, Script)> {
    let comments = tokenize(&file.text, import.dialect)
        .filter(|token| token.kind == TokenKind::LineComment)
        .filter_map(|token| heading(&file.text, token.range));
    let headings: Vec<Heading> = comments.collect();
    let ends: Vec<usize> = headings
        .iter()
        .skip(1)
        .map(|heading| heading.range.start)
        .chain([file.text.len()])
        .collect();
    headings
        .into_iter()
        .zip(ends)
        .map(|(heading, end)| {
            let start = heading.range.end;
            let script = part(file, start..end, import, notices);
            (heading, script)
        })
        .collect()
}

/// `-- Running upgrade a, b -> c`.
fn heading(text: &str, range: std::ops::Range<usize>) -> Option<Heading> {
    let words = text[range.clone()].strip_prefix("-- Running ")?;
    let (direction, rest) = words.split_once(' ')?;
    let (from, to) = rest.split_once("->")?;
    let (direction, id) = match direction {
        "upgrade" => (Direction::Up, to.trim()),
        "downgrade" => (Direction::Down, from.trim()),
        _ => return None,
    };
    (!id.is_empty() && !id.contains([',', ' '])).then(|| Heading {
        direction,
        id: id.to_owned(),
        range,
    })
}

/// The SQL of one revision.
fn part(
    file: &SourceFile,
    range: std::ops::Range<usize>,
    import: &Import,
    notices: &mut Vec<Diagnostic>,
) -> Script {
    let text = &file.text[range.clone()];
    let table = import.table.as_deref().unwrap_or(import.tool.table());
    let statements = split(text, import.dialect).statements;
    let frame = |statement: &&Statement| is_plain_begin(statement) || is_plain_commit(statement);
    let own =
        |statement: &&Statement| writes_to(&text[statement.text.clone()], table, import.dialect);
    // What closes the transaction of this revision and opens that of the next is not of the revision; what stands
    // in the middle is an autocommit block.
    let tail = statements
        .iter()
        .rev()
        .take_while(|statement| frame(statement) || own(statement))
        .count();
    let last = statements.len() - tail;
    let inner = statements.get(..last).unwrap_or_default();
    let block = inner.iter().find(|statement| frame(statement));
    let mut script = Script::cut(file, range.clone());
    for (place, statement) in statements.iter().enumerate() {
        if place >= last || frame(&statement) || own(&statement) {
            let start = range.start + statement.text.start;
            let mut end = range.start + statement.segment.end;
            if file.text[end..].starts_with("\n\n") {
                end += 2;
            }
            script.replace(&(start..end.min(range.end)), "");
        }
    }
    let Some(block) = block else { return script };
    let place = range.start + block.text.start..range.start + block.text.end;
    notices.push(
        Diagnostic::warning(
            Class::InvalidRevision,
            "an autocommit block: the section says `transaction:false`",
        )
        .at(Source::new(&file.shown, &file.text).frame(place, "left out, all of it is run outside")),
    );
    script.outside()
}

/// Whether the statement creates, drops or changes rows of this table.
fn writes_to(statement: &str, table: &str, dialect: Dialect) -> bool {
    let mut words = tokenize(statement, dialect).filter(|token| !token.kind.is_trivia());
    let mut word = || {
        words
            .next()
            .map(|token| (token.kind, &statement[token.range]))
    };
    let verb = word().map(|(_, text)| text.to_ascii_uppercase());
    let second = match verb.as_deref() {
        Some("CREATE" | "DROP") => Some("TABLE"),
        Some("INSERT") => Some("INTO"),
        Some("DELETE") => Some("FROM"),
        Some("UPDATE") => None,
        _ => return false,
    };
    if let Some(second) = second
        && word().is_none_or(|(_, text)| !text.eq_ignore_ascii_case(second))
    {
        return false;
    }
    let mut name = String::new();
    while let Some((TokenKind::Word | TokenKind::QuotedIdent, text)) = word() {
        name = unquote(text, dialect);
        // A schema stands before it.
        if !matches!(word(), Some((TokenKind::Punct('.'), _))) {
            break;
        }
    }
    name == table
}
