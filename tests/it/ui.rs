//! Compile-fail tests: each mistake in `tests/fixtures` as the compiler reports it.
//!
//! `tests/ui/NAME.rs` embeds the fixture of the same name; `NAME.stderr` is what rustc says. After a deliberate change of
//! a text: `TRYBUILD=overwrite cargo test --test it ui`. What is accepted stands in `accepted`: a single case that is to
//! run would have trybuild generate code for all dependencies.

#[test]
fn mistakes_are_compile_errors() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
