//! New revisions: their text, their ids, their file names, and what they cannot be.

use std::fs;

use super::{Bench, new, now, texts};
use crate::project::write::{NewRevision, Splice, new_revision, slug};

#[test]
fn a_new_revision_is_a_file_and_a_draft_line() {
    let bench = Bench::sqlite();
    let written = new_revision(
        &bench.load(),
        &new("Add email to users", "5cd038a8f131", &[]),
        now(),
    )
    .expect("written");
    assert_eq!(
        written.shown,
        "migrations/20251024_1740_5cd038a8f131_add_email_to_users.sql"
    );
    insta::assert_snapshot!(written.text, @r"
    -- Add email to users
    --
    -- revision: 5cd038a8f131
    -- down_revision: none
    -- created: 2025-10-24T17:40:05Z

    -- migrate:up

    -- migrate:down
    ");
    insta::assert_snapshot!(bench.lock_text(), @r"
    # written by migrate-cli: commit it with the revisions, do not edit it
    format 1
    5cd038a8f131 draft down_revision:none file:20251024_1740_5cd038a8f131_add_email_to_users.sql
    ");
    assert_eq!(bench.files().len(), 2, "{:?}", bench.files());
}

#[test]
fn several_dialects_get_sections_of_their_own_and_a_merge_gets_none() {
    let bench = Bench::new("[migrations]\ndialects = [\"postgres\", \"mysql\", \"mariadb\"]\n");
    let first = new_revision(&bench.load(), &new("base", "a", &[]), now()).expect("written");
    assert_eq!(
        first
            .text
            .lines()
            .filter(|line| line.contains("migrate:"))
            .collect::<Vec<_>>(),
        [
            "-- migrate:up dialect:postgres",
            "-- migrate:up dialect:mysql",
            "-- migrate:down dialect:postgres",
            "-- migrate:down dialect:mysql"
        ]
    );
    new_revision(&bench.load(), &new("left", "b", &["a"]), now()).expect("written");
    let right = NewRevision {
        splice: Splice::Allow,
        ..new("right", "c", &["a"])
    };
    new_revision(&bench.load(), &right, now()).expect("written");
    let join = new_revision(&bench.load(), &new("join", "d", &["b", "c"]), now()).expect("written");
    assert!(
        join.text.contains("-- down_revision: b, c\n") && !join.text.contains("migrate:"),
        "{}",
        join.text
    );
    assert!(!bench.load().has_errors());
}

#[test]
fn what_a_new_revision_cannot_be() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.file("b", "a");
    bench.lock().expect("locked");
    let before = (bench.files(), bench.lock_text());
    let cases = [
        ("an empty message", new(" ", "x", &["b"])),
        ("a control character", new("two\nlines", "x", &["b"])),
        ("a message that is a key", new("revision: y", "x", &["b"])),
        (
            "a message that is a directive",
            new("migrate:up", "x", &["b"]),
        ),
        ("an id that is taken", new("x", "B", &["b"])),
        ("an id that is none", new("x", "add-x", &["b"])),
        ("a reserved id", new("x", "head", &["b"])),
        ("an unknown parent", new("x", "x", &["zz"])),
        ("a parent that is no head", new("x", "x", &["a"])),
        (
            "an unknown dependency",
            NewRevision {
                depends_on: vec!["zz".into()],
                ..new("x", "x", &["b"])
            },
        ),
        (
            "a label that is taken",
            NewRevision {
                branch_labels: vec!["a".into()],
                ..new("x", "x", &["b"])
            },
        ),
        (
            "an unknown directory",
            NewRevision {
                dir: Some("other".into()),
                ..new("x", "x", &["b"])
            },
        ),
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|(name, order)| {
            let refused = new_revision(&bench.load(), order, now()).expect_err(name);
            format!("# {name}\n{}", texts(&refused))
        })
        .collect();
    insta::assert_snapshot!(said.join("\n\n"));
    assert_eq!(
        before,
        (bench.files(), bench.lock_text()),
        "nothing was written"
    );
}

#[test]
fn nothing_is_left_behind_when_writing_fails() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.lock().expect("locked");
    // The lock file cannot be replaced by a rename when a directory has its name.
    let loaded = bench.load();
    fs::remove_file(bench.path("revisions.lock")).expect("removed");
    fs::create_dir(bench.path("revisions.lock")).expect("a directory");
    let refused = new_revision(&loaded, &new("x", "x", &["a"]), now())
        .expect_err("a directory is in the way");
    assert!(
        texts(&refused).contains("cannot write the file"),
        "{}",
        texts(&refused)
    );
    assert_eq!(bench.files(), ["a.sql", "revisions.lock"]);
}

#[test]
fn random_ids_are_twelve_hexadecimal_digits() {
    let bench = Bench::sqlite();
    let order = NewRevision {
        id: None,
        ..new("x", "", &[])
    };
    let written = new_revision(&bench.load(), &order, now()).expect("written");
    let text = written.id.as_str();
    assert!(
        text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{text}"
    );
}

#[test]
fn slugs() {
    let cases = [
        ("Add email", "add_email"),
        ("TICKET-123_add_audit_fields", "ticket-123_add_audit_fields"),
        ("  -- what?! ", "what"),
        ("Größe ändern", "größe_ändern"),
        (
            "a very long message that goes on and on and on",
            "a_very_long_message_that_goes_on_and_on",
        ),
        (
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau",
            "donaudampfschifffahrtselektrizitätenhaup",
        ),
        ("!!!", ""),
    ];
    for (message, expected) in cases {
        assert_eq!(slug(message, 40), expected, "{message}");
    }
}

#[test]
fn file_names_follow_template_and_time_zone() {
    let toml = "[migrations]\nfile_template = \"{epoch}-{year}{month}{day}T{hour}{minute}{second}-{revision}-{slug}\"\n\
                timezone = \"+05:30\"\n";
    let bench = Bench::new(toml);
    let written = new_revision(&bench.load(), &new("!", "x", &[]), now()).expect("written");
    assert_eq!(written.shown, "migrations/1761327605-20251024T231005-x.sql");
    assert!(written.text.contains("-- created: 2025-10-24T17:40:05Z"));
    // A zone of the database that comes with us, in summer.
    let bench = Bench::new(
        "[migrations]\ntimezone = \"Europe/Berlin\"\nrecursive = true\nfile_template = \"{year}/{month}/{day}_{hour}{minute}_{revision}\"\n",
    );
    let written = new_revision(&bench.load(), &new("!", "x", &[]), now()).expect("written");
    assert_eq!(written.shown, "migrations/2025/10/24_1940_x.sql");
    assert!(bench.lock_text().contains(" file:2025/10/24_1940_x.sql"));
    assert!(!bench.load().has_errors() && bench.load().revisions.len() == 1);
    let bench = Bench::new("[migrations]\nfile_template = \"{year}/{revision}\"\n");
    let refused = new_revision(&bench.load(), &new("x", "x", &[]), now()).expect_err("not read");
    assert!(
        texts(&refused).contains("`recursive = true`"),
        "{}",
        texts(&refused)
    );
    let bench = Bench::new("[migrations]\ntimezone = \"Mars/Olympus\"\n");
    let refused =
        new_revision(&bench.load(), &new("x", "x", &[]), now()).expect_err("no such zone");
    assert!(
        texts(&refused).contains("the time zone `Mars/Olympus` is not known"),
        "{}",
        texts(&refused)
    );
}
