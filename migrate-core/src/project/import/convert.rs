//! SQL of another tool as the body of a section.
//!
//! Only what would mean something else here is changed, each time with a warning that shows the place: a `BEGIN` and
//! `COMMIT` around everything, statements that cannot run in a transaction, comments that would be read as markers.

use std::ops::Range;

use super::script::{Script, Transaction};
use crate::text::Dialect;
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::revision::marker_lines;
use crate::text::sql::{Statement, TokenKind, Transactional, is_directive, split, tokenize};

/// The body of a section, and how it is run.
#[derive(Debug)]
pub(in crate::project) struct Body {
    pub(in crate::project) text: String,
    pub(in crate::project) transaction: Transaction,
}

/// Converts a script; what was changed is added to `notices`.
pub(in crate::project) fn convert(
    script: &Script,
    dialect: Dialect,
    notices: &mut Vec<Diagnostic>,
) -> Body {
    let mut sql = script.sql();
    let cut = split(&sql, dialect);
    let mut converter = Converter {
        script,
        sql: &sql,
        dialect,
        edits: Vec::new(),
        notices,
    };
    let transaction = match script.transaction {
        Transaction::Outside => Transaction::Outside,
        Transaction::Inside => converter.transaction(&cut.statements),
    };
    converter.comments();
    let edits = converter.edits;
    for (range, own) in edits.into_iter().rev() {
        sql.replace_range(range, &own);
    }
    let is_empty = split(&sql, dialect).statements.is_empty();
    let mut text = String::new();
    for what in &script.todo {
        text.push_str(&format!("-- migrate:todo {what}\n"));
    }
    if is_empty && script.todo.is_empty() {
        text.push_str("-- migrate:empty there was nothing to run\n");
    }
    text.push_str(trimmed(&sql));
    Body { text, transaction }
}

/// Without blank lines at the beginning and blanks at the end.
fn trimmed(sql: &str) -> &str {
    let sql = sql.trim_end();
    let mut rest = sql;
    while let Some((line, below)) = rest.split_once('\n')
        && line.trim().is_empty()
    {
        rest = below;
    }
    rest
}

struct Converter<'a> {
    script: &'a Script,
    sql: &'a str,
    dialect: Dialect,
    /// In order of place.
    edits: Vec<(Range<usize>, String)>,
    notices: &'a mut Vec<Diagnostic>,
}

impl Converter<'_> {
    fn changed(&mut self, range: Range<usize>, message: impl Into<String>, label: &str) {
        let frame = self.script.frame(range, label);
        self.notices
            .push(Diagnostic::warning(Class::InvalidRevision, message).at(frame));
    }

    /// How the section must run, and what goes because of it.
    fn transaction(&mut self, statements: &[Statement]) -> Transaction {
        let controls: Vec<&Statement> = statements
            .iter()
            .filter(|statement| matches!(statement.transaction, Transactional::Control(_)))
            .collect();
        let outside = statements.iter().find_map(|statement| {
            let what = cannot(statement, self.dialect)?;
            Some((statement, what))
        });
        if let ([begin, commit], None) = (controls.as_slice(), outside)
            && is_plain_begin(begin)
            && is_plain_commit(commit)
            && statements.first() == Some(begin)
            && statements.last() == Some(commit)
        {
            self.changed(
                begin.text.clone(),
                "BEGIN and COMMIT around the file are left out",
                "the section is a transaction of its own",
            );
            for statement in [begin, commit] {
                self.edits.push((self.whole(statement), String::new()));
            }
            return Transaction::Inside;
        }
        if let Some(control) = controls.first() {
            self.changed(
                control.text.clone(),
                "the file begins or ends transactions itself: its section says `transaction:false`",
                "kept as it is",
            );
            return Transaction::Outside;
        }
        if let Some((statement, what)) = outside {
            self.changed(
                statement.text.clone(),
                format!("{what} cannot run in a transaction: its section says `transaction:false`"),
                "run outside",
            );
            return Transaction::Outside;
        }
        Transaction::Inside
    }

    /// A statement with its terminator, and with its line break when nothing else stands on the line.
    fn whole(&self, statement: &Statement) -> Range<usize> {
        let mut range = statement.text.start..statement.segment.end;
        let before = &self.sql[..range.start];
        let alone = before
            .rsplit('\n')
            .next()
            .is_some_and(|line| line.trim().is_empty());
        let after = &self.sql[range.end..];
        if alone
            && let Some((rest, _)) = after.split_once('\n')
            && rest.trim().is_empty()
        {
            range.end += rest.len() + 1;
        }
        range
    }

    /// Comments that would be directives or markers here, and lines of texts that would be markers.
    fn comments(&mut self) {
        let mut edits = Vec::new();
        for token in tokenize(self.sql, self.dialect) {
            if !matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment) {
                continue;
            }
            let comment = &self.sql[token.range.clone()];
            if is_directive(comment)
                && let Some(at) = comment.to_ascii_lowercase().find("migrate")
            {
                let at = token.range.start + at;
                edits.push((at..at, "imported ".to_owned()));
                self.changed(
                    token.range.clone(),
                    "a comment that would be read as a directive",
                    "`imported` is put before it",
                );
            }
        }
        for marker in marker_lines(self.sql) {
            let in_comment = edits
                .iter()
                .any(|(range, _)| marker.start <= range.start && range.start <= marker.end);
            if !in_comment {
                edits.push((marker.start..marker.start, " ".to_owned()));
                self.changed(
                    marker,
                    "a line inside a text that would be read as a section marker",
                    "indented by a blank",
                );
            }
        }
        self.edits.extend(edits);
        self.edits.sort_by_key(|(range, _)| range.start);
    }
}

/// What a statement is that cannot run in a transaction; by the rule of the checker.
fn cannot(statement: &Statement, dialect: Dialect) -> Option<&'static str> {
    match statement.transaction {
        Transactional::No("PRAGMA foreign_keys") => None,
        Transactional::No(what) if !dialect.is_mysql_family() => Some(what),
        _ => None,
    }
}

/// Whether it begins a transaction and says nothing else, such as an isolation level.
pub(super) fn is_plain_begin(statement: &Statement) -> bool {
    let words: Vec<&str> = statement.keywords.iter().map(String::as_str).collect();
    matches!(
        words.as_slice(),
        ["BEGIN"]
            | [
                "BEGIN",
                "TRANSACTION" | "WORK" | "DEFERRED" | "IMMEDIATE" | "EXCLUSIVE"
            ]
            | [
                "BEGIN",
                "DEFERRED" | "IMMEDIATE" | "EXCLUSIVE",
                "TRANSACTION"
            ]
            | ["START", "TRANSACTION"]
    )
}

/// Whether it commits and says nothing else.
pub(super) fn is_plain_commit(statement: &Statement) -> bool {
    let words: Vec<&str> = statement.keywords.iter().map(String::as_str).collect();
    matches!(
        words.as_slice(),
        ["COMMIT" | "END"] | ["COMMIT" | "END", "TRANSACTION" | "WORK"]
    )
}
