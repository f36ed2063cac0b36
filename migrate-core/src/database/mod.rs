//! The runtime: bringing a database to where its revisions are.
//!
//! | file | what |
//! |---|---|
//! | `target` | [`Database`]: what can be migrated |
//! | `run`, `event`, `report`, `error` | what is asked for, what is told, what came of it |
//! | `state` | the three state tables as values and as SQL text |
//! | `backend` | the trait that every kind of server implements, and the implementations |
//! | `offline` | a run as a script, without a connection |
//! | `session` | what is set when a session opens |
//! | `backup` | a backup before the first change |
//! | `execute` | one section, run and recorded |
//! | `testing` | fresh databases for the tests of an application |
//! | `introspect` | what a live database holds |
//! | `prove` | proofs on throw-away databases |

// What only one of the drivers uses is unused in a build without it.
#![cfg_attr(
    not(all(feature = "sqlite", feature = "postgres", feature = "mysql")),
    allow(
        dead_code,
        unused_imports,
        unused_assignments,
        unused_macros,
        unused_variables,
        unreachable_code
    )
)]

mod adopt;
mod api;
mod backend;
mod backup;
mod connect;
mod edit;
mod engine;
mod error;
mod event;
mod execute;
mod introspect;
mod lock;
mod mask;
mod offline;
mod prove;
mod recorded;
mod recover;
mod repair;
mod report;
mod row;
mod run;
mod section;
mod session;
mod startup;
mod state;
mod step;
mod target;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(all(test, feature = "sqlite"))]
mod tests;
mod upgrade_on;
mod view;
mod who;

pub use adopt::{Adopt, Adopted};
pub use backup::Backup;
pub use error::{Error, Failure};
pub use event::Event;
pub use introspect::introspect;
pub use offline::{Offline, RustSteps, Script, ScriptStep};
pub use prove::{
    Both, Desired, Drift, Existing, Finding, Generated, Located, Nearest, Part, Patch, Place,
    Proof, RowsLost, Scratch, Sections, Side, SqlFile, TestData, Verdict, Verification, Verify,
    Way, Workshop, drift, verify,
};
pub use repair::Repair;
pub use report::{Change, Outcome, Report, RowCount, StepAction, StepReport};
pub use run::Run;
pub use state::{Compatible, Holder, Origin, State};
#[doc(hidden)]
pub use step::RustStep;
pub(crate) use step::Steps;
pub use step::{Step, StepError, StepFunction, StepFuture};
pub use target::Database;
pub use upgrade_on::Caller;
pub use view::{Current, LogEntry, RecordedRevision, Status};
