//! What is wrong with a file, where, and what mends it.
//!
//! The macro, the command line and the tests print the same [`Diagnostic`]s; the only difference is colour.

mod class;
mod nearest;
mod page;

pub use class::Class;
pub use nearest::nearest;
pub use page::Paint;

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
}
