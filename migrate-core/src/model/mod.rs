//! Values in, values out: the graph of revisions, specs, plans, the embedded set, the schema of a database, the one that
//! models want, and the SQL that makes one schema out of another.
//!
//! Nothing here reads a file or a database.

pub mod autogenerate;
pub mod desired;
pub mod diff;
pub mod expand;
pub mod graph;
pub mod plan;
pub mod render;
pub mod schema;
pub mod set;
pub mod spec;
mod tool;

pub use graph::{Graph, Index, IndexSet};
pub use plan::{Action, Applied, Gap, Heads, Operation, Plan, Purge, Step, Target, plan};
pub use set::Migrations;
pub use spec::{Spec, SpecError, SpecRange, resolve};
pub use tool::{Tool, UnknownTool, VersionOrder};
