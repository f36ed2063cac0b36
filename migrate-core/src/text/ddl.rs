//! What a statement changes: data definition read into typed changes, everything else is `Other`.
