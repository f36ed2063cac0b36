//! Processes that are killed, and what the next one makes of it.
