//! A run that stopped on the way, with what it had done.

use std::fmt;

use super::Error;
use crate::database::report::Report;
use crate::text::diagnostic::Class;

/// A run that did not reach its end: why, and what it had done until then.
#[derive(Clone)]
pub struct Failure(Box<(Error, Report)>);

impl Failure {
    pub(crate) fn new(error: Error, report: Report) -> Self {
        Self(Box::new((error, report)))
    }

    /// Why.
    pub fn error(&self) -> &Error {
        &self.0.0
    }

    /// What the run had done until then.
    pub fn report(&self) -> &Report {
        &self.0.1
    }

    /// Both.
    pub fn into_parts(self) -> (Error, Report) {
        *self.0
    }

    /// The stable class of the error.
    pub fn class(&self) -> Class {
        self.error().class()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.error(), f)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.error(), f)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.into_parts().0
    }
}
