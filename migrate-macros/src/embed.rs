//! `embed_migrations!`.
