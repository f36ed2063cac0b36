//! Tables with what belongs to them, materialized views, and domains.

use super::details::Details;
use super::{Change, Difference, ORDER_OF_COLUMNS, parts};
use crate::model::schema::{
    Check, Column, Domain, Exclusion, ForeignKey, Index, KeyPart, MaterializedView, MysqlTable,
    Name, Objects, Policy, PostgresTable, PrimaryKey, SqliteTable, Table, TableOptions, Unique,
    VirtualTable,
};
use crate::text::Dialect;

pub(super) fn tables(
    dialect: Dialect,
    before: &Objects<Table>,
    after: &Objects<Table>,
    out: &mut Vec<Difference>,
) {
    let mut changed: Vec<Difference> = Vec::new();
    parts(dialect, before, after, Table::id, &mut changed, table);
    // What belongs to a table stands behind it; tables that differ in nothing themselves may own what does.
    let mut own = changed.into_iter().peekable();
    let names: std::collections::BTreeSet<&Name> = before
        .iter()
        .chain(after)
        .map(|table| &table.name)
        .collect();
    for name in names {
        if let Some(difference) = own.next_if(|difference| difference.object.name == *name) {
            out.push(difference);
        }
        if let (Some(one), Some(other)) = (before.get(name), after.get(name)) {
            belongings(dialect, one, other, out);
        }
    }
}

pub(in crate::model) fn table(a: &Table, b: &Table, it: &mut Details) {
    order_of_columns(a, b, it);
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
    match (&a.options, &b.options) {
        (TableOptions::Sqlite(a), TableOptions::Sqlite(b)) => sqlite(a, b, it),
        (TableOptions::Postgres(a), TableOptions::Postgres(b)) => postgres(a, b, it),
        (TableOptions::Mysql(a), TableOptions::Mysql(b)) => mysql(a, b, it),
        // Schemas of different dialects differ in everything.
        _ => {}
    }
}

/// The columns that both have, where their order is not the same.
fn order_of_columns(a: &Table, b: &Table, it: &mut Details) {
    let common = |one: &Table, other: &Table| -> Vec<String> {
        let known: std::collections::HashSet<&str> =
            other.columns.iter().map(|it| it.name.as_str()).collect();
        let names = one.columns.iter().map(|column| &column.name);
        names
            .filter(|name| known.contains(name.as_str()))
            .cloned()
            .collect()
    };
    it.list(ORDER_OF_COLUMNS, &common(a, b), &common(b, a));
}

fn sqlite(a: &SqliteTable, b: &SqliteTable, it: &mut Details) {
    it.flag("STRICT", a.strict, b.strict);
    it.flag("WITHOUT ROWID", a.without_rowid, b.without_rowid);
    let module = |table: &Option<VirtualTable>| {
        table
            .as_ref()
            .map(|VirtualTable { module, arguments }| format!("{module}({arguments})"))
    };
    it.sql(
        "module",
        module(&a.virtual_table).as_ref(),
        module(&b.virtual_table).as_ref(),
    );
}

fn postgres(a: &PostgresTable, b: &PostgresTable, it: &mut Details) {
    it.value("persistence", a.persistence, b.persistence);
    it.option(
        "partitioned by",
        a.partition_by.as_ref(),
        b.partition_by.as_ref(),
    );
    let partition = |table: &PostgresTable| {
        table
            .partition_of
            .as_ref()
            .map(|of| format!("{} {}", of.parent, of.bound))
    };
    it.option("partition of", partition(a).as_ref(), partition(b).as_ref());
    it.list("inherits", &a.inherits, &b.inherits);
    it.option("type", a.of_type.as_ref(), b.of_type.as_ref());
    let foreign = |table: &PostgresTable| {
        table
            .foreign
            .as_ref()
            .map(|it| format!("{} ({})", it.server, it.options.join(", ")))
    };
    it.option("server", foreign(a).as_ref(), foreign(b).as_ref());
    it.value("row security", a.row_security, b.row_security);
    it.list(
        "storage parameters",
        &a.storage_parameters,
        &b.storage_parameters,
    );
    it.option(
        "access method",
        a.access_method.as_ref(),
        b.access_method.as_ref(),
    );
    it.option("tablespace", a.tablespace.as_ref(), b.tablespace.as_ref());
    it.option(
        "replica identity",
        a.replica_identity.as_ref(),
        b.replica_identity.as_ref(),
    );
}

fn mysql(a: &MysqlTable, b: &MysqlTable, it: &mut Details) {
    it.value("engine", &a.engine, &b.engine);
    it.option(
        "character set",
        a.character_set.as_ref(),
        b.character_set.as_ref(),
    );
    it.option("collation", a.collation.as_ref(), b.collation.as_ref());
    it.list("options", &a.options, &b.options);
    it.option(
        "partitioning",
        a.partitioning.as_ref(),
        b.partitioning.as_ref(),
    );
    it.flag("system versioning", a.system_versioned, b.system_versioned);
}

/// What belongs to a table that both have.
fn belongings(dialect: Dialect, a: &Table, b: &Table, out: &mut Vec<Difference>) {
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

/// Without its indexes.
pub(in crate::model) fn materialized_view(
    a: &MaterializedView,
    b: &MaterializedView,
    it: &mut Details,
) {
    it.list("columns", &a.columns, &b.columns);
    it.value("query", &a.query, &b.query);
    it.list(
        "storage parameters",
        &a.storage_parameters,
        &b.storage_parameters,
    );
    it.option(
        "access method",
        a.access_method.as_ref(),
        b.access_method.as_ref(),
    );
    it.option("tablespace", a.tablespace.as_ref(), b.tablespace.as_ref());
    it.flag("populated", a.populated, b.populated);
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}

pub(super) fn materialized_views(
    dialect: Dialect,
    before: &Objects<MaterializedView>,
    after: &Objects<MaterializedView>,
    out: &mut Vec<Difference>,
) {
    parts(
        dialect,
        before,
        after,
        MaterializedView::id,
        out,
        materialized_view,
    );
    for one in before {
        if let Some(other) = after.get(&one.name) {
            parts(
                dialect,
                &one.indexes,
                &other.indexes,
                |it| it.id(&one.name),
                out,
                index,
            );
        }
    }
}

pub(in crate::model) fn domain(a: &Domain, b: &Domain, it: &mut Details) {
    it.value("type", &a.data_type, &b.data_type);
    it.value("nullability", a.nullability, b.nullability);
    it.option("default", a.default.as_ref(), b.default.as_ref());
    it.option("collation", a.collation.as_ref(), b.collation.as_ref());
    let mut inner: Vec<Difference> = Vec::new();
    parts(
        it.dialect(),
        &a.checks,
        &b.checks,
        |check| check.id(&a.name),
        &mut inner,
        check,
    );
    for Difference { object, change } in inner {
        let (before, after) = match change {
            Change::Added => ("none".to_owned(), object.name.to_string()),
            Change::Removed => (object.name.to_string(), "none".to_owned()),
            Change::Changed(details) => {
                let side = |pick: fn(&super::Detail) -> &String| -> String {
                    let all: Vec<&str> =
                        details.iter().map(|detail| pick(detail).as_str()).collect();
                    format!("{} {}", object.name, all.join(", "))
                };
                (side(|it| &it.before), side(|it| &it.after))
            }
        };
        it.value("check", before, after);
    }
    it.option("comment", a.comment.as_ref(), b.comment.as_ref());
}
