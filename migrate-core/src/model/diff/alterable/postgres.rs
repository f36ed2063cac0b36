//! What PostgreSQL can change in place.

use super::{Alteration, Change};
use crate::model::diff::Item;
use crate::model::schema::attribute::Validity;
use crate::model::schema::{CompositeType, EnumType, Function, Policy, Schema, View};

use Alteration::{Disruptive, InPlace, Replace};

pub(super) fn alteration(change: Change<'_>) -> Alteration {
    match (change.before, change.after) {
        (Item::Enum(before), Item::Enum(after)) => labels(before, after),
        (Item::Domain(_), Item::Domain(_)) if change.has("type") || change.has("collation") => {
            Disruptive
        }
        (Item::Composite(before), Item::Composite(after)) => composite(change, before, after),
        (Item::Column(..), Item::Column(..)) => column(change),
        (Item::Check(_, before), Item::Check(_, after)) => {
            constraint(change, before.validity, after.validity)
        }
        (Item::ForeignKey(_, before), Item::ForeignKey(_, after)) => {
            constraint(change, before.validity, after.validity)
        }
        (Item::PrimaryKey(..) | Item::Unique(..) | Item::Exclusion(..), _) => {
            in_place_if(change.is_only(&["comment", "name", "storage parameters", "tablespace"]))
        }
        (Item::Index(..), _) => in_place_if(change.is_only(&[
            "comment",
            "storage parameters",
            "tablespace",
            "clustered",
        ])),
        (Item::Policy(_, before), Item::Policy(_, after)) => policy(change, before, after),
        (Item::View(before), Item::View(after)) => view(change, before, after),
        (Item::MaterializedView(_), _) => {
            in_place_if(!change.has("query") && !change.has("columns"))
        }
        (Item::Function(before), Item::Function(after)) => function(before, after),
        (Item::Trigger(_), _) => in_place_if(!change.has("definition")),
        (Item::Other(_), _) => in_place_if(change.is_only(&["comment"])),
        (Item::Grant(_), _) => InPlace,
        // How a table is partitioned cannot be changed, nor that it is a foreign one.
        (Item::Table(_), _) => in_place_if(!change.has("partitioned by")),
        _ => InPlace,
    }
}

const fn in_place_if(can: bool) -> Alteration {
    if can { InPlace } else { Replace }
}

/// Labels can be added anywhere; nothing else can be done to them.
fn labels(before: &EnumType, after: &EnumType) -> Alteration {
    let mut news = after.labels.iter();
    if before.labels.iter().all(|old| news.any(|new| new == old)) {
        InPlace
    } else {
        Disruptive
    }
}

/// Attributes come and go in place, unless a column has the type and one of them changes its own.
fn composite(change: Change<'_>, before: &CompositeType, after: &CompositeType) -> Alteration {
    let mut olds = before.attributes.iter();
    let changed = olds.any(|old| {
        let new = after.attributes.iter().find(|new| new.name == old.name);
        new.is_some_and(|new| new != old)
    });
    // The order of those that stay, with the new ones last, is all that ALTER TYPE can make.
    let kept = before
        .attributes
        .iter()
        .filter(|old| after.attributes.iter().any(|new| new.name == old.name));
    let made = after
        .attributes
        .iter()
        .filter(|new| !before.attributes.iter().any(|old| old.name == new.name));
    let names: Vec<&str> = kept.chain(made).map(|it| it.name.as_str()).collect();
    let in_order = after.attributes.iter().map(|it| it.name.as_str()).eq(names);
    if in_order && !(changed && is_used(change.schemas.0, before)) {
        InPlace
    } else {
        Disruptive
    }
}

fn is_used(schema: &Schema, composite: &CompositeType) -> bool {
    schema.dependencies.iter().any(|it| it.on == composite.id())
}

fn column(change: Change<'_>) -> Alteration {
    let (Item::Column(_, before), Item::Column(_, after)) = (change.before, change.after) else {
        return InPlace;
    };
    // An expression can be taken away, but neither given nor changed.
    if after.generated.is_some() && (change.has("generated") || change.has("generation")) {
        return Replace;
    }
    if before.generated.is_some()
        && after.generated.is_none()
        && change.details.iter().any(|it| it.before == "VIRTUAL")
    {
        return Replace;
    }
    if change.has("type") || change.has("collation") {
        return Disruptive;
    }
    InPlace
}

fn constraint(change: Change<'_>, before: Validity, after: Validity) -> Alteration {
    let validated = before == Validity::NotValid && after == Validity::Valid;
    let others = change.is_only(&["comment", "deferral", "validity"]);
    let deferral_of_check = matches!(change.after, Item::Check(..)) && change.has("deferral");
    in_place_if(others && !deferral_of_check && (validated || !change.has("validity")))
}

fn policy(change: Change<'_>, before: &Policy, after: &Policy) -> Alteration {
    let taken_away = before.using.is_some() && after.using.is_none()
        || before.with_check.is_some() && after.with_check.is_none();
    in_place_if(!taken_away && change.is_only(&["roles", "using", "with check", "comment"]))
}

/// `CREATE OR REPLACE VIEW` keeps the columns and adds some behind them.
fn view(change: Change<'_>, before: &View, after: &View) -> Alteration {
    if !change.has("query") && !change.has("columns") {
        return InPlace;
    }
    let names = after.columns.starts_with(&before.columns);
    let types = after.column_types.starts_with(&before.column_types);
    in_place_if(names && types)
}

/// `CREATE OR REPLACE FUNCTION` keeps names and types of the arguments and what is returned.
fn function(before: &Function, after: &Function) -> Alteration {
    in_place_if(before.returns == after.returns && head(before) == head(after))
}

/// What stands before the body's language: name, arguments with their defaults, and result.
fn head(function: &Function) -> &str {
    let definition = function.definition.as_str();
    let end = definition.find("\n LANGUAGE ");
    end.map_or(definition, |end| &definition[..end])
}

/// Foreign keys compare what has a common index: numbers with numbers, texts with texts.
pub(super) fn keys_follow(before: &str, after: &str) -> bool {
    let family = |data_type: &str| {
        let base = data_type.split('(').next().unwrap_or_default().trim_end();
        match base {
            "smallint" | "integer" | "bigint" => "integer",
            "text" | "character varying" => "text",
            _ => data_type,
        }
        .to_owned()
    };
    family(before) == family(after)
}
