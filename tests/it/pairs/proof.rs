//! A pair on its database.

use migrate::diff::{Changes, Item, Operation, Renames, diff};
use migrate::render::{Options, Statement, render};
use migrate::schema::{Filter, Schema, Table, compare};
use migrate::{Database, Dialect, Run, Settings, introspect};

use super::file::{Found, Pair};
use super::rows::{Common, Side, differences};
use super::written::Written;
use crate::chain::{Chain, block_on};
use crate::servers::{Server, TestDatabase};

/// The SQL of both directions, run up and down.
pub(super) fn prove(server: &'static Server, pair: &Pair) -> Result<Found, String> {
    let dialects = format!("\"{}\"", server.name());
    let (one, other) = (server.database("pair"), server.database("pair_after"));
    let chain = Chain::of(&dialects, &[(pair.with_rows(), String::new())]);
    upgrade(&chain, &one).map_err(|error| format!("before and rows: {error}"))?;
    let desired = Chain::of(&dialects, &[(pair.after.clone(), String::new())]);
    upgrade(&desired, &other).map_err(|error| format!("after: {error}"))?;
    let (before, after) = (read(&one)?, read(&other)?);
    pair.renames
        .check(&before, &after)
        .map_err(|error| error.to_string())?;

    let ups = diff(&before, &after, &pair.renames);
    let back = pair.renames.reversed();
    let downs = diff(&after, &before, &back);
    let (ups, downs) = (
        (written(&ups, &pair.options)?, ups),
        (written(&downs, &pair.options)?, downs),
    );
    let (up, down) = (Written::of(&ups.0), Written::of(&downs.0));
    let found = Found {
        up: up.shown(),
        down: down.shown(),
    };
    marks_what_it_loses(&ups.1, &pair.renames, &ups.0)
        .map_err(|error| told("up", &error, &found))?;
    marks_what_it_loses(&downs.1, &back, &downs.0).map_err(|error| told("down", &error, &found))?;

    let common = Common::of(&before, &after, pair);
    let rows = common.read(&one, Side::Before);
    let counters = common.counters(&one, Side::Before);
    let is_same = |schema: &Schema, side: Side| {
        let (expected, way) = match side {
            Side::Before => (&before, "down leaves"),
            Side::After => (&after, "up leaves"),
        };
        let mut found = unlike(schema, expected);
        found.extend(differences(&rows, &common.read(&one, side)));
        // What is made again has the rights that it had.
        if before.rights == after.rights && schema.rights != before.rights {
            found.push(format!(
                "rights: {:?} -> {:?}",
                before.rights, schema.rights
            ));
        }
        let now = common.counters(&one, side);
        if now != counters {
            found.push(format!("counters: {counters:?} -> {now:?}"));
        }
        if found.is_empty() {
            Ok(())
        } else {
            Err(format!("{way} a difference: {}", found.join("\n")))
        }
    };

    write(&chain, &up, &down);
    match (upgrade(&chain, &one), &pair.fails) {
        (Ok(()), None) => {}
        (Ok(()), Some(text)) => {
            return Err(told("up", &format!("does not fail with `{text}`"), &found));
        }
        (Err(error), Some(text)) if error.contains(text) => {
            let left = unlike(&read(&one)?, &before);
            return if left.is_empty() || server.name() == "mysql" {
                Ok(found)
            } else {
                Err(told("up", &format!("leaves {}", left.join("\n")), &found))
            };
        }
        (Err(error), _) => return Err(told("up", &error, &found)),
    }
    is_same(&read(&one)?, Side::After).map_err(|error| told("up", &error, &found))?;
    match (run(&chain, &one, Run::downgrade("r1")), &pair.down_fails) {
        (Ok(()), None) => {}
        (Ok(()), Some(text)) => {
            return Err(told(
                "down",
                &format!("does not fail with `{text}`"),
                &found,
            ));
        }
        (Err(error), Some(text)) if error.contains(text) => return Ok(found),
        (Err(error), _) => return Err(told("down", &error, &found)),
    }
    is_same(&read(&one)?, Side::Before).map_err(|error| told("down", &error, &found))?;
    Ok(found)
}

fn told(direction: &str, trouble: &str, found: &Found) -> String {
    let text = match direction {
        "up" => &found.up,
        _ => &found.down,
    };
    format!("{direction}: {trouble}\n--- {direction}\n{text}")
}

fn written(changes: &Changes<'_>, options: &Options) -> Result<Vec<Statement>, String> {
    render(changes, options).map_err(|error| error.to_string())
}

/// The revisions: as many as the way up takes. The way down is all in the one that goes last.
fn write(chain: &Chain, up: &Written, down: &Written) {
    let mut downs: Vec<String> = down.for_chain().collect();
    let ups = up.for_chain();
    let count = up.sections.len().max(downs.len());
    // The last revision is taken back first.
    downs.resize(count, String::new());
    downs.reverse();
    let ups = ups.chain(std::iter::repeat(String::new())).take(count);
    for (place, (up, down)) in ups.zip(downs).enumerate() {
        chain.push(place + 2, &up, &down);
    }
}

fn upgrade(chain: &Chain, database: &TestDatabase) -> Result<(), String> {
    run(chain, database, Run::upgrade("head"))
}

fn run(chain: &Chain, database: &TestDatabase, run: Run) -> Result<(), String> {
    crate::chain::run(chain, database.url(), run)
        .map(drop)
        .map_err(|failure| failure.to_string())
}

fn read(database: &TestDatabase) -> Result<Schema, String> {
    let target: Database = database.url().parse().map_err(|error| format!("{error}"))?;
    block_on(introspect(
        &target,
        &Settings::default(),
        &Filter::default(),
    ))
    .map_err(|error| error.to_string())
}

/// What is not as it should be. Where a database cannot place columns, their order is not asked for.
fn unlike(found: &Schema, expected: &Schema) -> Vec<String> {
    let places = matches!(expected.dialect, Dialect::Mysql | Dialect::Mariadb);
    let mut lines: Vec<String> = compare(found, expected)
        .iter()
        .filter(|difference| places || !difference.is_column_order())
        .map(ToString::to_string)
        .collect();
    let more = diff(found, expected, &Renames::default());
    if lines.is_empty() && !more.is_empty() {
        lines.extend(
            more.operations
                .iter()
                .map(|it| format!("still to do: {it}")),
        );
    }
    lines
}

/// Every table and every column that goes is named as lost; of a table with a new name either name will do. For SQLite a
/// column of which only the case differs is the same.
fn marks_what_it_loses(
    changes: &Changes<'_>,
    renames: &Renames,
    statements: &[Statement],
) -> Result<(), String> {
    let lost: Vec<&String> = statements.iter().flat_map(|it| &it.loses).collect();
    for operation in &changes.operations {
        let mut ids = match operation {
            // The rows of a foreign table are somewhere else.
            Operation::Drop(Item::Table(table))
                if table.postgres().is_some_and(|it| it.foreign.is_some()) =>
            {
                continue;
            }
            Operation::Drop(Item::Table(table)) => vec![table.id()],
            Operation::Drop(Item::Column(table, column)) if column.generated.is_none() => {
                let new = renames.new_table(&table.name).unwrap_or(&table.name);
                let after = changes.after.tables.get(new);
                if after.is_some_and(|after| stays_by_case(changes, &column.name, after)) {
                    continue;
                }
                vec![column.id(&table.name), column.id(new)]
            }
            _ => continue,
        }
        .into_iter()
        .map(|id| id.to_string());
        if !ids.any(|id| lost.iter().any(|text| text.contains(&id))) {
            return Err(format!(
                "{} is lost, and nothing says so",
                operation.item().id()
            ));
        }
    }
    Ok(())
}

fn stays_by_case(changes: &Changes<'_>, column: &str, after: &Table) -> bool {
    let mut columns = after.columns.iter();
    changes.after.dialect == Dialect::Sqlite
        && columns.any(|it| it.name.eq_ignore_ascii_case(column))
}
