//! Reading a large schema, and what makes one out of another, beside `pg_dump --schema-only`.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};

use crate::databases::{Databases, Kind, finish};
use crate::rounds::rounds;
use crate::runs::program;
use crate::table::{Table, Target, Unit};
use crate::{Outcome, Scope};

const TABLES: usize = 2_000;

/// Reading is what `pg_dump` does too; a diff reads two schemas and compares them.
const TARGETS: [Target; 2] = [
    Target {
        ours: "introspect",
        other: "pg_dump -s",
        most: 1.25,
    },
    Target {
        ours: "diff of two",
        other: "pg_dump -s",
        most: 3.0,
    },
];

pub fn measure(scope: &Scope, databases: &Databases, table: &mut Table) -> Outcome<()> {
    let (before, after) = (
        databases.fresh(Kind::Postgres)?,
        databases.fresh(Kind::Postgres)?,
    );
    for (database, changed, file) in [(&before, false, "before"), (&after, true, "after")] {
        let path = databases.work.join(format!("schema_{file}.sql"));
        fs::write(&path, script(changed))?;
        finish(&mut database.script(&path)?)?;
    }
    let names = ["pg_dump -s", "introspect", "diff of two"];
    let times = rounds(&names, scope.rounds, |name, round| {
        let mut command = match name {
            "pg_dump -s" => Command::new("pg_dump"),
            _ => program("bench-ours")?,
        };
        match name {
            "pg_dump -s" => command.args(["--schema-only", "--dbname", &before.url]),
            "introspect" => command.args(["introspect", &before.url]),
            _ => command.args(["diff", &before.url, &after.url]),
        };
        command.stdin(Stdio::null());
        // What it found is looked at once.
        if round == 0 && name == "diff of two" {
            let output = command.output()?;
            let statements = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            let expected = (TABLES / 10 * CHANGES).to_string();
            if statements != expected {
                return Err(format!("the diff has {statements} statements, not {expected}").into());
            }
        }
        finish(&mut command)
    })?;
    table.group(
        &format!("schema of {TABLES} tables, {}", Kind::Postgres.title()),
        &times,
        &TARGETS,
    );
    table.judge(
        "diff of two schemas",
        times.spread("diff of two"),
        5.0,
        Unit::Seconds,
    );
    println!();
    Ok(())
}

/// The statements that a changed table takes: a column, an index, and a default.
const CHANGES: usize = 3;

/// Tables with what tables have: keys, references, checks, indexes, comments; a trigger on some and a view over some.
/// Every tenth is another one where the schema is the changed one.
fn script(changed: bool) -> String {
    let mut sql = String::from(
        "BEGIN;\n\
         CREATE TYPE state AS ENUM ('new', 'paid', 'sent');\n\
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';\n",
    );
    for number in 0..TABLES {
        let is_other = changed && number % 10 == 0;
        let note = if is_other { ", note text" } else { "" };
        let amount = if is_other { 1 } else { 0 };
        let parent = number.saturating_sub(1) / 2;
        let _ = write!(
            sql,
            "CREATE TABLE t_{number:04} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id bigint \
             REFERENCES t_{parent:04} (id) ON DELETE CASCADE, code varchar(40) NOT NULL UNIQUE, state state NOT NULL \
             DEFAULT 'new', amount numeric(12,2) NOT NULL DEFAULT {amount} CHECK (amount >= 0), tags text[], payload jsonb, \
             created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz{note});\n\
             CREATE INDEX t_{number:04}_parent ON t_{number:04} (parent_id);\n\
             CREATE INDEX t_{number:04}_open ON t_{number:04} (lower(code)) WHERE state <> 'sent';\n\
             COMMENT ON TABLE t_{number:04} IS 'table {number}';\n\
             COMMENT ON COLUMN t_{number:04}.code IS 'as people say it';\n"
        );
        if is_other {
            let _ = writeln!(
                sql,
                "CREATE INDEX t_{number:04}_note ON t_{number:04} (note);"
            );
        }
        if number % 5 == 0 {
            let _ = writeln!(
                sql,
                "CREATE TRIGGER touch BEFORE UPDATE ON t_{number:04} FOR EACH ROW EXECUTE FUNCTION touch();\n\
                 CREATE VIEW v_{number:04} AS SELECT id, code, amount FROM t_{number:04} WHERE state <> 'sent';"
            );
        }
    }
    sql.push_str("COMMIT;\n");
    sql
}
