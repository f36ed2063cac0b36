//! Runs on databases: from empty to head, back to base, and commands that find nothing to do.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::databases::{Databases, Fresh, Kind, finish};
use crate::rounds::rounds;
use crate::table::{Table, Target};
use crate::workload::Workload;
use crate::{Outcome, Scope};

/// The programs lie beside this one.
pub fn program(name: &str) -> Outcome<Command> {
    let path: PathBuf = std::env::current_exe()?.with_file_name(name);
    Ok(Command::new(path))
}

fn peer(tool: &str, verb: &str, database: &Fresh<'_>, workload: &Workload) -> Outcome<Duration> {
    let (name, folder) = match tool {
        "sqlx" => ("bench-sqlx", "sqlx"),
        "refinery" => ("bench-refinery", "refinery"),
        "diesel" => ("bench-diesel", "diesel"),
        _ => ("bench-ours", "ours/migrations"),
    };
    finish(
        program(name)?
            .arg(verb)
            .arg(&database.url)
            .arg(workload.path(folder)),
    )
}

/// From an empty database to head.
fn up(tool: &str, database: &Fresh<'_>, workload: &Workload) -> Outcome<Duration> {
    match tool {
        "raw" => finish(&mut database.script(&workload.path("raw.up.sql"))?),
        "raw single" => finish(&mut database.script(&workload.path("raw.single.sql"))?),
        "ours single" => peer("ours", "single", database, workload),
        tool => peer(tool, "up", database, workload),
    }
}

pub fn apply(scope: &Scope, databases: &Databases, table: &mut Table) -> Outcome<()> {
    for kind in scope.kinds.iter().copied() {
        let large = if kind == Kind::Sqlite {
            scope.large.as_slice()
        } else {
            &[]
        };
        for count in scope.sizes.iter().chain(large).copied() {
            let mut tools = vec!["raw", "ours"];
            if kind != Kind::Mysql {
                tools.push("ours single");
            }
            tools.extend(["sqlx", "refinery"]);
            if kind == Kind::Sqlite {
                tools.push("diesel");
            }
            let workload = Workload::write(&databases.work, kind, count)?;
            let times = rounds(&tools, scope.rounds, |tool, round| {
                let database = databases.fresh(kind)?;
                let taken = up(tool, &database, &workload)?;
                if round == 0 && database.tables()? != workload.tables() {
                    return Err(format!(
                        "{tool} made {} tables, expected {}",
                        database.tables()?,
                        workload.tables()
                    )
                    .into());
                }
                Ok(taken)
            })?;
            let at_most = |ours, other, most| Target { ours, other, most };
            let targets = match (kind, count) {
                (Kind::Sqlite, 1000) => vec![
                    at_most("ours", "raw", 1.05),
                    at_most("ours single", "raw", 0.82),
                ],
                (Kind::Sqlite, 5000) => vec![at_most("ours", "diesel", 1.05)],
                (Kind::Postgres, 1000) => vec![
                    at_most("ours", "raw", 0.95),
                    at_most("ours single", "raw", 0.75),
                ],
                (Kind::Mysql, 1000) => vec![at_most("ours", "raw", 1.2)],
                _ => vec![],
            };
            table.group(
                &format!("apply {count}, {}", kind.title()),
                &times,
                &targets,
            );
        }
    }
    Ok(())
}

/// From head to an empty database.
pub fn down(scope: &Scope, databases: &Databases, table: &mut Table) -> Outcome<()> {
    for kind in scope.kinds.iter().copied() {
        for count in scope.sizes.iter().copied() {
            let mut tools = vec!["raw", "ours", "sqlx"];
            if kind == Kind::Sqlite {
                tools.push("diesel");
            }
            let workload = Workload::write(&databases.work, kind, count)?;
            let times = rounds(&tools, scope.rounds, |tool, round| {
                let database = databases.fresh(kind)?;
                up(tool, &database, &workload)?;
                let taken = match tool {
                    "raw" => finish(&mut database.script(&workload.path("raw.down.sql"))?)?,
                    tool => peer(tool, "down", &database, &workload)?,
                };
                if round == 0 && database.tables()? != 0 {
                    return Err(format!("{tool} left {} tables", database.tables()?).into());
                }
                Ok(taken)
            })?;
            let targets = match (kind, count) {
                (Kind::Sqlite, 1000) => vec![Target {
                    ours: "ours",
                    other: "diesel",
                    most: 1.1,
                }],
                _ => vec![],
            };
            table.group(
                &format!("downgrade {count}, {}", kind.title()),
                &times,
                &targets,
            );
        }
    }
    Ok(())
}

/// The command line at head: `upgrade` that finds nothing to do, and `status`. The client runs `SELECT 1`, reads one row of
/// a table, and the list of what is applied.
///
/// `SELECT 1` touches no table, so SQLite never reads the schema for it. Whoever looks at a table pays for that, however
/// quick he is himself: with the 1,250 tables of the largest workload it is eight times the rest of the client. Hence
/// both, and the target is measured by the client that reads a row.
pub fn still(scope: &Scope, databases: &Databases, table: &mut Table) -> Outcome<()> {
    let kind = Kind::Sqlite;
    for count in scope.still.iter().copied() {
        let workload = Workload::write(&databases.work, kind, count)?;
        let (raw, ours) = (databases.fresh(kind)?, databases.fresh(kind)?);
        up("raw single", &raw, &workload)?;
        up("ours single", &ours, &workload)?;
        let cli = |words: &[&str]| {
            let mut command = program("bench-ours")?;
            command
                .arg("cli")
                .arg("--dir")
                .arg(workload.path("ours/migrations"))
                .arg("--database-url")
                .arg(&ours.url);
            finish(command.args(words))
        };
        let peers = ["sqlx", "refinery", "diesel"].map(|tool| (tool, databases.fresh(kind)));
        let mut others = Vec::new();
        for (tool, database) in peers {
            let database = database?;
            up(tool, &database, &workload)?;
            others.push((tool, database));
        }
        // Each takes milliseconds: more rounds cost nothing.
        let many = scope.rounds * 5;
        let times = rounds(
            &[
                "client",
                "client, a row",
                "ours",
                "sqlx",
                "refinery",
                "diesel",
            ],
            many,
            |tool, _| match tool {
                "client" => finish(&mut raw.statement("SELECT 1")),
                "client, a row" => finish(&mut raw.statement("SELECT 1 FROM history LIMIT 1")),
                "ours" => cli(&["upgrade", "head"]),
                tool => {
                    let (_, database) = others
                        .iter()
                        .find(|(name, _)| *name == tool)
                        .ok_or("a contender")?;
                    peer(tool, "up", database, &workload)
                }
            },
        )?;
        let at_5000 = |other, most| {
            if count == 5000 {
                vec![Target {
                    ours: "ours",
                    other,
                    most,
                }]
            } else {
                vec![]
            }
        };
        table.group(
            &format!("no-op at head, command line, {count}, {}", kind.title()),
            &times,
            &at_5000("client, a row", 3.0),
        );

        let times = rounds(&["client", "ours"], many, |tool, _| match tool {
            "client" => finish(&mut raw.statement("SELECT * FROM history ORDER BY version")),
            _ => cli(&["status"]),
        })?;
        // dbmate, the quickest peer, took 2.17 times the client at 5,000 (it comes by npm, so it is not run here).
        table.group(
            &format!("status, command line, {count}, {}", kind.title()),
            &times,
            &at_5000("client", 2.17),
        );
    }
    Ok(())
}
