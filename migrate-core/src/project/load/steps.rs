//! The Rust steps that the sections of a project call.

use super::Loaded;
use crate::text::Dialect;
use crate::text::diagnostic::Frame;
use crate::text::source::Source;
use crate::text::sql::{StatementKind, split};

/// A call of a function of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RustCall {
    /// The name of the function.
    pub name: String,
    /// Where it is called.
    pub frame: Frame,
}

impl Loaded {
    /// Every `-- migrate:rust <name>`, in the order of the revisions. Sections without one are not split for this.
    pub fn rust_calls(&self) -> Vec<RustCall> {
        let mut calls: Vec<RustCall> = Vec::new();
        for revision in &self.revisions {
            let file = &revision.file;
            let source = Source::new(&file.path, &file.text);
            for section in &file.sections {
                let body = file.body(section);
                if !body.contains("migrate:rust") {
                    continue;
                }
                // A comment for one dialect can be a text for another: what is a call anywhere is one.
                let named = section.dialects;
                let all = self.mode.dialects;
                let dialects = if named.is_empty() { all } else { named };
                let fallback = dialects.is_empty().then_some(Dialect::Postgres);
                for dialect in dialects.iter().chain(fallback) {
                    for statement in split(body, dialect).statements {
                        let StatementKind::Rust(name) = statement.kind else {
                            continue;
                        };
                        let start = section.body.start;
                        let range = start + statement.text.start..start + statement.text.end;
                        let call = RustCall {
                            name,
                            frame: source.frame(range, ""),
                        };
                        if !calls.contains(&call) {
                            calls.push(call);
                        }
                    }
                }
            }
        }
        calls
    }
}
