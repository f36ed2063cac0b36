//! What became of the statement that was in flight when a session ended: the catalogue is asked.
//!
//! `expect` says, by the reader of `text::ddl`, what the database has after a statement and not before it; `mysql` and
//! `postgres` ask for that. Three answers are possible: the statement has happened; it has not, or may be run once more
//! without harm; or the catalogue does not tell, and a person decides with `repair`.

mod expect;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;

use super::backend::{Backend, Effect, Pending};
use super::error::ServerError;
use super::execute::Source;
use crate::text::Dialect;
use crate::text::ddl::{Change, read};
use expect::{Expectation, Fact, Presence, expectation};

#[cfg(feature = "postgres")]
pub(crate) use postgres::clear;

/// Asks what became of the statement of `source` with this number.
pub(crate) fn probe<'a, B: Backend + ?Sized>(
    backend: &'a mut B,
    source: &'a Source<'a>,
    number: usize,
) -> Pending<'a, Result<Effect, ServerError>> {
    Box::pin(async move {
        let change = read(source.sql(number), source.dialect);
        let facts = match expectation(&change, source.sql(number), source.dialect) {
            Expectation::Repeatable => return Ok(Effect::NotHappened),
            Expectation::Unknown(why) => return Ok(Effect::Unknown(why.to_owned())),
            Expectation::Facts(facts) => facts,
        };
        let schema = current_schema(source, number);
        let sql = match source.dialect {
            #[cfg(feature = "mysql")]
            Dialect::Mysql | Dialect::Mariadb => mysql::question(
                &facts,
                schema.as_deref(),
                backend.tables(),
                is_creation(&change),
            ),
            #[cfg(feature = "postgres")]
            Dialect::Postgres => postgres::question(&facts),
            _ => {
                let _ = (schema, is_creation(&change));
                return Ok(Effect::Unknown("this database is not asked".to_owned()));
            }
        };
        let answers = backend.query(sql).await?.into_iter().flatten();
        let answers: Vec<Presence> = answers
            .map(|answer| Presence::read(answer.as_deref()))
            .collect();
        Ok(judge(&facts, &answers))
    })
}

/// The answers, compared with what is expected.
fn judge(facts: &[(Fact, Presence)], answers: &[Presence]) -> Effect {
    let seen = facts.iter().zip(answers);
    let (after, before): (Vec<_>, Vec<_>) =
        seen.partition(|((_, expected), answer)| expected == *answer);
    if before.is_empty() && !after.is_empty() {
        return Effect::Happened;
    }
    if after.is_empty() && answers.len() == facts.len() {
        return Effect::NotHappened;
    }
    let list: Vec<String> = facts
        .iter()
        .zip(answers)
        .map(|((fact, _), answer)| format!("{fact} {answer}"))
        .collect();
    Effect::Unknown(list.join(", "))
}

/// Whether a table that is older than the run of the revision cannot be the statement's.
const fn is_creation(change: &Change) -> bool {
    matches!(change, Change::CreateTable(_))
}

/// The schema that an earlier `USE` has made the current one.
fn current_schema(source: &Source<'_>, number: usize) -> Option<String> {
    let is_use = |number: &usize| {
        let first = source.script.statements[*number].keywords.first();
        first.is_some_and(|word| word == "USE") && source.dialect.is_mysql_family()
    };
    let used = (0..number).rev().find(is_use)?;
    let sql = source.sql(used);
    let name = sql.get(3..)?.trim();
    Some(crate::text::sql::unquote(name, source.dialect))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::ddl::Name;
    use crate::text::sql::split;
    use Presence::{Absent, Present};

    #[test]
    fn all_as_after_is_happened_all_as_before_is_not() {
        let column = |name: &str| Fact::Column(Name::bare("t"), name.to_owned());
        let facts = [(column("a"), Absent), (column("b"), Present)];
        assert_eq!(judge(&facts, &[Absent, Present]), Effect::Happened);
        assert_eq!(judge(&facts, &[Present, Absent]), Effect::NotHappened);
        let why = "column t.a is there, column t.b is there";
        assert_eq!(
            judge(&facts, &[Present, Present]),
            Effect::Unknown(why.to_owned())
        );
        assert!(matches!(judge(&facts, &[]), Effect::Unknown(_)));
    }

    #[test]
    fn the_schema_is_that_of_the_last_use() {
        let text = "USE a; CREATE TABLE t (b int); use `c d`; CREATE TABLE t (b int);";
        let source = Source {
            text,
            script: split(text, Dialect::Mysql),
            dialect: Dialect::Mysql,
            transactional: true,
            file: "x.sql",
            line: 1,
            from: 0,
        };
        let schemas: Vec<_> = (0..4)
            .map(|number| current_schema(&source, number))
            .collect();
        assert_eq!(
            schemas,
            [
                None,
                Some("a".to_owned()),
                Some("a".to_owned()),
                Some("c d".to_owned())
            ]
        );
    }
}
