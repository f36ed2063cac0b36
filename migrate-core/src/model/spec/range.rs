//! Ranges of revisions: `A:B`, `A:`, `:B`.

use std::fmt;
use std::str::FromStr;

use super::{Spec, SpecError, Symbol, resolve};
use crate::model::graph::{Graph, Index};
use crate::model::plan::Applied;
use crate::text::diagnostic::Class;

/// Two ends, each of which may be open.
///
/// ```
/// use migrate_core::model::SpecRange;
///
/// let range: SpecRange = "5cd0:head".parse()?;
/// assert!(range.from.is_some() && range.to.is_some());
/// # Ok::<_, migrate_core::model::SpecError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecRange {
    /// The older end; open: base.
    pub from: Option<Spec>,
    /// The newer end; open: all heads.
    pub to: Option<Spec>,
}

impl FromStr for SpecRange {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((from, to)) = text.split_once(':') else {
            return Err(SpecError::invalid(
                text,
                "a range is written FROM:TO, FROM: or :TO",
            ));
        };
        let end = |text: &str| {
            if text.is_empty() {
                Ok(None)
            } else {
                text.parse().map(Some)
            }
        };
        Ok(Self {
            from: end(from)?,
            to: end(to)?,
        })
    }
}

impl fmt::Display for SpecRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |spec: &Option<Spec>| spec.as_ref().map_or_else(String::new, Spec::to_string);
        write!(f, "{}:{}", end(&self.from), end(&self.to))
    }
}

impl SpecRange {
    /// Whether the answer depends on where a database is.
    pub fn is_relative_to_database(&self) -> bool {
        // `-2` counts from the heads here, so only `current` asks the database.
        [&self.from, &self.to]
            .into_iter()
            .flatten()
            .any(|spec| spec.symbol == Symbol::Current)
    }

    /// The revisions of the range, newest first, both ends included: what lies below the newer end and, with an older
    /// end other than base, above that by down_revision.
    ///
    /// # Errors
    /// Those of [`resolve`], and `not_an_ancestor` when the older end does not lie below the newer one.
    pub fn resolve(
        &self,
        graph: &Graph,
        applied: Option<&Applied>,
    ) -> Result<Vec<Index>, SpecError> {
        let end = |spec: &Option<Spec>| {
            spec.as_ref()
                .map(|spec| resolve(graph, spec, applied))
                .transpose()
        };
        let (from, to) = (end(&self.from)?.unwrap_or_default(), end(&self.to)?);
        let mut range = match &to {
            None => graph.line_below(graph.heads()),
            Some(to) => graph.line_below(to.iter().copied()),
        };
        if !from.is_empty() {
            let above = graph.line_above(from.iter().copied());
            if let Some(to) = &to
                && !to.iter().any(|index| above.contains(*index))
            {
                return Err(SpecError::new(
                    Class::NotAnAncestor,
                    format!("the range `{self}` is empty: its first revision is not an ancestor of its last"),
                )
                .candidates(graph, from.into_iter().chain(to.iter().copied()))
                .help("write the older revision first; `migrate-cli history --graph` shows what lies below what"));
            }
            for index in graph.order().filter(|index| !above.contains(*index)) {
                range.remove(index);
            }
        }
        Ok(range.iter().rev().collect())
    }
}
