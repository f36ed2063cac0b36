//! Schemas, extensions, rights, and what is kept by its definition.

use super::Writer;
use super::name::{ident, name, signature};
use super::routine::roles;
use crate::model::render::RenderError;
use crate::model::schema::{Extension, Grant, GrantOption, Kind, Namespace, ObjectId, Other};

impl<'s> Writer<'s> {
    pub(super) fn create_namespace(&mut self, it: &Namespace) {
        self.out.push(format!("CREATE SCHEMA {}", ident(&it.name)));
        self.comment("SCHEMA", &ident(&it.name), None, it.comment.as_ref());
    }

    pub(super) fn drop_namespace(&mut self, it: &Namespace) {
        self.out.push(format!("DROP SCHEMA {}", ident(&it.name)));
    }

    pub(super) fn create_extension(&mut self, it: &Extension) {
        let mut text = format!("CREATE EXTENSION {}", ident(&it.name));
        if let Some(schema) = &it.namespace {
            text += &format!(" WITH SCHEMA {}", ident(schema));
        }
        self.out.push(text);
    }

    pub(super) fn alter_extension(&mut self, it: &Extension) {
        let default = &self.changes.after.default_namespace;
        let schema = ident(it.namespace.as_ref().unwrap_or(default));
        self.out.push(format!(
            "ALTER EXTENSION {} SET SCHEMA {schema}",
            ident(&it.name)
        ));
    }

    pub(super) fn drop_extension(&mut self, it: &Extension) {
        self.out.push(format!("DROP EXTENSION {}", ident(&it.name)));
    }

    pub(super) fn create_other(&mut self, it: &Other) -> Result<(), RenderError> {
        let (_, target) = spelt(&it.id);
        let definition = &it.definition;
        let sql = match it.id.kind {
            Kind::Rule | Kind::Statistics => definition.trim_end_matches(';').to_owned(),
            Kind::Aggregate => {
                format!("CREATE AGGREGATE {target} (\n    {}\n)", definition)
            }
            Kind::Range => format!("CREATE TYPE {target} AS RANGE (\n    {}\n)", definition),
            Kind::Operator => {
                let (operator, _) = operator(&it.id);
                format!("CREATE OPERATOR {operator} (\n    {}\n)", definition)
            }
            Kind::Cast => format!("CREATE CAST ({}) {definition}", it.id.name.name),
            Kind::Collation => format!("CREATE COLLATION {target} ({definition})"),
            Kind::EventTrigger => format!("CREATE EVENT TRIGGER {target} {definition}"),
            Kind::Publication => format!("CREATE PUBLICATION {target} {definition}")
                .trim_end()
                .to_owned(),
            Kind::ForeignServer => format!("CREATE SERVER {target} {definition}"),
            Kind::TextSearch => {
                let mut lines = definition.lines();
                let parser = lines.next().unwrap_or_default();
                self.out.push(format!(
                    "CREATE TEXT SEARCH CONFIGURATION {target} ({parser})"
                ));
                for mapping in lines {
                    self.out.push(format!(
                        "ALTER TEXT SEARCH CONFIGURATION {target} {mapping}"
                    ));
                }
                self.other_comment(it, None);
                return Ok(());
            }
            _ => {
                return Err(RenderError::new(
                    it.id.clone(),
                    "its definition is not known well enough to make it",
                    "write a revision for it by hand, or exclude it",
                ));
            }
        };
        self.out.push(sql);
        self.other_comment(it, None);
        Ok(())
    }

    fn other_comment(&mut self, it: &Other, before: Option<&Other>) {
        let old = before.and_then(|it| it.comment.as_ref());
        let (kind, target) = spelt(&it.id);
        self.comment(kind, &target, old, it.comment.as_ref());
    }

    pub(super) fn alter_other(&mut self, before: &Other, after: &Other) {
        self.other_comment(after, Some(before));
    }

    pub(super) fn drop_other(&mut self, it: &Other) {
        let (kind, target) = spelt(&it.id);
        self.out.push(format!("DROP {kind} {target}"));
    }

    /// Rights that differ in nothing but what may be done go into one statement.
    pub(super) fn grants(&mut self, grants: &[&Grant], verb: Verb) {
        let Some(first) = grants.first() else {
            return;
        };
        let on = grant_target(&first.object);
        let privileges: Vec<String> = grants
            .iter()
            .map(|grant| match grant.object.kind {
                Kind::Column => format!("{} ({})", grant.privilege, ident(&grant.object.name.name)),
                _ => grant.privilege.clone(),
            })
            .collect();
        let privileges = privileges.join(", ");
        let role = roles(std::slice::from_ref(&first.grantee));
        let sql = match verb {
            Verb::Grant => {
                let option = match first.option {
                    GrantOption::None | GrantOption::Withheld => "",
                    GrantOption::Grantable => " WITH GRANT OPTION",
                };
                format!("GRANT {privileges} ON {on} TO {role}{option}")
            }
            Verb::Revoke => format!("REVOKE {privileges} ON {on} FROM {role}"),
            Verb::RevokeOption => {
                format!("REVOKE GRANT OPTION FOR {privileges} ON {on} FROM {role}")
            }
        };
        self.out.push(sql);
    }
}

/// What becomes of a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Grant,
    Revoke,
    RevokeOption,
}

impl Verb {
    pub(super) const fn create(option: GrantOption) -> Self {
        match option {
            GrantOption::None | GrantOption::Grantable => Self::Grant,
            GrantOption::Withheld => Self::Revoke,
        }
    }

    pub(super) const fn drop(option: GrantOption) -> Self {
        match option {
            GrantOption::None | GrantOption::Grantable => Self::Revoke,
            GrantOption::Withheld => Self::Grant,
        }
    }

    pub(super) const fn change(before: GrantOption, after: GrantOption) -> Self {
        match (before, after) {
            (_, GrantOption::Withheld) => Self::Revoke,
            (GrantOption::Grantable, GrantOption::None) => Self::RevokeOption,
            _ => Self::Grant,
        }
    }
}

/// An operator and the types of its sides.
fn operator(id: &ObjectId) -> (String, String) {
    let (symbol, sides) = id.name.name.split_once('(').unwrap_or((&id.name.name, ")"));
    let sides = sides.trim_end_matches(')');
    let sides = if sides.contains(',') {
        sides.to_owned()
    } else {
        format!("NONE, {sides}")
    };
    let operator = match &id.name.schema {
        Some(schema) => format!("{}.{symbol}", ident(schema)),
        None => symbol.to_owned(),
    };
    (operator, sides)
}

/// The kind and the name of an object, as `DROP` and `COMMENT ON` say them.
fn spelt(id: &ObjectId) -> (&'static str, String) {
    let target = signature(id);
    match id.kind {
        Kind::Rule => {
            let on = id.table.as_ref().map(name).unwrap_or_default();
            ("RULE", format!("{target} ON {on}"))
        }
        Kind::Statistics => ("STATISTICS", target),
        // An aggregate over nothing says so.
        Kind::Aggregate => ("AGGREGATE", target.replace("()", "(*)")),
        Kind::Operator => {
            let (operator, sides) = operator(id);
            ("OPERATOR", format!("{operator} ({sides})"))
        }
        Kind::Cast => ("CAST", format!("({})", id.name.name)),
        Kind::Collation => ("COLLATION", target),
        Kind::TextSearch => ("TEXT SEARCH CONFIGURATION", target),
        Kind::EventTrigger => ("EVENT TRIGGER", target),
        Kind::Publication => ("PUBLICATION", target),
        Kind::ForeignServer => ("SERVER", target),
        _ => ("TYPE", target),
    }
}

fn grant_target(id: &ObjectId) -> String {
    match (id.kind, &id.table) {
        (Kind::Column, Some(table)) => name(table),
        (Kind::Table | Kind::View | Kind::MaterializedView, _) => name(&id.name),
        (Kind::Sequence, _) => format!("SEQUENCE {}", name(&id.name)),
        (Kind::Namespace, _) => format!("SCHEMA {}", ident(&id.name.name)),
        (Kind::Procedure, _) => format!("PROCEDURE {}", signature(id)),
        (Kind::Function | Kind::Aggregate, _) => format!("FUNCTION {}", signature(id)),
        (Kind::Domain, _) => format!("DOMAIN {}", name(&id.name)),
        _ => format!("TYPE {}", name(&id.name)),
    }
}
