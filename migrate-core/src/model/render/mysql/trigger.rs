//! Triggers, and their order among those of the same table, time and event.

use std::collections::BTreeMap;

use super::name::{ident, name};
use crate::model::diff::{Changes, Item, Operation};
use crate::model::render::Statement;
use crate::model::schema::{Name, Object as _, Schema, Trigger, TriggerKey};
use crate::text::Dialect;
use crate::text::sql::{TokenKind, tokenize};

/// What is done to the triggers: all that go, and then all that come.
#[derive(Debug, Default)]
pub(super) struct TriggerChanges {
    pub drops: Vec<Statement>,
    pub creates: Vec<Statement>,
}

impl TriggerChanges {
    pub(super) fn of(changes: &Changes<'_>) -> Self {
        let dialect = changes.after.dialect;
        let mut goes: Vec<&Trigger> = Vec::new();
        let mut comes: Vec<&Trigger> = Vec::new();
        let mut moved: Vec<(&Trigger, &Trigger)> = Vec::new();
        for operation in &changes.operations {
            match *operation {
                Operation::Create(Item::Trigger(after)) => comes.push(after),
                Operation::Drop(Item::Trigger(before)) => goes.push(before),
                Operation::Alter {
                    before: Item::Trigger(before),
                    after: Item::Trigger(after),
                } => {
                    if before.definition == after.definition {
                        moved.push((before, after));
                    } else {
                        goes.push(before);
                        comes.push(after);
                    }
                }
                _ => {}
            }
        }
        // Those that come and go may move the others by themselves.
        for (before, after) in moved {
            if is_out_of_order(changes.before, before, changes.after, after, &goes) {
                goes.push(before);
                comes.push(after);
            }
        }
        comes.sort_by_key(|trigger| (&trigger.table, trigger.order));
        let mut creates = Vec::new();
        let mut waiting: Vec<&Trigger> = comes.clone();
        for trigger in comes {
            waiting.retain(|it| it.name != trigger.name);
            let next = siblings(changes.after, trigger).into_iter().find(|it| {
                it.order > trigger.order && !waiting.iter().any(|other| other.name == it.name)
            });
            let sql = create(trigger, next, dialect);
            creates.push(Statement::creating(trigger, sql));
        }
        Self {
            drops: goes
                .iter()
                .map(|trigger| Statement::new(format!("DROP TRIGGER {}", ident(&trigger.name))))
                .collect(),
            creates,
        }
    }
}

/// `CREATE TRIGGER` for one that takes its place among the others of a schema.
pub(in crate::model::render) fn in_its_place(schema: &Schema, trigger: &Trigger) -> String {
    let mut siblings = siblings(schema, trigger).into_iter();
    let next = siblings.find(|it| it.order > trigger.order);
    create(trigger, next, schema.dialect)
}

/// The place behind all triggers of the same table, time and event.
pub(in crate::model::render) fn last_place(schema: &Schema, trigger: &Trigger) -> u32 {
    let last = siblings(schema, trigger).last().map_or(0, |it| it.order);
    last + 1
}

/// Counts the triggers of a table anew, in the order in which `place` has them.
pub(in crate::model::render) fn renumber(
    schema: &mut Schema,
    table: &Name,
    place: impl Fn(&Trigger) -> u32,
) {
    let dialect = schema.dialect;
    let mut events: BTreeMap<String, Vec<TriggerKey>> = BTreeMap::new();
    let mut triggers: Vec<&Trigger> = schema.triggers.iter().collect();
    triggers.retain(|it| it.table == *table);
    triggers.sort_by_key(|it| (place(it), it.order));
    for trigger in triggers {
        let same = events.entry(event(trigger, dialect)).or_default();
        same.push(trigger.key());
    }
    for same in events.values() {
        for (number, key) in (1..).zip(same) {
            schema.triggers.update(key, |it| it.order = number);
        }
    }
}

/// Whether a trigger stands elsewhere among those that stay than it shall.
fn is_out_of_order(
    old: &Schema,
    before: &Trigger,
    new: &Schema,
    after: &Trigger,
    goes: &[&Trigger],
) -> bool {
    let stays = |schema: &Schema, trigger: &Trigger| -> Vec<String> {
        let all = siblings(schema, trigger);
        let stay = all
            .into_iter()
            .filter(|it| !goes.iter().any(|other| other.name == it.name));
        stay.map(|it| it.name.clone()).collect()
    };
    let (olds, news) = (stays(old, before), stays(new, after));
    let common = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter()
            .filter(|name| other.contains(name))
            .cloned()
            .collect()
    };
    let (olds, news) = (common(&olds, &news), common(&news, &olds));
    olds.iter().position(|name| *name == before.name)
        != news.iter().position(|name| *name == after.name)
}

/// The triggers of the same table, time and event, in their order.
fn siblings<'s>(schema: &'s Schema, trigger: &Trigger) -> Vec<&'s Trigger> {
    let dialect = schema.dialect;
    let event = event(trigger, dialect);
    let same = |it: &&Trigger| it.table == trigger.table && self::event(it, dialect) == event;
    let mut siblings: Vec<&Trigger> = schema.triggers.iter().filter(same).collect();
    siblings.sort_by_key(|it| it.order);
    siblings
}

/// Time and event: `BEFORE INSERT`.
fn event(trigger: &Trigger, dialect: Dialect) -> String {
    let text = &trigger.definition;
    let words = tokenize(text, dialect).filter(|token| !token.kind.is_trivia());
    // `CREATE TRIGGER name` stands before them.
    let words = words
        .skip(3)
        .take(2)
        .map(|token| text[token.range].to_ascii_uppercase());
    words.collect::<Vec<String>>().join(" ")
}

/// `CREATE TRIGGER`, before the one that it has to precede.
fn create(trigger: &Trigger, next: Option<&Trigger>, dialect: Dialect) -> String {
    /// A trigger that is no longer than this stands on one line.
    const LINE: usize = 100;
    let table: &Name = &trigger.table;
    let head = format!(
        "CREATE TRIGGER {} {} ON {} FOR EACH ROW",
        ident(&trigger.name),
        event(trigger, dialect),
        name(table)
    );
    let place = next
        .map(|next| format!(" PRECEDES {}", ident(&next.name)))
        .unwrap_or_default();
    let body = body(&trigger.definition, dialect);
    let line = format!("{head}{place} {body}");
    if line.len() <= LINE && !line.contains('\n') {
        line
    } else {
        format!("{head}{place}\n{body}")
    }
}

/// What stands behind `FOR EACH ROW`.
fn body(definition: &str, dialect: Dialect) -> &str {
    let mut last: BTreeMap<usize, String> = BTreeMap::new();
    for (number, token) in tokenize(definition, dialect)
        .filter(|it| !it.kind.is_trivia())
        .enumerate()
    {
        let is_word = token.kind == TokenKind::Word;
        let word = if is_word {
            definition[token.range.clone()].to_ascii_uppercase()
        } else {
            String::new()
        };
        let is = |back: usize, text: &str| {
            number
                .checked_sub(back)
                .and_then(|at| last.get(&at))
                .is_some_and(|it| it == text)
        };
        if word == "ROW" && is(1, "EACH") && is(2, "FOR") {
            return definition[token.range.end..].trim_start();
        }
        last.insert(number, word);
    }
    definition
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diff::{Renames, diff};

    fn schema(bodies: &[(&str, &str, u32)]) -> Schema {
        let mut schema = Schema::new(Dialect::Mariadb, "app");
        for (name, body, order) in bodies {
            let definition =
                format!("CREATE TRIGGER `{name}` BEFORE INSERT ON `t` FOR EACH ROW {body}");
            schema.triggers.insert(Trigger {
                order: *order,
                ..Trigger::new(Name::bare("t"), *name, definition)
            });
        }
        schema
    }

    fn told(before: &[(&str, &str, u32)], after: &[(&str, &str, u32)]) -> Vec<String> {
        let (before, after) = (schema(before), schema(after));
        let changes = diff(&before, &after, &Renames::default());
        let triggers = TriggerChanges::of(&changes);
        let statements = triggers.drops.into_iter().chain(triggers.creates);
        statements.map(|it| it.sql).collect()
    }

    #[test]
    fn a_trigger_takes_its_place_among_the_others() {
        let (a, b, c) = (
            ("a", "SET NEW.a = 1", 1),
            ("b", "SET NEW.b = 1", 2),
            ("c", "SET NEW.c = 1", 3),
        );
        assert_eq!(
            told(&[a], &[a, b]),
            ["CREATE TRIGGER b BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1"]
        );
        assert_eq!(
            told(&[a, ("c", c.1, 2)], &[a, b, c]),
            ["CREATE TRIGGER b BEFORE INSERT ON t FOR EACH ROW PRECEDES c SET NEW.b = 1"]
        );
        assert_eq!(
            told(&[a, b, c], &[("b", b.1, 1), ("c", c.1, 2)]),
            ["DROP TRIGGER a"]
        );
        assert_eq!(
            told(&[a, b], &[("a", "SET NEW.a = 2", 1), b]),
            [
                "DROP TRIGGER a",
                "CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW PRECEDES b SET NEW.a = 2"
            ]
        );
        assert_eq!(
            told(&[a, b], &[("b", b.1, 1), ("a", a.1, 2)]),
            [
                "DROP TRIGGER a",
                "CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1"
            ],
            "one of them moves"
        );
    }
}
