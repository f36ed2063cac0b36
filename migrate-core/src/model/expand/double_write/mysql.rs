//! MySQL and MariaDB: two triggers before a row is written.

use super::{DoubleWrite, Given, Names, Pair};
use crate::model::render::{identifier, last_place, qualified};
use crate::model::schema::{Column, Object as _, Schema, Trigger};
use crate::text::Dialect::Mariadb;

pub(super) fn double_write(schema: &Schema, pair: &Pair<'_>) -> DoubleWrite {
    let names = Names::of(schema.dialect, &pair.table.name, pair.called);
    let bodies = [("INSERT", insert(pair)), ("UPDATE", update(pair))];
    let triggers = names.triggers.into_iter().zip(bodies);
    let triggers = triggers.map(|(name, (event, body))| {
        let definition = format!(
            "CREATE TRIGGER {} BEFORE {event} ON {} FOR EACH ROW\n{body}",
            identifier(Mariadb, &name),
            qualified(Mariadb, &pair.table.name)
        );
        let mut trigger = Trigger::new(pair.table.name.clone(), name, definition);
        // One that is there keeps its place.
        let is_there = schema.triggers.get(&trigger.key());
        trigger.order = is_there.map_or_else(|| last_place(schema, &trigger), |it| it.order);
        trigger
    });
    DoubleWrite {
        functions: Vec::new(),
        triggers: triggers.collect(),
    }
}

fn insert(pair: &Pair<'_>) -> String {
    let (old, new) = names(pair);
    let (first, then) = match pair.given {
        Given::Old => (&old, &new),
        Given::New | Given::Both => (&new, &old),
    };
    let otherwise = match pair.given {
        Given::Both => format!("ELSEIF NEW.{then} IS NULL THEN"),
        Given::Old | Given::New => "ELSE".to_owned(),
    };
    format!(
        "BEGIN
    IF NEW.{first} IS NULL THEN
        SET NEW.{first} = NEW.{then};
    {otherwise}
        SET NEW.{then} = NEW.{first};
    END IF;
END"
    )
}

fn update(pair: &Pair<'_>) -> String {
    let (old, new) = names(pair);
    let (to_old, to_new) = if pair.is_rename() {
        (String::new(), String::new())
    } else {
        (
            format!("\n        AND NOT (OLD.{new} IS NULL AND OLD.{old} IS NOT NULL)"),
            format!("\n        AND NOT (OLD.{old} IS NULL AND OLD.{new} IS NOT NULL)"),
        )
    };
    format!(
        "BEGIN
    IF NOT {}
        AND {}{to_new} THEN
        SET NEW.{new} = NEW.{old};
    ELSEIF NOT {}
        AND {}{to_old} THEN
        SET NEW.{old} = NEW.{new};
    END IF;
END",
        stays(pair.old),
        stays(pair.new),
        stays(pair.new),
        stays(pair.old),
    )
}

fn names(pair: &Pair<'_>) -> (String, String) {
    (
        identifier(Mariadb, &pair.old.name),
        identifier(Mariadb, &pair.new.name),
    )
}

/// Whether a column is what it was; texts byte for byte, because under most collations `a` is `A`.
fn stays(column: &Column) -> String {
    let name = identifier(Mariadb, &column.name);
    let kind = column.data_type.to_ascii_lowercase();
    let is_text = ["char", "text", "enum", "set"]
        .iter()
        .any(|it| kind.contains(it));
    if is_text {
        format!("(CAST(NEW.{name} AS BINARY) <=> CAST(OLD.{name} AS BINARY))")
    } else {
        format!("(NEW.{name} <=> OLD.{name})")
    }
}
