//! What stands behind a table: storage parameters, and the options of foreign tables.

use super::name::{ident, keys, literal, name, parameters};
use crate::model::schema::PostgresTable;

/// What stands behind the parentheses of a `CREATE TABLE`.
pub(super) fn tail(options: &PostgresTable) -> String {
    let mut text = String::new();
    if let Some(of) = &options.partition_of {
        text += &format!(" {}", of.bound);
    }
    if !options.inherits.is_empty() {
        let parents: Vec<String> = options.inherits.iter().map(name).collect();
        text += &format!(" INHERITS ({})", parents.join(", "));
    }
    if let Some(by) = &options.partition_by {
        text += &format!(" PARTITION BY {by}");
    }
    if let Some(foreign) = &options.foreign {
        text += &format!(" SERVER {}", ident(&foreign.server));
        if !foreign.options.is_empty() {
            text += &format!(" OPTIONS ({})", foreign_options(&foreign.options));
        }
    }
    if let Some(method) = &options.access_method {
        text += &format!(" USING {}", ident(method));
    }
    if !options.storage_parameters.is_empty() {
        text += &format!(" WITH ({})", parameters(&options.storage_parameters));
    }
    if let Some(space) = &options.tablespace {
        text += &format!(" TABLESPACE {}", ident(space));
    }
    text
}

pub(super) fn foreign_options(options: &[String]) -> String {
    let written: Vec<String> = options
        .iter()
        .filter_map(|it| it.split_once('='))
        .map(|(key, value)| format!("{} {}", ident(key), literal(value)))
        .collect();
    written.join(", ")
}

pub(super) fn changed_options(before: &[String], after: &[String]) -> String {
    let old: Vec<(&str, &str)> = before.iter().filter_map(|it| it.split_once('=')).collect();
    let new: Vec<(&str, &str)> = after.iter().filter_map(|it| it.split_once('=')).collect();
    let mut said = Vec::new();
    for (key, value) in &new {
        match old.iter().find(|(it, _)| it == key) {
            Some((_, before)) if before == value => {}
            Some(_) => said.push(format!("SET {} {}", ident(key), literal(value))),
            None => said.push(format!("ADD {} {}", ident(key), literal(value))),
        }
    }
    for (key, _) in &old {
        if !new.iter().any(|(it, _)| it == key) {
            said.push(format!("DROP {}", ident(key)));
        }
    }
    said.join(", ")
}

/// `SET (..)` and `RESET (..)`.
pub(super) fn parameter_actions(before: &[String], after: &[String]) -> Vec<String> {
    let key = |it: &String| {
        it.split_once('=')
            .map_or(it.clone(), |(key, _)| key.to_owned())
    };
    let gone: Vec<&String> = before
        .iter()
        .filter(|old| !after.iter().any(|new| key(new) == key(old)))
        .collect();
    let set: Vec<String> = after
        .iter()
        .filter(|new| !before.contains(new))
        .cloned()
        .collect();
    let mut actions = Vec::new();
    if !gone.is_empty() {
        actions.push(format!("RESET ({})", keys(&gone)));
    }
    if !set.is_empty() {
        actions.push(format!("SET ({})", parameters(&set)));
    }
    actions
}
