//! Statements and what they are read as, one line each, by kinds of statement. Here is what the tables say them in.

mod alter;
mod boundary;
mod data;
mod object;
mod scraps;
mod table;

use super::*;
use crate::text::Dialect::{self, Mariadb, Mysql, Postgres, Sqlite};

/// The change in few words.
fn words(change: &Change) -> String {
    let list = |names: &[Name]| {
        names
            .iter()
            .map(Name::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let existing = |existing: Existing| match existing {
        Existing::Error => "",
        Existing::Skip => " skip",
        Existing::Replace => " replace",
    };
    let missing = |missing: Missing| {
        if missing == Missing::Skip {
            " skip"
        } else {
            ""
        }
    };
    let build = |build: Build| {
        if build == Build::Concurrently {
            " concurrently"
        } else {
            ""
        }
    };
    match change {
        Change::CreateTable(table) => {
            let temporary = if table.rows == Rows::Temporary {
                " temporary"
            } else {
                ""
            };
            let columns: Vec<_> = table
                .columns
                .iter()
                .map(|column| column.name.as_str())
                .collect();
            let keys: Vec<_> = table.keys.iter().map(key).collect();
            let engine = table
                .engine
                .as_ref()
                .map_or_else(String::new, |engine| format!(" engine {engine}"));
            let query = if table.from_query { " query" } else { "" };
            format!(
                "table {}{temporary}{}({})[{}]{engine}{query}",
                table.name,
                existing(table.existing),
                columns.join(" "),
                keys.join(" ")
            )
        }
        Change::AlterTable(alter) => {
            let actions: Vec<_> = alter.actions.iter().map(alteration).collect();
            format!(
                "alter {}{}: {}",
                alter.table,
                missing(alter.missing),
                actions.join(", ")
            )
        }
        Change::RenameTables(renames) => renames
            .iter()
            .map(|Rename { from, to }| format!("{from}>{to}"))
            .collect::<Vec<_>>()
            .join(" "),
        Change::CreateIndex(index) => format!(
            "{}index {} on {}{}{}",
            if index.unique { "unique " } else { "" },
            index
                .name
                .as_ref()
                .map_or_else(|| "-".to_owned(), Name::to_string),
            index.table,
            existing(index.existing),
            build(index.build)
        ),
        Change::DropIndex(index) => format!(
            "drop index {}{}{}{}",
            list(&index.names),
            index
                .table
                .as_ref()
                .map_or_else(String::new, |table| format!(" on {table}")),
            missing(index.missing),
            build(index.build)
        ),
        Change::Reindex(how) => format!("reindex{}", build(*how)),
        Change::Create(object) => {
            let on = object
                .on
                .as_ref()
                .map_or_else(String::new, |table| format!(" on {table}"));
            format!(
                "create {:?} {}{on}{}",
                object.kind,
                object.name,
                existing(object.existing)
            )
        }
        Change::Drop(object) => format!(
            "drop {:?} {}{}",
            object.kind,
            list(&object.names),
            missing(object.missing)
        ),
        Change::Rename(object) => format!(
            "rename {:?} {}>{}",
            object.kind, object.rename.from, object.rename.to
        ),
        Change::Alter(kind, name) => format!("alter {kind:?} {name}"),
        Change::Truncate(names) => format!("truncate {}", list(names)),
        Change::Data(data) => format!("{:?} {}", data.verb, list(&data.tables))
            .trim_end()
            .to_owned(),
        Change::Other => "other".to_owned(),
    }
}

fn key(key: &Key) -> String {
    let kind = match key.kind {
        KeyKind::Primary => "pk",
        KeyKind::Unique => "unique",
        KeyKind::Index => "index",
        KeyKind::Foreign => "fk",
        KeyKind::Check => "check",
        KeyKind::Other => "constraint",
    };
    format!("{kind}:{}", key.name.as_deref().unwrap_or("-"))
}

fn alteration(action: &Alteration) -> String {
    let if_missing = |missing: &Missing| {
        if *missing == Missing::Skip {
            " skip"
        } else {
            ""
        }
    };
    let if_there = |existing: &Existing| {
        if *existing == Existing::Skip {
            " skip"
        } else {
            ""
        }
    };
    match action {
        Alteration::AddColumn(column, existing) => {
            format!("+{}{}", column.name, if_there(existing))
        }
        Alteration::DropColumn(name, missing) => format!("-{name}{}", if_missing(missing)),
        Alteration::ModifyColumn(name, missing) => format!("~{name}{}", if_missing(missing)),
        Alteration::ChangeColumn(rename, missing) => {
            format!("~{}>{}{}", rename.from, rename.to, if_missing(missing))
        }
        Alteration::RenameColumn(rename) => format!("{}>{}", rename.from, rename.to),
        Alteration::AddKey(added, existing) => format!("+{}{}", key(added), if_there(existing)),
        Alteration::DropPrimaryKey => "-pk".to_owned(),
        Alteration::DropIndex(name, missing) => format!("-index:{name}{}", if_missing(missing)),
        Alteration::DropForeignKey(name, missing) => format!("-fk:{name}{}", if_missing(missing)),
        Alteration::DropConstraint(name, missing) => {
            format!("-constraint:{name}{}", if_missing(missing))
        }
        Alteration::RenameIndex(rename) => format!("index:{}>{}", rename.from, rename.to),
        Alteration::RenameConstraint(rename) => format!("constraint:{}>{}", rename.from, rename.to),
        Alteration::RenameTo(name) => format!("to {name}"),
        Alteration::Engine(engine) => format!("engine {engine}"),
        Alteration::Option => "option".to_owned(),
        Alteration::DetachPartition(name, _) => format!("detach {name}"),
        Alteration::Other => "other".to_owned(),
    }
}

fn check(cases: &[(Dialect, &str, &str)]) {
    for (dialect, sql, expected) in cases {
        assert_eq!(words(&read(sql, *dialect)), *expected, "{dialect}: {sql}");
    }
}
