//! Which object needs which.

use std::collections::{BTreeSet, HashMap};

use super::{Reader, SCHEMA};
use crate::database::error::ServerError;
use crate::model::schema::{Dependency, Kind, ObjectId, Schema};

impl Reader<'_> {
    pub(super) async fn dependencies(&mut self, schema: &mut Schema) -> Result<(), ServerError> {
        let routines = self.numbered_routines_and_types().await?;
        // A view depends through its rule, a default through its row, a constraint or trigger through its own.
        let sql = "SELECT DISTINCT CASE WHEN d.classid = 'pg_proc'::regclass THEN 'p' WHEN d.classid = 'pg_type'::regclass \
             THEN 't' ELSE 'c' END, COALESCE(w.ev_class, ad.adrelid, NULLIF(con.conrelid, 0), con.contypid, tg.tgrelid, \
             pol.polrelid, ix.indrelid, d.objid)::text, \
             CASE WHEN tg.oid IS NOT NULL THEN tg.tgname::text END, \
             CASE WHEN d.refclassid = 'pg_proc'::regclass THEN 'p' WHEN d.refclassid = 'pg_type'::regclass THEN 't' \
             ELSE 'c' END, d.refobjid::text, ra.attname::text \
             FROM pg_depend d \
             LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid \
             LEFT JOIN pg_attrdef ad ON d.classid = 'pg_attrdef'::regclass AND ad.oid = d.objid \
             LEFT JOIN pg_constraint con ON d.classid = 'pg_constraint'::regclass AND con.oid = d.objid \
             LEFT JOIN pg_trigger tg ON d.classid = 'pg_trigger'::regclass AND tg.oid = d.objid \
             LEFT JOIN pg_policy pol ON d.classid = 'pg_policy'::regclass AND pol.oid = d.objid \
             LEFT JOIN pg_index ix ON d.classid = 'pg_class'::regclass AND ix.indexrelid = d.objid \
             LEFT JOIN pg_attribute ra ON d.refclassid = 'pg_class'::regclass AND ra.attrelid = d.refobjid \
             AND ra.attnum = d.refobjsubid AND d.refobjsubid > 0 \
             WHERE d.deptype = 'n' AND d.refobjid >= 16384 AND d.objid >= 16384 \
             AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)";
        let mut found = BTreeSet::new();
        for mut row in self.rows(sql.to_owned()).await? {
            let (class, number, trigger) = (row.text(), row.text(), row.option());
            let (on_class, on_number, column) = (row.text(), row.text(), row.option());
            let known = |class: &str, number: &str| -> Option<ObjectId> {
                match class {
                    "c" => self
                        .relations
                        .get(number)
                        .or_else(|| routines.get(&("t".to_owned(), number.to_owned()))),
                    class => routines.get(&(class.to_owned(), number.to_owned())),
                }
                .cloned()
            };
            let (Some(object), Some(on)) = (known(&class, &number), known(&on_class, &on_number))
            else {
                continue;
            };
            let object = match trigger {
                Some(trigger) => ObjectId::on(Kind::Trigger, object.name, trigger),
                None => object,
            };
            // What a table says itself is not repeated.
            if object == on || object.kind == Kind::Table && on.kind == Kind::Table {
                continue;
            }
            let on = match column {
                Some(column) => ObjectId::on(Kind::Column, on.name, column),
                None => on,
            };
            found.insert(Dependency { object, on });
        }
        schema.dependencies = found.into_iter().collect();
        Ok(())
    }

    /// Functions by `p` and number, types by `t` and number.
    async fn numbered_routines_and_types(
        &mut self,
    ) -> Result<HashMap<(String, String), ObjectId>, ServerError> {
        let sql = format!(
            "SELECT 'p', o.oid::text, {SCHEMA}, o.proname || '(' || oidvectortypes(o.proargtypes) || ')', \
             o.prokind::text FROM pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace WHERE {namespaces} \
             UNION ALL SELECT 't', o.oid::text, {SCHEMA}, o.typname::text, COALESCE(c.relkind, o.typtype)::text \
             FROM pg_type o JOIN pg_namespace n ON n.oid = o.typnamespace \
             LEFT JOIN pg_class c ON c.oid = o.typrelid WHERE o.typcategory <> 'A' AND {namespaces}",
            namespaces = self.namespaces
        );
        let mut objects = HashMap::new();
        for mut row in self.rows(sql).await? {
            let (class, number, name, kind) = (row.text(), row.text(), row.name(), row.text());
            let kind = match (class.as_str(), kind.as_str()) {
                ("p", "p") => Kind::Procedure,
                ("p", "a") => Kind::Aggregate,
                ("p", _) => Kind::Function,
                (_, "e") => Kind::Enum,
                (_, "d") => Kind::Domain,
                (_, "c") => Kind::Composite,
                (_, "r" | "p" | "f") => Kind::Table,
                (_, "v") => Kind::View,
                (_, "m") => Kind::MaterializedView,
                // A multirange type is never spoken of; its range is.
                _ => Kind::Range,
            };
            objects.insert((class, number), ObjectId::new(kind, name));
        }
        Ok(objects)
    }
}
