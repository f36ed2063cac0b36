//! In which order the operations stand.

use super::*;

#[test]
fn tables_stand_behind_those_they_refer_to_and_go_before_them() {
    let mut a = table("a", &["b_id"]);
    a.foreign_keys.push(ForeignKey::new(
        vec!["b_id".into()],
        Name::bare("b"),
        vec!["id".into()],
    ));
    let one = schema([a, table("b", &["id"])]);
    operations(
        &schema([]),
        &one,
        "",
        &[
            "create table b",
            "create table a",
            "create foreign key (b_id) on a",
        ],
    );
    operations(&one, &schema([]), "", &["drop table a", "drop table b"]);
}

#[test]
fn of_tables_that_go_in_a_circle_a_foreign_key_goes_first() {
    let refers = |name: &str, to: &str| {
        let mut table = table(name, &["id", "other"]);
        let key = ForeignKey::new(vec!["other".into()], Name::bare(to), vec!["id".into()]);
        table.foreign_keys.push(key);
        table
    };
    operations(
        &schema([refers("a", "b"), refers("b", "a"), refers("c", "c")]),
        &schema([]),
        "",
        &[
            "drop table c",
            "drop foreign key (other) on b",
            "drop table a",
            "drop table b",
        ],
    );
}

fn function(name: &str, body: &str) -> Function {
    Function {
        kind: FunctionKind::Function,
        name: Name::bare(name),
        arguments: String::new(),
        returns: Some("integer".to_owned()),
        language: "sql".to_owned(),
        definition: format!(
            "CREATE OR REPLACE FUNCTION {name}()\n RETURNS integer\n LANGUAGE sql\nAS $function${body}$function$"
        ),
        definer: None,
        sql_mode: None,
        comment: None,
    }
}

#[test]
fn a_function_is_there_before_the_default_that_calls_it_and_goes_behind_it() {
    let with = |name: &str| {
        let mut users = table("users", &["id"]);
        users.columns[0].default = Some(format!("{name}()"));
        let mut schema = schema([users]);
        schema.functions.insert(function(name, "SELECT 1"));
        schema.dependencies.push(Dependency {
            object: ObjectId::new(Kind::Table, Name::bare("users")),
            on: ObjectId::new(Kind::Function, Name::bare(format!("{name}()"))),
        });
        schema
    };
    operations(
        &schema([]),
        &with("one"),
        "",
        &["create function one()", "create table users"],
    );
    operations(
        &with("one"),
        &with("two"),
        "",
        &[
            "create function two()",
            "alter column users.id",
            "drop function one()",
        ],
    );
}

#[test]
fn a_function_in_sql_stands_behind_what_its_body_names() {
    let mut one = schema([table("users", &["id"])]);
    one.functions.insert(function("a", "SELECT b()"));
    one.functions
        .insert(function("b", "SELECT count(*) FROM z_users"));
    view(&mut one, "z_users", "users", "id");
    operations(
        &schema([]),
        &one,
        "",
        &[
            "create table users",
            "create view z_users",
            "create function b()",
            "create function a()",
        ],
    );
}
