//! What would keep a section from running under a dialect.

use std::ops::Range;

use super::{RevisionFile, Section};
use crate::text::Dialect;
use crate::text::ddl::{self, Change, Verb};
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::source::Source;
use crate::text::sql::{
    self, DirectiveKind, Script, Statement, StatementKind, SyntaxError, SyntaxErrorKind, TokenKind,
    Transactional,
};

pub(super) fn check(
    file: &RevisionFile,
    section: &Section,
    dialect: Dialect,
) -> (Script, Vec<Diagnostic>) {
    let script = sql::split(file.body(section), dialect);
    let checker = Checker {
        source: Source::new(&file.path, &file.text),
        file,
        section,
        dialect,
    };
    let mut findings: Vec<Diagnostic> = script
        .errors
        .iter()
        .map(|error| checker.syntax(error))
        .collect();
    let mut begun = None;
    for statement in &script.statements {
        findings.extend(checker.transaction(statement));
        findings.extend(checker.batch(statement, begun));
        findings.extend(checker.rust(statement, begun));
        match statement.transaction {
            Transactional::Control(what @ ("BEGIN" | "START TRANSACTION")) => begun = Some(what),
            Transactional::Control(_) => begun = None,
            _ => {}
        }
    }
    (script, findings)
}

struct Checker<'a> {
    source: Source<'a>,
    file: &'a RevisionFile,
    section: &'a Section,
    dialect: Dialect,
}

impl Checker<'_> {
    /// A range of the section as one of the file.
    fn place(&self, range: &Range<usize>) -> Range<usize> {
        self.section.body.start + range.start..self.section.body.start + range.end
    }

    fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Class::InvalidRevision, message)
    }

    fn syntax(&self, error: &SyntaxError) -> Diagnostic {
        let mut finding = self.error(&*error.message).at(self
            .source
            .frame(self.place(&error.range), self.opener_label(error)));
        if let Some(help) = &error.help {
            finding = finding.help(&**help);
        }
        if let Some(line) = self.next_marker().filter(|_| is_unclosed(error)) {
            let marker = self.source.text[self.section.body.end..]
                .lines()
                .next()
                .unwrap_or_default();
            let marker = marker
                .split_whitespace()
                .take(2)
                .collect::<Vec<_>>()
                .join(" ");
            finding = finding.help(format!(
                "if `{marker}` on line {line} belongs to the text, indent that line"
            ));
        }
        finding
    }

    fn opener_label(&self, error: &SyntaxError) -> String {
        match self.next_marker().filter(|_| is_unclosed(error)) {
            Some(line) => format!("still open at the section marker on line {line}"),
            None => String::new(),
        }
    }

    /// The line of the marker that ends the section, if one does.
    fn next_marker(&self) -> Option<usize> {
        let end = self.section.body.end;
        (end < self.source.text.len()).then(|| self.source.position(end).line)
    }

    /// Statements that cannot run in the transaction of their section.
    fn transaction(&self, statement: &Statement) -> Option<Diagnostic> {
        if !self.section.transactional {
            return None;
        }
        let range = self.place(&statement.text);
        let direction = self.section.direction;
        match statement.transaction {
            Transactional::Yes => None,
            // There, DDL commits whatever transaction is open; the executor knows.
            Transactional::No(_) if self.dialect.is_mysql_family() => None,
            // That is how a section asks to be run as a rebuild, with foreign keys off: the executor does it outside.
            Transactional::No("PRAGMA foreign_keys") => None,
            Transactional::No(what) => Some(
                self.error(format!("{what} cannot run in a transaction"))
                    .at(self.source.frame(range, "this section runs in one"))
                    .help(format!(
                        "put it in a revision of its own whose marker says `{}`",
                        marker(self.file.text.get(self.section.marker.clone()), direction.name())
                    )),
            ),
            Transactional::Control(what) => Some(
                self.error(format!("{what} in a section that runs in a transaction"))
                    .at(self.source.frame(range, "the transaction is begun and committed around the section"))
                    .help("remove it; a section that must commit by itself says `transaction:false` in its marker"),
            ),
        }
    }

    /// What a batch must not be; `begun` is how the transaction around it was begun by the section itself.
    fn batch(&self, statement: &Statement, begun: Option<&str>) -> Option<Diagnostic> {
        let batch = statement
            .directives
            .iter()
            .find(|directive| matches!(directive.kind, DirectiveKind::Batch { .. }))?;
        let frame = |label: &str| self.source.frame(self.place(&batch.range), label);
        if self.section.transactional {
            let marker = marker(
                self.file.text.get(self.section.marker.clone()),
                self.section.direction.name(),
            );
            return Some(
                self.error("`migrate:batch` in a section that runs in a transaction")
                    .at(frame("each round is a transaction of its own"))
                    .help(format!("let the marker say `{marker}`")),
            );
        }
        if let Some(begun) = begun {
            return Some(
                self.error(format!("`migrate:batch` after {begun}"))
                    .at(frame("each round is a transaction of its own"))
                    .help("put it before the transaction or behind its COMMIT"),
            );
        }
        if !matches!(statement.kind, StatementKind::Sql) {
            return Some(
                self.error("`migrate:batch` before `migrate:rust`")
                    .at(frame("expected an UPDATE, DELETE or INSERT below")),
            );
        }
        let first = statement.keywords.first().map_or("", String::as_str);
        if !["UPDATE", "DELETE", "INSERT", "REPLACE", "WITH"].contains(&first) {
            let found = if first.is_empty() {
                "something else"
            } else {
                first
            };
            return Some(
                self.error(format!("`migrate:batch` before {found}"))
                    .at(frame("expected an UPDATE, DELETE or INSERT below"))
                    .help("the statement below is run again and again until it touches no row"),
            );
        }
        if !is_written(self.sql(statement), self.dialect) {
            return Some(
                self.error(format!(
                    "`migrate:batch` before a {first} that writes nothing"
                ))
                .at(frame("expected an UPDATE, DELETE or INSERT below"))
                .help("the statement below is run again and again until it touches no row"),
            );
        }
        if self.dialect.is_mysql_family() && self.has_word(statement, "returning") {
            return Some(
                self.error(format!(
                    "a batch {first} with RETURNING never says how many rows it has touched"
                ))
                .at(frame("run until it touches no row"))
                .help("remove RETURNING"),
            );
        }
        if !self.has_word(statement, "where") {
            return Some(
                self.error(format!("a batch {first} without WHERE never ends"))
                    .at(frame("run until it touches no row"))
                    .help("add a WHERE that no longer matches the rows that are done, and the size of a round"),
            );
        }
        None
    }

    /// A Rust step must not be part of a transaction that the section begins by itself.
    fn rust(&self, statement: &Statement, begun: Option<&str>) -> Option<Diagnostic> {
        let (StatementKind::Rust(name), Some(begun)) = (&statement.kind, begun) else {
            return None;
        };
        let frame = self.source.frame(
            self.place(&statement.text),
            "it is called outside of transactions",
        );
        Some(
            self.error(format!("`migrate:rust {name}` after {begun}"))
                .at(frame)
                .help("put it before the transaction or behind its COMMIT, or begin the transaction in the step"),
        )
    }

    fn sql(&self, statement: &Statement) -> &str {
        let body = self.file.body(self.section);
        body.get(statement.text.clone()).unwrap_or_default()
    }

    /// Whether the statement itself, not only a query inside it, has this word.
    fn has_word(&self, statement: &Statement, word: &str) -> bool {
        let text = self.sql(statement);
        let mut depth = 0_usize;
        for token in sql::tokenize(text, self.dialect) {
            match token.kind {
                TokenKind::Punct('(') => depth += 1,
                TokenKind::Punct(')') => depth = depth.saturating_sub(1),
                TokenKind::Word
                    if depth == 0 && text[token.range.clone()].eq_ignore_ascii_case(word) =>
                {
                    return true;
                }
                _ => {}
            }
        }
        false
    }
}

/// Whether a statement writes rows.
fn is_written(statement: &str, dialect: Dialect) -> bool {
    match ddl::read(statement, dialect) {
        Change::Data(data) => !matches!(data.verb, Verb::Select | Verb::Load),
        // What our reader does not understand is no error.
        _ => true,
    }
}

/// Files are cut at markers before anything is read, so what is open at the end of a section may have been cut in two.
const fn is_unclosed(error: &SyntaxError) -> bool {
    matches!(error.kind, SyntaxErrorKind::Unterminated)
}

/// The marker with `transaction:false`.
fn marker(line: Option<&str>, direction: &str) -> String {
    match line.map(str::trim_end) {
        Some(line) if !line.contains("transaction:") => format!("{line} transaction:false"),
        _ => format!("-- migrate:{direction} transaction:false"),
    }
}
