//! `-- was: old_name` in the SQL that is made of models: what `renamed_from` says, for who reads the file.

use super::data_type::bare;
use crate::model::diff::Renames;
use crate::text::Dialect;
use crate::text::ddl::{Change, read};
use crate::text::sql::{TokenKind, tokenize, unquote};

/// A statement with the hints above what they speak of; others than CREATE TABLE as they are.
pub(super) fn with_hints(sql: &str, renames: &Renames, dialect: Dialect) -> String {
    let Change::CreateTable(table) = read(sql, dialect) else {
        return sql.to_owned();
    };
    let mut out = String::with_capacity(sql.len());
    let old = renames.tables().find(|(_, new)| **new == table.name);
    if let Some((old, _)) = old {
        out.push_str(&format!("-- was: {}\n", bare(&old.name, dialect)));
    }
    let former = |column: &str| {
        let mut of_table = renames.columns().filter(|(of, ..)| **of == table.name);
        let found = of_table.find(|(_, _, new)| *new == column);
        found.map(|(_, old, _)| old)
    };
    let (mut depth, mut begins, mut done) = (0, false, 0);
    for token in tokenize(sql, dialect) {
        let text = &sql[token.range.clone()];
        match token.kind {
            TokenKind::Punct('(') => {
                depth += 1;
                begins = depth == 1;
            }
            TokenKind::Punct(')') => depth -= 1,
            TokenKind::Punct(',') => begins = depth == 1,
            TokenKind::Word | TokenKind::QuotedIdent if begins => {
                begins = false;
                if let Some(old) = former(&unquote(text, dialect)) {
                    let old = bare(old, dialect);
                    let line = sql[..token.range.start].rfind('\n').map_or(0, |it| it + 1);
                    let indent = &sql[line..token.range.start];
                    // Definitions stand on lines of their own; where one does not, its hint goes on one.
                    let blank = indent.trim().is_empty();
                    out.push_str(&sql[done..if blank { line } else { token.range.start }]);
                    let (before, indent) = if blank { ("", indent) } else { ("\n", "") };
                    out.push_str(&format!("{before}{indent}-- was: {old}\n{indent}"));
                    done = token.range.start;
                }
            }
            kind if kind.is_trivia() => {}
            _ => begins = false,
        }
    }
    out.push_str(&sql[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::schema::Name;
    use crate::text::ddl::{Was, was};

    #[test]
    fn hints_stand_above_what_they_speak_of() {
        let mut renames = Renames::default();
        renames.table(Name::bare("users"), Name::bare("people"));
        renames.column(Name::bare("people"), "mail", "email");
        renames.column(Name::bare("other"), "x", "id");
        let sql = "CREATE TABLE people (\n    id integer,\n    \"email\" text,\n    CHECK (email <> '')\n)";
        assert_eq!(
            with_hints(sql, &renames, Dialect::Postgres),
            "-- was: users\nCREATE TABLE people (\n    id integer,\n    -- was: mail\n    \"email\" text,\n    CHECK (email <> '')\n)"
        );
        let sql = "CREATE TABLE people (id integer, email text)";
        assert_eq!(
            with_hints(sql, &renames, Dialect::Postgres),
            "-- was: users\nCREATE TABLE people (id integer, \n-- was: mail\nemail text)"
        );
        for sql in [
            sql,
            "CREATE TABLE people (\n    id integer,\n    email text)",
        ] {
            let people = Name::bare("people");
            let read = was(
                "models",
                &with_hints(sql, &renames, Dialect::Sqlite),
                Dialect::Sqlite,
            );
            assert_eq!(
                read,
                Ok(vec![
                    Was::Table {
                        old: Name::bare("users"),
                        new: people.clone()
                    },
                    Was::Column {
                        table: people,
                        old: "mail".to_owned(),
                        new: "email".to_owned()
                    },
                ])
            );
        }
        let sql = "CREATE INDEX a ON people (email)";
        assert_eq!(with_hints(sql, &renames, Dialect::Postgres), sql);
    }
}
