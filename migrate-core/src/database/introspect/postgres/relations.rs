//! Tables, views, their columns, sequences, and which table comes from which.

use super::{COLLATION, Fields, Reader, SCHEMA, comment, joined, no_extension, split};
use crate::database::error::ServerError;
use crate::model::schema::attribute::{Nullability, Origin, Persistence};
use crate::model::schema::{
    CheckOption, Column, ForeignServer, Generated, Generation, Identity, IdentityKind, Kind,
    MaterializedView, Name, ObjectId, PartitionOf, PostgresTable, RowSecurity, Schema, Sequence,
    SequenceOptions, Table, TableOptions, View,
};
use crate::text::Dialect;

impl Reader<'_> {
    pub(super) async fn relations(&mut self, schema: &mut Schema) -> Result<(), ServerError> {
        let sql = format!(
            "SELECT c.oid::text, {SCHEMA}, c.relname::text, c.relkind::text, c.relpersistence::text, \
             c.relrowsecurity::text, c.relforcerowsecurity::text, {options}, {toast_options}, \
             NULLIF(am.amname, 'heap')::text, ts.spcname::text, c.relreplident::text, \
             CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, \
             CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END, \
             CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END, \
             fs.srvname::text, {server_options}, \
             CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END, c.relispopulated::text, d.description \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_am am ON am.oid = c.relam LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace \
             LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid \
             LEFT JOIN pg_foreign_table ft ON ft.ftrelid = c.oid LEFT JOIN pg_foreign_server fs ON fs.oid = ft.ftserver \
             {comment} WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND {namespaces} AND {no_extension}",
            options = joined("c.reloptions"),
            toast_options = joined("toast.reloptions"),
            server_options = joined("ft.ftoptions"),
            comment = comment("pg_class", "c.oid", "0"),
            namespaces = self.namespaces,
            no_extension = no_extension("pg_class", "c.oid"),
        );
        for row in self.rows(sql).await? {
            self.relation_of(row, schema);
        }
        Ok(())
    }

    fn relation_of(&mut self, mut row: Fields, schema: &mut Schema) {
        let (oid, name, kind) = (row.text(), row.name(), row.text());
        let persistence = persistence(&row.text());
        let (enabled, forced) = (row.flag(), row.flag());
        let mut options = split(row.option());
        options.extend(
            split(row.option())
                .into_iter()
                .map(|option| format!("toast.{option}")),
        );
        let (access_method, tablespace, replica) = (row.option(), row.option(), row.text());
        let (partition_by, bound, of_type) = (row.option(), row.option(), row.option());
        let (server, server_options) = (row.option(), split(row.option()));
        let (query, populated, comment) = (row.text(), row.flag(), row.option());
        let query = query.trim().trim_end_matches(';').to_owned();
        let id = match kind.as_str() {
            "v" => {
                schema.views.insert(View {
                    check_option: check_option(&mut options),
                    options,
                    comment,
                    ..View::new(name.clone(), query)
                });
                ObjectId::new(Kind::View, name)
            }
            "m" => {
                let view = MaterializedView {
                    storage_parameters: options,
                    access_method,
                    tablespace,
                    populated,
                    comment,
                    ..MaterializedView::new(name.clone(), query)
                };
                self.materialized_views.insert(oid.clone(), view);
                ObjectId::new(Kind::MaterializedView, name)
            }
            _ => {
                let mut table = Table::new(Dialect::Postgres, name.clone());
                table.comment = comment;
                table.options = TableOptions::Postgres(PostgresTable {
                    persistence,
                    partition_by,
                    // Its parent is read with the others that tables come from.
                    partition_of: bound.map(|bound| PartitionOf {
                        parent: Name::bare(""),
                        bound,
                    }),
                    of_type,
                    foreign: server.map(|server| ForeignServer {
                        server,
                        options: server_options,
                    }),
                    row_security: match (enabled, forced) {
                        (false, false) => RowSecurity::Disabled,
                        (true, false) => RowSecurity::Enabled,
                        (true, true) => RowSecurity::Forced,
                        (false, true) => RowSecurity::ForcedButDisabled,
                    },
                    storage_parameters: options,
                    access_method,
                    tablespace,
                    replica_identity: match replica.as_str() {
                        // Foreign tables have none, and the catalogue says NOTHING.
                        _ if kind == "f" => None,
                        "f" => Some("FULL".to_owned()),
                        "n" => Some("NOTHING".to_owned()),
                        // The name is that of the index that says so.
                        "i" => Some("USING INDEX".to_owned()),
                        _ => None,
                    },
                    ..PostgresTable::default()
                });
                self.tables.insert(oid.clone(), table);
                ObjectId::new(Kind::Table, name)
            }
        };
        self.relations.insert(oid, id);
    }

    pub(super) async fn columns(&mut self, schema: &mut Schema) -> Result<(), ServerError> {
        let sql = format!(
            "SELECT a.attrelid::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, \
             pg_get_expr(ad.adbin, ad.adrelid), a.attidentity::text, a.attgenerated::text, \
             CASE WHEN a.attcollation <> t.typcollation THEN {COLLATION} END, \
             CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage::text END, {compression}, \
             a.attstattarget::text, {options}, {server_options}, (a.attinhcount > 0 AND NOT a.attislocal)::text, \
             d.description \
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_type t ON t.oid = a.atttypid \
             LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum \
             LEFT JOIN pg_collation co ON co.oid = a.attcollation LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace \
             {comment} WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped \
             AND {namespaces} ORDER BY a.attrelid, a.attnum",
            compression = self.since(140_000, "a.attcompression::text", "NULL"),
            options = joined("a.attoptions"),
            server_options = joined("a.attfdwoptions"),
            comment = comment("pg_class", "a.attrelid", "a.attnum"),
            namespaces = self.namespaces,
        );
        for mut row in self.rows(sql).await? {
            let oid = row.text();
            let column = column(row);
            if let Some(table) = self.tables.get_mut(&oid) {
                table.columns.push(column);
            } else if let Some(view) = self.materialized_views.get_mut(&oid) {
                view.columns.push(column.name);
            } else if let Some(name) = self.relation(&oid) {
                schema.views.update(name, |view| {
                    if let Some(default) = column.default {
                        view.defaults.push(format!("{} = {default}", column.name));
                    }
                    view.columns.push(column.name);
                    view.column_types.push(column.data_type);
                });
            }
        }
        Ok(())
    }

    pub(super) async fn sequences(&mut self, schema: &mut Schema) -> Result<(), ServerError> {
        let sql = format!(
            "SELECT {SCHEMA}, c.relname::text, c.relpersistence::text, format_type(s.seqtypid, NULL), s.seqstart::text, \
             s.seqincrement::text, s.seqmin::text, s.seqmax::text, s.seqcache::text, s.seqcycle::text, \
             o.deptype::text, o.refobjid::text, oa.attname::text, d.description \
             FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.objsubid = 0 \
             AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i') \
             LEFT JOIN pg_attribute oa ON oa.attrelid = o.refobjid AND oa.attnum = o.refobjsubid \
             {comment} WHERE {namespaces} AND {no_extension}",
            comment = comment("pg_class", "c.oid", "0"),
            namespaces = self.namespaces,
            no_extension = no_extension("pg_class", "c.oid"),
        );
        for mut row in self.rows(sql).await? {
            let (name, persistence) = (row.name(), persistence(&row.text()));
            let options = SequenceOptions {
                data_type: row.text(),
                start: row.number(),
                increment: row.number(),
                minimum: row.number(),
                maximum: row.number(),
                cache: row.number(),
                cycle: row.flag(),
            };
            let (dependency, table, column) = (row.text(), row.text(), row.text());
            if dependency == "i" {
                let table = self.tables.get_mut(&table);
                let identity = table
                    .and_then(|table| table.columns.iter_mut().find(|it| it.name == column))
                    .and_then(|column| column.identity.as_mut());
                if let Some(identity) = identity {
                    identity.sequence = Some(options);
                }
                continue;
            }
            let owner = self.relation(&table).cloned();
            schema.sequences.insert(Sequence {
                owned_by: owner.map(|table| (table, column)),
                persistence,
                comment: row.option(),
                ..Sequence::new(name, options)
            });
        }
        Ok(())
    }

    pub(super) async fn inheritance(&mut self) -> Result<(), ServerError> {
        let sql = format!(
            "SELECT i.inhrelid::text, NULLIF(pn.nspname, current_schema())::text, p.relname::text \
             FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'f') AND {} ORDER BY i.inhrelid, i.inhseqno",
            self.namespaces
        );
        for mut row in self.rows(sql).await? {
            let (oid, parent) = (row.text(), row.name());
            let Some(TableOptions::Postgres(options)) =
                self.tables.get_mut(&oid).map(|it| &mut it.options)
            else {
                continue;
            };
            match &mut options.partition_of {
                Some(of) => of.parent = parent,
                None => options.inherits.push(parent),
            }
        }
        Ok(())
    }
}

fn persistence(letter: &str) -> Persistence {
    if letter == "u" {
        Persistence::Unlogged
    } else {
        Persistence::Logged
    }
}

/// Takes the check option of a view out of its options.
fn check_option(options: &mut Vec<String>) -> CheckOption {
    let mut found = CheckOption::None;
    options.retain(|option| {
        let value = option.strip_prefix("check_option=");
        match value {
            Some("local") => found = CheckOption::Local,
            Some(_) => found = CheckOption::Cascaded,
            None => {}
        }
        value.is_none()
    });
    found
}

fn column(mut row: Fields) -> Column {
    let mut column = Column::new(row.text(), row.text());
    if row.flag() {
        column.nullability = Nullability::NotNull;
    }
    let (expression, identity, generated) = (row.option(), row.text(), row.text());
    column.identity = match identity.as_str() {
        "a" => Some(IdentityKind::Always),
        "d" => Some(IdentityKind::ByDefault),
        _ => None,
    }
    .map(|kind| Identity {
        kind,
        sequence: None,
    });
    let generation = match generated.as_str() {
        "s" => Some(Generation::Stored),
        "v" => Some(Generation::Virtual),
        _ => None,
    };
    match generation {
        Some(generation) => {
            let expression = expression.unwrap_or_default();
            let expression =
                crate::text::sql::without_parentheses(&expression, Dialect::Postgres).to_owned();
            column.generated = Some(Generated {
                expression,
                generation,
            });
        }
        None => column.default = expression.filter(|it| it != "NULL" && !it.starts_with("NULL::")),
    }
    column.collation = row.option();
    column.storage = row.option().map(|letter| {
        match letter.as_str() {
            "p" => "PLAIN",
            "e" => "EXTERNAL",
            "m" => "MAIN",
            _ => "EXTENDED",
        }
        .to_owned()
    });
    column.compression = row.filled().map(|letter| {
        if letter == "l" {
            "lz4".to_owned()
        } else {
            "pglz".to_owned()
        }
    });
    let statistics = row.filled().filter(|target| target != "-1");
    column.options = split(row.option());
    column
        .options
        .extend(statistics.map(|target| format!("statistics={target}")));
    column.options.extend(
        split(row.option())
            .into_iter()
            .map(|option| format!("OPTIONS {option}")),
    );
    column.options.sort();
    if row.flag() {
        column.origin = Origin::Inherited;
    }
    column.comment = row.option();
    column
}
