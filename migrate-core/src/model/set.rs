//! The embedded set: `Migrations`.
