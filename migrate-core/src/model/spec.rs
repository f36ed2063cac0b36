//! Specs: the words by which commands name revisions.
/// A parsed spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {}
/// A spec that cannot be resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecError {}
