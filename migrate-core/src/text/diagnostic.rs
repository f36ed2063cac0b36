//! What is wrong with a file, where, and what mends it.
//!
//! The macro, the command line and the tests print the same [`Diagnostic`]s; the only difference is colour.

use std::fmt;

/// The class of an error: the stable word that `--format json` prints for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[allow(
    missing_docs,
    reason = "the names are the documentation; each is explained in the guide"
)]
pub enum Class {
    UnknownRevision,
    AmbiguousRevision,
    AmbiguousWalk,
    MultipleHeads,
    NotInBranch,
    NotAnAncestor,
    NotApplied,
    OutOfRange,
    InvalidSpec,
    Cycle,
    DuplicateRevision,
    MissingParent,
    EditedRevision,
    Draft,
    LockFile,
    HistoryDiffers,
    Gap,
    Ahead,
    Diverged,
    /// Revisions are pending where none may be.
    Pending,
    /// A backup could not be made.
    BackupFailed,
    SqlFailed,
    InDoubt,
    Interrupted,
    RunLockTimeout,
    DdlLockTimeout,
    RunTimeout,
    Unreachable,
    Permission,
    /// A revision file that cannot be read: header, markers, SQL text.
    InvalidRevision,
    Config,
    /// The command line could not be understood.
    Usage,
}

impl Class {
    /// The word in JSON documents, such as `ambiguous_revision`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownRevision => "unknown_revision",
            Self::AmbiguousRevision => "ambiguous_revision",
            Self::AmbiguousWalk => "ambiguous_walk",
            Self::MultipleHeads => "multiple_heads",
            Self::NotInBranch => "not_in_branch",
            Self::NotAnAncestor => "not_an_ancestor",
            Self::NotApplied => "not_applied",
            Self::OutOfRange => "out_of_range",
            Self::InvalidSpec => "invalid_spec",
            Self::Cycle => "cycle",
            Self::DuplicateRevision => "duplicate_revision",
            Self::MissingParent => "missing_parent",
            Self::EditedRevision => "edited_revision",
            Self::Draft => "draft",
            Self::LockFile => "lock_file",
            Self::HistoryDiffers => "history_differs",
            Self::Gap => "gap",
            Self::Ahead => "ahead",
            Self::Diverged => "diverged",
            Self::Pending => "pending",
            Self::BackupFailed => "backup_failed",
            Self::SqlFailed => "sql_failed",
            Self::InDoubt => "in_doubt",
            Self::Interrupted => "interrupted",
            Self::RunLockTimeout => "run_lock_timeout",
            Self::DdlLockTimeout => "ddl_lock_timeout",
            Self::RunTimeout => "run_timeout",
            Self::Unreachable => "unreachable",
            Self::Permission => "permission",
            Self::InvalidRevision => "invalid_revision",
            Self::Config => "config",
            Self::Usage => "usage",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing can run.
    Error,
    /// Worth a look.
    Warning,
}

/// A place in a file, with the line shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The path as the reader knows it, relative to the project.
    pub file: String,
    /// The line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The text of that line, without its line break.
    pub text: String,
    /// How many characters are underlined, at least 1.
    pub width: usize,
    /// What is said beside the underline; may be empty.
    pub label: String,
}

impl Frame {
    /// The whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 0,
            column: 0,
            text: String::new(),
            width: 1,
            label: String::new(),
        }
    }
}

/// One finding: what is wrong, where, and what mends it.
///
/// Its `Display` is the form that the compiler and the command line print, without colour and without a final line
/// break:
///
/// ```
/// use migrate_core::text::diagnostic::{Class, Diagnostic, Frame};
///
/// let finding = Diagnostic::error(Class::MissingParent, "unknown down_revision `zzzz`")
///     .at(Frame {
///         file: "migrations/b.sql".into(),
///         line: 2,
///         column: 19,
///         text: "-- down_revision: zzzz".into(),
///         width: 4,
///         label: "no revision has this id".into(),
///     })
///     .help("did you mean `zzz1`?");
/// assert_eq!(
///     finding.to_string(),
///     "\
/// error: unknown down_revision `zzzz`
///  --> migrations/b.sql:2:19
///   |
/// 2 | -- down_revision: zzzz
///   |                   ^^^^ no revision has this id
///   |
///   = help: did you mean `zzz1`?"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub level: Level,
    /// The stable class.
    pub class: Class,
    /// One sentence, lower case, without a full stop.
    pub message: String,
    /// Where.
    pub frame: Option<Frame>,
    /// Facts that help to understand.
    pub notes: Vec<String>,
    /// What mends it: commands, or text to write.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error.
    pub fn error(class: Class, message: impl Into<String>) -> Self {
        Self {
            level: Level::Error,
            class,
            message: message.into(),
            frame: None,
            notes: vec![],
            help: vec![],
        }
    }

    /// A warning.
    pub fn warning(class: Class, message: impl Into<String>) -> Self {
        Self {
            level: Level::Warning,
            ..Self::error(class, message)
        }
    }

    /// The same at this place.
    #[must_use]
    pub fn at(mut self, frame: Frame) -> Self {
        self.frame = Some(frame);
        self
    }

    /// The same with one more note.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// The same with one more way to mend it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Errors before warnings, then by file, line, column and message.
    pub fn sort(diagnostics: &mut [Self]) {
        diagnostics.sort_by(|a, b| {
            let place = |finding: &Self| {
                finding
                    .frame
                    .as_ref()
                    .map(|frame| (frame.file.clone(), frame.line, frame.column))
            };
            (a.level, place(a), &a.message).cmp(&(b.level, place(b), &b.message))
        });
    }

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

/// The candidate that `text` was probably meant to be, if one is near enough.
///
/// ```
/// use migrate_core::text::diagnostic::nearest;
///
/// assert_eq!(nearest("down_revison", ["revision", "down_revision"]), Some("down_revision"));
/// assert_eq!(nearest("xyz", ["revision"]), None);
/// ```
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = text.chars().count().div_ceil(3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            (
                distance(&text.to_lowercase(), &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
