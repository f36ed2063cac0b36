//! PostgreSQL: a function, and a trigger that calls it before a row is written.

use super::{DoubleWrite, Given, Names, Pair};
use crate::model::render::{converted, identifier, qualified};
use crate::model::schema::{Column, Function, FunctionKind, Trigger};
use crate::text::Dialect::Postgres;

pub(super) fn double_write(pair: &Pair<'_>) -> DoubleWrite {
    let Names { function, triggers } = Names::of(Postgres, &pair.table.name, pair.called);
    let (Some(name), Some(trigger)) = (function, triggers.into_iter().next()) else {
        return DoubleWrite::default();
    };
    let call = qualified(Postgres, &name);
    let function = Function {
        kind: FunctionKind::Function,
        definition: format!(
            "CREATE OR REPLACE FUNCTION {call}()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\n{}\n$function$",
            body(pair)
        ),
        name,
        arguments: String::new(),
        returns: Some("trigger".to_owned()),
        language: "plpgsql".to_owned(),
        definer: None,
        sql_mode: None,
        comment: None,
    };
    let definition = format!(
        "CREATE TRIGGER {} BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION {call}()",
        identifier(Postgres, &trigger),
        qualified(Postgres, &pair.table.name)
    );
    DoubleWrite {
        functions: vec![function],
        triggers: vec![Trigger::new(pair.table.name.clone(), trigger, definition)],
    }
}

fn body(pair: &Pair<'_>) -> String {
    let (old, new) = (
        identifier(Postgres, &pair.old.name),
        identifier(Postgres, &pair.new.name),
    );
    let forward = format!("NEW.{new} := {};", value(pair.old, pair.new));
    let back = format!("NEW.{old} := {};", value(pair.new, pair.old));
    let is_null = |column: &str| format!("NEW.{column} IS NULL");
    let insert = match pair.given {
        Given::Both => {
            let otherwise = format!("ELSIF {} THEN", is_null(&old));
            either(&is_null(&new), &forward, &otherwise, &back)
        }
        Given::New => either(&is_null(&new), &forward, "ELSE", &back),
        Given::Old => either(&is_null(&old), &back, "ELSE", &forward),
    };
    let (to_old, to_new) = if pair.is_rename() {
        (String::new(), String::new())
    } else {
        (
            format!("\n        AND NOT (OLD.{new} IS NULL AND OLD.{old} IS NOT NULL)"),
            format!("\n        AND NOT (OLD.{old} IS NULL AND OLD.{new} IS NOT NULL)"),
        )
    };
    let changes = |column: &Column, is: &str| {
        format!(
            "{} IS {is} FROM {}",
            compared("NEW", column),
            compared("OLD", column)
        )
    };
    format!(
        "BEGIN
    IF TG_OP = 'INSERT' THEN
{insert}
    ELSIF {}
        AND {}{to_new} THEN
        {forward}
    ELSIF {}
        AND {}{to_old} THEN
        {back}
    END IF;
    RETURN NEW;
END",
        changes(pair.old, "DISTINCT"),
        changes(pair.new, "NOT DISTINCT"),
        changes(pair.new, "DISTINCT"),
        changes(pair.old, "NOT DISTINCT"),
    )
}

/// What an insert does to one or the other column.
fn either(condition: &str, first: &str, otherwise: &str, second: &str) -> String {
    format!(
        "        IF {condition} THEN
            {first}
        {otherwise}
            {second}
        END IF;"
    )
}

/// The value of one column as one for the other.
fn value(from: &Column, to: &Column) -> String {
    let column = format!("NEW.{}", identifier(Postgres, &from.name));
    converted(Postgres, &column, &from.data_type, &to.data_type)
}

/// A value that every change changes: not all types can be compared, and for some and under some collations values are
/// equal that are not the same.
fn compared(row: &str, column: &Column) -> String {
    const PLAIN: [&str; 10] = [
        "smallint",
        "integer",
        "bigint",
        "boolean",
        "text",
        "character varying",
        "uuid",
        "date",
        "timestamp without time zone",
        "timestamp with time zone",
    ];
    let name = identifier(Postgres, &column.name);
    let base = column.data_type.split('(').next().unwrap_or_default();
    match &column.collation {
        Some(_) => format!("{row}.{name}::text COLLATE \"C\""),
        None if PLAIN.contains(&base) => format!("{row}.{name}"),
        None => format!("{row}.{name}::text"),
    }
}
