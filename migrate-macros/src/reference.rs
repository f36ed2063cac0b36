//! `revision!`.
