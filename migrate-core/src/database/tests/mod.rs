//! Runs on SQLite, told as tables of what was done and what is recorded.

mod vocabulary;

mod contention;
mod downgrades;
mod failures;
mod invariants;
mod limits;
mod runs;
mod shared_messages;
mod startups;
mod texts;
