//! What the pairs of schemas do not show, because the databases of tests have no roles of their own, or because it is
//! about the statement and not its text.

use crate::model::diff::{Renames, diff};
use crate::model::render::{Options, Stage, Statement, Transactional, render};
use crate::model::schema::{
    Check, Column, EnumType, Grant, GrantOption, Index, Kind, Name, ObjectId, Schema, Table,
};
use crate::text::Dialect;

fn schema(change: impl FnOnce(&mut Schema)) -> Schema {
    let mut schema = Schema::new(Dialect::Postgres, "public");
    let mut users = Table::new(Dialect::Postgres, Name::bare("users"));
    users.columns.push(Column::new("id", "bigint"));
    users.columns.push(Column::new("mood", "mood"));
    schema.tables.insert(users);
    let mood = EnumType::new(Name::bare("mood"), ["sad", "happy"]);
    schema.enums.insert(mood);
    change(&mut schema);
    schema
}

fn statements(before: &Schema, after: &Schema, options: &Options) -> Vec<Statement> {
    let changes = diff(before, after, &Renames::default());
    render(&changes, options).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn written(before: &Schema, after: &Schema, expected: &[&str]) {
    let found = statements(before, after, &Options::PLAIN);
    let found: Vec<&str> = found.iter().map(|it| it.sql.as_str()).collect();
    assert_eq!(found, expected);
}

fn grant(object: ObjectId, privilege: &str, option: GrantOption) -> Grant {
    Grant {
        object,
        grantee: "the app".to_owned(),
        privilege: privilege.to_owned(),
        option,
    }
}

#[test]
fn rights_on_one_object_are_one_statement() {
    let users = || ObjectId::new(Kind::Table, Name::bare("users"));
    let before = schema(|it| {
        it.grants = vec![
            grant(users(), "DELETE", GrantOption::None),
            grant(users(), "UPDATE", GrantOption::Grantable),
        ];
    });
    let after = schema(|it| {
        let column = ObjectId::on(Kind::Column, Name::bare("users"), "mood");
        let function = Name::qualified("app", "f(integer, text)");
        it.grants = vec![
            grant(users(), "INSERT", GrantOption::None),
            grant(users(), "SELECT", GrantOption::None),
            grant(users(), "UPDATE", GrantOption::None),
            grant(column, "UPDATE", GrantOption::None),
            grant(
                ObjectId::new(Kind::Function, function),
                "EXECUTE",
                GrantOption::Grantable,
            ),
            Grant {
                grantee: "PUBLIC".to_owned(),
                ..grant(
                    ObjectId::new(Kind::Enum, Name::bare("mood")),
                    "USAGE",
                    GrantOption::None,
                )
            },
        ];
    });
    written(
        &before,
        &after,
        &[
            "REVOKE DELETE ON users FROM \"the app\"",
            "GRANT EXECUTE ON FUNCTION app.f(integer, text) TO \"the app\" WITH GRANT OPTION",
            "GRANT INSERT, SELECT ON users TO \"the app\"",
            "GRANT UPDATE (mood) ON users TO \"the app\"",
            "REVOKE GRANT OPTION FOR UPDATE ON users FROM \"the app\"",
            "GRANT USAGE ON TYPE mood TO PUBLIC",
        ],
    );
}

#[test]
fn a_new_label_runs_outside_transactions_when_it_is_used_at_once() {
    let before = schema(|_| {});
    let labelled = schema(|it| {
        it.enums
            .update(&Name::bare("mood"), |it| it.labels.push("ok".to_owned()));
    });
    let found = statements(&before, &labelled, &Options::default());
    assert_eq!(found[0].sql, "ALTER TYPE mood ADD VALUE 'ok'");
    assert_eq!(found[0].transactional, Transactional::Yes);
    let mut used = labelled.clone();
    used.tables.update(&Name::bare("users"), |it| {
        it.columns[1].default = Some("'ok'::mood".to_owned());
    });
    let found = statements(&before, &used, &Options::default());
    assert_eq!(
        found[0].transactional,
        Transactional::No("ALTER TYPE .. ADD VALUE")
    );
    assert_eq!(
        found[1].sql,
        "ALTER TABLE users ALTER COLUMN mood SET DEFAULT 'ok'"
    );
}

#[test]
fn stages_and_what_is_lost() {
    let before = schema(|_| {});
    let after = schema(|it| {
        it.tables.update(&Name::bare("users"), |it| {
            it.columns.remove(1);
            it.indexes.push(Index::new("users_id_idx", ["id"]));
        });
        it.enums.remove(&Name::bare("mood"));
    });
    let found = statements(&before, &after, &Options::default());
    let told: Vec<(&str, Stage, &[String])> = found
        .iter()
        .map(|it| (it.sql.as_str(), it.stage, it.loses.as_slice()))
        .collect();
    assert_eq!(
        told,
        [
            (
                "ALTER TABLE users DROP COLUMN mood",
                Stage::First,
                &["column users.mood".to_owned()][..]
            ),
            ("DROP TYPE mood", Stage::First, &[]),
            (
                "CREATE INDEX CONCURRENTLY users_id_idx ON users (id)",
                Stage::Second,
                &[]
            ),
        ]
    );
    let plain = statements(&before, &after, &Options::PLAIN);
    assert!(plain.iter().all(|it| it.stage == Stage::First));
}

#[test]
fn names_that_the_server_would_cut_are_written() {
    let long = "a_column_with_a_name_that_is_as_long_as_a_name_may_be_for_once";
    let before = schema(|_| {});
    let after = schema(|it| {
        let mut table = Table::new(Dialect::Postgres, Name::bare("t"));
        table.columns.push(Column::new(long, "integer"));
        table.checks.push(Check {
            name: Some("t_check1".to_owned()),
            expression: format!("{long} > 0"),
            ..Check::default()
        });
        it.tables.insert(table);
    });
    written(
        &before,
        &after,
        &[&format!(
            "CREATE TABLE t (\n    {long} integer,\n    CONSTRAINT t_check1 CHECK ({long} > 0)\n)"
        )],
    );
}
