//! `-- was: old_name` above a table or a column: what it was called before.

use std::ops::Range;

use super::cursor::Cursor;
use super::name::Name;
use super::{Change, read};
use crate::text::Dialect;
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::source::Source;
use crate::text::sql::{TokenKind, split, tokenize};

/// What a table or a column was called before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Was {
    /// A table.
    Table {
        /// Its former name.
        old: Name,
        /// Its name.
        new: Name,
    },
    /// A column.
    Column {
        /// The table, by its name.
        table: Name,
        /// The former name of the column.
        old: String,
        /// Its name.
        new: String,
    },
}

/// Reads the hints of a script, which stand on a line of their own above what they speak of; `file` is how messages call
/// it.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::ddl::{Name, Was, was};
///
/// let text = "-- was: users\nCREATE TABLE people (\n  id INT,\n  -- was: mail\n  email TEXT\n);";
/// let hints = was("schema.sql", text, Dialect::Sqlite).unwrap();
/// let people = Name::bare("people");
/// assert_eq!(hints, [
///     Was::Table { old: Name::bare("users"), new: people.clone() },
///     Was::Column { table: people, old: "mail".into(), new: "email".into() },
/// ]);
/// ```
///
/// # Errors
/// Every hint that stands above nothing that can be renamed, or names nothing.
pub fn was(file: &str, text: &str, dialect: Dialect) -> Result<Vec<Was>, Vec<Diagnostic>> {
    let mut reader = Reader {
        source: Source::new(file, text),
        dialect,
        hints: Vec::new(),
        findings: Vec::new(),
    };
    let script = split(text, dialect);
    for statement in &script.statements {
        reader.statement(statement.segment.clone(), &statement.text);
    }
    reader.misplaced(script.tail);
    if reader.findings.is_empty() {
        Ok(reader.hints)
    } else {
        Err(reader.findings)
    }
}

struct Reader<'a> {
    source: Source<'a>,
    dialect: Dialect,
    hints: Vec<Was>,
    findings: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn statement(&mut self, segment: Range<usize>, own: &Range<usize>) {
        let text = self.source.text;
        if !text[segment.clone()].contains("was") {
            return;
        }
        let table = match read(&text[own.clone()], self.dialect) {
            Change::CreateTable(create) => Some(create.name),
            _ => None,
        };
        let mut depth = 0_usize;
        let mut last = None;
        let mut pending: Option<(Range<usize>, Name)> = None;
        for token in tokenize(&text[segment.clone()], self.dialect) {
            let range = segment.start + token.range.start..segment.start + token.range.end;
            if token.kind.is_trivia() {
                let Some(name) = hint(token.kind, &text[range.clone()]) else {
                    continue;
                };
                let above_column = depth == 1 && matches!(last, Some('(' | ','));
                let above_table = range.end <= own.start;
                let Some(table) = table.as_ref().filter(|_| above_column || above_table) else {
                    self.wrong(range, NOWHERE);
                    continue;
                };
                if !begins_line(text, range.start) {
                    self.wrong(range, BEHIND);
                    continue;
                }
                let Some(old) = self.name(name, above_table) else {
                    self.wrong(range, "`was:` wants the former name and nothing else");
                    continue;
                };
                if above_table {
                    let new = table.clone();
                    self.hints.push(Was::Table { old, new });
                } else {
                    pending = Some((range, old));
                }
                continue;
            }
            if let Some((at, old)) = pending.take() {
                let new = Cursor::new(&text[range.clone()], self.dialect).identifier();
                match (new, &table) {
                    (Some(new), Some(table)) => self.hints.push(Was::Column {
                        table: table.clone(),
                        old: old.name,
                        new,
                    }),
                    _ => self.wrong(at, NOWHERE),
                }
            }
            last = match token.kind {
                TokenKind::Punct(c) => Some(c),
                _ => None,
            };
            match last {
                Some('(') => depth += 1,
                Some(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// Hints where there is nothing behind them.
    fn misplaced(&mut self, range: Range<usize>) {
        let text = self.source.text;
        for token in tokenize(&text[range.clone()], self.dialect) {
            let at = range.start + token.range.start..range.start + token.range.end;
            if hint(token.kind, &text[at.clone()]).is_some() {
                self.wrong(at, NOWHERE);
            }
        }
    }

    fn name(&self, text: &str, qualified: bool) -> Option<Name> {
        let mut cursor = Cursor::new(text, self.dialect);
        let name = if qualified {
            cursor.name()
        } else {
            cursor.identifier().map(Name::bare)
        };
        name.filter(|_| cursor.at_end())
    }

    fn wrong(&mut self, range: Range<usize>, message: &str) {
        let frame = self.source.frame(range, "");
        self.findings
            .push(Diagnostic::error(Class::Config, message).at(frame).help(
                "write `-- was: old_name` on the line above the CREATE TABLE or above the column",
            ));
    }
}

const NOWHERE: &str = "this `was:` stands above no table and no column";
const BEHIND: &str =
    "this `was:` stands behind something: is what it stands behind meant, or what follows?";

/// What stands behind `was:` in a comment to the end of the line.
fn hint(kind: TokenKind, comment: &str) -> Option<&str> {
    if kind != TokenKind::LineComment {
        return None;
    }
    let text = comment.trim_start_matches(['-', '#']).trim();
    text.strip_prefix("was:").map(str::trim)
}

fn begins_line(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |it| it + 1);
    text[line..at].trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match was("schema.sql", text, Dialect::Postgres) {
            Ok(hints) => hints.iter().map(|it| format!("{it:?}\n")).collect(),
            Err(findings) => findings
                .iter()
                .map(|it| format!("{}\n", it.message))
                .collect(),
        }
    }

    #[test]
    fn hints_are_read_where_they_can_be_meant() {
        for (text, expected) in [
            ("CREATE TABLE a (b INT);", ""),
            (
                "CREATE TABLE a (b INT);\n-- was: old\nCREATE TABLE app.A (b INT);",
                "Table { old: Name { schema: None, name: \"old\" }, new: Name { schema: Some(\"app\"), name: \"a\" } }\n",
            ),
            (
                "CREATE TABLE a (\n  -- was: \"Old B\"\n  -- the title\n  b INT,\n  c INT CHECK (c > 0)\n);",
                "Column { table: Name { schema: None, name: \"a\" }, old: \"Old B\", new: \"b\" }\n",
            ),
            ("SELECT '-- was: x';", ""),
            (
                "CREATE TABLE a (b INT, -- was: c\n d INT);",
                &format!("{BEHIND}\n"),
            ),
            (
                "CREATE TABLE a (b INT CHECK (\n-- was: c\nb > 0));",
                &format!("{NOWHERE}\n"),
            ),
            (
                "-- was: x\nCREATE VIEW v AS SELECT 1;",
                &format!("{NOWHERE}\n"),
            ),
            (
                "CREATE TABLE a (b INT);\n-- was: x\n",
                &format!("{NOWHERE}\n"),
            ),
            (
                "-- was: the old one\nCREATE TABLE a (b INT);",
                "`was:` wants the former name and nothing else\n",
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
