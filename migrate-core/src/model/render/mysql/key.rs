//! Keys, foreign keys and checks, as they stand in the parentheses of a table or behind `ADD`.

use super::expression::plain;
use super::name::{ident, list, name};
use crate::model::schema::attribute::{Enforcement, Uniqueness, Visibility};
use crate::model::schema::{
    Action, Check, ForeignKey, Index, IndexMethod, KeyPart, Name, Order, PartSource, PrimaryKey,
    Table,
};
use crate::text::Dialect;
use crate::text::sql::quote_literal;

/// `PRIMARY KEY (..)`.
pub(super) fn primary_key(key: &PrimaryKey, dialect: Dialect) -> String {
    let mut text = format!("PRIMARY KEY ({})", parts(&key.parts, dialect));
    comment(&mut text, key.comment.as_deref(), dialect);
    text
}

/// `UNIQUE KEY name (..)` and the like.
pub(super) fn index(table: &Table, index: &Index, dialect: Dialect) -> String {
    let kind = match (&index.method, index.uniqueness) {
        (IndexMethod::Fulltext, _) => "FULLTEXT KEY",
        (IndexMethod::Spatial, _) => "SPATIAL KEY",
        (IndexMethod::Other(method), _) if method == "vector" => "VECTOR KEY",
        (_, Uniqueness::Unique) => "UNIQUE KEY",
        _ => "KEY",
    };
    let mut text = format!(
        "{kind} {} ({})",
        ident(&index.name),
        parts(&index.parts, dialect)
    );
    text.push_str(using(table, index));
    for parameter in &index.storage_parameters {
        text.push(' ');
        text.push_str(parameter);
    }
    if let Some(parser) = &index.parser {
        text.push_str(" WITH PARSER ");
        text.push_str(&ident(parser));
    }
    comment(&mut text, index.comment.as_deref(), dialect);
    if index.visibility == Visibility::Invisible {
        text.push(' ');
        text.push_str(hidden(Visibility::Invisible, dialect));
    }
    text
}

/// Whether the planner uses an index, in the words of the server.
pub(super) const fn hidden(visibility: Visibility, dialect: Dialect) -> &'static str {
    match (visibility, dialect) {
        (Visibility::Visible, Dialect::Mariadb) => "NOT IGNORED",
        (Visibility::Invisible, Dialect::Mariadb) => "IGNORED",
        (Visibility::Visible, _) => "VISIBLE",
        (Visibility::Invisible, _) => "INVISIBLE",
    }
}

/// The method, where the engine would take another one.
fn using(table: &Table, index: &Index) -> &'static str {
    let memory = table
        .mysql()
        .is_some_and(|it| it.engine.eq_ignore_ascii_case("MEMORY"));
    match index.method {
        IndexMethod::Hash if !memory => " USING HASH",
        IndexMethod::Btree if memory => " USING BTREE",
        _ => "",
    }
}

fn comment(text: &mut String, comment: Option<&str>, dialect: Dialect) {
    if let Some(comment) = comment {
        text.push_str(" COMMENT ");
        text.push_str(&quote_literal(comment, dialect));
    }
}

fn parts(parts: &[KeyPart], dialect: Dialect) -> String {
    let part = |part: &KeyPart| {
        let mut text = match &part.source {
            PartSource::Column(column) => ident(column),
            PartSource::Expression(expression) => plain(expression, dialect),
            PartSource::Period(name) => format!("{} WITHOUT OVERLAPS", ident(name)),
        };
        if let Some(prefix) = part.prefix {
            text.push_str(&format!("({prefix})"));
        }
        if part.order == Order::Descending {
            text.push_str(" DESC");
        }
        text
    };
    let parts: Vec<String> = parts.iter().map(part).collect();
    parts.join(", ")
}

/// The foreign keys of a table, `CONSTRAINT name FOREIGN KEY ..`; `there` are those that it has already.
///
/// A name that the server will give anyway is left out. With the name goes more than a word: where the server has made
/// the index itself, one of another name would take its place.
pub(super) fn foreign_keys(
    table: &Name,
    there: &[&ForeignKey],
    keys: &[&ForeignKey],
    dialect: Dialect,
) -> Vec<String> {
    let mut last = there
        .iter()
        .filter_map(|key| number(table, key))
        .max()
        .unwrap_or(0);
    let mut keys = keys.to_vec();
    keys.sort_by_key(|key| number(table, key));
    let written = keys.into_iter().map(|key| match number(table, key) {
        Some(number) if number == last + 1 => {
            last = number;
            foreign_key(None, key, dialect)
        }
        _ => foreign_key(key.name.as_deref(), key, dialect),
    });
    written.collect()
}

/// The number of a foreign key that the server has called after its table: `notes_ibfk_1`.
fn number(table: &Name, key: &ForeignKey) -> Option<u32> {
    let rest = key.name.as_ref()?.strip_prefix(table.name.as_str())?;
    rest.strip_prefix("_ibfk_")?.parse().ok()
}

fn foreign_key(own: Option<&str>, key: &ForeignKey, dialect: Dialect) -> String {
    let mut text = String::new();
    if let Some(name) = own {
        text.push_str(&format!("CONSTRAINT {} ", ident(name)));
    }
    text.push_str(&format!(
        "FOREIGN KEY ({}) REFERENCES {} ({})",
        list(&key.columns),
        name(&key.references),
        list(&key.referred_columns)
    ));
    for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
        if action != usual(dialect) {
            text.push_str(&format!(" ON {event} {action}"));
        }
    }
    text
}

/// What the catalogue says when nothing was said.
const fn usual(dialect: Dialect) -> Action {
    match dialect {
        Dialect::Mariadb => Action::Restrict,
        _ => Action::NoAction,
    }
}

/// `CONSTRAINT name CHECK (..)`, of the table.
pub(super) fn check(check: &Check, dialect: Dialect) -> String {
    let mut text = String::new();
    if let Some(name) = &check.name {
        text.push_str(&format!("CONSTRAINT {} ", ident(name)));
    }
    text.push_str(&format!("CHECK ({})", plain(&check.expression, dialect)));
    if check.enforcement == Enforcement::NotEnforced {
        text.push_str(" NOT ENFORCED");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(dialect: Dialect, key: &Index) -> String {
        index(&Table::new(dialect, Name::bare("t")), key, dialect)
    }

    #[test]
    fn keys_of_every_kind() {
        let unique = Index {
            uniqueness: Uniqueness::Unique,
            ..Index::new("u", ["a", "order"])
        };
        assert_eq!(
            written(Dialect::Mariadb, &unique),
            "UNIQUE KEY u (a, `order`)"
        );
        let fulltext = Index {
            method: IndexMethod::Fulltext,
            parser: Some("ngram".into()),
            comment: Some("why".into()),
            ..Index::new("f", ["a"])
        };
        assert_eq!(
            written(Dialect::Mysql, &fulltext),
            "FULLTEXT KEY f (a) WITH PARSER ngram COMMENT 'why'"
        );
        let part = KeyPart {
            prefix: Some(10),
            order: Order::Descending,
            ..KeyPart::column("a")
        };
        let hidden = Index {
            parts: vec![part],
            visibility: Visibility::Invisible,
            ..Index::new("k", ["a"])
        };
        assert_eq!(
            written(Dialect::Mariadb, &hidden),
            "KEY k (a(10) DESC) IGNORED"
        );
        assert_eq!(
            written(Dialect::Mysql, &hidden),
            "KEY k (a(10) DESC) INVISIBLE"
        );
        let expression = Index {
            parts: vec![KeyPart::expression("(lower(`a`))")],
            ..Index::new("k", ["a"])
        };
        assert_eq!(written(Dialect::Mysql, &expression), "KEY k ((lower(a)))");
    }

    #[test]
    fn only_actions_that_are_not_the_usual_one() {
        let key = ForeignKey {
            name: Some("fk".into()),
            on_delete: Action::Cascade,
            on_update: Action::Restrict,
            ..ForeignKey::new(vec!["a".into()], Name::bare("p"), vec!["id".into()])
        };
        let both = "CONSTRAINT fk FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE";
        let t = Name::bare("t");
        let written = |key: &ForeignKey, dialect| foreign_keys(&t, &[], &[key], dialect);
        assert_eq!(written(&key, Dialect::Mariadb), [both]);
        assert_eq!(
            written(&key, Dialect::Mysql),
            [format!("{both} ON UPDATE RESTRICT")]
        );
        let unnamed = |number| ForeignKey {
            name: Some(format!("t_ibfk_{number}")),
            ..key.clone()
        };
        let (one, three) = (unnamed(1), unnamed(3));
        assert_eq!(
            foreign_keys(&t, &[], &[&three, &one], Dialect::Mariadb),
            [
                "FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE",
                "CONSTRAINT t_ibfk_3 FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE"
            ]
        );
    }

    #[test]
    fn checks_that_are_not_enforced() {
        let it = Check {
            name: Some("c".into()),
            expression: "`a` > 0".into(),
            enforcement: Enforcement::NotEnforced,
            ..Check::default()
        };
        assert_eq!(
            check(&it, Dialect::Mysql),
            "CONSTRAINT c CHECK (a > 0) NOT ENFORCED"
        );
    }
}
