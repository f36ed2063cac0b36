//! Text for a terminal: styles, escaping, aligned columns.

use std::fmt::{self, Write as _};
use std::time::Duration;

use anstyle::{AnsiColor, Style};

use super::Volume;

/// Revision ids.
pub(crate) const ID: Style = AnsiColor::Yellow.on_default();
/// `(head)` and what else is good.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What asks for attention.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// What went wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Branch labels.
pub(crate) const LABEL: Style = AnsiColor::Cyan.on_default();
/// What one needs only sometimes.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Titles.
pub(crate) const BOLD: Style = Style::new().bold();
/// Plain text.
pub(crate) const PLAIN: Style = Style::new();

/// A text under construction. Escape sequences are taken out again when the stream is no terminal.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    volume: Volume,
}

impl Page {
    /// An empty page.
    pub(crate) fn new(volume: Volume) -> Self {
        Self {
            text: String::new(),
            volume,
        }
    }

    /// How much is to be said.
    pub(crate) fn volume(&self) -> Volume {
        self.volume
    }

    /// Adds a piece of a line.
    pub(crate) fn add(&mut self, piece: impl Into<Piece>) -> &mut Self {
        piece.into().write(&mut self.text);
        self
    }

    /// Adds text of ours as it stands.
    pub(crate) fn raw(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Ends the line.
    pub(crate) fn end(&mut self) -> &mut Self {
        let end = self.text.trim_end_matches(' ').len();
        self.text.truncate(end);
        self.text.push('\n');
        self
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, piece: impl Into<Piece>) -> &mut Self {
        self.add(piece).end()
    }

    /// Adds rows as aligned columns, each row after `indent`.
    pub(crate) fn table(&mut self, indent: &str, rows: &[Vec<Piece>]) -> &mut Self {
        let mut widths: Vec<usize> = Vec::new();
        for row in rows {
            for (column, cell) in row.iter().enumerate() {
                if column == widths.len() {
                    widths.push(0);
                }
                // The last cell of a row needs no room to its right.
                if column + 1 < row.len() {
                    widths[column] = widths[column].max(cell.width());
                }
            }
        }
        for row in rows {
            self.text.push_str(indent);
            let mut gap = 0;
            for (cell, width) in row.iter().zip(&widths) {
                if *width == 0 && cell.width() == 0 {
                    continue;
                }
                let _ = write!(self.text, "{:gap$}", "");
                cell.write(&mut self.text);
                gap = width.saturating_sub(cell.width()) + 2;
            }
            self.end();
        }
        self
    }

    /// The text.
    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

/// A piece of a line: styled parts whose control characters are made visible.
#[derive(Debug, Clone, Default)]
pub(crate) struct Piece {
    parts: Vec<(Style, String)>,
}

impl Piece {
    /// With one more part.
    #[must_use]
    pub(crate) fn and(mut self, style: Style, text: impl fmt::Display) -> Self {
        self.parts.push((style, printable(&text.to_string())));
        self
    }

    /// With all parts of `other`.
    #[must_use]
    pub(crate) fn then(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.width() == 0
    }

    /// In characters.
    pub(crate) fn width(&self) -> usize {
        self.parts
            .iter()
            .map(|(_, text)| text.chars().count())
            .sum()
    }

    fn write(&self, text: &mut String) {
        for (style, part) in &self.parts {
            if part.is_empty() {
                continue;
            }
            let _ = write!(text, "{style}{part}{style:#}");
        }
    }
}

/// A piece in one style.
pub(crate) fn piece(style: Style, text: impl fmt::Display) -> Piece {
    Piece::default().and(style, text)
}

impl From<&str> for Piece {
    fn from(text: &str) -> Self {
        piece(PLAIN, text)
    }
}

impl From<String> for Piece {
    fn from(text: String) -> Self {
        piece(PLAIN, text)
    }
}

/// Control characters escaped: no file and no database can steer the terminal.
pub(crate) fn printable(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return text.to_owned();
    }
    text.chars()
        .flat_map(|c| {
            if c.is_control() {
                c.escape_default().collect()
            } else {
                vec![c]
            }
        })
        .collect()
}

/// `1 revision`, `2 revisions`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// `1,980`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `512 bytes`, `8.2 kB`, `1.5 GB`.
pub(crate) fn bytes(number: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if number < 1000 {
        return count(usize::try_from(number).unwrap_or_default(), "byte");
    }
    let mut size = number as f64 / 1000.0;
    let mut units = UNITS.into_iter().peekable();
    while let Some(unit) = units.next() {
        if size < 1000.0 || units.peek().is_none() {
            return format!("{size:.1} {unit}");
        }
        size /= 1000.0;
    }
    String::new()
}

/// `850 us`, `12 ms`, `3.4 s`, `2 min 5 s`.
pub(crate) fn duration(time: Duration) -> String {
    match time.as_secs() {
        0 if time.as_micros() < 1000 => format!("{} us", time.as_micros()),
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: Page) -> String {
        anstream::adapter::strip_str(&page.into_text()).to_string()
    }

    #[test]
    fn sizes_read_well() {
        for (number, expected) in [
            (1, "1 byte"),
            (512, "512 bytes"),
            (8_192, "8.2 kB"),
            (1_500_000_000, "1.5 GB"),
            (9_000_000_000_000_000, "9000.0 TB"),
        ] {
            assert_eq!(bytes(number), expected);
        }
    }

    #[test]
    fn columns_are_aligned_and_lines_have_no_blanks_at_their_end() {
        let mut page = Page::new(Volume::Normal);
        page.table(
            "  ",
            &[
                vec![piece(ID, "a"), piece(GOOD, "(head)"), "create users".into()],
                vec![piece(ID, "abcd"), Piece::default(), "add email".into()],
                vec![piece(ID, "ab"), Piece::default(), "".into()],
            ],
        );
        assert_eq!(
            shown(page),
            "  a     (head)  create users\n  abcd          add email\n  ab\n"
        );
    }

    #[test]
    fn a_column_that_is_empty_everywhere_takes_no_room() {
        let mut page = Page::new(Volume::Normal);
        page.table(
            "",
            &[
                vec!["a".into(), Piece::default(), "b".into()],
                vec!["c".into(), "".into(), "d".into()],
            ],
        );
        assert_eq!(shown(page), "a  b\nc  d\n");
    }

    #[test]
    fn control_characters_are_made_visible() {
        assert_eq!(printable("a\x1b[31m\tb"), "a\\u{1b}[31m\\tb");
    }
}
