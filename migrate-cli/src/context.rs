//! What every command is given.

use migrate_core::text::Dialect;

use crate::output::Output;
use crate::settings::Settings;
use crate::source::Source;

/// What every command is given.
pub(crate) struct Context {
    /// What was said by options and variables.
    pub(crate) settings: Settings,
    /// Where things are printed.
    pub(crate) output: Output,
    /// Where the migrations come from.
    pub(crate) source: Source,
}

impl Context {
    /// The dialect that the scheme of the chosen database speaks; nothing is connected.
    pub(crate) fn database_dialect(&self) -> Option<Dialect> {
        None
    }
}
