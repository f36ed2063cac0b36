//! What belongs to a table: columns, keys, constraints, indexes and policies.

use super::details::Details;
use super::{Difference, parts};
use crate::model::schema::{
    Check, Column, Exclusion, ForeignKey, Index, KeyPart, Policy, PrimaryKey, Table, Unique,
};
use crate::text::Dialect;

/// What belongs to a table that both have.
pub(super) fn belongings(dialect: Dialect, a: &Table, b: &Table, out: &mut Vec<Difference>) {
    let name = &a.name;
    parts(
        dialect,
        &a.columns,
        &b.columns,
        |it| it.id(name),
        out,
        column,
    );
    // There is but one, whatever it is called.
    match (&a.primary_key, &b.primary_key) {
        (Some(one), Some(other)) => {
            let mut found = Details::new(dialect);
            primary_key(one, other, &mut found);
            found.finish(|| other.id(name), out);
        }
        (one, other) => parts(dialect, one, other, |it| it.id(name), out, primary_key),
    }
    parts(
        dialect,
        &a.uniques,
        &b.uniques,
        |it| it.id(name),
        out,
        unique,
    );
    parts(dialect, &a.checks, &b.checks, |it| it.id(name), out, check);
    parts(
        dialect,
        &a.exclusions,
        &b.exclusions,
        |it| it.id(name),
        out,
        exclusion,
    );
    parts(
        dialect,
        &a.indexes,
        &b.indexes,
        |it| it.id(name),
        out,
        index,
    );
    parts(
        dialect,
        &a.foreign_keys,
        &b.foreign_keys,
        |it| it.id(name),
        out,
        foreign_key,
    );
    parts(
        dialect,
        &a.policies,
        &b.policies,
        |it| it.id(name),
        out,
        policy,
    );
}

pub(in crate::model) fn column(a: &Column, b: &Column, it: &mut Details) {
    let same_type = a.data_type == b.data_type
        || it.dialect() == Dialect::Sqlite && a.data_type.eq_ignore_ascii_case(&b.data_type);
    if !same_type {
        it.value("type", &a.data_type, &b.data_type);
    }
    it.value("nullability", a.nullability, b.nullability);
    it.sql("default", a.default.as_ref(), b.default.as_ref());
    it.sql(
        "generated",
        a.generated.as_ref().map(|it| &it.expression),
        b.generated.as_ref().map(|it| &it.expression),
    );
    it.option(
        "generation",
        a.generated.as_ref().map(|it| &it.generation),
        b.generated.as_ref().map(|it| &it.generation),
    );
    it.option(
        "identity",
        a.identity.as_ref().map(|it| &it.kind),
        b.identity.as_ref().map(|it| &it.kind),
    );
    if let (Some(a), Some(b)) = (&a.identity, &b.identity)
        && let (Some(a), Some(b)) = (&a.sequence, &b.sequence)
    {
        it.sequence(a, b);
    }
    it.option(
        "character set",
        a.character_set.as_ref(),
        b.character_set.as_ref(),
    );
    it.option("collation", a.collation.as_ref(), b.collation.as_ref());
    it.option("on update", a.on_update.as_ref(), b.on_update.as_ref());
    it.value("visibility", a.visibility, b.visibility);
    it.option("storage", a.storage.as_ref(), b.storage.as_ref());
    it.option(
        "compression",
        a.compression.as_ref(),
        b.compression.as_ref(),
    );
    it.list("options", &a.options, &b.options);
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

fn key_parts(a: &[KeyPart], b: &[KeyPart], it: &mut Details) {
    let text = |parts: &[KeyPart]| crate::model::schema::key::parts(parts);
    it.sql("columns", Some(&text(a)), Some(&text(b)));
}

pub(in crate::model) fn primary_key(a: &PrimaryKey, b: &PrimaryKey, it: &mut Details) {
    it.option("name", a.name.as_ref(), b.name.as_ref());
    key_parts(&a.parts, &b.parts, it);
    it.list("include", &a.include, &b.include);
    it.flag("WITHOUT OVERLAPS", a.without_overlaps, b.without_overlaps);
    it.value("deferral", a.deferral, b.deferral);
    it.option(
        "on conflict",
        a.on_conflict.as_ref(),
        b.on_conflict.as_ref(),
    );
    it.list(
        "storage parameters",
        &a.storage_parameters,
        &b.storage_parameters,
    );
    it.option("tablespace", a.tablespace.as_ref(), b.tablespace.as_ref());
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(in crate::model) fn unique(a: &Unique, b: &Unique, it: &mut Details) {
    key_parts(&a.parts, &b.parts, it);
    it.list("include", &a.include, &b.include);
    it.value("nulls", a.nulls, b.nulls);
    it.flag("WITHOUT OVERLAPS", a.without_overlaps, b.without_overlaps);
    it.value("deferral", a.deferral, b.deferral);
    it.option(
        "on conflict",
        a.on_conflict.as_ref(),
        b.on_conflict.as_ref(),
    );
    it.list(
        "storage parameters",
        &a.storage_parameters,
        &b.storage_parameters,
    );
    it.option("tablespace", a.tablespace.as_ref(), b.tablespace.as_ref());
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(in crate::model) fn check(a: &Check, b: &Check, it: &mut Details) {
    it.sql("expression", Some(&a.expression), Some(&b.expression));
    it.option("column", a.column.as_ref(), b.column.as_ref());
    it.value("validity", a.validity, b.validity);
    it.value("enforcement", a.enforcement, b.enforcement);
    it.value("inheritance", a.inheritance, b.inheritance);
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(in crate::model) fn exclusion(a: &Exclusion, b: &Exclusion, it: &mut Details) {
    it.value("definition", &a.definition, &b.definition);
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(in crate::model) fn index(a: &Index, b: &Index, it: &mut Details) {
    key_parts(&a.parts, &b.parts, it);
    it.value("uniqueness", a.uniqueness, b.uniqueness);
    it.value("method", &a.method, &b.method);
    it.list("include", &a.include, &b.include);
    it.sql("predicate", a.predicate.as_ref(), b.predicate.as_ref());
    it.value("nulls", a.nulls, b.nulls);
    it.value("visibility", a.visibility, b.visibility);
    it.list(
        "storage parameters",
        &a.storage_parameters,
        &b.storage_parameters,
    );
    it.option("parser", a.parser.as_ref(), b.parser.as_ref());
    it.option("tablespace", a.tablespace.as_ref(), b.tablespace.as_ref());
    it.value("validity", a.validity, b.validity);
    it.flag("clustered", a.clustered, b.clustered);
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(in crate::model) fn foreign_key(a: &ForeignKey, b: &ForeignKey, it: &mut Details) {
    it.list("columns", &a.columns, &b.columns);
    it.value("references", &a.references, &b.references);
    it.list("referred columns", &a.referred_columns, &b.referred_columns);
    it.value("on update", a.on_update, b.on_update);
    it.value("on delete", a.on_delete, b.on_delete);
    it.list("columns that are set", &a.set_columns, &b.set_columns);
    it.value("match", a.match_type, b.match_type);
    it.value("deferral", a.deferral, b.deferral);
    it.value("validity", a.validity, b.validity);
    it.value("enforcement", a.enforcement, b.enforcement);
    it.flag("PERIOD", a.period, b.period);
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(in crate::model) fn policy(a: &Policy, b: &Policy, it: &mut Details) {
    it.value("kind", a.kind, b.kind);
    it.value("command", a.command, b.command);
    it.list("roles", &a.roles, &b.roles);
    it.option("using", a.using.as_ref(), b.using.as_ref());
    it.option("with check", a.with_check.as_ref(), b.with_check.as_ref());
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}
