//! Models: what a struct says comes to be in the database, on every one of them.

mod learning_platform;
