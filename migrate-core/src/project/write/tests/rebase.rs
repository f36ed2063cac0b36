//! `rebase`, on directories of their own.

use std::fs;

use super::{Bench, LockOptions, id, texts};
use crate::project::write::files::{Change, Existing, write};
use crate::project::write::{Locked, Rebase, Rebased, What, WriteRebase, rebase};
use crate::text::Diagnostic;

fn onto_the_other() -> Rebase {
    Rebase::default()
}

fn of(revision: &str) -> Rebase {
    Rebase {
        what: Some(What::Spec(revision.parse().expect("a spec"))),
        ..Rebase::default()
    }
}

fn run(bench: &Bench, order: &Rebase) -> Result<Rebased, Vec<Diagnostic>> {
    rebase(&bench.load(), order)
}

/// The lines of revisions in the lock file, without their sections.
fn lines(bench: &Bench) -> Vec<String> {
    let text = bench.lock_text();
    let lines = text.lines().skip(2).filter(|line| !line.starts_with(' '));
    lines.map(ToOwned::to_owned).collect()
}

/// `a` is locked, and so is `t` on it; then `x` and `y` on `a`, drafts that a git conflict has put before `t`.
fn fork() -> Bench {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.file("t", "a");
    bench.lock().expect("locked");
    let locked = bench.lock_text();
    let (head, theirs) = locked.split_at(locked.find("\nt ").expect("a line") + 1);
    bench.file("x", "a");
    bench.file("y", "x");
    let mine = "x draft down_revision:a file:x.sql\ny draft down_revision:x file:y.sql\n";
    bench.write(
        "revisions.lock",
        &format!("{head}<<<<<<< mine\n{mine}=======\n{theirs}>>>>>>> theirs\n"),
    );
    bench
}

#[test]
fn drafts_go_on_top_of_what_is_locked_and_the_git_conflict_ends() {
    let bench = fork();
    let rebased = run(&bench, &onto_the_other()).expect("rebased");
    assert_eq!(rebased.onto, Some(id("t")));
    assert_eq!(rebased.side, [id("x"), id("y")]);
    assert_eq!(rebased.heads, [id("y")]);
    assert!(rebased.amended.is_empty());
    assert_eq!(
        lines(&bench),
        [
            "a locked down_revision:none file:a.sql",
            "t locked down_revision:a file:t.sql",
            "x draft down_revision:t file:x.sql",
            "y draft down_revision:x file:y.sql",
        ]
    );
    let text = fs::read_to_string(bench.path("x.sql")).expect("a file");
    assert!(
        text.starts_with("-- make x\n--\n-- revision: x\n-- down_revision: t\n\n-- migrate:up\n"),
        "{text}"
    );
    bench.lock().expect("nothing is in the way of locking it");
    assert_eq!(texts(&bench.strict()), "");
}

#[test]
fn a_dry_rebase_writes_nothing() {
    let bench = fork();
    let before = (bench.files(), bench.lock_text());
    let order = Rebase {
        write: WriteRebase::Dry,
        ..of("y")
    };
    assert_eq!(run(&bench, &order).expect("a preview").heads, [id("y")]);
    assert_eq!(before, (bench.files(), bench.lock_text()));
}

#[test]
fn line_breaks_and_everything_else_of_a_file_stay() {
    let bench = fork();
    let text = "\u{feff}-- Copyright\r\n\r\n-- make x\r\n--\r\n-- revision: x\r\n-- down_revision:   a\r\n\r\n\
                -- migrate:up\r\nSELECT 1;\r\n\r\n-- migrate:down\r\nSELECT 'down_revision: a';\r\n";
    bench.write("x.sql", text);
    run(&bench, &onto_the_other()).expect("rebased");
    let after = fs::read_to_string(bench.path("x.sql")).expect("a file");
    assert_eq!(after, text.replacen("   a\r", "   t\r", 1));
}

#[test]
fn what_is_locked_changes_on_purpose_only() {
    let bench = fork();
    let order = of("t");
    let before = (bench.files(), bench.lock_text());
    let refused = run(&bench, &order).expect_err("t is locked");
    assert!(
        texts(&refused).contains("would change the locked revision `t`"),
        "{}",
        texts(&refused)
    );
    assert_eq!(before, (bench.files(), bench.lock_text()));

    let order = Rebase {
        locked: Locked::Amend,
        ..order
    };
    let rebased = run(&bench, &order).expect("amended");
    assert_eq!(rebased.amended.len(), 1);
    assert_eq!(lines(&bench)[3], "t locked down_revision:y file:t.sql");
    // Its sections are still those that were locked.
    bench.lock().expect("locked");
    assert_eq!(texts(&bench.strict()), "");
}

#[test]
fn releases_that_have_it_are_named() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.file("b", "a");
    bench
        .lock_with(LockOptions {
            release: Some("v1".to_owned()),
            ..LockOptions::default()
        })
        .expect("locked");
    let order = Rebase {
        id: Some("bb".to_owned()),
        ..of("b")
    };
    let refused = run(&bench, &order).expect_err("b is locked");
    assert!(
        texts(&refused).contains("released in v1"),
        "{}",
        texts(&refused)
    );
    let order = Rebase {
        locked: Locked::Amend,
        ..order
    };
    let rebased = run(&bench, &order).expect("amended");
    assert_eq!(rebased.amended[0].releases, ["v1"]);
    assert_eq!(bench.files(), ["a.sql", "bb.sql", "revisions.lock"]);
    assert_eq!(texts(&bench.strict()), "");
}

#[test]
fn a_new_id_is_followed_by_everything_that_names_the_old_one() {
    let bench = Bench::new("[migrations]\ndialects = [\"sqlite\"]\nheads = \"many\"\n");
    bench.file("a", "none");
    bench.file("b", "a");
    bench.file("c", "b");
    let text = "-- d\n--\n-- revision: d\n-- down_revision: none\n-- depends_on: b\n\n-- migrate:up\nSELECT 1;\n\n-- migrate:down\n";
    bench.write("d.sql", text);
    let order = Rebase {
        id: Some("b2".to_owned()),
        ..of("b")
    };
    let rebased = run(&bench, &order).expect("renamed");
    let renamed = rebased.renamed.expect("a new id");
    assert_eq!(renamed.followed, [id("d"), id("c")]);
    assert!(rebased.moved.is_empty(), "two heads are allowed here");
    assert_eq!(
        lines(&bench),
        [
            "a draft down_revision:none file:a.sql",
            "b2 draft down_revision:a file:b2.sql",
            "c draft down_revision:b2 file:c.sql",
            "d draft down_revision:none depends_on:b2 file:d.sql",
        ]
    );
    assert!(!bench.load().has_errors());
}

/// Two people have written `two` on `a`. Theirs came first and is locked.
#[test]
fn of_two_files_with_one_id_the_named_one_gets_another_and_goes_on_top() {
    for mine_first in [true, false] {
        let bench = Bench::sqlite();
        bench.file("a", "none");
        bench.file("two", "a");
        bench.lock().expect("locked");
        fs::rename(bench.path("two.sql"), bench.path("two_theirs.sql")).expect("renamed");
        let theirs = fs::read_to_string(bench.path("two_theirs.sql")).expect("a file");
        bench.write("two_mine.sql", &theirs.replace("make two", "mine"));
        bench.file("three", "two");
        let locked = bench
            .lock_text()
            .replace("file:two.sql", "file:two_theirs.sql");
        let (head, theirs) = locked.split_at(locked.find("\ntwo ").expect("a line") + 1);
        let mine = "two draft down_revision:a file:two_mine.sql\n";
        let sides = if mine_first {
            [mine, theirs]
        } else {
            [theirs, mine]
        };
        bench.write(
            "revisions.lock",
            &format!(
                "{head}<<<<<<< a\n{}=======\n{}>>>>>>> b\n",
                sides[0], sides[1]
            ),
        );
        let by_id = Rebase {
            id: Some("four".to_owned()),
            ..of("two")
        };
        let refused = run(&bench, &by_id).expect_err("which of them?");
        assert!(
            texts(&refused).contains("`migrate-cli rebase migrations/two_theirs.sql --rev-id NEW`"),
            "{}",
            texts(&refused)
        );
        let by_file = Rebase {
            what: Some(What::File("migrations/two_mine.sql".into())),
            ..by_id
        };
        let rebased = run(&bench, &by_file).expect("renamed");
        assert_eq!(rebased.renamed.expect("a new id").followed, [id("three")]);
        assert_eq!(rebased.heads, [id("three")]);
        assert_eq!(
            lines(&bench),
            [
                "a locked down_revision:none file:a.sql",
                "two locked down_revision:a file:two_theirs.sql",
                "four draft down_revision:two file:four_mine.sql",
                "three draft down_revision:four file:three.sql",
            ]
        );
        bench.lock().expect("locked");
        assert_eq!(texts(&bench.strict()), "");
    }
}

#[test]
fn of_two_drafts_with_one_id_nobody_can_know_which_was_meant() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.file("b", "a");
    let text = fs::read_to_string(bench.path("b.sql")).expect("a file");
    bench.write("b_mine.sql", &text);
    bench.file("c", "b");
    let order = Rebase {
        what: Some(What::File("migrations/b_mine.sql".into())),
        id: Some("d".to_owned()),
        ..Rebase::default()
    };
    let rebased = run(&bench, &order).expect("renamed");
    assert_eq!(rebased.renamed.expect("a new id").left, [id("c")]);
    assert_eq!(rebased.heads, [id("d")]);
}

#[test]
fn what_cannot_be_rebased() {
    let bench = fork();
    bench.write(
        "join.sql",
        "-- join\n--\n-- revision: join\n-- down_revision: y, t\n",
    );
    bench.file("t2", "t");
    let taken = |new: &str| Rebase {
        id: Some(new.to_owned()),
        ..of("y")
    };
    let onto = |onto: &str| Rebase {
        onto: Some(onto.parse().expect("a spec")),
        ..of("x")
    };
    let cases = [
        ("an unknown revision", of("zz")),
        ("no revision", of("base")),
        ("several revisions", of("heads")),
        (
            "a file of something else",
            Rebase {
                what: Some(What::File("migrate.toml".into())),
                ..Rebase::default()
            },
        ),
        ("an id that is taken", taken("T")),
        ("the same id", taken("y")),
        ("no id", taken("a-b")),
        ("onto itself", onto("x")),
        ("onto what stands on it", onto("y")),
        ("what everything stands on", of("a")),
        ("a merge that would join nothing", of("y")),
    ];
    let before = (bench.files(), bench.lock_text());
    let said: Vec<String> = cases
        .iter()
        .map(|(name, order)| {
            let refused = run(&bench, order).expect_err(name);
            format!("# {name}\n{}", texts(&refused))
        })
        .collect();
    insta::assert_snapshot!(said.join("\n\n"));
    assert_eq!(before, (bench.files(), bench.lock_text()));
}

#[test]
fn a_line_that_cannot_be_read_is_not_lost() {
    let bench = fork();
    let lock = bench.lock_text() + "q locked what:is this\n";
    bench.write("revisions.lock", &lock);
    let refused = run(&bench, &onto_the_other()).expect_err("a line of something else");
    assert!(
        texts(&refused).contains("a line that cannot be read"),
        "{}",
        texts(&refused)
    );
    assert_eq!(bench.lock_text(), lock);
}

#[test]
fn a_failure_in_the_middle_puts_everything_back() {
    let bench = Bench::sqlite();
    bench.write("a.sql", "a");
    bench.write("b.sql", "b");
    let change = |name: &str, existing| Change {
        path: bench.path(name),
        shown: name.to_owned(),
        text: "new".to_owned(),
        existing,
    };
    // Both may be written when they are looked at, and the second finds the first.
    let refused = write(&[
        change("a.sql", Existing::Replace),
        change("b.sql", Existing::Remove),
        change("c.sql", Existing::Refuse),
        change("c.sql", Existing::Refuse),
    ]);
    assert!(texts(&refused.expect_err("it is there")).contains("the file exists already"));
    assert_eq!(bench.files(), ["a.sql", "b.sql"]);
    assert_eq!(
        fs::read_to_string(bench.path("a.sql")).expect("a file"),
        "a"
    );
    assert_eq!(
        fs::read_to_string(bench.path("b.sql")).expect("a file"),
        "b"
    );
}
