//! Plans: what a run will do, computed before anything runs.
