//! Indexes, those of constraints too.

use std::collections::HashMap;

use super::{COLLATION, Reader, comment, joined, split};
use crate::database::error::ServerError;
use crate::model::schema::attribute::{NullsDistinct, Origin, Uniqueness, Validity};
use crate::model::schema::{Index, IndexMethod, KeyPart, Nulls, Order, TableOptions};

/// The index of a constraint, by the number of the constraint.
pub(super) type ConstraintIndexes = HashMap<String, Index>;

impl Reader<'_> {
    /// Adds the indexes to their tables, and returns those that serve constraints.
    pub(super) async fn indexes(&mut self) -> Result<ConstraintIndexes, ServerError> {
        let mut parts = self.index_parts().await?;
        let sql = format!(
            "SELECT i.indexrelid::text, i.indrelid::text, ic.relname::text, am.amname::text, i.indisunique::text, \
             pg_get_expr(i.indpred, i.indrelid), {nulls}, {options}, ts.spcname::text, i.indisvalid::text, \
             i.indisclustered::text, ic.relispartition::text, i.indisreplident::text, con.oid::text, d.description \
             FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am am ON am.oid = ic.relam \
             LEFT JOIN pg_tablespace ts ON ts.oid = ic.reltablespace \
             LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = i.indrelid \
             AND con.contype IN ('p', 'u', 'x') {comment} WHERE c.relkind IN ('r', 'p', 'm') AND {namespaces}",
            nulls = self.since(150_000, "i.indnullsnotdistinct::text", "NULL"),
            options = joined("ic.reloptions"),
            comment = comment("pg_class", "i.indexrelid", "0"),
            namespaces = self.namespaces,
        );
        let mut of_constraints = ConstraintIndexes::new();
        for mut row in self.rows(sql).await? {
            let (oid, table) = (row.text(), row.text());
            let (keys, include) = parts.remove(&oid).unwrap_or_default();
            let mut index = Index {
                name: row.text(),
                parts: keys,
                include,
                method: IndexMethod::read(&row.text()),
                uniqueness: if row.flag() {
                    Uniqueness::Unique
                } else {
                    Uniqueness::NotUnique
                },
                predicate: row.option().map(|text| {
                    crate::text::sql::without_parentheses(&text, crate::text::Dialect::Postgres)
                        .to_owned()
                }),
                nulls: if row.flag() {
                    NullsDistinct::NotDistinct
                } else {
                    NullsDistinct::Distinct
                },
                storage_parameters: split(row.option()),
                tablespace: row.option(),
                validity: if row.flag() {
                    Validity::Valid
                } else {
                    Validity::NotValid
                },
                clustered: row.flag(),
                origin: if row.flag() {
                    Origin::Inherited
                } else {
                    Origin::Own
                },
                ..Index::default()
            };
            let (is_replica_identity, constraint) = (row.flag(), row.option());
            index.comment = row.option();
            if is_replica_identity
                && let Some(TableOptions::Postgres(options)) =
                    self.tables.get_mut(&table).map(|it| &mut it.options)
                && let Some(identity) = &mut options.replica_identity
                && identity == "USING INDEX"
            {
                *identity = format!("USING INDEX {}", index.name);
            }
            if let Some(constraint) = constraint {
                of_constraints.insert(constraint, index);
            } else if let Some(table) = self.tables.get_mut(&table) {
                table.indexes.push(index);
            } else if let Some(view) = self.materialized_views.get_mut(&table) {
                view.indexes.push(index);
            }
        }
        Ok(of_constraints)
    }

    /// The key parts and the further columns of every index, by its number.
    async fn index_parts(
        &mut self,
    ) -> Result<HashMap<String, (Vec<KeyPart>, Vec<String>)>, ServerError> {
        let sql = format!(
            "SELECT i.indexrelid::text, (k.place > i.indnkeyatts)::text, a.attname::text, \
             CASE WHEN k.attnum = 0 THEN pg_get_indexdef(i.indexrelid, k.place::int, false) END, \
             (k.options & 1 <> 0)::text, (k.options & 2 <> 0)::text, \
             CASE WHEN NOT oc.opcdefault OR ia.attoptions IS NOT NULL OR EXISTS (SELECT 1 FROM pg_opclass o \
             WHERE o.opcmethod = oc.opcmethod AND o.opcdefault AND o.oid <> oc.oid AND o.opcintype = ia.atttypid) \
             THEN CASE WHEN pg_opclass_is_visible(oc.oid) THEN quote_ident(oc.opcname) \
             ELSE quote_ident(ocn.nspname) || '.' || quote_ident(oc.opcname) END END, \
             array_to_string(ia.attoptions, ', '), \
             CASE WHEN k.sorting <> 0 AND (CASE WHEN k.attnum = 0 THEN co.collname <> 'default' \
             ELSE k.sorting <> a.attcollation END) THEN {COLLATION} END \
             FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[], \
             i.indoption::int2[]) WITH ORDINALITY AS k(attnum, class, sorting, options, place) \
             LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum <> 0 \
             LEFT JOIN pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k.place \
             LEFT JOIN pg_opclass oc ON oc.oid = k.class LEFT JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace \
             LEFT JOIN pg_collation co ON co.oid = k.sorting LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace \
             WHERE c.relkind IN ('r', 'p', 'm') AND {} ORDER BY i.indexrelid, k.place",
            self.namespaces
        );
        let mut parts: HashMap<String, (Vec<KeyPart>, Vec<String>)> = HashMap::new();
        for mut row in self.rows(sql).await? {
            let (keys, include) = parts.entry(row.text()).or_default();
            let (included, column, expression) = (row.flag(), row.option(), row.option());
            if included {
                include.extend(column);
                continue;
            }
            let (descending, nulls_first) = (row.flag(), row.flag());
            let (class, parameters) = (row.option(), row.option());
            let part = match column {
                Some(column) => KeyPart::column(column),
                None => KeyPart::expression(expression.unwrap_or_default()),
            };
            keys.push(KeyPart {
                order: if descending {
                    Order::Descending
                } else {
                    Order::Ascending
                },
                nulls: match (descending, nulls_first) {
                    (false, true) => Nulls::First,
                    (true, false) => Nulls::Last,
                    _ => Nulls::Default,
                },
                operator_class: class.map(|class| match parameters {
                    Some(parameters) => format!("{class} ({parameters})"),
                    None => class,
                }),
                collation: row.option(),
                ..part
            });
        }
        Ok(parts)
    }
}
