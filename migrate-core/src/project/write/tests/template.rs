//! Texts by templates of the project.

use std::fs;

use super::{Bench, new, now, texts};
use crate::project::write::{NewRevision, NewSection, new_revision};
use crate::text::DialectSet;
use crate::text::revision::Direction;

#[test]
fn texts_follow_a_template_for_each_kind_of_revision() {
    let bench = Bench::new(
        "[migrations]\ndialects = [\"sqlite\", \"postgres\"]\n\
         revision_template = { plain = \"plain.sql\", merge = \"merge.sql\", autogenerate = \"auto.sql\" }\n",
    );
    for (name, text) in [
        (
            "plain.sql",
            "-- {message}\n--\n-- Reviewed by: \n--\n{header}\n\n-- migrate:up\n-- {{json}}\n\n-- migrate:down\n",
        ),
        (
            "merge.sql",
            "-- {message}\n--\n-- revision: {revision}\n-- down_revision: {down_revision}\n-- branch_labels: {branch_labels}\n\
             -- depends_on: {depends_on}\n-- created: {created}\n",
        ),
        (
            "auto.sql",
            "-- {message}\n--\n-- Ticket {x.ticket}\n--\n{header}\n\n-- generated\n\n{sections}\n",
        ),
    ] {
        fs::write(bench.dir.path().join(name), text).expect("a template");
    }
    let mut texts = Vec::new();
    let mut write = |order: NewRevision| {
        let written = new_revision(&bench.load(), &order, now()).expect("written");
        texts.push(written.text);
    };
    write(new("plain", "a", &[]));
    write(NewRevision {
        sections: vec![NewSection {
            direction: Direction::Up,
            dialects: DialectSet::EMPTY,
            text: "CREATE TABLE t (a INTEGER);\n".to_owned(),
            transactional: true,
        }],
        depends_on: vec!["a".to_owned()],
        arguments: [("ticket".to_owned(), "SHOP-12".to_owned())].into(),
        ..new("generated", "b", &[])
    });
    write(new("a merge", "c", &["a", "b"]));
    insta::assert_snapshot!(texts.join("=====\n"));
    assert!(!bench.load().has_errors());
}

#[test]
fn what_a_template_cannot_be() {
    let cases = [
        ("unknown token", "-- {mesage}\n--\n{header}\n"),
        (
            "a brace alone",
            "-- {message}\n--\n{header}\n\n-- migrate:up\nSELECT '{';\n",
        ),
        ("no header", "-- {message}\n\n-- migrate:up\n"),
        (
            "other keys",
            "-- {message}\n--\n-- revision: {revision}\n-- down_revision: none\n",
        ),
        ("no message", "{header}\n\n{sections}\n"),
        (
            "an argument that is not given",
            "-- {message}\n--\n-- {x.ticket}\n--\n{header}\n",
        ),
    ];
    let bench = Bench::new("[migrations]\nrevision_template = \"t.sql\"\n");
    bench.file("a", "none");
    bench.lock().expect("locked");
    let order = new("add x", "b", &["a"]);
    let before = (bench.files(), bench.lock_text());
    let refused = new_revision(&bench.load(), &order, now()).expect_err("no file");
    let mut said = vec![format!("# no file\n{}", texts(&refused))];
    for (name, text) in cases {
        fs::write(bench.dir.path().join("t.sql"), text).expect("a template");
        let refused = new_revision(&bench.load(), &order, now()).expect_err(name);
        said.push(format!("# {name}\n{}", texts(&refused)));
    }
    insta::assert_snapshot!(said.join("\n\n"));
    assert_eq!(
        before,
        (bench.files(), bench.lock_text()),
        "nothing was written"
    );
}
