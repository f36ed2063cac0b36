//! Indexes that are built concurrently: interrupted, they stay behind as invalid.

use crate::database::state::sql::literal;
use crate::text::Dialect;

/// A `CREATE INDEX CONCURRENTLY` that names its index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Created {
    /// The index, as the catalogue spells it.
    name: String,
    /// The table, as the statement spells it.
    table: String,
}

impl Created {
    /// Finds the index while it is not valid; answers its qualified, quoted name.
    pub(super) fn find_invalid(&self) -> String {
        self.find("NOT i.indisvalid")
    }

    /// Finds the index when it is valid.
    pub(super) fn find_valid(&self) -> String {
        self.find("i.indisvalid")
    }

    fn find(&self, condition: &str) -> String {
        format!(
            "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) FROM pg_catalog.pg_index i \
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE \
             i.indrelid = pg_catalog.to_regclass({}) AND c.relname = {} AND {condition}",
            literal(Dialect::Postgres, &self.table),
            literal(Dialect::Postgres, &self.name),
        )
    }
}

/// What a `CREATE [UNIQUE] INDEX CONCURRENTLY [IF NOT EXISTS] name ON [ONLY] table` makes.
pub(super) fn created_concurrently(statement: &str) -> Option<Created> {
    let mut words = Words(statement);
    words.expect("CREATE")?;
    words.accept("UNIQUE");
    words.expect("INDEX")?;
    words.expect("CONCURRENTLY")?;
    if words.accept("IF") {
        words.expect("NOT")?;
        words.expect("EXISTS")?;
    }
    let name = words.next()?;
    words.expect("ON")?;
    words.accept("ONLY");
    let mut table = words.next()?.to_owned();
    while words.accept(".") {
        table.push('.');
        table.push_str(words.next()?);
    }
    Some(Created {
        name: unquote(name),
        table,
    })
}

/// The name in a `DROP INDEX CONCURRENTLY name` of one index.
pub(super) fn dropped(statement: &str) -> Option<String> {
    let mut words = Words(statement);
    words.expect("DROP")?;
    words.expect("INDEX")?;
    words.expect("CONCURRENTLY")?;
    let mut name = words.next()?.to_owned();
    while words.accept(".") {
        name.push('.');
        name.push_str(words.next()?);
    }
    (!words.accept(",")).then_some(name)
}

/// An identifier as the catalogue spells it.
fn unquote(name: &str) -> String {
    match name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'))
    {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => name.to_lowercase(),
    }
}

/// Words, quoted identifiers and single other characters; comments and blanks are passed over.
struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    fn skip(&mut self) {
        loop {
            self.0 = self.0.trim_start();
            if self.0.starts_with("--") {
                self.0 = self.0.find('\n').map_or("", |end| &self.0[end..]);
            } else if self.0.starts_with("/*") {
                self.0 = self.0.find("*/").map_or("", |end| &self.0[end + 2..]);
            } else {
                return;
            }
        }
    }

    fn peek(&mut self) -> Option<&'a str> {
        self.skip();
        let first = self.0.chars().next()?;
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let end = if first == '"' {
            let mut end = 1;
            loop {
                end += self.0[end..].find('"')? + 1;
                if !self.0[end..].starts_with('"') {
                    break end;
                }
                end += 1;
            }
        } else if is_word(first) {
            self.0.find(|c: char| !is_word(c)).unwrap_or(self.0.len())
        } else {
            first.len_utf8()
        };
        Some(&self.0[..end])
    }

    fn next(&mut self) -> Option<&'a str> {
        let word = self.peek()?;
        self.0 = &self.0[word.len()..];
        Some(word)
    }

    fn accept(&mut self, word: &str) -> bool {
        let found = self
            .peek()
            .is_some_and(|next| next.eq_ignore_ascii_case(word));
        if found {
            self.next();
        }
        found
    }

    fn expect(&mut self, word: &str) -> Option<()> {
        self.accept(word).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_and_its_table_are_read_from_the_statement() {
        let cases = [
            ("CREATE INDEX CONCURRENTLY i ON t (a)", Some(("i", "t"))),
            (
                "create unique index concurrently if not exists \"My I\" on only s.\"T t\" using btree (a)",
                Some(("My I", "s.\"T t\"")),
            ),
            (
                "CREATE INDEX /* x */ CONCURRENTLY -- y\n Idx ON public.t(a)",
                Some(("idx", "public.t")),
            ),
            ("CREATE INDEX CONCURRENTLY ON t (a)", None),
            ("CREATE INDEX i ON t (a)", None),
        ];
        for (statement, expected) in cases {
            let found = created_concurrently(statement);
            let found = found
                .as_ref()
                .map(|created| (created.name.as_str(), created.table.as_str()));
            assert_eq!(found, expected, "{statement}");
        }
        assert_eq!(
            dropped("DROP INDEX CONCURRENTLY s.i CASCADE"),
            Some("s.i".to_owned())
        );
        assert_eq!(dropped("DROP INDEX CONCURRENTLY a, b"), None);
    }
}
