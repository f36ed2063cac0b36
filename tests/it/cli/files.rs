//! Commands that need only the directory.

use super::{Project, assert_screen};

#[test]
fn init_prepares_a_project_and_keeps_what_is_there() {
    let project = Project::empty();
    assert_screen!(
        project.session(&["init", "init", "--format json init"]),
        "snapshots/init.txt"
    );
    assert_screen!(project.read("migrate.toml"), "snapshots/migrate.toml");
}

#[test]
fn init_takes_another_directory_and_names_it_everywhere() {
    let project = Project::empty().variable("DATABASE_URL", "postgres://app:hunter2@db/shop");
    let session = project.session(&["init db/migrations", "heads"]);
    assert!(!session.contains("hunter2"));
    assert_screen!(session, "snapshots/init_elsewhere.txt");
}

#[test]
fn there_is_no_directory() {
    let project = Project::empty();
    project.write("Cargo.toml", "[workspace]\n");
    assert_screen!(
        project.session(&[
            "heads",
            "--format json heads",
            "--dir db heads",
            "--config x.toml heads",
            "lock"
        ]),
        "snapshots/no_directory.txt"
    );
}

#[test]
fn revisions_are_listed() {
    let project = Project::demo();
    let session = project.session(&[
        "heads",
        "heads -v",
        "branches",
        "branches -v",
        "history",
        "history --graph",
        "history --graph -v",
        "history -r ae10bb:f0f0",
        "history -r :billing",
        "history -r 5f1d:",
        "show 6b0",
        "show f0f0 geo",
    ]);
    assert_screen!(session, "snapshots/listing.txt");
}

#[test]
fn revisions_are_listed_as_json() {
    let project = Project::demo();
    let session = project.session(&[
        "--format json heads",
        "--format json branches",
        "--format json history -r 27c6:5f1d",
        "--format json show 6b0",
    ]);
    assert_screen!(session, "snapshots/listing_json.txt");
}

#[test]
fn a_plan_needs_no_database() {
    let project = Project::demo();
    let session = project.session(&[
        "plan upgrade heads --from base",
        "plan upgrade billing@head --from 27c6,1975",
        "--format json plan upgrade billing@head --from 27c6,1975",
        "plan downgrade -1 --from f0f0",
        "plan downgrade --from 5f1d",
        "plan upgrade +1 --from ae10bb,3cac",
        "plan upgrade heads --from f0f0,6b0",
        "plan downgrade base --from 6b0",
    ]);
    assert_screen!(session, "snapshots/plan.txt");
}

#[test]
fn a_spec_that_leads_nowhere_is_explained() {
    let project = Project::demo();
    let session = project.session(&[
        "show zz",
        "show ae10",
        "show billng",
        "show 6b+x",
        "show +1",
        "plan upgrade head --from base",
        "plan upgrade --from zz",
        "plan downgrade -1 --from f0f0,6b0",
        "plan downgrade -9 --from f0f0",
        "plan downgrade geo --from f0f0",
        "plan upgrade billing@6b0 --from base",
        "history -r f0f0:ae1027",
        "history -r f0f0",
        "--format json show ae10",
    ]);
    assert_screen!(session, "snapshots/specs.txt");
}

#[test]
fn statements_are_shown_as_they_are_cut() {
    let project = Project::empty();
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\", \"postgres\"]\n",
    );
    project.write(
        "migrations/a.sql",
        "-- trigger\n--\n-- revision: a\n-- down_revision: none\n\n-- migrate:up dialect:sqlite\n-- a comment\n\
         CREATE TRIGGER t AFTER INSERT ON x BEGIN\n  SELECT 1; SELECT 2;\nEND;\n  INSERT INTO x VALUES (';');\n\n\
         -- migrate:up dialect:postgres transaction:false\nCREATE INDEX CONCURRENTLY i ON x (a);\nSELECT $$;$$\n\n\
         -- migrate:down\nDROP TABLE x;\n",
    );
    assert_screen!(
        project.session(&[
            "-q show --statements a",
            "-q --format json show --statements a"
        ]),
        "snapshots/statements.txt"
    );
}

#[test]
fn revisions_are_written() {
    let project = Project::empty();
    project.run(&["init"]);
    let session = project.session(&[
        "revision -m \"create users\" --rev-id aaaa1111",
        "revision -m \"Add e-mail (TICKET-12), and a message that is too long for a file name\" --rev-id bbbb2222",
        "revision -m geo --rev-id cccc3333 --head base --branch-label geo",
        "revision -m \"which one\"",
        "revision -m \"billing\" --rev-id dddd4444 --head aaaa --splice --depends-on geo --depends-on cccc",
        "revision -m \"no splice\" --head aaaa",
        "revision -m \"taken\" --rev-id AAAA1111 --head geo@head",
        "revision -m \"reserved\" --rev-id head --head geo@head",
        "revision -m \"elsewhere\" --version-path other --head geo@head",
        "--format json revision -m json --rev-id eeee5555 --head geo@head",
        "-q revision -m quiet --rev-id ffff6666 --head geo@head",
        "merge",
        "merge",
        "history --graph",
    ]);
    let session = session.replace(&project.id_of("merge"), "[ID]");
    assert_screen!(session, "snapshots/revision.txt");
    let lines: Vec<String> = project
        .read("migrations/revisions.lock")
        .lines()
        .map(ToOwned::to_owned)
        .collect();
    assert_eq!(lines.len(), 2 + 7, "one line for each revision: {lines:#?}");
}

#[test]
fn a_revision_that_fails_leaves_nothing_behind() {
    let project = Project::chain();
    let before = project.listing();
    for line in [
        "revision -m x --rev-id cccc3333",
        "revision -m x --rev-id dddd --head dddd",
        "revision -m \"revision: x\"",
    ] {
        assert!(!project.session(&[line]).contains("created"), "{line}");
        assert_eq!(project.listing(), before, "{line}");
    }
}

#[test]
fn drafts_are_locked() {
    let project = Project::empty();
    project.run(&["init", "--database-url", "sqlite://app.db"]);
    project.run(&["revision", "-m", "create users", "--rev-id", "aaaa1111"]);
    let name = project.file_of("aaaa1111");
    let mut session = project.session(&["lock", "lock --check", "--format json lock --check"]);
    let text = project
        .read(&name)
        .replace("up\n", "up\nCREATE TABLE users (id INTEGER);\n");
    project.write(&name, &text.replace("down\n", "down\nDROP TABLE users;\n"));
    session += &project.session(&[
        "lock --check",
        "lock",
        "lock",
        "lock --check",
        "--format json lock",
    ]);
    project.write(&name, &project.read(&name).replace("INTEGER", "BIGINT"));
    session += &project.session(&["lock", "heads", "lock --release v1.0", "lock --amend aaaa"]);
    session += &project.session(&["lock --release v1.0", "lock --release v1.0"]);
    project.write(&name, &project.read(&name).replace("BIGINT", "INT"));
    session += &project.session(&[
        "--format json lock --amend aaaa1111",
        "lock --check",
        "lock --amend zzzz",
    ]);
    std::fs::remove_file(project.path(&name)).expect("a file");
    session += &project.session(&["lock --check", "lock"]);
    assert_screen!(session, "snapshots/lock.txt");
}

#[test]
fn hooks_run_on_the_new_file() {
    let project = Project::empty();
    project.write("migrate.toml", "[hooks]\npost_write = [[\"sh\", \"-c\", \"echo formatted $1; echo '-- end' >> $1\", \"-\", \"{file}\"], [\"false\"]]\n");
    std::fs::create_dir(project.path("migrations")).expect("a directory");
    let session = project.session(&["revision -m hooked --rev-id aaaa1111"]);
    let name = project.file_of("aaaa1111");
    assert!(project.read(&name).ends_with("-- end\n"));
    assert_screen!(session, "snapshots/hooks.txt");
}

/// A file that is no revision, beside the new one: told at once, and by whom it was left.
#[cfg(unix)]
#[test]
fn what_a_hook_leaves_in_the_directory_is_told_at_once() {
    let project = Project::empty();
    project.write(
        "migrate.toml",
        "[hooks]\npost_write = [[\"cp\", \"{file}\", \"migrations/report.txt\"]]\n",
    );
    std::fs::create_dir(project.path("migrations")).expect("a directory");
    let session = project.session(&["revision -m hooked --rev-id aaaa1111", "heads"]);
    assert_screen!(session, "snapshots/hook_leaves_a_file.txt");
}

/// The editor is what the user has chosen, several words or one.
#[cfg(unix)]
#[test]
fn files_are_edited() {
    let project = Project::chain()
        .variable("VISUAL", "sh ./editor.sh")
        .variable("DATABASE_URL", "sqlite://app.db");
    project.write(
        "editor.sh",
        "echo editing \"$@\" | sed \"s|$PWD|[ROOT]|g\" >&2\nfor file; do echo '-- migrate:upp' >> \"$file\"; done\n",
    );
    let mut session = project.session(&["-q revision -m draft --rev-id dddd4444", "edit dddd"]);
    project.write("editor.sh", "echo on stdout; exit 3\n");
    session += &project.session(&["--format json edit dddd"]);
    project.write("editor.sh", "true\n");
    session += &project.session(&[
        "edit head aaaa",
        "--format json edit head",
        "edit nope",
        "edit base",
        "edit",
    ]);
    let project = project
        .variable("VISUAL", "")
        .variable("EDITOR", "no-such-editor --wait");
    session += &project.session(&["edit head"]);
    let project = project.variable("EDITOR", " ");
    session += &project.session(&["edit head"]);
    assert_screen!(session, "snapshots/edit.txt");
}

#[test]
fn heads_that_others_depend_on_can_be_left_out() {
    let project = Project::demo();
    project.revision(
        "dddd4444",
        "6b0e77aa1190",
        "uses the merge",
        "depends_on: f0f0c0ffee01",
        "SELECT 1;\n",
        "SELECT 1;\n",
    );
    let session = project.session(&[
        "-q heads",
        "-q heads --resolve-dependencies",
        "-q --format json heads",
        "-q --format json heads --resolve-dependencies",
    ]);
    assert_screen!(session, "snapshots/resolved_heads.txt");
}

/// As in Alembic, a new file goes where its parent is.
#[test]
fn of_several_directories_the_parent_says_which() {
    let project = Project::empty();
    project.write(
        "migrate.toml",
        "[migrations]\ndirs = [\"core\", \"core/billing\", \"plugins\"]\nheads = \"many\"\nfile_template = \"{revision}\"\n",
    );
    for dir in ["core/billing", "plugins"] {
        project.write(&format!("{dir}/.keep"), "");
    }
    let session = project.session(&[
        "revision -m first --rev-id a",
        "-q revision -m first --rev-id a --version-path core",
        "-q revision -m billing --rev-id b --version-path core/billing",
        "-q revision -m \"billing too\" --rev-id c",
        "-q revision -m plugin --rev-id p --head base --version-path plugins --branch-label plugin",
        "-q revision -m core --rev-id d --head a --splice",
        "-q revision -m \"plugin too\" --rev-id q --head plugin@head --depends-on c",
        "-q merge c d --rev-id m",
        "-q revision -m nowhere --version-path other",
        "history",
    ]);
    assert_screen!(session, "snapshots/directories.txt");
}

/// One schema for several databases: each revision has a section for each.
#[test]
fn init_for_several_dialects() {
    let project = Project::empty().variable("DATABASE_URL", "sqlite://app.db");
    let mut session = project.session(&[
        "init --template multi-dialect",
        "-q revision -m first --rev-id aaaa1111",
    ]);
    session += &project.read("migrate.toml");
    let file = project.file_of("aaaa1111");
    let text = project.read(&file);
    session += &text.replace(|c: char| c.is_ascii_digit(), "0");
    let (up, down) = text.split_once("-- migrate:down").expect("a section");
    let up = up.replace("\n\n-- migrate", "\nCREATE TABLE t (id INT);\n\n-- migrate");
    let filled = format!("{up}CREATE TABLE t (id INT);\n\n-- migrate:down{down}")
        .replace(
            "-- migrate:down dialect:sqlite\n",
            "-- migrate:down dialect:sqlite\nDROP TABLE t;\n",
        )
        .replace(
            "-- migrate:down dialect:postgres\n",
            "-- migrate:down dialect:postgres\nDROP TABLE t;\n",
        )
        .replace(
            "-- migrate:down dialect:mysql\n",
            "-- migrate:down dialect:mysql\nDROP TABLE t;\n",
        )
        .replace("Z\nCREATE TABLE t (id INT);\n", "Z\n");
    project.write(&file, &filled);
    session += "\n";
    session += &project.session(&["lock", "upgrade", "init --database x"]);
    assert_screen!(session, "snapshots/init_dialects.txt");
}

/// Several databases, each with a directory, a table and an environment of its own; here they are one and the same.
#[test]
fn init_for_several_databases() {
    let project = Project::empty()
        .variable("SHOP_DATABASE_URL", "sqlite://all.db")
        .variable("BILLING_DATABASE_URL", "sqlite://all.db");
    let mut session = project.session(&[
        "init --template multi-database --database shop --database billing",
        "init -t multi-database db --database a --database a",
        "init -t multi-database --database A",
        "init -t several",
    ]);
    session += &project.read("databases/billing/migrate.toml");
    session += "\n";
    for name in ["shop", "billing"] {
        project.write(
            &format!("databases/{name}/migrations/first.sql"),
            &format!(
                "-- {name}\n--\n-- revision: first\n-- down_revision: none\n\n-- migrate:up\nCREATE TABLE {name} (id INT);\n\n\
                 -- migrate:down\nDROP TABLE {name};\n"
            ),
        );
    }
    session += &project.session(&[
        "--config databases/shop/migrate.toml --env local lock",
        "--dir databases/billing/migrations --env local lock",
        "--config databases/shop/migrate.toml --env local upgrade",
        "--dir databases/billing/migrations --env local current",
        "--dir databases/billing/migrations --env local upgrade",
        "--config databases/shop/migrate.toml --env local downgrade",
        "--dir databases/billing/migrations --env local current",
    ]);
    assert_screen!(session, "snapshots/init_databases.txt");
}

/// What `-x` gives, a template can ask for.
#[test]
fn templates_take_arguments() {
    let project = Project::empty();
    project.write(
        "migrate.toml",
        "[migrations]\nrevision_template = \"plain.sql\"\nfile_template = \"{revision}\"\n",
    );
    project.write(
        "plain.sql",
        "-- {message}\n--\n-- Ticket: {x.ticket}\n--\n{header}\n\n{sections}\n",
    );
    project.write("migrations/.keep", "");
    let session = project.session(&[
        "revision -m \"no ticket\" --rev-id a",
        "-q revision -m \"with one\" --rev-id a -x ticket=SHOP-12",
    ]);
    assert!(
        session.contains("the template asks for `-x ticket=VALUE`"),
        "{session}"
    );
    assert!(
        project
            .read("migrations/a.sql")
            .contains("-- Ticket: SHOP-12\n"),
        "{session}"
    );
}
