//! `--sql`: what is printed, what is written, and what is refused.

use super::{Project, assert_screen};
use crate::servers;

#[test]
fn a_script_in_full() {
    let project = Project::chain();
    let up = project.run(&["upgrade", "--sql", "aaaa:bbbb"]);
    assert!(up.status.success());
    assert_screen!(
        String::from_utf8(up.stdout).expect("UTF-8"),
        "snapshots/offline_script.sql"
    );
}

#[test]
fn what_is_said_around_a_script() {
    let project = Project::demo();
    let session = project.session(&[
        "upgrade --sql heads -o up.sql",
        "upgrade --sql heads -o up.sql",
        "upgrade --sql billing -o up.sql",
        "upgrade --sql billing -o up.sql --force",
        "-q upgrade --sql billing@head -o up.sql --force",
        "downgrade --sql -1",
        "downgrade --sql base --database-url postgres://nobody@127.0.0.1:1/none",
        "downgrade --sql 6b0e:base -o down.sql",
        "downgrade --sql heads:6b0e@-1 -o down.sql --force",
        "upgrade --sql 27c6,3cac:f0f0 -o merge.sql",
        "upgrade --sql head:base",
        "upgrade --sql f0f0:27c6",
        "upgrade --sql 27c6:",
        "upgrade --sql +1:head",
        "upgrade --sql nope:head",
        "upgrade 27c6:head",
        "upgrade --sql --dry-run",
        "upgrade --sql --dialect oracle",
        "upgrade --sql --dialect postgres",
        "upgrade --dialect sqlite",
        "stamp --sql 27c6:3cac 1975:6b0e",
        "stamp --sql 27c6 3cac 1975 -o stamp.sql",
        "--format json downgrade --sql 3cac:-1 -o json.sql",
        "--format json downgrade --sql -1",
    ]);
    assert_screen!(session, "snapshots/offline.txt");
}

#[test]
fn drafts_and_protected_environments() {
    let project = Project::chain();
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\", \"postgres\"]\n[environments.production]\nprotected = true\n",
    );
    project.revision(
        "dddd4444",
        "cccc3333",
        "a draft",
        "",
        "CREATE TABLE d (id INTEGER);\n",
        "DROP TABLE d;\n",
    );
    assert!(project.run(&["lock"]).status.success());
    let lock = project.read("migrations/revisions.lock");
    project.write("migrations/revisions.lock", &lock);
    let session = project.session(&[
        "upgrade --sql head",
        "upgrade --sql head --dialect sqlite -o up.sql",
        "revision -m next --rev-id eeee5555",
        "upgrade --sql dddd4444:head --dialect postgres -o next.sql",
        "--env production upgrade --sql dddd4444:head --dialect postgres",
    ]);
    assert_screen!(session, "snapshots/offline_drafts.txt");
}

/// Without FROM the rows of the database count.
#[test]
fn a_downgrade_from_where_the_database_is() {
    for server in servers::each() {
        let database = server.database("cli_offline");
        let project = Project::chain().variable("DATABASE_URL", database.url());
        project.write(
            "migrate.toml",
            "[migrations]\ndialects = [\"sqlite\", \"postgres\", \"mariadb\"]\n",
        );
        assert!(project.run(&["lock"]).status.success());
        let dialect = match server.name() {
            "mysql" => "mariadb",
            name => name,
        };
        assert!(project.run(&["upgrade", "bbbb"]).status.success());
        let down = project.run(&["downgrade", "--sql", "-1", "--dialect", dialect]);
        let script = String::from_utf8(down.stdout).expect("UTF-8");
        assert!(
            script.contains("-- from: bbbb2222\n-- to:   aaaa1111\n"),
            "{script}"
        );
        let output = crate::offline::feed(database.shell(), &script);
        assert!(output.success, "{}", output.text);
        let session = project.session(&["--format json current"]);
        assert!(session.contains("aaaa1111"), "{session}");
    }
}
