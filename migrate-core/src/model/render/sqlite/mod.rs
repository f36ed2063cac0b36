//! SQL for SQLite.

use super::{Options, RenderError, Statement};
use crate::model::diff::Changes;

/// The statements that run these changes.
pub(super) fn render(
    changes: &Changes<'_>,
    _options: &Options,
) -> Result<Vec<Statement>, RenderError> {
    match changes.operations.first() {
        None => Ok(Vec::new()),
        Some(operation) => Err(RenderError::new(
            operation.item().id(),
            "this cannot be written as SQLite SQL yet",
            "write the revision by hand",
        )),
    }
}
