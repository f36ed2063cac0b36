//! Proofs on throw-away databases: what `verify` and `check` say.
//!
//! | file | what |
//! |---|---|
//! | `scratch` | databases that are made for a proof and dropped after it |
//! | `load` | a file of SQL into such a database |
//! | `rows` | how many rows the tables have |
//! | `report` | what a proof says |
//! | `verify` | up, down and up again, step by step, and the other proofs |
//! | `existing` | an existing schema, a dump, data |
//! | `drift` | a live database beside what its revisions make |
//! | `side` | what a live database, revisions or files hold, to be compared |
//! | `generate` | the revision that makes a desired schema, with its proof |
//! | `trial` | the same, tried at once |
//! | `expand` | the same in the steps of expand and contract |
//! | `sections` | the SQL of a change, and its renames |
//! | `survive` | rows before and after a change |
//! | `converted` | values in columns whose type changes |
//! | `locate` | which revision a database equals |

mod converted;
mod drift;
mod existing;
mod expand;
mod generate;
mod load;
mod locate;
mod report;
mod rows;
mod scratch;
mod sections;
mod side;
mod survive;
mod trial;
mod verify;

pub use drift::{Drift, drift};
pub use generate::{Desired, Generated, Part, Sections, Way};
pub use load::SqlFile;
pub use locate::{Located, Nearest, Place};
pub use report::{Finding, Proof, RowsLost, Verdict, Verification};
pub use scratch::Scratch;
pub use sections::Patch;
pub use side::{Both, Side, Workshop};
pub use verify::{Existing, TestData, Verify, verify};
