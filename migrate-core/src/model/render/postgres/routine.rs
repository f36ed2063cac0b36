//! Functions, procedures, triggers and policies.

use super::Writer;
use super::name::{ident, name, signature};
use super::script::Class;
use crate::model::render::Stage;
use crate::model::render::Statement;
use crate::model::schema::{
    Column, Function, FunctionKind, Name, Policy, PolicyCommand, PolicyKind, Schema, Table,
    Trigger, TriggerState,
};

const fn word(it: &Function) -> &'static str {
    match it.kind {
        FunctionKind::Function => "FUNCTION",
        FunctionKind::Procedure => "PROCEDURE",
    }
}

impl<'s> Writer<'s> {
    pub(super) fn create_function(&mut self, it: &'s Function) {
        self.out
            .push(it.definition.replacen("CREATE OR REPLACE ", "CREATE ", 1));
        self.comment(word(it), &signature(&it.id()), None, it.comment.as_ref());
        for (table, column) in self.defaults_of(self.changes.after, it) {
            let was = self.old_table(&table.name).and_then(|was| {
                let old = self.old_column(&table.name, &column.name);
                was.column(old)
            });
            if let Some(default) = &column.default
                && was.is_some_and(|was| was.default == column.default)
            {
                let action = format!("ALTER COLUMN {} SET DEFAULT {default}", ident(&column.name));
                self.out
                    .alter(Stage::First, &table.name, Class::AlterColumn, action);
            }
        }
    }

    /// The columns whose defaults call a function that is dropped and made again.
    fn defaults_of(&self, schema: &'s Schema, it: &Function) -> Vec<(&'s Table, &'s Column)> {
        let id = it.id();
        if !self.remade_functions.contains(&id) {
            return Vec::new();
        }
        let call = format!("{}(", it.name.name);
        let dependents = schema.dependencies.iter().filter(|known| known.on == id);
        let tables = dependents.filter_map(|known| schema.tables.get(&known.object.name));
        let calls = |column: &&Column| {
            let default = column.default.as_ref();
            default.is_some_and(|default| default.contains(&call))
        };
        tables
            .flat_map(|table| {
                let columns = table.columns.iter().filter(calls);
                columns.map(move |column| (table, column))
            })
            .collect()
    }

    pub(super) fn alter_function(&mut self, before: &Function, after: &Function) {
        if before.definition != after.definition {
            self.out.push(after.definition.clone());
        }
        let (old, new) = (before.comment.as_ref(), after.comment.as_ref());
        self.comment(word(after), &signature(&after.id()), old, new);
    }

    pub(super) fn drop_function(&mut self, it: &'s Function) {
        for (table, column) in self.defaults_of(self.changes.before, it) {
            let action = format!("ALTER COLUMN {} DROP DEFAULT", ident(&column.name));
            self.out
                .alter(Stage::First, &table.name, Class::AlterColumn, action);
        }
        self.out
            .push(format!("DROP {} {}", word(it), signature(&it.id())));
    }

    pub(super) fn create_trigger(&mut self, it: &'s Trigger) {
        let create = Statement::creating(it, it.definition.clone());
        self.out.statement(create);
        self.trigger_state(it, TriggerState::Enabled);
        self.comment("TRIGGER", &trigger(it), None, it.comment.as_ref());
    }

    pub(super) fn alter_trigger(&mut self, before: &Trigger, after: &'s Trigger) {
        self.trigger_state(after, before.state);
        let (old, new) = (before.comment.as_ref(), after.comment.as_ref());
        self.comment("TRIGGER", &trigger(after), old, new);
    }

    fn trigger_state(&mut self, it: &Trigger, before: TriggerState) {
        if it.state == before {
            return;
        }
        let word = match it.state {
            TriggerState::Enabled => "ENABLE",
            TriggerState::Disabled => "DISABLE",
            TriggerState::Replica => "ENABLE REPLICA",
            TriggerState::Always => "ENABLE ALWAYS",
        };
        let action = format!("{word} TRIGGER {}", ident(&it.name));
        self.out
            .alter(Stage::First, &it.table, Class::Option, action);
    }

    pub(super) fn drop_trigger(&mut self, it: &Trigger) {
        self.out.push(format!("DROP TRIGGER {}", trigger(it)));
    }

    pub(super) fn create_policy(&mut self, table: &Table, it: &Policy) {
        let mut text = format!("CREATE POLICY {}", policy(&table.name, it));
        if it.kind == PolicyKind::Restrictive {
            text += " AS RESTRICTIVE";
        }
        if it.command != PolicyCommand::All {
            text += &format!(" FOR {}", it.command);
        }
        if it.roles != ["PUBLIC"] {
            text += &format!(" TO {}", roles(&it.roles));
        }
        text += &conditions(it, None);
        self.out.push(text);
        self.comment(
            "POLICY",
            &policy(&table.name, it),
            None,
            it.comment.as_ref(),
        );
    }

    pub(super) fn alter_policy(&mut self, table: &Table, before: &Policy, after: &Policy) {
        let target = policy(&table.name, after);
        let mut text = format!("ALTER POLICY {target}");
        let length = text.len();
        if before.roles != after.roles {
            text += &format!(" TO {}", roles(&after.roles));
        }
        text += &conditions(after, Some(before));
        if text.len() > length {
            self.out.push(text);
        }
        self.comment(
            "POLICY",
            &target,
            before.comment.as_ref(),
            after.comment.as_ref(),
        );
    }

    pub(super) fn drop_policy(&mut self, table: &Table, it: &Policy) {
        self.out
            .push(format!("DROP POLICY {}", policy(&table.name, it)));
    }
}

fn trigger(it: &Trigger) -> String {
    format!("{} ON {}", ident(&it.name), name(&it.table))
}

fn policy(table: &Name, it: &Policy) -> String {
    format!("{} ON {}", ident(&it.name), name(table))
}

/// Roles; everybody is no name.
pub(super) fn roles(roles: &[String]) -> String {
    let names: Vec<String> = roles
        .iter()
        .map(|role| match role.as_str() {
            "PUBLIC" => role.clone(),
            role => ident(role),
        })
        .collect();
    names.join(", ")
}

/// `USING` and `WITH CHECK`, where they are not what they were.
fn conditions(it: &Policy, before: Option<&Policy>) -> String {
    let mut text = String::new();
    if let Some(using) = &it.using
        && before.is_none_or(|old| old.using.as_ref() != Some(using))
    {
        text += &format!("\n    USING ({using})");
    }
    if let Some(check) = &it.with_check
        && before.is_none_or(|old| old.with_check.as_ref() != Some(check))
    {
        text += &format!("\n    WITH CHECK ({check})");
    }
    text
}
