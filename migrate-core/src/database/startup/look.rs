//! The one query of a start-up, and what it says.

use crate::database::backend::{Backend, READING, Row, refused};
use crate::database::error::{Error, Kind, ServerErrorKind, Unplaced};
use crate::database::event::Watch;
use crate::database::lock::{Patience, ask};
use crate::database::report::Report;
use crate::database::state::{FORMAT, read_flag};
use crate::model::Migrations;
use crate::model::set::Head;
use crate::text::Chain;

/// What the one query says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Heads and chains are those of the set, and nothing is in flight.
    Equal,
    /// Anything else.
    Other,
}

/// The one query of a start-up at head: one statement, one round trip, whatever the number of revisions. Of the set only
/// the heads are decoded.
pub(crate) async fn look(
    migrations: &Migrations,
    backend: &mut dyn Backend,
    mut patience: Patience,
    report: &mut Report,
) -> Result<Look, Error> {
    let dialect = backend.dialect();
    let Some(serving) = migrations.serving(dialect)? else {
        return Err(Error::new(Kind::NotServed {
            dialect,
            configured: migrations.dialects()?,
        }));
    };
    report.dialect = dialect.name();
    let heads = migrations.effective_heads(serving)?;
    let sql = backend
        .tables()
        .select_heads(heads.iter().map(|head| head.id));
    let rows = match ask(backend, &mut patience, &Watch::default(), sql).await {
        Ok(rows) => rows,
        Err(Unplaced::Server(error)) if error.kind == ServerErrorKind::MissingTable => {
            return Ok(if heads.is_empty() {
                Look::Equal
            } else {
                Look::Other
            });
        }
        Err(error) => {
            return Err(error.at(|error| refused(backend, READING, &report.target, error)));
        }
    };
    let look = judge(&heads, rows)?;
    if look == Look::Equal {
        report.from = heads.iter().map(|head| head.id.to_owned()).collect();
        report.from.sort_unstable();
        report.heads.clone_from(&report.from);
    }
    Ok(look)
}

fn judge(heads: &[Head<'_>], rows: Vec<Row>) -> Result<Look, Error> {
    let mut rows = rows.into_iter();
    let Some([Some(format), here, ..]) = rows.next().as_deref().map(|row| {
        [
            row.first().cloned().flatten(),
            row.get(1).cloned().flatten(),
        ]
    }) else {
        return Ok(Look::Other);
    };
    let format: i64 = format.parse().unwrap_or_default();
    if format != FORMAT {
        return Err(Error::new(Kind::Format { found: format }));
    }
    if here.as_deref() != Some("1") {
        return Ok(Look::Other);
    }
    let mut found = 0;
    let mut seen: Vec<String> = Vec::new();
    for row in rows {
        let mut fields = row.into_iter().skip(2).map(Option::unwrap_or_default);
        let mut next = || fields.next().unwrap_or_default();
        let (id, chain, is_head, state) = (next(), next(), read_flag(&next()), next());
        if seen.contains(&id) {
            continue;
        }
        let head = heads.iter().find(|head| head.id == id);
        match (head, is_head, state.as_str()) {
            (Some(head), true, "applied")
                if chain
                    .parse::<Chain>()
                    .is_ok_and(|chain| chain == head.chain) =>
            {
                found += 1
            }
            _ => return Ok(Look::Other),
        }
        seen.push(id);
    }
    Ok(if found == heads.len() {
        Look::Equal
    } else {
        Look::Other
    })
}
