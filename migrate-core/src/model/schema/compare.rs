//! Two schemas, object by object.
//!
//! This says *that* an object differs and in what, for messages and for checks; the operations that would make one
//! schema out of the other are not derived here.

mod belongings;
mod details;
mod tables;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Kind, ObjectId, Schema};
use crate::text::Dialect;

pub(in crate::model) use belongings::{
    check, column, exclusion, foreign_key, index, policy, primary_key, unique,
};
pub(in crate::model) use details::Details;
pub(in crate::model) use tables::{domain, materialized_view, table};

/// One object that is not the same in two schemas.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Difference {
    /// The object.
    pub object: ObjectId,
    /// What about it.
    pub change: Change,
}

/// What is different about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum Change {
    /// Only the second schema has it; what belongs to it is not listed apart.
    Added,
    /// Only the first schema has it; what belongs to it is not listed apart.
    Removed,
    /// Both have it, and it differs in this.
    Changed(Vec<Detail>),
}

/// One respect in which an object differs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Detail {
    /// Which.
    pub what: &'static str,
    /// In the first schema; `none` where there is nothing.
    pub before: String,
    /// In the second.
    pub after: String,
}

/// The [`Detail`] of columns that stand in another order.
pub(in crate::model) const ORDER_OF_COLUMNS: &str = "order of columns";

impl Difference {
    /// Whether nothing differs but the order of a table's columns, which a down section that adds a column back cannot
    /// restore.
    pub fn is_column_order(&self) -> bool {
        matches!(&self.change, Change::Changed(details)
            if details.iter().all(|detail| detail.what == ORDER_OF_COLUMNS))
    }
}

/// One line, such as `column users.email: type text -> character varying(10)`.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = &self.object;
        match &self.change {
            Change::Added => write!(f, "{object} is added"),
            Change::Removed => write!(f, "{object} is removed"),
            Change::Changed(details) => {
                write!(f, "{object}: ")?;
                for (place, detail) in details.iter().enumerate() {
                    if place > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{detail}")?;
                }
                Ok(())
            }
        }
    }
}

/// Of texts with several lines, the first one that differs.
impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            before,
            after,
        } = self;
        if !before.contains('\n') && !after.contains('\n') {
            return write!(f, "{what} {before} -> {after}");
        }
        let mut lines = before.lines().zip(after.lines()).enumerate();
        match lines.find(|(_, (one, other))| one != other) {
            Some((place, (one, other))) => {
                write!(
                    f,
                    "{what}, line {}: {} -> {}",
                    place + 1,
                    one.trim(),
                    other.trim()
                )
            }
            None => {
                let (shorter, longer) = (before.lines().count(), after.lines().count());
                write!(f, "{what} has {shorter} lines -> {longer} lines")
            }
        }
    }
}

/// What differs between two schemas of one dialect, in the order of [`Schema::objects`].
///
/// Not compared is what a revision does not decide: definers, the version of an extension, the `sql_mode` that a
/// trigger was defined under, where a sequence stands, and whether a column comes from a parent.
pub fn compare(before: &Schema, after: &Schema) -> Vec<Difference> {
    let dialect = after.dialect;
    let mut differences = Vec::new();
    let out = &mut differences;

    let mut found = Details::new(dialect);
    database(before, after, &mut found);
    found.finish(
        || ObjectId::new(Kind::Database, super::Name::bare(&after.default_namespace)),
        out,
    );
    parts(
        dialect,
        &before.namespaces,
        &after.namespaces,
        super::Namespace::id,
        out,
        namespace,
    );
    parts(
        dialect,
        &before.extensions,
        &after.extensions,
        super::Extension::id,
        out,
        extension,
    );
    parts(
        dialect,
        &before.enums,
        &after.enums,
        super::EnumType::id,
        out,
        enumeration,
    );
    parts(
        dialect,
        &before.domains,
        &after.domains,
        super::Domain::id,
        out,
        domain,
    );
    parts(
        dialect,
        &before.composites,
        &after.composites,
        super::CompositeType::id,
        out,
        composite,
    );
    parts(
        dialect,
        &before.sequences,
        &after.sequences,
        super::Sequence::id,
        out,
        sequence,
    );
    tables::tables(dialect, &before.tables, &after.tables, out);
    parts(
        dialect,
        &before.views,
        &after.views,
        super::View::id,
        out,
        view,
    );
    tables::materialized_views(
        dialect,
        &before.materialized_views,
        &after.materialized_views,
        out,
    );
    parts(
        dialect,
        &before.functions,
        &after.functions,
        super::Function::id,
        out,
        function,
    );
    parts(
        dialect,
        &before.triggers,
        &after.triggers,
        super::Trigger::id,
        out,
        trigger,
    );
    parts(
        dialect,
        &before.others,
        &after.others,
        super::Other::id,
        out,
        other,
    );
    parts(dialect, &before.grants, &after.grants, grant_id, out, grant);
    differences
}

pub(in crate::model) fn database(a: &Schema, b: &Schema, it: &mut Details) {
    it.option(
        "character set",
        a.character_set.as_ref(),
        b.character_set.as_ref(),
    );
    it.option("collation", a.collation.as_ref(), b.collation.as_ref());
}

pub(in crate::model) fn namespace(a: &super::Namespace, b: &super::Namespace, it: &mut Details) {
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(in crate::model) fn extension(a: &super::Extension, b: &super::Extension, it: &mut Details) {
    it.option("schema", a.namespace.as_ref(), b.namespace.as_ref());
}

pub(in crate::model) fn enumeration(a: &super::EnumType, b: &super::EnumType, it: &mut Details) {
    it.list("labels", &a.labels, &b.labels);
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(in crate::model) fn composite(
    a: &super::CompositeType,
    b: &super::CompositeType,
    it: &mut Details,
) {
    it.list("attributes", &attributes(a), &attributes(b));
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(in crate::model) fn sequence(a: &super::Sequence, b: &super::Sequence, it: &mut Details) {
    it.sequence(&a.options, &b.options);
    let owner = |owner: &Option<(super::Name, String)>| {
        owner
            .as_ref()
            .map(|(table, column)| format!("{table}.{column}"))
    };
    it.option(
        "owned by",
        owner(&a.owned_by).as_ref(),
        owner(&b.owned_by).as_ref(),
    );
    it.value("persistence", a.persistence, b.persistence);
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(in crate::model) fn view(a: &super::View, b: &super::View, it: &mut Details) {
    it.list("columns", &a.columns, &b.columns);
    it.sql("query", Some(&a.query), Some(&b.query));
    it.value("check option", a.check_option, b.check_option);
    it.list("options", &a.options, &b.options);
    it.option("security", a.security.as_ref(), b.security.as_ref());
    it.list("defaults", &a.defaults, &b.defaults);
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(in crate::model) fn function(a: &super::Function, b: &super::Function, it: &mut Details) {
    it.option("returns", a.returns.as_ref(), b.returns.as_ref());
    it.sql("definition", Some(&a.definition), Some(&b.definition));
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(in crate::model) fn trigger(a: &super::Trigger, b: &super::Trigger, it: &mut Details) {
    it.sql("definition", Some(&a.definition), Some(&b.definition));
    it.value("state", a.state, b.state);
    it.value("order", a.order, b.order);
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(in crate::model) fn other(a: &super::Other, b: &super::Other, it: &mut Details) {
    it.sql("definition", Some(&a.definition), Some(&b.definition));
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

/// What a right is told from others by.
pub(in crate::model) fn grant_id(grant: &super::Grant) -> ObjectId {
    let text = format!(
        "{} on {} to {}",
        grant.privilege, grant.object, grant.grantee
    );
    ObjectId::new(Kind::Grant, super::Name::bare(text))
}

pub(in crate::model) fn grant(a: &super::Grant, b: &super::Grant, it: &mut Details) {
    let option = |grant: &super::Grant| match grant.option {
        super::GrantOption::None => "none",
        super::GrantOption::Grantable => "WITH GRANT OPTION",
        super::GrantOption::Withheld => "revoked",
    };
    it.value("grant option", option(a), option(b));
}

fn attributes(composite: &super::CompositeType) -> Vec<String> {
    let attribute = |it: &super::Attribute| match &it.collation {
        Some(collation) => format!("{} {} COLLATE {collation}", it.name, it.data_type),
        None => format!("{} {}", it.name, it.data_type),
    };
    composite.attributes.iter().map(attribute).collect()
}

/// Things that are told apart by their [`ObjectId`]; of several with the same, as constraints without a name can be,
/// the first is compared with the first.
fn parts<'a, T: 'a>(
    dialect: Dialect,
    before: impl IntoIterator<Item = &'a T>,
    after: impl IntoIterator<Item = &'a T>,
    id: impl Fn(&T) -> ObjectId,
    out: &mut Vec<Difference>,
    details: impl Fn(&T, &T, &mut Details),
) {
    let mut befores = numbered(before, &id);
    let mut afters = numbered(after, &id);
    let keys: BTreeSet<(ObjectId, usize)> = befores.keys().chain(afters.keys()).cloned().collect();
    for key in keys {
        let pair = (befores.remove(&key), afters.remove(&key));
        let object = key.0;
        let change = match pair {
            (Some(_), None) => Change::Removed,
            (None, Some(_)) => Change::Added,
            (Some(one), Some(other)) => {
                let mut found = Details::new(dialect);
                details(one, other, &mut found);
                found.finish(|| object, out);
                continue;
            }
            (None, None) => continue,
        };
        out.push(Difference { object, change });
    }
}

/// Things by their id and their number among those that have the same.
fn numbered<'a, T>(
    things: impl IntoIterator<Item = &'a T>,
    id: impl Fn(&T) -> ObjectId,
) -> BTreeMap<(ObjectId, usize), &'a T> {
    let mut counts: BTreeMap<ObjectId, usize> = BTreeMap::new();
    let number = |thing: &'a T| {
        let id = id(thing);
        let count = counts.entry(id.clone()).or_default();
        *count += 1;
        ((id, *count), thing)
    };
    things.into_iter().map(number).collect()
}
