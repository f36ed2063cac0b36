//! Functions, procedures, triggers, policies.

use super::{Reader, SCHEMA, comment, no_extension};
use crate::database::error::ServerError;
use crate::model::schema::attribute::Origin;
use crate::model::schema::{
    Function, FunctionKind, Policy, PolicyCommand, PolicyKind, Schema, Trigger, TriggerState,
};
use crate::text::Dialect;
use crate::text::sql::without_parentheses;

impl Reader<'_> {
    pub(super) async fn functions(&mut self, schema: &mut Schema) -> Result<(), ServerError> {
        let sql = format!(
            "SELECT {SCHEMA}, p.proname::text, p.prokind::text, oidvectortypes(p.proargtypes), \
             pg_get_function_result(p.oid), l.lanname::text, pg_get_functiondef(p.oid), \
             quote_ident(n.nspname) || '.', d.description \
             FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang \
             {comment} WHERE p.prokind IN ('f', 'p', 'w') AND {namespaces} AND {no_extension}",
            comment = comment("pg_proc", "p.oid", "0"),
            namespaces = self.namespaces,
            no_extension = no_extension("pg_proc", "p.oid"),
        );
        for mut row in self.rows(sql).await? {
            let (name, kind) = (row.name(), row.text());
            let (kind, opening) = match kind.as_str() {
                "p" => (FunctionKind::Procedure, "CREATE OR REPLACE PROCEDURE "),
                _ => (FunctionKind::Function, "CREATE OR REPLACE FUNCTION "),
            };
            let (arguments, returns, language) = (row.text(), row.option(), row.text());
            let (definition, qualifier) = (row.text(), row.text());
            let definition = definition.trim_end();
            // The server qualifies the name whatever the search path.
            let unqualified = definition
                .strip_prefix(opening)
                .and_then(|rest| rest.strip_prefix(&qualifier))
                .filter(|_| name.schema.is_none());
            schema.functions.insert(Function {
                kind,
                name,
                arguments,
                returns,
                language,
                definition: match unqualified {
                    Some(rest) => format!("{opening}{rest}"),
                    None => definition.to_owned(),
                },
                definer: None,
                sql_mode: None,
                comment: row.option(),
            });
        }
        Ok(())
    }

    pub(super) async fn triggers(&mut self, schema: &mut Schema) -> Result<(), ServerError> {
        let sql = format!(
            "SELECT t.tgrelid::text, t.tgname::text, pg_get_triggerdef(t.oid, true), t.tgenabled::text, \
             (t.tgparentid <> 0)::text, d.description FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace {comment} \
             WHERE NOT t.tgisinternal AND {namespaces} AND {no_extension}",
            comment = comment("pg_trigger", "t.oid", "0"),
            namespaces = self.namespaces,
            no_extension = no_extension("pg_trigger", "t.oid"),
        );
        for mut row in self.rows(sql).await? {
            let Some(table) = self.relation(&row.text()).cloned() else {
                continue;
            };
            let mut trigger = Trigger::new(table, row.text(), row.text());
            trigger.state = match row.text().as_str() {
                "D" => TriggerState::Disabled,
                "R" => TriggerState::Replica,
                "A" => TriggerState::Always,
                _ => TriggerState::Enabled,
            };
            if row.flag() {
                trigger.origin = Origin::Inherited;
            }
            trigger.comment = row.option();
            schema.triggers.insert(trigger);
        }
        Ok(())
    }

    pub(super) async fn policies(&mut self) -> Result<(), ServerError> {
        let sql = format!(
            "SELECT p.polrelid::text, p.polname::text, p.polpermissive::text, p.polcmd::text, \
             pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), d.description, \
             COALESCE(r.rolname::text, 'PUBLIC') \
             FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             CROSS JOIN LATERAL unnest(p.polroles) AS k(role) LEFT JOIN pg_roles r ON r.oid = k.role {comment} \
             WHERE {namespaces} ORDER BY p.polrelid, p.polname, 8",
            comment = comment("pg_policy", "p.oid", "0"),
            namespaces = self.namespaces,
        );
        for mut row in self.rows(sql).await? {
            let Some(table) = self.tables.get_mut(&row.text()) else {
                continue;
            };
            let expression = |text: Option<String>| {
                text.map(|text| without_parentheses(&text, Dialect::Postgres).to_owned())
            };
            let policy = Policy {
                name: row.text(),
                kind: if row.flag() {
                    PolicyKind::Permissive
                } else {
                    PolicyKind::Restrictive
                },
                command: match row.text().as_str() {
                    "r" => PolicyCommand::Select,
                    "a" => PolicyCommand::Insert,
                    "w" => PolicyCommand::Update,
                    "d" => PolicyCommand::Delete,
                    _ => PolicyCommand::All,
                },
                using: expression(row.option()),
                with_check: expression(row.option()),
                comment: row.option(),
                roles: vec![row.text()],
            };
            match table.policies.last_mut() {
                Some(last) if last.name == policy.name => last.roles.extend(policy.roles),
                _ => table.policies.push(policy),
            }
        }
        Ok(())
    }
}
