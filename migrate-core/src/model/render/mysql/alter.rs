//! `ALTER TABLE`: the changes of one table in as few statements as cost little.

use super::change::TableChange;
use super::columns::columns;
use super::key;
use super::level::{Level, Terms};
use super::loss;
use super::name::{ident, name};
use super::options;
use crate::model::render::{Options, Safety, Statement};
use crate::model::schema::{Column, Name};
use crate::text::Dialect;

/// One part of an `ALTER TABLE`.
#[derive(Debug, Clone)]
pub(super) struct Action {
    /// What stands in the statement.
    pub sql: String,
    /// What it costs.
    pub level: Level,
    /// What data it takes away.
    pub loses: Option<String>,
    /// What it is about.
    pub part: Part,
}

/// What an action is about, as far as it makes others dearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A column comes or goes.
    Column,
    /// A column that is computed comes or goes, for which the server does nothing else at the same time.
    Computed,
    /// An index comes.
    NewIndex,
    /// Anything else.
    Other,
}

impl Action {
    pub(super) fn new(sql: impl Into<String>, level: Level) -> Self {
        Self {
            sql: sql.into(),
            level,
            loses: None,
            part: Part::Other,
        }
    }
}

/// The statements for one table that both schemas have, but for its names and its foreign keys.
pub(super) fn alter(
    change: &TableChange<'_>,
    dropped_keys: &[&str],
    options: &Options,
    dialect: Dialect,
) -> Vec<Statement> {
    let table = &change.after.name;
    let mut statements = Vec::new();
    if let Some(columns) = remade(change) {
        statements.push(columns);
    }
    let level = Terms::new(change.before, change.after, dialect).note_down();
    let keys = dropped_keys.iter().map(|key| drop_foreign_key(key, level));
    let mut actions: Vec<Action> = keys.collect();
    actions.extend(self::actions(change, dialect));
    statements.extend(together(table, actions, options, dialect));
    statements
}

/// `ALTER TABLE` with these actions: those that cost nothing in a statement of their own where that keeps them so.
pub(super) fn together(
    table: &Name,
    actions: Vec<Action>,
    options: &Options,
    dialect: Dialect,
) -> Vec<Statement> {
    if actions.is_empty() {
        return Vec::new();
    }
    if options.safety == Safety::Plain {
        return vec![statement(table, actions, None)];
    }
    let has = |actions: &[Action], part| actions.iter().any(|action| action.part == part);
    let most = actions.iter().map(|action| action.level).max();
    let most = most.unwrap_or(Level::Unsure);
    if actions.len() > 1 && has(&actions, Part::Computed) {
        return vec![statement(table, actions, None)];
    }
    if most != Level::Online {
        return vec![statement(table, actions, most.clause(dialect))];
    }
    // A column that comes together with an index makes the server write the table anew.
    let (instant, online): (Vec<Action>, Vec<Action>) = actions
        .into_iter()
        .partition(|action| action.level == Level::Instant);
    let level = if has(&online, Part::Column) && has(&online, Part::NewIndex) {
        Level::Rebuild
    } else {
        Level::Online
    };
    let groups = [(instant, Level::Instant), (online, level)].into_iter();
    groups
        .filter(|(actions, _)| !actions.is_empty())
        .map(|(actions, level)| statement(table, actions, level.clause(dialect)))
        .collect()
}

fn statement(table: &Name, actions: Vec<Action>, clause: Option<&str>) -> Statement {
    /// A statement that is no longer than this stands on one line.
    const LINE: usize = 100;
    let loses = actions
        .iter()
        .filter_map(|action| action.loses.clone())
        .collect();
    let mut lines: Vec<String> = actions.into_iter().map(|action| action.sql).collect();
    let is_one = lines.len() == 1;
    lines.extend(clause.map(str::to_owned));
    let head = format!("ALTER TABLE {}", name(table));
    let line = format!("{head} {}", lines.join(", "));
    let sql = if is_one && line.len() <= LINE && !line.contains('\n') {
        line
    } else {
        format!("{head}\n    {}", lines.join(",\n    "))
    };
    Statement {
        loses,
        ..Statement::new(sql)
    }
}

/// `DROP FOREIGN KEY ..`.
pub(super) fn drop_foreign_key(key: &str, level: Level) -> Action {
    Action::new(format!("DROP FOREIGN KEY {}", ident(key)), level)
}

/// Columns that have to go before they can come again; the indexes on them first.
fn remade(change: &TableChange<'_>) -> Option<Statement> {
    if change.remade.is_empty() {
        return None;
    }
    let mut actions: Vec<Action> = Vec::new();
    for index in change
        .dropped_indexes
        .iter()
        .filter(|index| is_on_remade(change, index))
    {
        actions.push(Action::new(
            format!("DROP KEY {}", ident(&index.name)),
            Level::Unsure,
        ));
    }
    for (before, after) in &change.remade {
        let column = change.new_name(&before.name);
        actions.push(Action {
            loses: loss::remade(&change.after.name, before, after, column),
            ..Action::new(format!("DROP COLUMN {}", ident(column)), Level::Unsure)
        });
    }
    Some(statement(&change.after.name, actions, None))
}

fn is_on_remade(change: &TableChange<'_>, index: &crate::model::schema::Index) -> bool {
    let mut columns = index.parts.iter().filter_map(|part| part.column_name());
    columns.any(|column| {
        change
            .remade
            .iter()
            .any(|(before, _)| before.name == column)
    })
}

fn actions(change: &TableChange<'_>, dialect: Dialect) -> Vec<Action> {
    let terms = Terms::new(change.before, change.after, dialect);
    let mut actions = Vec::new();
    for check in &change.dropped_checks {
        if let Some(name) = &check.name {
            let word = if dialect == Dialect::Mariadb {
                "CONSTRAINT"
            } else {
                "CHECK"
            };
            actions.push(Action::new(
                format!("DROP {word} {}", ident(name)),
                terms.note_down(),
            ));
        }
    }
    for index in change
        .dropped_indexes
        .iter()
        .filter(|index| !is_on_remade(change, index))
    {
        actions.push(Action::new(
            format!("DROP KEY {}", ident(&index.name)),
            terms.drop_index(index),
        ));
    }
    let key_level = match (change.dropped_key, change.added_key) {
        (Some(_), Some(_)) => terms.replace_primary_key(),
        _ => Level::Unsure,
    };
    if change.dropped_key.is_some() {
        actions.push(Action::new("DROP PRIMARY KEY", key_level));
    }
    for column in &change.dropped {
        actions.push(Action {
            loses: column
                .generated
                .is_none()
                .then(|| loss::column(&change.after.name, &column.name)),
            part: part(column),
            ..Action::new(
                format!("DROP COLUMN {}", ident(&column.name)),
                terms.drop_column(column),
            )
        });
    }
    let set = options::actions(change, &terms, &mut actions, dialect);
    columns(change, &terms, set, &mut actions, dialect);
    if let Some(key) = change.added_key {
        actions.push(Action::new(
            format!("ADD {}", key::primary_key(key, dialect)),
            key_level,
        ));
    }
    for index in &change.added_indexes {
        let text = key::index(change.after, index, dialect);
        actions.push(Action {
            part: Part::NewIndex,
            ..Action::new(format!("ADD {text}"), terms.add_index(index))
        });
    }
    for index in &change.hidden_indexes {
        let word = key::hidden(index.visibility, dialect);
        actions.push(Action::new(
            format!("ALTER INDEX {} {word}", ident(&index.name)),
            terms.note_down(),
        ));
    }
    for check in &change.added_checks {
        actions.push(Action::new(
            format!("ADD {}", key::check(check, dialect)),
            Level::Unsure,
        ));
    }
    actions
}

pub(super) fn part(column: &Column) -> Part {
    match column.generated {
        Some(_) => Part::Computed,
        None => Part::Column,
    }
}

/// How the columns of a table get its new character set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conversion {
    /// They do not: it stays, or each column is told.
    None,
    /// `CONVERT TO CHARACTER SET` does it.
    Converted,
}
