//! Models as a schema, and what is wrong with them.
