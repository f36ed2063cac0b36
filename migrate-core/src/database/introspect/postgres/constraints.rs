//! Constraints of tables.

use std::collections::HashMap;

use super::indexes::ConstraintIndexes;
use super::{Fields, Reader, comment};
use crate::database::error::ServerError;
use crate::model::schema::attribute::{Deferral, Enforcement, Inheritance, Origin, Validity};
use crate::model::schema::{
    Action, Check, Exclusion, ForeignKey, Match, PrimaryKey, Schema, Table, Unique,
};
use crate::text::Dialect;
use crate::text::sql::without_parentheses;

/// The columns of a foreign key: here, there, and whether `ON DELETE SET` sets it.
type KeyColumns = Vec<(String, String, bool)>;

/// What all constraints have.
struct Common {
    name: String,
    deferral: Deferral,
    validity: Validity,
    inheritance: Inheritance,
    origin: Origin,
    enforcement: Enforcement,
    /// `WITHOUT OVERLAPS`, or `PERIOD`.
    period: bool,
    comment: Option<String>,
}

impl Reader<'_> {
    pub(super) async fn constraints(
        &mut self,
        schema: &mut Schema,
        mut indexes: ConstraintIndexes,
    ) -> Result<(), ServerError> {
        let mut columns = self.foreign_key_columns().await?;
        // A key that refers to a partitioned table has a shadow for every partition there.
        let sql = format!(
            "SELECT con.oid::text, con.conrelid::text, con.contype::text, con.conname::text, con.condeferrable::text, \
             con.condeferred::text, con.convalidated::text, con.connoinherit::text, \
             (con.coninhcount > 0 AND NOT con.conislocal)::text, {enforced}, {period}, d.description, \
             NULLIF(rn.nspname, current_schema())::text, r.relname::text, con.confupdtype::text, \
             con.confdeltype::text, con.confmatchtype::text, pg_get_expr(con.conbin, con.conrelid), \
             CASE WHEN con.contype = 'x' THEN pg_get_constraintdef(con.oid) END \
             FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_class r ON r.oid = con.confrelid LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace \
             LEFT JOIN pg_constraint up ON up.oid = con.conparentid \
             {comment} WHERE con.contype IN ('p', 'u', 'f', 'c', 'x') AND {namespaces} \
             AND (up.conrelid IS NULL OR up.conrelid <> con.conrelid)",
            enforced = self.since(180_000, "con.conenforced::text", "'true'"),
            period = self.since(180_000, "con.conperiod::text", "'false'"),
            comment = comment("pg_constraint", "con.oid", "0"),
            namespaces = self.namespaces,
        );
        for mut row in self.rows(sql).await? {
            let (oid, table, kind) = (row.text(), row.text(), row.text());
            let Some(table) = self.tables.get_mut(&table) else {
                continue;
            };
            let common = common(&mut row);
            match kind.as_str() {
                "p" | "u" => key(table, &kind, common, indexes.remove(&oid)),
                "f" => {
                    let columns = columns.remove(&oid).unwrap_or_default();
                    table.foreign_keys.push(foreign_key(common, columns, row));
                }
                "c" => {
                    let expression = row.option_at(5).unwrap_or_default();
                    table.checks.push(check(common, &expression));
                }
                _ => table.exclusions.push(Exclusion {
                    name: common.name,
                    definition: row.option_at(6).unwrap_or_default(),
                    deferral: common.deferral,
                    comment: common.comment,
                }),
            }
        }
        self.domain_checks(schema).await
    }

    async fn foreign_key_columns(&mut self) -> Result<HashMap<String, KeyColumns>, ServerError> {
        let sql = format!(
            "SELECT con.oid::text, a.attname::text, ra.attname::text, {set} \
             FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             CROSS JOIN LATERAL unnest(con.conkey, con.confkey) WITH ORDINALITY AS k(attnum, referred, place) \
             JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.attnum \
             JOIN pg_attribute ra ON ra.attrelid = con.confrelid AND ra.attnum = k.referred \
             WHERE con.contype = 'f' AND {namespaces} ORDER BY con.oid, k.place",
            set = self.since(
                150_000,
                "(k.attnum = ANY (con.confdelsetcols))::text",
                "NULL"
            ),
            namespaces = self.namespaces,
        );
        let mut columns: HashMap<String, KeyColumns> = HashMap::new();
        for mut row in self.rows(sql).await? {
            let key = columns.entry(row.text()).or_default();
            key.push((row.text(), row.text(), row.flag()));
        }
        Ok(columns)
    }

    async fn domain_checks(&mut self, schema: &mut Schema) -> Result<(), ServerError> {
        let sql = format!(
            "SELECT NULLIF(n.nspname, current_schema())::text, t.typname::text, con.conname::text, \
             con.convalidated::text, pg_get_expr(con.conbin, 0), d.description \
             FROM pg_constraint con JOIN pg_type t ON t.oid = con.contypid \
             JOIN pg_namespace n ON n.oid = t.typnamespace {comment} \
             WHERE con.contype = 'c' AND {namespaces} ORDER BY con.conname",
            comment = comment("pg_constraint", "con.oid", "0"),
            namespaces = self.namespaces,
        );
        for mut row in self.rows(sql).await? {
            let domain = row.name();
            let check = Check {
                name: row.option(),
                validity: validity(row.flag()),
                expression: without_parentheses(&row.text(), Dialect::Postgres).to_owned(),
                comment: row.option(),
                ..Check::default()
            };
            schema.domains.update(&domain, |it| it.checks.push(check));
        }
        Ok(())
    }
}

fn common(row: &mut Fields) -> Common {
    let name = row.text();
    let (deferrable, deferred) = (row.flag(), row.flag());
    Common {
        name,
        deferral: match (deferrable, deferred) {
            (false, _) => Deferral::NotDeferrable,
            (true, false) => Deferral::InitiallyImmediate,
            (true, true) => Deferral::InitiallyDeferred,
        },
        validity: validity(row.flag()),
        inheritance: if row.flag() {
            Inheritance::NoInherit
        } else {
            Inheritance::Inherit
        },
        origin: if row.flag() {
            Origin::Inherited
        } else {
            Origin::Own
        },
        enforcement: if row.flag() {
            Enforcement::Enforced
        } else {
            Enforcement::NotEnforced
        },
        period: row.flag(),
        comment: row.option(),
    }
}

const fn validity(valid: bool) -> Validity {
    if valid {
        Validity::Valid
    } else {
        Validity::NotValid
    }
}

/// A primary key or a unique constraint: what it covers is told by its index.
fn key(table: &mut Table, kind: &str, common: Common, index: Option<crate::model::schema::Index>) {
    let index = index.unwrap_or_default();
    let Common {
        name,
        deferral,
        origin,
        period,
        comment,
        ..
    } = common;
    let comment = comment.or(index.comment);
    if kind == "p" {
        table.primary_key = Some(PrimaryKey {
            name: Some(name),
            parts: index.parts,
            include: index.include,
            without_overlaps: period,
            deferral,
            on_conflict: None,
            storage_parameters: index.storage_parameters,
            tablespace: index.tablespace,
            origin,
            comment,
        });
        return;
    }
    table.uniques.push(Unique {
        name: Some(name),
        parts: index.parts,
        include: index.include,
        nulls: index.nulls,
        without_overlaps: period,
        deferral,
        on_conflict: None,
        storage_parameters: index.storage_parameters,
        tablespace: index.tablespace,
        origin,
        comment,
    });
}

fn foreign_key(common: Common, columns: KeyColumns, mut row: Fields) -> ForeignKey {
    let references = row.name();
    let (on_update, on_delete) = (action(&row.text()), action(&row.text()));
    let set_columns = columns
        .iter()
        .filter(|it| it.2)
        .map(|it| it.0.clone())
        .collect();
    let (columns, referred) = columns
        .into_iter()
        .map(|(column, referred, _)| (column, referred))
        .unzip();
    ForeignKey {
        name: Some(common.name),
        on_update,
        on_delete,
        set_columns,
        match_type: match row.text().as_str() {
            "f" => Match::Full,
            "p" => Match::Partial,
            _ => Match::Simple,
        },
        deferral: common.deferral,
        validity: common.validity,
        enforcement: common.enforcement,
        period: common.period,
        origin: common.origin,
        comment: common.comment,
        ..ForeignKey::new(columns, references, referred)
    }
}

fn action(letter: &str) -> Action {
    match letter {
        "r" => Action::Restrict,
        "c" => Action::Cascade,
        "n" => Action::SetNull,
        "d" => Action::SetDefault,
        _ => Action::NoAction,
    }
}

fn check(common: Common, expression: &str) -> Check {
    Check {
        name: Some(common.name),
        expression: without_parentheses(expression, Dialect::Postgres).to_owned(),
        column: None,
        validity: common.validity,
        enforcement: common.enforcement,
        inheritance: common.inheritance,
        origin: common.origin,
        comment: common.comment,
    }
}
