//! What an `ALTER TABLE` leaves behind.

use super::{Expectation, Fact, Presence, known};
use crate::text::Dialect;
use crate::text::ddl::{Alteration, Existing, Key, KeyKind, Missing, Name, Rename};

/// One `ALTER TABLE` happens whole or not at all: what can be looked for speaks for the rest.
pub(super) fn alterations(table: &Name, actions: &[Alteration], dialect: Dialect) -> Expectation {
    if !actions.is_empty() && actions.iter().all(is_repeatable) {
        return Expectation::Repeatable;
    }
    // Behind a rename the table has another name.
    let renamed = actions.iter().rev().find_map(|action| match action {
        Alteration::RenameTo(to) => Some(Name {
            schema: to.schema.clone().or_else(|| table.schema.clone()),
            ..to.clone()
        }),
        _ => None,
    });
    if let Some(to) = renamed {
        return known(vec![
            (Fact::Table(table.clone()), Presence::Absent),
            (Fact::Table(to), Presence::Present),
        ]);
    }
    let mut facts = Vec::new();
    for action in actions {
        facts.extend(altered(table, action, dialect));
    }
    // What is dropped and added again under its name is there before and after.
    let clashes = |fact: &Fact| facts.iter().filter(|(other, _)| other == fact).count() > 1;
    let facts: Vec<_> = facts
        .iter()
        .filter(|(fact, _)| !clashes(fact))
        .cloned()
        .collect();
    known(facts)
}

fn is_repeatable(action: &Alteration) -> bool {
    match action {
        Alteration::AddColumn(_, existing) | Alteration::AddKey(_, existing) => {
            *existing == Existing::Skip
        }
        Alteration::DropColumn(_, missing)
        | Alteration::DropIndex(_, missing)
        | Alteration::DropForeignKey(_, missing)
        | Alteration::DropConstraint(_, missing) => *missing == Missing::Skip,
        Alteration::ModifyColumn(..) | Alteration::Engine(_) | Alteration::Option => true,
        Alteration::ChangeColumn(rename, _) => rename.from.eq_ignore_ascii_case(&rename.to),
        _ => false,
    }
}

/// What one action leaves behind, where that can be looked for.
fn altered(table: &Name, action: &Alteration, dialect: Dialect) -> Vec<(Fact, Presence)> {
    use Presence::{Absent, Present};
    let column = |name: &String| Fact::Column(table.clone(), name.clone());
    let index = |name: &String| Fact::Index(Some(table.clone()), Name::bare(name.clone()));
    let constraint = |name: &String| Fact::Constraint(table.clone(), name.clone());
    match action {
        // With a guard, it may have been there before.
        Alteration::AddColumn(_, Existing::Skip) | Alteration::AddKey(_, Existing::Skip) => {
            Vec::new()
        }
        Alteration::AddColumn(added, _) => vec![(column(&added.name), Present)],
        Alteration::AddKey(key, _) => added_key(table, key, dialect)
            .map(|fact| (fact, Present))
            .into_iter()
            .collect(),
        Alteration::DropColumn(name, Missing::Error) => vec![(column(name), Absent)],
        Alteration::DropIndex(name, Missing::Error) => vec![(index(name), Absent)],
        Alteration::DropForeignKey(name, Missing::Error)
        | Alteration::DropConstraint(name, Missing::Error) => {
            vec![(constraint(name), Absent)]
        }
        Alteration::DropPrimaryKey => vec![(Fact::PrimaryKey(table.clone()), Absent)],
        Alteration::ChangeColumn(Rename { from, to }, Missing::Error)
        | Alteration::RenameColumn(Rename { from, to })
            if !from.eq_ignore_ascii_case(to) =>
        {
            vec![(column(from), Absent), (column(to), Present)]
        }
        Alteration::RenameIndex(Rename { from, to }) => {
            vec![(index(from), Absent), (index(to), Present)]
        }
        Alteration::RenameConstraint(Rename { from, to }) => {
            vec![(constraint(from), Absent), (constraint(to), Present)]
        }
        _ => Vec::new(),
    }
}

fn added_key(table: &Name, key: &Key, dialect: Dialect) -> Option<Fact> {
    match (key.kind, &key.name) {
        (KeyKind::Primary, _) => Some(Fact::PrimaryKey(table.clone())),
        (KeyKind::Unique, Some(name)) if !dialect.is_mysql_family() => {
            Some(Fact::Constraint(table.clone(), name.clone()))
        }
        (KeyKind::Unique | KeyKind::Index, Some(name)) => {
            Some(Fact::Index(Some(table.clone()), Name::bare(name.clone())))
        }
        (KeyKind::Unique | KeyKind::Index, None) if !key.columns.is_empty() => {
            Some(Fact::IndexOn(table.clone(), key.columns.clone()))
        }
        (KeyKind::Foreign | KeyKind::Check | KeyKind::Other, Some(name)) => {
            Some(Fact::Constraint(table.clone(), name.clone()))
        }
        (KeyKind::Foreign, None) if !key.columns.is_empty() => Some(Fact::ForeignKey(
            table.clone(),
            key.columns.clone(),
            key.references.clone()?,
        )),
        _ => None,
    }
}
