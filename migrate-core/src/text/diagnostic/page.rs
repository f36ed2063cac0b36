//! A finding as it is printed: for a terminal or for a file, never with a character of a file that steers the terminal.

use std::fmt;

use super::{Diagnostic, Frame, Level};

impl Diagnostic {
    /// Prints the finding, each part dressed by `paint`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut impl fmt::Write, paint: &Paint) -> fmt::Result {
        let (style, word) = match self.level {
            Level::Error => (paint.error, "error"),
            Level::Warning => (paint.warning, "warning"),
        };
        let reset = paint.reset;
        let bold = paint.bold;
        write!(
            out,
            "{style}{word}{reset}{bold}: {}{reset}",
            printable(&self.message)
        )?;
        let margin = self
            .frame
            .as_ref()
            .map_or(1, |frame| frame.line.max(1).to_string().len());
        let gutter = paint.gutter;
        if let Some(frame) = &self.frame {
            write!(out, "\n{:margin$}{gutter}-->{reset} {}", "", frame.file)?;
            if frame.line > 0 {
                write!(out, ":{}:{}", frame.line, frame.column)?;
                write_line(out, frame, margin, (style, gutter, reset))?;
            }
            if !frame.label.is_empty() && frame.line == 0 {
                write!(out, ": {}", frame.label)?;
            }
        }
        if !self.notes.is_empty() || !self.help.is_empty() {
            if self.frame.as_ref().is_some_and(|frame| frame.line > 0) {
                write!(out, "\n{:margin$} {gutter}|{reset}", "")?;
            }
            let lines = self.notes.iter().map(|text| ("note", text));
            for (word, text) in lines.chain(self.help.iter().map(|text| ("help", text))) {
                write!(
                    out,
                    "\n{:margin$} {gutter}={reset} {bold}{word}{reset}: ",
                    ""
                )?;
                for (index, line) in text.lines().enumerate() {
                    if index > 0 {
                        write!(out, "\n{:width$}", "", width = margin + 9)?;
                    }
                    out.write_str(line)?;
                }
            }
        }
        Ok(())
    }
}

fn write_line(
    out: &mut impl fmt::Write,
    frame: &Frame,
    margin: usize,
    (style, gutter, reset): (&str, &str, &str),
) -> fmt::Result {
    const SHOWN: usize = 160;
    let column = frame.column.max(1);
    let skipped = if column > SHOWN {
        column - SHOWN / 2
    } else {
        0
    };
    let shown = printable(
        &frame
            .text
            .chars()
            .skip(skipped)
            .take(SHOWN)
            .collect::<String>(),
    );
    let width = frame.width.clamp(1, SHOWN);
    write!(out, "\n{:margin$} {gutter}|{reset}", "")?;
    write!(
        out,
        "\n{gutter}{:>margin$} |{reset} {}",
        frame.line,
        shown.trim_end()
    )?;
    write!(
        out,
        "\n{:margin$} {gutter}|{reset} {:indent$}{style}{:^<width$}",
        "",
        "",
        "",
        indent = column - 1 - skipped
    )?;
    if !frame.label.is_empty() {
        write!(out, " {}", printable(&frame.label))?;
    }
    out.write_str(reset)
}

/// Control characters replaced by what they are called, tabs by a space, so that no file can steer a terminal.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| match c {
            '\t' => vec![' '],
            '\n' => vec!['\n'],
            c if c.is_control() => c.escape_default().collect(),
            c => vec![c],
        })
        .collect()
}

/// The escape sequences around the parts of a printed diagnostic; all empty for plain text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paint {
    /// Before the word `error` and its underline.
    pub error: &'static str,
    /// Before the word `warning` and its underline.
    pub warning: &'static str,
    /// Before the message.
    pub bold: &'static str,
    /// Before line numbers and bars.
    pub gutter: &'static str,
    /// After each of them.
    pub reset: &'static str,
}

impl Paint {
    /// The colours of rustc on an ANSI terminal.
    pub const ANSI: Self = Self {
        error: "\x1b[1;31m",
        warning: "\x1b[1;33m",
        bold: "\x1b[1m",
        gutter: "\x1b[1;34m",
        reset: "\x1b[0m",
    };
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &Paint::default())
    }
}
