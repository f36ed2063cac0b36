//! `rebase` as it is typed after a pull.

use super::{Project, assert_screen};

/// A table of its own for each revision.
fn table(project: &Project, id: &str, down: &str, message: &str) {
    project.revision(
        id,
        down,
        message,
        "",
        &format!("CREATE TABLE t_{id} (id INTEGER PRIMARY KEY);\n"),
        &format!("DROP TABLE t_{id};\n"),
    );
}

/// One's own two drafts on `001_base`, applied to the development database; then a pull brings `002_theirs` with a
/// conflict in the lock file.
fn pulled() -> Project {
    let project = Project::empty()
        .variable("DATABASE_URL", "sqlite://app.db")
        .variable("USER", "ada");
    project.write("migrate.toml", "[migrations]\ndialects = [\"sqlite\"]\n");
    table(&project, "001_base", "none", "the first");
    table(&project, "002_theirs", "001_base", "theirs");
    assert!(project.run(&["lock"]).status.success());
    let theirs = project.read("migrations/revisions.lock");
    let (common, added) = theirs.split_at(theirs.find("\n002_theirs").expect("a line") + 1);
    let file = project.read("migrations/002_theirs.sql");

    std::fs::remove_file(project.path("migrations/002_theirs.sql")).expect("removed");
    table(&project, "002_mine", "001_base", "mine");
    table(&project, "003_mine", "002_mine", "mine too");
    let mine = "002_mine draft down_revision:001_base file:002_mine.sql\n\
                003_mine draft down_revision:002_mine file:003_mine.sql\n";
    project.write("migrations/revisions.lock", &format!("{common}{mine}"));
    assert!(project.run(&["upgrade"]).status.success());

    project.write("migrations/002_theirs.sql", &file);
    project.write(
        "migrations/revisions.lock",
        &format!("{common}<<<<<<< HEAD\n{mine}=======\n{added}>>>>>>> main\n"),
    );
    project
}

#[test]
fn drafts_go_on_top_and_the_development_database_follows() {
    let project = pulled();
    let session = project.session(&[
        "heads",
        "rebase --dry-run",
        "rebase",
        "rebase",
        "heads",
        "status",
        "upgrade",
        "downgrade 001_base",
        "upgrade",
        "status",
    ]);
    assert_screen!(session, "snapshots/rebase.txt");
}

#[test]
fn the_other_way_round_needs_a_word() {
    let project = pulled();
    let session = project.session(&[
        "rebase 002_theirs",
        "rebase 002_theirs --amend",
        "history",
        "rebase 003_mine --rev-id 004_mine",
        "rebase 002_theirs --onto 001_base --amend",
        "rebase nowhere",
        "rebase --rev-id x",
        "rebase migrations/nothing.sql --rev-id x",
    ]);
    assert_screen!(session, "snapshots/rebase_locked.txt");
}

#[test]
fn a_draft_gets_another_id_and_the_development_database_follows() {
    let project = pulled();
    let session = project.session(&[
        "-q rebase",
        "--format json rebase 002_mine --rev-id 0025_mine",
        "history",
        "rebase 0025_mine --rev-id 0026",
        "status",
        "downgrade 001_base",
        "current",
        "downgrade 001_base --stored",
        "upgrade",
        "status",
    ]);
    assert_screen!(session, "snapshots/rebase_renamed.txt");
}

/// What the guide of seed 001 does by hand: two people have taken the same number.
#[test]
fn two_files_with_one_id() {
    let project = pulled();
    std::fs::rename(
        project.path("migrations/002_theirs.sql"),
        project.path("migrations/2_theirs.sql"),
    )
    .expect("renamed");
    let text = project.read("migrations/2_theirs.sql");
    project.write(
        "migrations/2_theirs.sql",
        &text.replace("revision: 002_theirs", "revision: 002_mine"),
    );
    let lock = project.read("migrations/revisions.lock");
    project.write(
        "migrations/revisions.lock",
        &lock
            .replace("002_theirs locked", "002_mine locked")
            .replace("file:002_theirs.sql", "file:2_theirs.sql"),
    );
    let session = project.session(&[
        "heads",
        "rebase 002_mine --rev-id 003",
        "rebase migrations/002_mine.sql --rev-id 002_own",
        "heads",
        "rebase 003_mine --onto 002_own",
    ]);
    assert_screen!(session, "snapshots/rebase_twins.txt");
}
