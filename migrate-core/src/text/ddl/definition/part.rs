//! What stands in parentheses: names, expressions, the parts of a key or an index.

use super::Part;
use crate::text::Dialect;
use crate::text::ddl::cursor::Cursor;
use crate::text::sql::without_comments_around;

/// What stands in parentheses, without the comments at its ends.
pub(super) fn group(cursor: &mut Cursor<'_>) -> Option<String> {
    let range = cursor.skip_group()?;
    let text = cursor.slice(range);
    let inner = text.strip_prefix('(')?;
    let inner = inner.strip_suffix(')').unwrap_or(inner);
    Some(without_comments_around(inner, Dialect::Sqlite).to_owned())
}

/// Names in parentheses.
pub(super) fn names(cursor: &mut Cursor<'_>) -> Vec<String> {
    let mut names = Vec::new();
    if cursor.take('(') {
        while let Some(name) = cursor.identifier() {
            names.push(name);
            cursor.skip_item();
            if !cursor.take(',') {
                break;
            }
        }
        cursor.take(')');
    }
    names
}

/// The parts of a key in parentheses, and whether one of them is `AUTOINCREMENT`.
pub(super) fn parts(cursor: &mut Cursor<'_>) -> (Vec<Part>, bool) {
    let mut parts = Vec::new();
    let mut autoincrement = false;
    if cursor.take('(') {
        while !cursor.at_end() && !cursor.is_punct(')') {
            let range = cursor.skip_item();
            let (part, auto) = part(cursor.slice(range));
            parts.push(part);
            autoincrement |= auto;
            if !cursor.take(',') {
                break;
            }
        }
        cursor.take(')');
    }
    (parts, autoincrement)
}

/// One part: an expression, then perhaps `COLLATE`, an order and `AUTOINCREMENT`.
fn part(text: &str) -> (Part, bool) {
    let mut cursor = Cursor::new(text, Dialect::Sqlite);
    let mut end = 0;
    let mut part = Part::column("");
    let mut autoincrement = false;
    part.column = cursor.identifier().filter(|_| {
        cursor.at_end() || cursor.is_one_of(&["COLLATE", "ASC", "DESC", "AUTOINCREMENT"])
    });
    if part.column.is_none() {
        cursor.back_to(0);
    } else {
        end = cursor.taken_to();
    }
    while !cursor.at_end() {
        if cursor.take_keyword("COLLATE") {
            part.collation = cursor.identifier();
        } else if cursor.take_keyword("DESC") {
            part.descending = true;
        } else if cursor.take_keyword("ASC") {
        } else if cursor.take_keyword("AUTOINCREMENT") {
            autoincrement = true;
        } else {
            // What came before belongs to the expression after all.
            part.collation = None;
            if cursor.skip_group().is_none() {
                cursor.skip();
            }
            end = cursor.taken_to();
        }
    }
    part.text = text[..end].trim().to_owned();
    (part, autoincrement)
}

impl Part {
    pub(super) fn column(name: &str) -> Self {
        Self {
            text: name.to_owned(),
            column: Some(name.to_owned()),
            collation: None,
            descending: false,
        }
    }
}
