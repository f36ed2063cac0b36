//! What generating a revision needs beside [`diff`](super::diff) and [`render`](super::render): pure values.
//!
//! | file | what |
//! |---|---|
//! | `likely` | what looks like a rename and is none so far |
//! | `section` | statements as the text of a section |
//! | `dump` | a schema as a script |
//! | `samples` | rows that fit into the tables of a schema |

mod dump;
mod likely;
mod samples;
mod section;

pub use dump::dump;
pub use likely::{LikelyRename, likely_renames};
pub use samples::{Sample, samples};
pub use section::Section;
