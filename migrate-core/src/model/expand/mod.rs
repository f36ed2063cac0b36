//! A column that gets another name or another type while the older release goes on: expand, backfill, switch, contract.
//!
//! The new column comes beside the old one, and triggers write to both what is written to either: a *bridge*. The steps
//! are schemas, so that [`diff`](super::diff) and [`render`](super::render) write the SQL of all of them:
//!
//! | step | schema |
//! |---|---|
//! | expand | as it was, with the new column, which takes NULL, and the triggers |
//! | backfill | the same; rows from before are filled |
//! | switch | as it is wanted, with the old column, which nobody has to fill any more, and the triggers |
//! | contract | as it is wanted |
//!
//! What is kept between switch and contract is read off the schema: the triggers go by names that only bridges have
//! ([`keep`]). No file says it, so none can be wrong about it.
//!
//! | file | what |
//! |---|---|
//! | `bridge` | which columns need a bridge, and which cannot have one |
//! | `double_write` | the triggers |
//! | `backfill` | the statement that fills the rows from before |
//! | `steps` | the schemas |
//! | `kept` | what is kept for the older release |

mod backfill;
mod bridge;
mod double_write;
mod kept;
mod steps;

pub use backfill::backfill;
pub use bridge::{Bridge, bridges};
pub use kept::{Kept, keep, refill};
pub use steps::{Swap, expanded, held, swap, swap_back};
