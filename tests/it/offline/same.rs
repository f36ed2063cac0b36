//! A script and a run leave the same.

use migrate::{Migrations, Offline, Run};

use super::{assert_same, run, run_script, set};
use crate::cli::Project;
use crate::servers;

fn learning_platform() -> Migrations {
    let directory = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/examples/learning_platform/migrations"
    );
    Migrations::from_dir(directory).unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn the_learning_platform_up_and_down() {
    let migrations = learning_platform();
    for server in servers::each() {
        let scripted = server.database("offline_script");
        let online = server.database("offline_run");
        for (what, offline, same) in [
            ("up", Offline::upgrade("base:head"), Run::upgrade("head")),
            (
                "one down",
                Offline::downgrade("head:-1"),
                Run::downgrade("-1"),
            ),
            (
                "further down",
                Offline::downgrade("head-1:82e1"),
                Run::downgrade("82e1"),
            ),
            (
                "to the fork",
                Offline::downgrade("82e1:c1d9"),
                Run::downgrade("c1d9"),
            ),
            (
                "up again",
                Offline::upgrade("c1d9:head"),
                Run::upgrade("head"),
            ),
            (
                "to base",
                Offline::downgrade("head:base"),
                Run::downgrade("base"),
            ),
            ("from base", Offline::upgrade("82e1"), Run::upgrade("82e1")),
        ] {
            run_script(&migrations, server, &scripted, &offline);
            run(&migrations, &online, same).await;
            assert_same(server, &scripted, &online, what);
        }
        let target: migrate::Database = scripted.url().parse().expect("a URL");
        run(&migrations, &scripted, Run::upgrade("head")).await;
        assert!(migrations.is_up_to_date(&target).await.expect("a status"));
        run(&migrations, &scripted, Run::downgrade("base")).await;
        assert_eq!(scripted.schema(), Vec::<String>::new(), "{}", server.name());
    }
}

/// ```text
/// a <- b {left} <- d
/// ^--- c <- e (merges d and c) ; f {other} depends on b
/// ```
fn branches(dialects: &str) -> Project {
    let project = Project::empty();
    project.write(
        "migrate.toml",
        &format!("[migrations]\ndialects = [{dialects}]\nheads = \"many\"\n"),
    );
    for (id, down, more) in [
        ("aaaa", "none", ""),
        ("bbbb", "aaaa", "branch_labels: left"),
        ("cccc", "aaaa", ""),
        ("dddd", "bbbb", ""),
        ("eeee", "dddd, cccc", ""),
        ("ffff", "none", "depends_on: bbbb"),
    ] {
        project.revision(
            id,
            down,
            &format!("make {id}"),
            more,
            &format!("CREATE TABLE t_{id} (id INTEGER PRIMARY KEY);\n"),
            &format!("DROP TABLE t_{id};\n"),
        );
    }
    project
}

#[tokio::test]
async fn branches_merges_and_stamps() {
    let project = branches("\"sqlite\", \"postgres\", \"mariadb\"");
    let migrations = set(&project);
    for server in servers::each() {
        let scripted = server.database("offline_script");
        let online = server.database("offline_run");
        let walk: [(&str, Offline, Run); 12] = [
            (
                "one branch",
                Offline::upgrade("left@+2"),
                Run::upgrade("left@+2"),
            ),
            (
                "the other",
                Offline::upgrade("bbbb:cccc"),
                Run::upgrade("cccc"),
            ),
            (
                "two rows, merged",
                Offline::upgrade("bbbb,cccc:eeee"),
                Run::upgrade("eeee"),
            ),
            (
                "a dependency",
                Offline::upgrade("heads").from(["eeee"]),
                Run::upgrade("heads"),
            ),
            (
                "the merge back",
                Offline::downgrade("eeee,ffff:dddd"),
                Run::downgrade("dddd"),
            ),
            (
                "one arm",
                Offline::downgrade("cccc,dddd,ffff:cccc@-1"),
                Run::downgrade("cccc@-1"),
            ),
            (
                "stamped forward",
                Offline::stamp(["dddd,ffff:cccc", "eeee"]),
                Run::stamp(["cccc", "eeee"]),
            ),
            (
                "stamped back",
                Offline::stamp(["eeee,ffff:bbbb"]),
                Run::stamp(["bbbb"]),
            ),
            (
                "stamped to nothing",
                Offline::stamp(["bbbb,cccc:base"]),
                Run::stamp(["base"]),
            ),
            (
                "stamped from nothing",
                Offline::stamp(["heads"]),
                Run::stamp(["heads"]),
            ),
            (
                "a stamped row down",
                Offline::downgrade("heads:cccc@-1").from(["eeee", "ffff"]),
                Run::downgrade("cccc@-1"),
            ),
            (
                "to base",
                Offline::stamp(["base"]).from(["cccc", "dddd", "ffff"]),
                Run::stamp(["base"]),
            ),
        ];
        for (what, offline, same) in walk {
            if what == "a stamped row down" {
                for database in [&scripted, &online] {
                    database
                        .sql("CREATE TABLE t_cccc (id INTEGER); CREATE TABLE t_eeee (id INTEGER)");
                }
            }
            run_script(&migrations, server, &scripted, &offline);
            run(&migrations, &online, same).await;
            assert_same(server, &scripted, &online, what);
        }
    }
}
