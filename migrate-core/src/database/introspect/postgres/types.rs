//! Schemas, extensions, enums, domains, composite types.

use super::{COLLATION, Reader, SCHEMA, comment, no_extension};
use crate::database::error::ServerError;
use crate::model::schema::attribute::Nullability;
use crate::model::schema::{
    Attribute, CompositeType, Domain, EnumType, Extension, Namespace, Schema,
};

impl Reader<'_> {
    pub(super) async fn namespaces_and_extensions(
        &mut self,
        schema: &mut Schema,
    ) -> Result<(), ServerError> {
        let sql = format!(
            "SELECT n.nspname::text, d.description FROM pg_namespace n {comment} \
             WHERE n.nspname IS DISTINCT FROM current_schema() AND {namespaces} AND {no_extension}",
            comment = comment("pg_namespace", "n.oid", "0"),
            namespaces = self.namespaces,
            no_extension = no_extension("pg_namespace", "n.oid"),
        );
        for mut row in self.rows(sql).await? {
            schema.namespaces.insert(Namespace {
                name: row.text(),
                comment: row.option(),
            });
        }
        // The procedural language is there in every database.
        let sql = format!(
            "SELECT x.extname::text, {SCHEMA}, x.extversion FROM pg_extension x \
             JOIN pg_namespace n ON n.oid = x.extnamespace WHERE x.extname <> 'plpgsql'"
        );
        for mut row in self.rows(sql).await? {
            schema.extensions.insert(Extension {
                name: row.text(),
                namespace: row.option(),
                version: row.text(),
            });
        }
        Ok(())
    }

    pub(super) async fn types(&mut self, schema: &mut Schema) -> Result<(), ServerError> {
        let (namespaces, no_extension) =
            (self.namespaces.clone(), no_extension("pg_type", "t.oid"));
        let comment_of_type = comment("pg_type", "t.oid", "0");
        let sql = format!(
            "SELECT {SCHEMA}, t.typname::text, d.description, l.enumlabel::text FROM pg_type t \
             JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_enum l ON l.enumtypid = t.oid {comment_of_type} \
             WHERE t.typtype = 'e' AND {namespaces} AND {no_extension} ORDER BY t.oid, l.enumsortorder"
        );
        for mut row in self.rows(sql).await? {
            let (name, comment, label) = (row.name(), row.option(), row.option());
            if !schema.enums.contains(&name) {
                schema.enums.insert(EnumType {
                    comment,
                    ..EnumType::new(name.clone(), Vec::<String>::new())
                });
            }
            schema.enums.update(&name, |it| it.labels.extend(label));
        }
        let sql = format!(
            "SELECT {SCHEMA}, t.typname::text, format_type(t.typbasetype, t.typtypmod), t.typnotnull::text, \
             pg_get_expr(t.typdefaultbin, 0), CASE WHEN t.typcollation <> b.typcollation THEN {COLLATION} END, \
             d.description FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
             JOIN pg_type b ON b.oid = t.typbasetype LEFT JOIN pg_collation co ON co.oid = t.typcollation \
             LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace {comment_of_type} \
             WHERE t.typtype = 'd' AND {namespaces} AND {no_extension}"
        );
        for mut row in self.rows(sql).await? {
            let mut domain = Domain::new(row.name(), row.text());
            if row.flag() {
                domain.nullability = Nullability::NotNull;
            }
            domain.default = row.option();
            domain.collation = row.option();
            domain.comment = row.option();
            schema.domains.insert(domain);
        }
        let sql = format!(
            "SELECT {SCHEMA}, t.typname::text, d.description, a.attname::text, format_type(a.atttypid, a.atttypmod), \
             CASE WHEN a.attcollation <> b.typcollation THEN {COLLATION} END FROM pg_type t \
             JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' JOIN pg_namespace n ON n.oid = t.typnamespace \
             LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
             LEFT JOIN pg_type b ON b.oid = a.atttypid LEFT JOIN pg_collation co ON co.oid = a.attcollation \
             LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace {comment_of_type} \
             WHERE t.typtype = 'c' AND {namespaces} AND {no_extension} ORDER BY t.oid, a.attnum"
        );
        for mut row in self.rows(sql).await? {
            let (name, comment, attribute) = (row.name(), row.option(), row.option());
            if !schema.composites.contains(&name) {
                schema.composites.insert(CompositeType {
                    name: name.clone(),
                    attributes: Vec::new(),
                    comment,
                });
            }
            let attribute = attribute.map(|name| Attribute {
                name,
                data_type: row.text(),
                collation: row.option(),
            });
            schema
                .composites
                .update(&name, |it| it.attributes.extend(attribute));
        }
        Ok(())
    }
}
