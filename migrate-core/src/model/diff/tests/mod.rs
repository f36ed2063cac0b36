//! Pairs of schemas and the operations between them.

mod order;

use super::{Renames, diff};
use crate::model::schema::attribute::Nullability;
use crate::model::schema::{
    Column, Dependency, EnumType, ForeignKey, Function, FunctionKind, Grant, GrantOption, Index,
    KeyPart, Kind, MaterializedView, Name, ObjectId, PrimaryKey, Schema, Table, Trigger, Unique,
    View,
};
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
fn a_name_is_left_before_it_is_taken() {
    let one = schema([table("users", &["age", "age_new"])]);
    let other = schema([table("users", &["age_old", "age"])]);
    for (before, after, renames, expected) in [
        (
            &one,
            &other,
            "column users.age -> age_old; column users.age_new -> age",
            [
                "rename column users.age to age_old",
                "rename column users.age_new to age",
            ],
        ),
        (
            &other,
            &one,
            "column users.age -> age_new; column users.age_old -> age",
            [
                "rename column users.age to age_new",
                "rename column users.age_old to age",
            ],
        ),
    ] {
        let renames: Renames = renames.parse().expect("renames");
        let changes = diff(before, after, &renames);
        let found: Vec<String> = changes.operations.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }
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

/// A view that shows a column.
fn view(schema: &mut Schema, name: &str, table: &str, column: &str) {
    let mut view = View::new(Name::bare(name), format!("SELECT {column} FROM {table}"));
    view.columns.push(column.to_owned());
    view.column_types.push("text".to_owned());
    schema.dependencies.push(Dependency {
        object: view.id(),
        on: ObjectId::on(Kind::Column, Name::bare(table), column),
    });
    schema.views.insert(view);
}

fn retyped(schema: &Schema, table: &str, column: &str, data_type: &str) -> Schema {
    let mut schema = schema.clone();
    schema.tables.update(&Name::bare(table), |table| {
        for it in table.columns.iter_mut().filter(|it| it.name == column) {
            data_type.clone_into(&mut it.data_type);
        }
    });
    schema
}

#[test]
fn views_on_views_step_aside_while_a_column_changes_its_type() {
    let mut one = schema([table("users", &["id", "email"])]);
    view(&mut one, "mails", "users", "email");
    view(&mut one, "z_ids", "users", "id");
    view(&mut one, "a_mails", "mails", "email");
    let mut counts = MaterializedView::new(Name::bare("counts"), "SELECT email FROM a_mails");
    counts.indexes.push(Index::new("counts_idx", ["email"]));
    one.dependencies.push(Dependency {
        object: counts.id(),
        on: ObjectId::on(Kind::Column, Name::bare("a_mails"), "email"),
    });
    one.materialized_views.insert(counts);
    one.triggers.insert(Trigger::new(
        Name::bare("mails"),
        "t",
        "CREATE TRIGGER t ..",
    ));
    operations(
        &one,
        &retyped(&one, "users", "email", "character varying(9)"),
        "",
        &[
            "drop materialized view counts",
            "drop view a_mails",
            "drop view mails",
            "alter column users.email",
            "create view mails",
            "create view a_mails",
            "create materialized view counts",
            "create index counts_idx on counts",
            "create trigger t on mails",
        ],
    );
}

#[test]
fn rights_on_what_is_made_again_are_given_again() {
    let mut one = schema([table("users", &["id", "email"])]);
    view(&mut one, "mails", "users", "email");
    for (object, privilege) in [(Kind::View, "mails"), (Kind::Table, "users")] {
        one.grants.push(Grant {
            object: ObjectId::new(object, Name::bare(privilege)),
            grantee: "app".to_owned(),
            privilege: "SELECT".to_owned(),
            option: GrantOption::None,
        });
    }
    operations(
        &one,
        &retyped(&one, "users", "email", "character varying(9)"),
        "",
        &[
            "drop view mails",
            "alter column users.email",
            "create view mails",
            "create grant SELECT on view mails to app",
        ],
    );
}

#[test]
fn a_foreign_key_steps_aside_for_its_key_and_for_types_that_take_a_cast() {
    let mut users = table("users", &["id", "code"]);
    users.primary_key = Some(PrimaryKey {
        name: Some("users_pkey".to_owned()),
        parts: vec![KeyPart::column("id")],
        ..PrimaryKey::default()
    });
    let mut orders = table("orders", &["user_id"]);
    orders.foreign_keys.push(ForeignKey {
        name: Some("orders_fkey".to_owned()),
        ..ForeignKey::new(
            vec!["user_id".into()],
            Name::bare("users"),
            vec!["id".into()],
        )
    });
    let one = schema([users.clone(), orders]);
    let mut other = one.clone();
    other.tables.update(&Name::bare("users"), |table| {
        let key = table.primary_key.as_mut().expect("a key");
        key.include.push("code".to_owned());
    });
    operations(
        &one,
        &other,
        "",
        &[
            "drop foreign key orders_fkey on orders",
            "drop primary key users_pkey on users",
            "create primary key users_pkey on users",
            "create foreign key orders_fkey on orders",
        ],
    );
    let both = |data_type| {
        retyped(
            &retyped(&one, "users", "id", data_type),
            "orders",
            "user_id",
            data_type,
        )
    };
    operations(
        &one,
        &both("integer"),
        "",
        &[
            "drop foreign key orders_fkey on orders",
            "alter column orders.user_id",
            "alter column users.id",
            "create foreign key orders_fkey on orders",
        ],
    );
    operations(
        &one,
        &both("character varying(9)"),
        "",
        &["alter column orders.user_id", "alter column users.id"],
    );
}

#[test]
fn an_enum_that_loses_a_label_moves_what_names_its_labels_aside() {
    let with = |labels: &[&str]| {
        let mut users = table("users", &["id", "mood"]);
        "mood".clone_into(&mut users.columns[1].data_type);
        users.indexes.push(Index::new("plain", ["mood"]));
        users.indexes.push(Index {
            predicate: Some("mood = 'sad'::mood".to_owned()),
            ..Index::new("sad", ["id"])
        });
        let mut schema = schema([users]);
        schema
            .enums
            .insert(EnumType::new(Name::bare("mood"), labels.iter().copied()));
        view(&mut schema, "moods", "users", "mood");
        schema
    };
    operations(
        &with(&["sad", "ok"]),
        &with(&["sad", "fine", "ok"]),
        "",
        &["alter enum mood"],
    );
    operations(
        &with(&["sad", "ok"]),
        &with(&["sad"]),
        "",
        &[
            "drop view moods",
            "drop index sad on users",
            "alter enum mood",
            "create index sad on users",
            "create view moods",
        ],
    );
}

#[test]
fn what_differs_in_its_name_alone_is_renamed() {
    let with = |index: &str, unique: &str| {
        let mut users = table("users", &["id"]);
        users.indexes.push(Index::new(index, ["id"]));
        users.uniques.push(Unique {
            name: Some(unique.to_owned()),
            parts: vec![KeyPart::column("id")],
            ..Unique::default()
        });
        schema([users])
    };
    operations(
        &with("a", "b"),
        &with("c", "d"),
        "",
        &[
            "rename unique constraint b on users to d",
            "rename index a on users to c",
        ],
    );
}

/// There is no clock in this test; with anything quadratic it would not end.
#[test]
fn two_thousand_tables() {
    let mut before = Schema::new(Dialect::Postgres, "public");
    for number in 0..2_000 {
        let mut table = table(
            &format!("t{number}"),
            &["id", "a", "b", "c", "d", "e", "f", "other"],
        );
        table.primary_key = Some(PrimaryKey {
            name: Some(format!("t{number}_pkey")),
            parts: vec![KeyPart::column("id")],
            ..PrimaryKey::default()
        });
        table
            .indexes
            .push(Index::new(format!("t{number}_a"), ["a"]));
        let other = Name::bare(format!("t{}", (number + 1) % 2_000));
        table.foreign_keys.push(ForeignKey {
            name: Some(format!("t{number}_fkey")),
            ..ForeignKey::new(vec!["other".into()], other, vec!["id".into()])
        });
        before.tables.insert(table);
        view(
            &mut before,
            &format!("v{number}"),
            &format!("t{number}"),
            "b",
        );
    }
    let empty = Schema::new(Dialect::Postgres, "public");
    let renames = Renames::default();
    assert!(diff(&before, &before, &renames).is_empty());
    assert_eq!(diff(&empty, &before, &renames).operations.len(), 8_000);
    // The views go for themselves, and a circle of two thousand takes one foreign key to break.
    assert_eq!(diff(&before, &empty, &renames).operations.len(), 4_001);
    let mut after = before.clone();
    for number in 0..2_000 {
        after = match number % 1_000 {
            0 => retyped(&after, &format!("t{number}"), "b", "character varying(9)"),
            _ => after,
        };
    }
    assert_eq!(diff(&before, &after, &renames).operations.len(), 6);
    let mut stricter = before.clone();
    for table in before.tables.iter() {
        stricter.tables.update(&table.name, |table| {
            table.columns[1].nullability = Nullability::NotNull;
        });
    }
    assert_eq!(diff(&before, &stricter, &renames).operations.len(), 2_000);
}
