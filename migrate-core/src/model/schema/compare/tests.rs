//! A table of changes, each made to one schema, and the line that tells it.

use crate::model::schema::attribute::{Nullability, Uniqueness};
use crate::model::schema::{
    Action, Check, Column, Difference, EnumType, ForeignKey, Index, Name, PrimaryKey, Schema,
    Table, TableOptions, Trigger, Unique, View, compare,
};
use crate::model::schema::{KeyPart, Order, Sequence, SequenceOptions};
use crate::text::Dialect;

/// `posts(id, user_id, title)` with a key, an index, a foreign key, a check, a view and a trigger.
fn blog(dialect: Dialect) -> Schema {
    let mut posts = Table::new(dialect, Name::bare("posts"));
    posts.columns = vec![
        Column::new("id", "integer"),
        Column::new("user_id", "integer"),
        Column::new("title", "text"),
    ];
    posts.primary_key = Some(PrimaryKey {
        parts: vec![KeyPart::column("id")],
        ..PrimaryKey::default()
    });
    posts.indexes = vec![Index::new("ix_posts_title", ["title"])];
    posts.foreign_keys = vec![ForeignKey::new(
        vec!["user_id".into()],
        Name::bare("users"),
        vec!["id".into()],
    )];
    posts.checks = vec![Check {
        expression: "title <> ''".to_owned(),
        ..Check::default()
    }];
    let mut schema = Schema::new(dialect, "main");
    schema.tables.insert(posts);
    schema
        .enums
        .insert(EnumType::new(Name::bare("mood"), ["sad", "happy"]));
    schema.sequences.insert(Sequence::new(
        Name::bare("numbers"),
        SequenceOptions::of("bigint"),
    ));
    schema
        .views
        .insert(View::new(Name::bare("titles"), "SELECT title FROM posts"));
    schema.triggers.insert(Trigger::new(
        Name::bare("posts"),
        "touch",
        "CREATE TRIGGER touch AFTER UPDATE ON posts BEGIN SELECT 1; END",
    ));
    schema
}

fn posts(change: impl FnOnce(&mut Table)) -> impl FnOnce(&mut Schema) {
    |schema| {
        assert!(schema.tables.update(&Name::bare("posts"), change));
    }
}

#[track_caller]
fn told(dialect: Dialect, change: impl FnOnce(&mut Schema), expected: &[&str]) {
    let before = blog(dialect);
    let mut after = before.clone();
    change(&mut after);
    let lines: Vec<String> = compare(&before, &after)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_schema_is_the_same_as_itself() {
    told(Dialect::Sqlite, |_| {}, &[]);
}

#[test]
fn an_object_is_added_or_removed_with_what_belongs_to_it() {
    told(
        Dialect::Sqlite,
        |it| it.tables = crate::model::schema::Objects::default(),
        &["table posts is removed"],
    );
    told(
        Dialect::Sqlite,
        |it| {
            it.tables
                .insert(Table::new(Dialect::Sqlite, Name::bare("tags")));
        },
        &["table tags is added"],
    );
}

#[test]
fn parts_of_a_table_are_named_with_it() {
    told(
        Dialect::Sqlite,
        posts(|it| it.indexes.clear()),
        &["index ix_posts_title on posts is removed"],
    );
    told(
        Dialect::Sqlite,
        posts(|it| it.columns[2].data_type = "varchar(10)".into()),
        &["column posts.title: type text -> varchar(10)"],
    );
    told(
        Dialect::Sqlite,
        posts(|it| {
            it.columns[2].nullability = Nullability::NotNull;
            it.columns[2].default = Some("''".into());
        }),
        &["column posts.title: nullability NULL -> NOT NULL, default none -> ''"],
    );
    told(
        Dialect::Sqlite,
        posts(|it| it.primary_key = None),
        &["primary key (id) on posts is removed"],
    );
    told(
        Dialect::Sqlite,
        posts(|it| it.foreign_keys[0].on_delete = Action::Cascade),
        &["foreign key (user_id) on posts: on delete NO ACTION -> CASCADE"],
    );
    told(
        Dialect::Sqlite,
        posts(|it| {
            it.indexes[0].parts[0].order = Order::Descending;
            it.indexes[0].uniqueness = Uniqueness::Unique;
        }),
        &[
            "index ix_posts_title on posts: columns title -> title DESC, uniqueness not unique -> UNIQUE",
        ],
    );
    told(
        Dialect::Sqlite,
        posts(|it| {
            it.uniques.push(Unique {
                parts: vec![KeyPart::column("title")],
                ..Unique::default()
            });
        }),
        &["unique constraint (title) on posts is added"],
    );
    told(
        Dialect::Sqlite,
        posts(|it| {
            it.options = TableOptions::Sqlite(super::super::SqliteTable {
                strict: true,
                ..Default::default()
            })
        }),
        &["table posts: STRICT no -> yes"],
    );
}

#[test]
fn objects_of_their_own() {
    told(
        Dialect::Postgres,
        |it| {
            it.enums
                .insert(EnumType::new(Name::bare("mood"), ["sad", "ok", "happy"]));
        },
        &["enum mood: labels sad, happy -> sad, ok, happy"],
    );
    told(
        Dialect::Postgres,
        |it| {
            it.sequences
                .update(&Name::bare("numbers"), |it| it.options.increment = 10);
        },
        &["sequence numbers: increment 1 -> 10"],
    );
    told(
        Dialect::Postgres,
        |it| {
            it.views
                .insert(View::new(Name::bare("titles"), "SELECT id FROM posts"));
        },
        &["view titles: query SELECT title FROM posts -> SELECT id FROM posts"],
    );
}

#[test]
fn two_unnamed_constraints_that_say_the_same_are_two() {
    told(
        Dialect::Sqlite,
        posts(|it| it.checks.push(it.checks[0].clone())),
        &["check constraint (title <> '') on posts is added"],
    );
}

#[test]
fn the_order_of_columns_is_told_apart_from_the_rest() {
    let before = blog(Dialect::Sqlite);
    let mut after = before.clone();
    posts(|it| it.columns.swap(1, 2))(&mut after);
    let differences = compare(&before, &after);
    assert_eq!(
        differences[0].to_string(),
        "table posts: order of columns id, user_id, title -> id, title, user_id"
    );
    assert!(differences.iter().all(Difference::is_column_order));
    // A column that only one side has is no matter of order.
    posts(|it| it.columns.push(Column::new("slug", "text")))(&mut after);
    assert!(
        !compare(&before, &after)
            .iter()
            .all(Difference::is_column_order)
    );
}

#[test]
fn typed_texts_of_sqlite_are_compared_by_their_tokens() {
    let change = |it: &mut Schema| {
        it.views.insert(View::new(
            Name::bare("titles"),
            "select  \"title\" /* why */ from posts",
        ));
    };
    told(Dialect::Sqlite, change, &[]);
    told(
        Dialect::Postgres,
        change,
        &["view titles: query SELECT title FROM posts -> select  \"title\" /* why */ from posts"],
    );
}

#[test]
fn of_several_lines_the_first_that_differs_is_told() {
    let trigger = |text: &str| Trigger::new(Name::bare("posts"), "touch", text);
    let mut before = blog(Dialect::Postgres);
    before
        .triggers
        .insert(trigger("CREATE TRIGGER touch\nBEGIN\n  SELECT 1;\nEND"));
    let mut after = before.clone();
    after
        .triggers
        .insert(trigger("CREATE TRIGGER touch\nBEGIN\n  SELECT 2;\nEND"));
    assert_eq!(
        compare(&before, &after)[0].to_string(),
        "trigger touch on posts: definition, line 3: SELECT 1; -> SELECT 2;"
    );
}
