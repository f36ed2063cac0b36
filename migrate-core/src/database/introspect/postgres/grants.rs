//! Who may do what, without what owners may do by themselves and what everybody may since the server was set up.

use super::{Reader, SCHEMA};
use crate::database::error::ServerError;
use crate::model::schema::{Grant, GrantOption, Kind, Name, ObjectId};

impl Reader<'_> {
    pub(super) async fn grants(&mut self) -> Result<Vec<Grant>, ServerError> {
        let namespaces = &self.namespaces;
        let of = |select: &str, from: &str, catalogue: &str, oid: &str, acl: &str, owner: &str| {
            format!(
                "SELECT {select}, COALESCE(r.rolname::text, 'PUBLIC'), acl.privilege_type, acl.is_grantable::text \
                 FROM {from} CROSS JOIN LATERAL aclexplode({acl}) AS acl LEFT JOIN pg_roles r ON r.oid = acl.grantee \
                 WHERE acl.grantee <> {owner} AND {namespaces} AND NOT EXISTS (SELECT 1 FROM pg_init_privs i \
                 CROSS JOIN LATERAL aclexplode(i.initprivs) AS ip WHERE i.classoid = '{catalogue}'::regclass \
                 AND i.objoid = {oid} AND ip.grantee = acl.grantee AND ip.privilege_type = acl.privilege_type)"
            )
        };
        // What has a list of rights and everybody's is not in it.
        let withheld = |select: &str,
                        from: &str,
                        catalogue: &str,
                        oid: &str,
                        acl: &str,
                        privilege: &str| {
            format!(
                "SELECT {select}, 'PUBLIC', '{privilege}', 'withheld' FROM {from} WHERE {acl} IS NOT NULL AND {namespaces} \
                 AND NOT EXISTS (SELECT 1 FROM aclexplode({acl}) AS acl WHERE acl.grantee = 0 \
                 AND acl.privilege_type = '{privilege}') AND NOT EXISTS (SELECT 1 FROM pg_init_privs i \
                 WHERE i.classoid = '{catalogue}'::regclass AND i.objoid = {oid})"
            )
        };
        let relations = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace";
        let routine = format!(
            "CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, {SCHEMA}, \
             NULL, p.proname || '(' || oidvectortypes(p.proargtypes) || ')'"
        );
        let data_type = format!("'type' || t.typtype::text, {SCHEMA}, NULL, t.typname::text");
        let selects = [
            of(
                &format!("c.relkind::text, {SCHEMA}, NULL, c.relname::text"),
                relations,
                "pg_class",
                "c.oid",
                "c.relacl",
                "c.relowner",
            ),
            of(
                &format!("'column', {SCHEMA}, c.relname::text, a.attname::text"),
                "pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace",
                "pg_class",
                "c.oid",
                "a.attacl",
                "c.relowner",
            ),
            of(
                "'schema', NULL, NULL, n.nspname::text",
                "pg_namespace n",
                "pg_namespace",
                "n.oid",
                "n.nspacl",
                "n.nspowner",
            ),
            of(
                &routine,
                "pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace",
                "pg_proc",
                "p.oid",
                "p.proacl",
                "p.proowner",
            ),
            of(
                &data_type,
                "pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace",
                "pg_type",
                "t.oid",
                "t.typacl",
                "t.typowner",
            ),
            withheld(
                &routine,
                "pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace",
                "pg_proc",
                "p.oid",
                "p.proacl",
                "EXECUTE",
            ),
            withheld(
                &data_type,
                "pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace",
                "pg_type",
                "t.oid",
                "t.typacl",
                "USAGE",
            ),
        ];
        let mut grants = Vec::new();
        for mut row in self.rows(selects.join("\nUNION ALL\n")).await? {
            let (kind, namespace, table, name) =
                (row.text(), row.option(), row.option(), row.text());
            let kind = match kind.as_str() {
                "column" => Kind::Column,
                "schema" => Kind::Namespace,
                "function" => Kind::Function,
                "procedure" => Kind::Procedure,
                "aggregate" => Kind::Aggregate,
                "typee" => Kind::Enum,
                "typed" => Kind::Domain,
                "typec" => Kind::Composite,
                "typer" => Kind::Range,
                "S" => Kind::Sequence,
                "v" => Kind::View,
                "m" => Kind::MaterializedView,
                "r" | "p" | "f" => Kind::Table,
                _ => continue,
            };
            let object = match table {
                Some(table) => ObjectId::on(
                    kind,
                    Name {
                        schema: namespace,
                        name: table,
                    },
                    name,
                ),
                None => ObjectId::new(
                    kind,
                    Name {
                        schema: namespace,
                        name,
                    },
                ),
            };
            grants.push(Grant {
                object,
                grantee: row.text(),
                privilege: row.text(),
                option: match row.text().as_str() {
                    "true" => GrantOption::Grantable,
                    "withheld" => GrantOption::Withheld,
                    _ => GrantOption::None,
                },
            });
        }
        grants.sort();
        Ok(grants)
    }
}
