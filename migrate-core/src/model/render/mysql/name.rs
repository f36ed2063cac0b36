//! Names, in backticks only where they need them.

use super::reserved::is_reserved;
use crate::model::schema::Name;
use crate::text::Dialect;
use crate::text::sql::quote_ident;

/// A name as a person would write it.
pub(in crate::model::render) fn ident(name: &str) -> String {
    if is_plain(name) {
        name.to_owned()
    } else {
        quote_ident(name, Dialect::Mysql)
    }
}

/// A name with its database, if that is another one.
pub(super) fn name(name: &Name) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", ident(schema), ident(&name.name)),
        None => ident(&name.name),
    }
}

/// Names, separated by commas.
pub(super) fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| ident(name)).collect();
    names.join(", ")
}

/// Whether a name is read as one without backticks.
pub(super) fn is_plain(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(letter)
        && name.chars().all(|c| letter(c) || c.is_ascii_digit())
        && !is_reserved(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_only_where_they_are_needed() {
        for plain in ["users", "user_id2", "_x", "date", "Users"] {
            assert_eq!(ident(plain), plain);
        }
        for (other, quoted) in [
            ("order", "`order`"),
            ("Key", "`Key`"),
            ("2fa", "`2fa`"),
            ("a b", "`a b`"),
            ("a`b", "`a``b`"),
            ("", "``"),
            ("straße", "`straße`"),
        ] {
            assert_eq!(ident(other), quoted);
        }
        assert_eq!(name(&Name::qualified("app", "rank")), "app.`rank`");
        assert_eq!(list(&["a".into(), "to".into()]), "a, `to`");
    }
}
