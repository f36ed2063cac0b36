//! What the macros accept: the counterparts of the mistakes in `tests/ui`, compiled and run here, because trybuild only has
//! to check its cases while none of them is meant to run.

mod models;
mod rust_step;
mod sound;
mod two_heads_allowed;
