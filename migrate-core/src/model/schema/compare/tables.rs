//! Tables, materialized views, and domains.

use super::belongings::{belongings, check, index};
use super::details::Details;
use super::{Change, Difference, ORDER_OF_COLUMNS, parts};
use crate::model::schema::{
    Domain, MaterializedView, MysqlTable, Name, Objects, PostgresTable, SqliteTable, Table,
    TableOptions, VirtualTable,
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
