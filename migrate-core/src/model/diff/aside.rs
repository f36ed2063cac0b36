//! What has to stand aside while something below it changes.
//!
//! A view cannot stay when a column that it shows changes its type, nor a foreign key when the key it refers to is made
//! anew. Such objects are dropped before and made again behind, and what depends on them likewise.

use std::collections::HashMap;

use super::alterable::{self, Alteration, Change};
use super::needs::Needs;
use super::walk::Pair;
use super::{Item, Schema};
use crate::model::schema::{Kind, ObjectId, PartSource};
use crate::text::Dialect;

/// What becomes of an object that both schemas have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing.
    Stays,
    /// It is altered.
    Altered,
    /// It is dropped and made again.
    Remade,
}

/// Why something depends on something that does not stay as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// It goes for good.
    Gone,
    /// It is made again.
    Remade,
    /// A column changes its type; keys over it follow unless the values take a cast.
    Retyped { keys_follow: bool },
    /// A type is made again under columns that keep its name.
    Swapped,
}

/// The fate of every pair.
pub(super) fn fates<'s>(before: &'s Schema, after: &'s Schema, pairs: &[Pair<'s>]) -> Vec<Fate> {
    let dialect = after.dialect;
    let mut fates = Vec::with_capacity(pairs.len());
    let mut queue: Vec<(usize, Cause)> = Vec::new();
    for (place, pair) in pairs.iter().enumerate() {
        let fate = match (pair.before, pair.after) {
            (Some(_), None) => {
                queue.push((place, Cause::Gone));
                Fate::Stays
            }
            (Some(old), Some(new)) if !pair.details.is_empty() => {
                let change = Change {
                    before: old,
                    after: new,
                    details: &pair.details,
                    schemas: (before, after),
                };
                match alterable::alteration(dialect, change) {
                    Alteration::InPlace => Fate::Altered,
                    Alteration::Disruptive => {
                        queue.push((place, cause(dialect, old, new)));
                        Fate::Altered
                    }
                    Alteration::Replace => {
                        queue.push((place, Cause::Remade));
                        Fate::Remade
                    }
                }
            }
            _ => Fate::Stays,
        };
        fates.push(fate);
    }
    if !queue.is_empty() {
        spread(before, pairs, &mut fates, queue);
    }
    fates
}

fn cause(dialect: Dialect, old: Item<'_>, new: Item<'_>) -> Cause {
    match (old, new) {
        (Item::Column(_, old), Item::Column(_, new)) => Cause::Retyped {
            keys_follow: alterable::keys_follow(dialect, &old.data_type, &new.data_type),
        },
        _ => Cause::Swapped,
    }
}

fn spread<'s>(
    before: &'s Schema,
    pairs: &[Pair<'s>],
    fates: &mut [Fate],
    mut queue: Vec<(usize, Cause)>,
) {
    let needs = Needs::new(before);
    let mut dependents: HashMap<ObjectId, Vec<usize>> = HashMap::new();
    for (place, pair) in pairs.iter().enumerate() {
        if let Some(old) = &pair.before {
            for id in needs.of(old) {
                let list = dependents.entry(id).or_default();
                if list.last() != Some(&place) {
                    list.push(place);
                }
            }
        }
    }
    while let Some((place, cause)) = queue.pop() {
        let Some(old) = &pairs[place].before else {
            continue;
        };
        for &dependent in dependents.get(&old.id()).into_iter().flatten() {
            let pair = &pairs[dependent];
            let (Some(one), Some(_)) = (&pair.before, &pair.after) else {
                continue;
            };
            if cause == Cause::Gone && fates[dependent] != Fate::Stays
                || fates[dependent] == Fate::Remade
            {
                continue;
            }
            match effect(one, old, cause) {
                Effect::None => {}
                Effect::Remade => {
                    fates[dependent] = Fate::Remade;
                    queue.push((dependent, Cause::Remade));
                }
                Effect::Retyped => queue.push((dependent, Cause::Swapped)),
            }
        }
    }
}

/// What the cause does to a dependent.
enum Effect {
    None,
    Remade,
    /// It is a column whose type is made again.
    Retyped,
}

fn effect(dependent: &Item<'_>, on: &Item<'_>, cause: Cause) -> Effect {
    let has_text = match dependent {
        Item::Index(_, it) => {
            it.predicate.is_some()
                || it
                    .parts
                    .iter()
                    .any(|part| matches!(part.source, PartSource::Expression(_)))
        }
        Item::Check(..) | Item::Exclusion(..) => true,
        _ => false,
    };
    // A schema goes when all that was in it has gone or moved.
    if matches!(on, Item::Namespace(_)) {
        return Effect::None;
    }
    match (dependent, cause) {
        // What is in it stays in it, and rights are looked after where they are written.
        (Item::Table(_) | Item::Namespace(_) | Item::Grant(_) | Item::Sequence(_), _) => {
            Effect::None
        }
        (Item::Column(_, column), Cause::Swapped) if column.generated.is_none() => {
            // Only a type can be swapped below a column.
            if matches!(on, Item::Column(..)) {
                Effect::None
            } else {
                Effect::Retyped
            }
        }
        (Item::Column(_, column), _) if column.generated.is_none() => Effect::None,
        (Item::Domain(_) | Item::Composite(_) | Item::Enum(_), _) => Effect::None,
        (Item::ForeignKey(..), Cause::Retyped { keys_follow: true }) => Effect::None,
        (Item::ForeignKey(..), Cause::Swapped) => Effect::None,
        (
            Item::PrimaryKey(..)
            | Item::Unique(..)
            | Item::Index(..)
            | Item::Check(..)
            | Item::Exclusion(..),
            Cause::Retyped { .. },
        ) => Effect::None,
        (Item::PrimaryKey(..) | Item::Unique(..), Cause::Swapped) => Effect::None,
        (Item::Other(it), Cause::Retyped { .. }) if it.id.kind == Kind::Statistics => Effect::None,
        (Item::Index(..) | Item::Check(..) | Item::Exclusion(..), Cause::Swapped) if !has_text => {
            Effect::None
        }
        _ => Effect::Remade,
    }
}
