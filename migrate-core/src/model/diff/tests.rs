//! Pairs of schemas and the operations between them.

use super::{Renames, diff};
use crate::model::schema::{Column, EnumType, ForeignKey, Index, Name, Schema, Table};
use crate::text::Dialect;

fn table(name: &str, columns: &[&str]) -> Table {
    let mut table = Table::new(Dialect::Postgres, Name::bare(name));
    table.columns = columns.iter().map(|it| Column::new(*it, "text")).collect();
    table
}

fn schema(tables: impl IntoIterator<Item = Table>) -> Schema {
    let mut schema = Schema::new(Dialect::Postgres, "public");
    schema.tables.extend(tables);
    schema
}

#[track_caller]
fn operations(before: &Schema, after: &Schema, renames: &str, expected: &[&str]) {
    let renames: Renames = renames.parse().unwrap_or_else(|error| panic!("{error}"));
    renames
        .check(before, after)
        .unwrap_or_else(|error| panic!("{error}"));
    let changes = diff(before, after, &renames);
    let found: Vec<String> = changes.operations.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected);
}

#[test]
fn nothing_when_both_are_the_same() {
    let one = schema([table("users", &["id", "email"])]);
    operations(&one, &one, "", &[]);
}

#[test]
fn a_new_table_covers_its_parts_and_leaves_what_may_need_others() {
    let mut users = table("users", &["id"]);
    users.indexes.push(Index::new("users_id_idx", ["id"]));
    let key = ForeignKey::new(vec!["id".into()], Name::bare("users"), vec!["id".into()]);
    users.foreign_keys.push(key);
    operations(
        &schema([]),
        &schema([users.clone()]),
        "",
        &[
            "create table users",
            "create index users_id_idx on users",
            "create foreign key (id) on users",
        ],
    );
    operations(&schema([users]), &schema([]), "", &["drop table users"]);
}

#[test]
fn what_belongs_to_something_renamed_follows() {
    let mut users = table("users", &["id", "mail"]);
    users.indexes.push(Index::new("users_mail_idx", ["mail"]));
    let mut people = table("people", &["id", "email"]);
    people.indexes.push(Index::new("users_mail_idx", ["email"]));
    operations(
        &schema([users]),
        &schema([people]),
        "table users -> people; column people.mail -> people.email",
        &[
            "rename table users to people",
            "rename column users.mail to email",
        ],
    );
}

#[test]
fn a_rename_that_names_nothing_says_what_could_be_meant() {
    let before = schema([table("users", &["id", "mail"])]);
    let after = schema([table("users", &["id", "email"])]);
    let cases = [
        (
            "column users.male -> users.email",
            "`column users.male -> users.email`: there is no users.male before the change; \
             one of these could be meant: users.mail",
        ),
        (
            "column users.id -> users.email",
            "`column users.id -> users.email`: users.id is there after the change too; \
             rename only what has one name before and another one after",
        ),
        (
            "table user -> users",
            "`table user -> users`: there is no user before the change; \
             nothing can be meant: no such name is only on that side",
        ),
    ];
    for (renames, expected) in cases {
        let renames: Renames = renames.parse().unwrap_or_else(|error| panic!("{error}"));
        let error = renames
            .check(&before, &after)
            .expect_err("nothing of that name");
        assert_eq!(error.to_string(), expected);
    }
    let error = "users -> people".parse::<Renames>().expect_err("no kind");
    assert_eq!(
        error.to_string(),
        "`users -> people` is no rename; write `table old -> new` or `column table.old -> table.new`"
    );
}

#[test]
fn the_way_back_of_renames() {
    let renames: Renames = "table a -> b; column b.x -> b.y".parse().expect("renames");
    assert_eq!(
        renames.reversed().to_string(),
        "table b -> a; column a.y -> a.x"
    );
}

#[test]
fn types_come_before_tables_and_go_behind_them() {
    let mut one = schema([table("users", &["id"])]);
    one.enums.insert(EnumType::new(Name::bare("mood"), ["sad"]));
    operations(
        &schema([]),
        &one,
        "",
        &["create enum mood", "create table users"],
    );
    operations(
        &one,
        &schema([]),
        "",
        &["drop table users", "drop enum mood"],
    );
}
