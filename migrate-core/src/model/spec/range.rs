//! Ranges of revisions: `A:B`, `A:`, `:B`.

use std::fmt;
use std::str::FromStr;

use super::{Offset, Spec, SpecError, Symbol, branch, resolve, walk_down, walk_up};
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
        // `-2` counts from the other end, so only `current` asks the database.
        [&self.from, &self.to]
            .into_iter()
            .flatten()
            .any(|spec| spec.symbol == Symbol::Current)
    }

    /// The revisions of the range, newest first, both ends included: what lies below the newer end and, with an older
    /// end other than base, above that by down_revision. `-N` as the older end counts down from the newer one, `+N` as
    /// the newer end counts up from the older one.
    ///
    /// # Errors
    /// Those of [`resolve`], and `not_an_ancestor` when the older end does not lie below the newer one.
    pub fn resolve(
        &self,
        graph: &Graph,
        applied: Option<&Applied>,
    ) -> Result<Vec<Index>, SpecError> {
        let (from, to) = self.ends(graph, applied)?;
        if from.is_empty() {
            return Ok(graph.ancestors(to).iter().rev().collect());
        }
        let above = graph.line_above(from.iter().copied());
        if !to.iter().any(|index| above.contains(*index)) {
            return Err(SpecError::new(
                Class::NotAnAncestor,
                format!("the range `{self}` is empty: its first revision is not an ancestor of its last"),
            )
            .candidates(graph, from.into_iter().chain(to))
            .help("write the older revision first; `migrate-cli history --graph` shows what lies below what"));
        }
        let below = graph.line_below(to);
        Ok(below
            .iter()
            .rev()
            .filter(|index| above.contains(*index))
            .collect())
    }

    /// The older end, empty for base, and the newer end.
    fn ends(
        &self,
        graph: &Graph,
        applied: Option<&Applied>,
    ) -> Result<(Vec<Index>, Vec<Index>), SpecError> {
        let counted = |spec: &Option<Spec>| {
            spec.as_ref()
                .filter(|spec| spec.symbol == Symbol::Here)
                .map(|spec| spec.offset)
        };
        if let (Some(spec), Some(Offset::Up(steps))) = (&self.to, counted(&self.to)) {
            let Some(from) = &self.from else {
                let from_base = Spec {
                    symbol: Symbol::Base,
                    ..spec.clone()
                };
                return Ok((Vec::new(), resolve(graph, &from_base, applied)?));
            };
            let from = resolve(graph, from, applied)?;
            let branch = branch(graph, spec)?;
            let to = from
                .iter()
                .map(|index| walk_up(graph, spec, *index, steps, branch.as_ref()));
            let to = to.collect::<Result<_, _>>()?;
            return Ok((from, to));
        }
        let to = match (&self.to, &self.from) {
            (Some(spec), _) => resolve(graph, spec, applied)?,
            (None, Some(from)) => match branch(graph, from)? {
                Some(branch) => {
                    let heads = graph.heads().into_iter();
                    heads
                        .filter(|head| branch.lineage.contains(*head))
                        .collect()
                }
                None => graph.heads(),
            },
            (None, None) => graph.heads(),
        };
        let from = match (&self.from, counted(&self.from)) {
            (None, _) => Vec::new(),
            (Some(spec), Some(Offset::Down(steps))) => {
                let branch = branch(graph, spec)?;
                let from = to
                    .iter()
                    .map(|index| walk_down(graph, spec, *index, steps, branch.as_ref()));
                from.collect::<Result<_, _>>()?
            }
            (Some(spec), _) => resolve(graph, spec, applied)?,
        };
        Ok((from, to))
    }
}
