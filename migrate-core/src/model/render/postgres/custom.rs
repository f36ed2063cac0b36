//! Types of one's own: enums, domains, composite types.

use super::Writer;
use super::column::alter;
use super::data_type::short;
use super::definition::default_text;
use super::key::{self, Names};
use super::name::{beside, ident, literal, name};
use super::script::Class;
use crate::model::diff::Item;
use crate::model::render::{Stage, Statement};
use crate::model::schema::attribute::{Nullability, Validity};
use crate::model::schema::{
    Attribute, Check, Column, CompositeType, Domain, EnumType, Kind, Name, Table,
};

impl<'s> Writer<'s> {
    pub(super) fn create_enum(&mut self, it: &EnumType) {
        self.out.push(enumeration(it, &name(&it.name)));
        self.comment("TYPE", &name(&it.name), None, it.comment.as_ref());
    }

    pub(super) fn alter_enum(&mut self, before: &'s EnumType, after: &'s EnumType) {
        let target = name(&after.name);
        let kept = after.labels.iter().filter(|it| before.labels.contains(it));
        if kept.eq(&before.labels) {
            self.add_labels(&target, before, after);
        } else {
            self.swap(&after.name, |_| enumeration(after, &target), None);
        }
        self.comment(
            "TYPE",
            &target,
            before.comment.as_ref(),
            after.comment.as_ref(),
        );
    }

    fn add_labels(&mut self, target: &str, before: &EnumType, after: &EnumType) {
        for (place, label) in after.labels.iter().enumerate() {
            if before.labels.contains(label) {
                continue;
            }
            let is_last = after.labels[place..]
                .iter()
                .all(|it| !before.labels.contains(it));
            let mut text = format!("ALTER TYPE {target} ADD VALUE {}", literal(label));
            match (place.checked_sub(1), is_last) {
                (_, true) => {}
                (Some(previous), _) => {
                    text += &format!(" AFTER {}", literal(&after.labels[previous]));
                }
                (None, _) => {
                    if let Some(first) = before.labels.first() {
                        text += &format!(" BEFORE {}", literal(first));
                    }
                }
            }
            self.new_labels.push((text.clone(), literal(label)));
            self.out.push(text);
        }
    }

    /// Puts a new type into the place of an old one of the same name, by way of the texts of the values.
    fn swap(
        &mut self,
        type_name: &'s Name,
        create: impl FnOnce(&Self) -> String,
        loses: Option<String>,
    ) {
        let old = format!("{}_old", type_name.name);
        let kind = "TYPE";
        self.out.push(format!(
            "ALTER {kind} {} RENAME TO {}",
            name(type_name),
            ident(&old)
        ));
        let text = create(self);
        self.out.push(text);
        let spelt = name(type_name);
        // Composite types and domains that hold the type would need the same; PostgreSQL says so when the old one goes.
        let mut found: Vec<(&'s Table, &'s Column, &'s Column)> = Vec::new();
        for table in &self.changes.after.tables {
            let Some(before) = self.old_table(&table.name) else {
                continue;
            };
            for column in &table.columns {
                let old_name = self.old_column(&table.name, &column.name);
                let Some(was) = before.column(old_name) else {
                    continue;
                };
                let holds = |it: &Column| {
                    it.data_type == spelt || it.data_type.strip_suffix("[]") == Some(spelt.as_str())
                };
                let inherited = Item::Column(table, column).is_inherited();
                if holds(was) && holds(column) && !inherited {
                    found.push((table, was, column));
                }
            }
        }
        for (table, was, column) in found {
            let (quoted, to) = (ident(&column.name), short(&column.data_type));
            let by_text = if column.data_type.ends_with("[]") {
                "text[]"
            } else {
                "text"
            };
            let mut actions = Vec::new();
            if was.default.is_some() {
                actions.push("DROP DEFAULT".to_owned());
            }
            actions.push(format!("TYPE {to} USING {quoted}::{by_text}::{to}"));
            // A changed default is set when the column itself is altered.
            if let (Some(_), Some(default)) = (&was.default, &column.default) {
                let default = default_text(default, &column.data_type);
                actions.push(format!("SET DEFAULT {default}"));
            }
            for action in actions {
                let action = format!("ALTER COLUMN {quoted} {action}");
                self.out.alter_with(
                    Stage::First,
                    &alter(table),
                    Class::AlterColumn,
                    action,
                    None,
                    None,
                );
            }
        }
        let drop = Statement {
            loses: loses.into_iter().collect(),
            ..Statement::new(format!("DROP {kind} {}", beside(type_name, &old)))
        };
        self.out.statement(drop);
    }

    pub(super) fn create_domain(&mut self, it: &Domain) {
        self.out.push(domain(it, Names::AsNeeded));
        self.domain_comments(None, it);
    }

    fn domain_comments(&mut self, before: Option<&Domain>, after: &Domain) {
        let target = name(&after.name);
        let old = before.and_then(|it| it.comment.as_ref());
        self.comment("DOMAIN", &target, old, after.comment.as_ref());
        for check in &after.checks {
            let Some(constraint) = &check.name else {
                continue;
            };
            let was = before.and_then(|it| it.checks.iter().find(|old| old.name == check.name));
            let old = was
                .filter(|old| old.expression == check.expression)
                .and_then(|it| it.comment.as_ref());
            let target = format!("{} ON DOMAIN {target}", ident(constraint));
            self.comment("CONSTRAINT", &target, old, check.comment.as_ref());
        }
    }

    pub(super) fn alter_domain(&mut self, before: &'s Domain, after: &'s Domain) {
        if before.data_type != after.data_type || before.collation != after.collation {
            // The old one still has the names of its checks.
            self.swap(&after.name, |_| domain(after, Names::Written), None);
            self.domain_comments(None, after);
            return;
        }
        let alter = format!("ALTER DOMAIN {}", name(&after.name));
        if before.default != after.default {
            match &after.default {
                Some(default) => {
                    let default = default_text(default, &after.data_type);
                    self.out.push(format!("{alter} SET DEFAULT {default}"));
                }
                None => self.out.push(format!("{alter} DROP DEFAULT")),
            }
        }
        match (before.nullability, after.nullability) {
            (Nullability::Nullable, Nullability::NotNull) => {
                self.out.push(format!("{alter} SET NOT NULL"));
            }
            (Nullability::NotNull, Nullability::Nullable) => {
                self.out.push(format!("{alter} DROP NOT NULL"));
            }
            _ => {}
        }
        let same = |one: &Check, other: &Check| {
            one.name == other.name
                && one.expression == other.expression
                && (one.validity == other.validity || other.validity == Validity::Valid)
        };
        for check in &before.checks {
            if !after.checks.iter().any(|it| same(check, it))
                && let Some(constraint) = &check.name
            {
                self.out
                    .push(format!("{alter} DROP CONSTRAINT {}", ident(constraint)));
            }
        }
        for check in &after.checks {
            let Some(constraint) = &check.name else {
                continue;
            };
            match before.checks.iter().find(|it| same(it, check)) {
                Some(was) if was.validity != check.validity => {
                    let stage = self.second();
                    self.out.push_to(
                        stage,
                        format!("{alter} VALIDATE CONSTRAINT {}", ident(constraint)),
                    );
                }
                Some(_) => {}
                None => self.add_domain_check(&alter, constraint, check),
            }
        }
        self.domain_comments(Some(before), after);
    }

    fn add_domain_check(&mut self, alter: &str, constraint: &str, check: &Check) {
        let constraint = ident(constraint);
        let text = format!(
            "{alter} ADD CONSTRAINT {constraint} {}",
            key::check_rule(check)
        );
        if check.validity == Validity::NotValid {
            self.out.push(format!("{text} NOT VALID"));
        } else if self.out.is_safe() {
            self.out.push(format!("{text} NOT VALID"));
            self.out.push_to(
                Stage::Second,
                format!("{alter} VALIDATE CONSTRAINT {constraint}"),
            );
        } else {
            self.out.push(text);
        }
    }

    fn second(&self) -> Stage {
        if self.out.is_safe() {
            Stage::Second
        } else {
            Stage::First
        }
    }

    pub(super) fn create_composite(&mut self, it: &CompositeType) {
        self.out.push(composite(it));
        self.comment("TYPE", &name(&it.name), None, it.comment.as_ref());
    }

    pub(super) fn alter_composite(&mut self, before: &'s CompositeType, after: &'s CompositeType) {
        let target = name(&after.name);
        let find =
            |of: &'s CompositeType, name: &str| of.attributes.iter().find(|it| it.name == name);
        let mut actions = Vec::new();
        let mut changed = false;
        let mut lost = Vec::new();
        for old in &before.attributes {
            match find(after, &old.name) {
                None => {
                    actions.push(format!("DROP ATTRIBUTE {}", ident(&old.name)));
                    lost.push(format!("attribute {}.{}", after.name, old.name));
                }
                Some(new) if new != old => {
                    changed = true;
                    actions.push(format!(
                        "ALTER ATTRIBUTE {} TYPE {}",
                        ident(&new.name),
                        attribute_type(new)
                    ));
                }
                Some(_) => {}
            }
        }
        for new in &after.attributes {
            if find(before, &new.name).is_none() {
                actions.push(format!("ADD ATTRIBUTE {}", attribute(new)));
            }
        }
        let used = self
            .changes
            .before
            .dependencies
            .iter()
            .any(|it| it.on.kind == Kind::Composite && it.on.name == before.name);
        let kept = before
            .attributes
            .iter()
            .filter(|it| find(after, &it.name).is_some());
        let made = after
            .attributes
            .iter()
            .filter(|it| find(before, &it.name).is_none());
        let in_order = kept
            .chain(made)
            .map(|it| &it.name)
            .eq(after.attributes.iter().map(|it| &it.name));
        if in_order && !(changed && used) {
            if !actions.is_empty() {
                let sql = format!("ALTER TYPE {target} {}", actions.join(", "));
                self.out.statement(Statement {
                    loses: lost,
                    ..Statement::new(sql)
                });
            }
        } else {
            self.swap(&after.name, |_| composite(after), None);
        }
        self.comment(
            "TYPE",
            &target,
            before.comment.as_ref(),
            after.comment.as_ref(),
        );
    }
}

fn enumeration(it: &EnumType, target: &str) -> String {
    let labels: Vec<String> = it.labels.iter().map(|label| literal(label)).collect();
    let text = format!("CREATE TYPE {target} AS ENUM ({})", labels.join(", "));
    if text.len() <= super::script::WIDTH {
        return text;
    }
    format!(
        "CREATE TYPE {target} AS ENUM (\n    {}\n)",
        labels.join(",\n    ")
    )
}

fn domain(it: &Domain, names: Names) -> String {
    let mut text = format!(
        "CREATE DOMAIN {} AS {}",
        name(&it.name),
        short(&it.data_type)
    );
    if let Some(collation) = &it.collation {
        text += &format!(" COLLATE {collation}");
    }
    if let Some(default) = &it.default {
        text += &format!(" DEFAULT {}", default_text(default, &it.data_type));
    }
    if it.nullability == Nullability::NotNull {
        text += " NOT NULL";
    }
    for check in &it.checks {
        let default = format!("{}_check", it.name.name);
        let named = match &check.name {
            Some(given) if names == Names::Written || *given != default => {
                format!("CONSTRAINT {} ", ident(given))
            }
            _ => String::new(),
        };
        text += &format!("\n    {named}{}", key::check_rule(check));
    }
    text
}

fn composite(it: &CompositeType) -> String {
    if it.attributes.is_empty() {
        return format!("CREATE TYPE {} AS ()", name(&it.name));
    }
    let attributes: Vec<String> = it.attributes.iter().map(attribute).collect();
    format!(
        "CREATE TYPE {} AS (\n    {}\n)",
        name(&it.name),
        attributes.join(",\n    ")
    )
}

fn attribute(it: &Attribute) -> String {
    format!("{} {}", ident(&it.name), attribute_type(it))
}

fn attribute_type(it: &Attribute) -> String {
    match &it.collation {
        Some(collation) => format!("{} COLLATE {collation}", short(&it.data_type)),
        None => short(&it.data_type),
    }
}
