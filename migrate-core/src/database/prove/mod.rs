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

mod drift;
mod existing;
mod load;
mod report;
mod rows;
mod scratch;
mod verify;

pub use drift::{Drift, drift};
pub use load::SqlFile;
pub use report::{Finding, Proof, RowsLost, Verdict, Verification};
pub use scratch::Scratch;
pub use verify::{Existing, TestData, Verify, verify};
