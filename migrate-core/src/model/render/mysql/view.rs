//! Views.

use std::collections::HashSet;

use super::expression::query;
use super::name::{list, name};
use crate::model::schema::{CheckOption, View};
use crate::text::Dialect;
use crate::text::sql::{TokenKind, tokenize, unquote};

/// Whether a view of this name is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    /// It is not.
    None,
    /// It is, and gives way.
    Replaced,
}

/// `CREATE VIEW`, without who defines it.
pub(super) fn create(view: &View, existing: Existing, dialect: Dialect) -> String {
    let mut text = String::from("CREATE ");
    if existing == Existing::Replaced {
        text.push_str("OR REPLACE ");
    }
    for option in &view.options {
        text.push_str(option);
        text.push(' ');
    }
    // The rights of who defined it count unless something else is said.
    if let Some(security) = view.security.as_deref().filter(|it| *it != "DEFINER") {
        text.push_str(&format!("SQL SECURITY {security} "));
    }
    text.push_str(&format!("VIEW {}", name(&view.name)));
    if !view.columns.is_empty() {
        text.push_str(&format!(" ({})", list(&view.columns)));
    }
    text.push_str(&format!(" AS\n{}", query(&view.query, dialect)));
    if view.check_option != CheckOption::None {
        text.push_str(&format!("\n{}", view.check_option));
    }
    text
}

/// Views in an order in which each finds those that it shows.
pub(super) fn in_order<T>(views: Vec<(&View, T)>, dialect: Dialect) -> Vec<(&View, T)> {
    let mut waiting: HashSet<&str> = views
        .iter()
        .map(|(view, _)| view.name.name.as_str())
        .collect();
    let mut left: Vec<((&View, T), HashSet<String>)> = views
        .into_iter()
        .map(|it| {
            let names = names(&it.0.query, dialect);
            (it, names)
        })
        .collect();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let (ready, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(|((view, _), names)| {
            !waiting
                .iter()
                .any(|other| *other != view.name.name && names.contains(*other))
        });
        // Views cannot show each other: a name that seems to is that of a column.
        let stuck = ready.is_empty();
        let (now, later) = if stuck {
            (rest, Vec::new())
        } else {
            (ready, rest)
        };
        for (view, _) in now {
            waiting.remove(view.0.name.name.as_str());
            ordered.push(view);
        }
        left = later;
    }
    ordered
}

/// Every name in a query.
fn names(query: &str, dialect: Dialect) -> HashSet<String> {
    let tokens = tokenize(query, dialect);
    let names = tokens.filter(|it| matches!(it.kind, TokenKind::QuotedIdent | TokenKind::Word));
    names.map(|it| unquote(&query[it.range], dialect)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::schema::Name;

    #[test]
    fn a_view_with_everything() {
        let view = View {
            options: vec!["ALGORITHM=MERGE".into()],
            security: Some("INVOKER".into()),
            check_option: CheckOption::Local,
            ..View::new(
                Name::bare("v"),
                "select `t`.`a` AS `a` from `t` where `t`.`a` > 0",
            )
        };
        assert_eq!(
            create(&view, Existing::Replaced, Dialect::Mariadb),
            "CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW v AS\nSELECT t.a\nFROM t\nWHERE t.a > 0\nWITH LOCAL CHECK OPTION"
        );
    }

    #[test]
    fn views_come_behind_those_they_show() {
        let one = View::new(Name::bare("a"), "select 1 from `b`");
        let other = View::new(Name::bare("b"), "select 1 from `c`");
        let third = View::new(Name::bare("c"), "select 1 from `t`");
        let views = in_order(vec![(&one, ()), (&other, ()), (&third, ())], Dialect::Mysql);
        let names: Vec<&str> = views
            .iter()
            .map(|(view, ())| view.name.name.as_str())
            .collect();
        assert_eq!(names, ["c", "b", "a"]);
    }
}
