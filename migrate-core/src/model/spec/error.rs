//! Why a spec cannot be resolved.

use std::fmt;

use crate::model::graph::{Graph, Index};
use crate::text::diagnostic::Class;
use crate::text::{Diagnostic, RevisionId};

/// A spec that cannot be parsed or resolved, or a walk that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecError {
    class: Class,
    message: String,
    candidates: Vec<String>,
    help: Vec<String>,
}

impl SpecError {
    pub(crate) fn new(class: Class, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            candidates: Vec::new(),
            help: Vec::new(),
        }
    }

    pub(super) fn invalid(spec: &str, reason: &str) -> Self {
        Self::new(Class::InvalidSpec, format!("`{spec}` is no spec: {reason}"))
            .help("a spec is an id, a label, head, heads or base, optionally with +N or -N, as in `5cd0`, `billing@head`, `-1`")
    }

    /// The same with the revisions one can choose from.
    #[must_use]
    pub(crate) fn candidates(
        mut self,
        graph: &Graph,
        among: impl IntoIterator<Item = Index>,
    ) -> Self {
        self.candidates
            .extend(among.into_iter().map(|index| graph.id(index).to_string()));
        self
    }

    #[must_use]
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// The stable class.
    pub const fn class(&self) -> Class {
        self.class
    }

    /// The revisions that one can choose from, where there is a choice.
    pub fn choices(&self) -> impl Iterator<Item = RevisionId> {
        self.candidates
            .iter()
            .filter_map(|id| RevisionId::new(id).ok())
    }

    /// The error as everything else is reported.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.class, &self.message);
        if !self.candidates.is_empty() {
            diagnostic = diagnostic.note(list(&self.candidates));
        }
        diagnostic.help.clone_from(&self.help);
        diagnostic
    }
}

/// At most ten, so that an error never fills the screen.
fn list(candidates: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut text = format!(
        "to choose from: {}",
        candidates[..candidates.len().min(SHOWN)].join(", ")
    );
    if candidates.len() > SHOWN {
        text.push_str(&format!(" and {} more", candidates.len() - SHOWN));
    }
    text
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.candidates.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", list(&self.candidates))
        }
    }
}

impl std::error::Error for SpecError {}
