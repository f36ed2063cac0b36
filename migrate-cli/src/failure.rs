//! What a command answers when it fails.

use migrate_core::model::SpecError;
use migrate_core::model::set::UnpackError;
use migrate_core::project::LoadError;
use migrate_core::text::Diagnostic;
use migrate_core::text::diagnostic::{Class, Level};
use serde::Serialize;

use crate::exit::Exit;
use crate::output::Human;

/// A failed command: what is wrong, the exit code, and what was done until then.
pub(crate) struct Failure {
    /// How the process ends.
    pub(crate) exit: Exit,
    /// What is wrong; the first one gives the class.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What a run did before it failed.
    pub(crate) report: Option<Box<dyn Partial>>,
}

/// What a failed run did before it failed, in both forms.
pub(crate) trait Partial: Human {
    /// As JSON.
    fn value(&self) -> serde_json::Result<serde_json::Value>;
}

impl<T: Human + Serialize> Partial for T {
    fn value(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(self)
    }
}

impl Failure {
    /// Something that must not happen: a defect of ours, said plainly.
    pub(crate) fn internal(message: String) -> Self {
        Diagnostic::error(Class::Config, message).into()
    }

    /// Whether somebody has ended the command.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.class == Class::Interrupted)
    }

    /// The JSON document.
    pub(crate) fn json(&self) -> String {
        let errors: Vec<Finding<'_>> = self.diagnostics.iter().map(Finding::from).collect();
        let document = Document {
            error: errors.first(),
            errors: if errors.len() > 1 { &errors } else { &[] },
            report: self.report.as_ref().and_then(|report| report.value().ok()),
        };
        serde_json::to_string_pretty(&document)
            .unwrap_or_else(|_| r#"{"error":{"class":"config"}}"#.to_owned())
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            exit: Exit::of(diagnostic.class),
            diagnostics: vec![diagnostic],
            report: None,
        }
    }
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(mut diagnostics: Vec<Diagnostic>) -> Self {
        Diagnostic::sort(&mut diagnostics);
        let exit = diagnostics
            .first()
            .map_or(Exit::Failed, |first| Exit::of(first.class));
        Self {
            exit,
            diagnostics,
            report: None,
        }
    }
}

impl From<SpecError> for Failure {
    fn from(error: SpecError) -> Self {
        error.diagnostic().into()
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        error.0.into()
    }
}

impl From<UnpackError> for Failure {
    fn from(error: UnpackError) -> Self {
        Diagnostic::error(error.class(), error.to_string()).into()
    }
}

#[derive(Serialize)]
struct Document<'a> {
    error: Option<&'a Finding<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Finding<'a>],
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<serde_json::Value>,
}

/// A diagnostic as JSON.
#[derive(Serialize)]
pub(crate) struct Finding<'a> {
    class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    help: &'a [String],
}

impl<'a> From<&'a Diagnostic> for Finding<'a> {
    fn from(diagnostic: &'a Diagnostic) -> Self {
        let frame = diagnostic.frame.as_ref();
        let place = frame.filter(|frame| frame.line > 0);
        Self {
            class: diagnostic.class.name(),
            level: (diagnostic.level == Level::Warning).then_some("warning"),
            message: &diagnostic.message,
            file: frame.map(|frame| frame.file.as_str()),
            line: place.map(|frame| frame.line),
            column: place.map(|frame| frame.column),
            notes: &diagnostic.notes,
            help: &diagnostic.help,
        }
    }
}
