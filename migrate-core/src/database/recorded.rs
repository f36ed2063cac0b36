//! What is recorded, and how it compares with a set of revisions.

use std::collections::{HashMap, HashSet};

use super::backend::Backend;
use super::error::{Difference, Error, Kind, ServerErrorKind, Unplaced};
use super::state::{FORMAT, LockRow, Record, State, read_lock, read_record};
use crate::model::set::Set;
use crate::model::{Applied, Graph, Index};
use crate::text::revision::Direction;
use crate::text::{Dialect, RevisionId};

/// The rows of a database, read at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorded {
    /// The lock row; `None` when there are no tables.
    pub(crate) lock: Option<LockRow>,
    pub(crate) rows: Vec<Record>,
    by_id: HashMap<RevisionId, usize>,
    /// The places of the rows that a set did not know when they were read; `None` when nobody has looked.
    unknown: Option<Vec<usize>>,
}

impl Recorded {
    /// Reads everything. Missing tables are an empty database, and so are those of another schema.
    ///
    /// The lock row first: whatever changes after that is caught by the fence.
    pub(crate) async fn read(backend: &mut dyn Backend) -> Result<Self, Unplaced> {
        let lock = match lock_row(backend).await {
            Err(Unplaced::Server(error)) if error.kind == ServerErrorKind::MissingTable => {
                return Ok(Self::default());
            }
            Ok(None) => return Ok(Self::default()),
            lock => lock?,
        };
        let rows = match backend.query(backend.tables().select_all()).await {
            Ok(rows) => rows,
            Err(error) if error.kind == ServerErrorKind::MissingTable => return Ok(Self::default()),
            Err(error) => return Err(error.into()),
        };
        let rows: Result<Vec<Record>, String> = rows.into_iter().map(read_record).collect();
        Ok(Self::new(
            lock,
            rows.map_err(|what| unreadable(backend, what))?,
        ))
    }

    pub(crate) fn new(lock: Option<LockRow>, rows: Vec<Record>) -> Self {
        let by_id = rows
            .iter()
            .enumerate()
            .map(|(place, row)| (row.revision.clone(), place))
            .collect();
        Self {
            lock,
            rows,
            by_id,
            unknown: None,
        }
    }

    /// Notes which rows `graph`, that of the set, does not know: whatever is written from now on is known. What stands on a
    /// revision is asked at every step, and would be looked for among all rows.
    pub(crate) fn note_unknown(&mut self, graph: &Graph) {
        let rows = self.rows.iter().enumerate();
        let unknown = rows.filter(|(_, row)| graph.index(row.revision.as_str()).is_none());
        self.unknown = Some(unknown.map(|(place, _)| place).collect());
    }

    pub(crate) fn row(&self, id: &str) -> Option<&Record> {
        self.by_id.get(id).map(|place| &self.rows[*place])
    }

    /// Takes over what a step has written.
    pub(crate) fn replace(&mut self, record: Record) {
        match self.by_id.get(&record.revision) {
            Some(place) => self.rows[*place] = record,
            None => {
                self.by_id.insert(record.revision.clone(), self.rows.len());
                self.rows.push(record);
            }
        }
    }

    /// Takes back what [`replace`](Self::replace) has taken over last.
    pub(crate) fn forget(&mut self, id: &RevisionId) {
        let Some(place) = self.by_id.get(id).copied() else {
            return;
        };
        if place + 1 == self.rows.len() {
            self.rows.pop();
            self.by_id.remove(id);
        } else {
            // It was there before: only what has been taken back can be applied.
            self.rows[place].state = State::Reverted;
            self.rows[place].is_head = false;
        }
    }

    pub(crate) fn set_head(&mut self, id: &RevisionId, is_head: bool) {
        if let Some(place) = self.by_id.get(id) {
            self.rows[*place].is_head = is_head;
        }
    }

    /// How many rows there are, whatever their state.
    pub(crate) const fn count(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.by_id.clear();
        self.unknown = None;
    }

    pub(crate) fn applied(&self) -> impl Iterator<Item = &Record> {
        self.rows.iter().filter(|row| row.state == State::Applied)
    }

    pub(crate) fn in_flight(&self) -> impl Iterator<Item = &Record> {
        self.rows.iter().filter(|row| row.in_flight())
    }

    /// The effective rows as they are recorded, in a stable order.
    pub(crate) fn heads(&self) -> Vec<String> {
        let mut heads: Vec<String> = self
            .applied()
            .filter(|row| row.is_head)
            .map(|row| row.revision.to_string())
            .collect();
        heads.sort_unstable();
        heads
    }

    /// Applied revisions that stand on this one and are not in `graph`.
    pub(crate) fn unknown_above(&self, graph: &Graph, id: &RevisionId) -> Vec<String> {
        let above = |row: &&Record| {
            row.state == State::Applied
                && row.stands_on(id)
                // The graph may be one that these rows were joined to.
                && graph.index(row.revision.as_str()).is_none()
        };
        let shown = |row: &Record| row.revision.to_string();
        match &self.unknown {
            Some(places) => {
                let unknown = places.iter().filter_map(|place| self.rows.get(*place));
                unknown.filter(above).map(shown).collect()
            }
            None => self.rows.iter().filter(above).map(shown).collect(),
        }
    }

    /// Applied revisions that are not in `graph` and that this one alone stands on, as it is recorded: without it they are
    /// effective. So it is where a revision that was applied has another id in the files now.
    pub(crate) fn unknown_below(&self, graph: &Graph, id: &RevisionId) -> Vec<RevisionId> {
        let Some(row) = self.row(id.as_str()) else {
            return Vec::new();
        };
        let is_applied = |below: &&RevisionId| {
            self.row(below.as_str())
                .is_some_and(|row| row.state == State::Applied)
        };
        let unknown = row
            .parents
            .iter()
            .chain(row.depends_on.iter().filter(|id| !row.parents.contains(id)))
            .filter(|below| graph.index(below.as_str()).is_none())
            .filter(is_applied);
        let alone = unknown.filter(|below| {
            let mut others = self.applied().filter(|other| other.revision != *id);
            !others.any(|other| other.stands_on(below))
        });
        alone.cloned().collect()
    }
}

/// Reads the lock row; `None` when somebody has taken it away.
pub(crate) async fn lock_row(backend: &mut dyn Backend) -> Result<Option<LockRow>, Unplaced> {
    let rows = backend.query(backend.tables().select_lock()).await?;
    let lock = rows
        .into_iter()
        .next()
        .map(read_lock)
        .transpose()
        .map_err(|what| unreadable(backend, what))?;
    match lock {
        Some(lock) if lock.format != FORMAT => {
            Err(Error::new(Kind::Format { found: lock.format }).into())
        }
        lock => Ok(lock),
    }
}

fn unreadable(backend: &dyn Backend, what: String) -> Unplaced {
    Error::new(Kind::Unreadable {
        table: backend.tables().state.clone(),
        what,
    })
    .into()
}

/// How the rows compare with a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// The applied revisions that the set knows.
    pub(crate) applied: Applied,
    /// What is missing below them; empty for a sound history.
    pub(crate) missing: Vec<RevisionId>,
    /// What stands above the gap.
    pub(crate) above: Vec<RevisionId>,
    /// The target of a downgrade that takes back just that, where there is one.
    pub(crate) back: Option<String>,
    /// Applied revisions that the set does not know.
    pub(crate) unknown: Vec<String>,
    /// Of these, those that a release which does not know them must not run beside.
    pub(crate) incompatible: Vec<String>,
    /// Applied revisions that are not what the set says.
    pub(crate) differing: Vec<Difference>,
    /// Revisions of the set that are not applied, oldest first.
    pub(crate) pending: Vec<RevisionId>,
}

/// Compares the rows with `set`; `is_draft` says which revisions are drafts.
pub(crate) fn compare(
    recorded: &Recorded,
    set: &Set,
    dialect: Dialect,
    is_draft: impl Fn(Index) -> bool,
) -> Comparison {
    let graph = set.graph();
    let mut known = Vec::new();
    let (mut unknown, mut incompatible, mut differing) = (Vec::new(), Vec::new(), Vec::new());
    for row in recorded.applied() {
        match graph.index(row.revision.as_str()) {
            Some(index) => {
                known.push(index);
                let what = difference(row, set, index, dialect);
                differing.extend(what.map(|what| (index, what)));
            }
            None => {
                unknown.push(row.revision.to_string());
                if row.compatible == super::state::Compatible::No {
                    incompatible.push(row.revision.to_string());
                }
            }
        }
    }
    unknown.sort_unstable();
    incompatible.sort_unstable();
    differing.sort_unstable();
    // A chain differs above every revision that differs itself: only those themselves are worth naming.
    if differing.iter().any(|(_, what)| *what != CHAIN) {
        differing.retain(|(_, what)| *what != CHAIN);
    }
    let differing = differing
        .into_iter()
        .map(|(index, what)| Difference {
            revision: graph.id(index).to_string(),
            what,
            draft: is_draft(index),
        })
        .collect();
    let (applied, missing) = match Applied::exact(graph, known) {
        Ok(applied) => (applied, Vec::new()),
        Err(gap) => (gap.applied, gap.missing),
    };
    let above = above_gap(graph, &applied, &missing);
    let back = below_gap(graph, &applied, &above).filter(|_| unknown.is_empty());
    let above = graph.ids(&above);
    let pending = graph
        .order()
        .filter(|index| !applied.contains(*index))
        .map(|index| graph.id(index).clone())
        .collect();
    Comparison {
        applied,
        missing,
        above,
        back,
        unknown,
        incompatible,
        differing,
        pending,
    }
}

const CHAIN: &str = "what it stands on has changed";

fn difference(row: &Record, set: &Set, index: Index, dialect: Dialect) -> Option<&'static str> {
    let graph = set.graph();
    let same = |recorded: &[RevisionId], known: &[Index]| {
        let recorded: HashSet<&str> = recorded.iter().map(RevisionId::as_str).collect();
        let known: HashSet<&str> = known
            .iter()
            .map(|index| graph.id(*index).as_str())
            .collect();
        recorded == known
    };
    if row.digest != set.digest(index, Direction::Up, dialect) {
        Some("its up section is another than the one that was run")
    } else if !same(&row.parents, graph.parents(index)) {
        Some("its down_revision is another")
    } else if !same(&row.depends_on, graph.dependencies(index)) {
        Some("its depends_on is another")
    } else if set
        .chain(index, dialect)
        .is_some_and(|chain| chain != row.chain)
    {
        Some(CHAIN)
    } else {
        None
    }
}

fn above_gap(graph: &Graph, applied: &Applied, missing: &[RevisionId]) -> Vec<Index> {
    if missing.is_empty() {
        return Vec::new();
    }
    let missing = missing.iter().filter_map(|id| graph.index(id.as_str()));
    let above = graph.descendants(missing);
    above
        .iter()
        .filter(|index| applied.contains(*index))
        .collect()
}

/// The revision, or base, above which there is nothing applied but what stands above the gap.
fn below_gap(graph: &Graph, applied: &Applied, above: &[Index]) -> Option<String> {
    if above.is_empty() {
        return None;
    }
    let mut below = applied.set().clone();
    for index in above {
        below.remove(*index);
    }
    match graph.maximal(&below).as_slice() {
        [] => Some("base".to_owned()),
        [only] => {
            let taken_back = graph.descendants([*only]);
            let taken_back = taken_back
                .iter()
                .filter(|index| index != only && applied.contains(*index));
            taken_back
                .eq(above.iter().copied())
                .then(|| graph.id(*only).to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::graph::Node;

    fn id(text: &str) -> RevisionId {
        text.parse().expect("an id")
    }

    /// Applied, on these parents.
    fn row(revision: &str, parents: &[&str]) -> Record {
        Record {
            parents: parents.iter().map(|parent| id(parent)).collect(),
            state: State::Applied,
            ..Record::unknown(id(revision))
        }
    }

    #[test]
    fn what_stands_on_a_revision_unknown_to_the_set_is_found_whether_noted_or_not() {
        let node = |id: &str, parents: &[&str]| Node {
            id: self::id(id),
            down_revision: parents.iter().map(|parent| self::id(parent)).collect(),
            depends_on: Vec::new(),
            labels: Vec::new(),
        };
        let graph = Graph::new(vec![node("a", &[]), node("c", &["b"]), node("b", &["a"])]);
        let graph = graph.expect("a line");
        let mut depends = row("y", &[]);
        depends.depends_on = vec![id("b")];
        let rows = vec![
            row("a", &[]),
            row("x", &["b"]),
            row("b", &["a"]),
            depends,
            Record::unknown(id("z")),
        ];
        let mut recorded = Recorded::new(None, rows);
        for noted in [false, true] {
            if noted {
                recorded.note_unknown(&graph);
            }
            assert_eq!(recorded.unknown_above(&graph, &id("b")), ["x", "y"]);
            assert!(recorded.unknown_above(&graph, &id("a")).is_empty());
            assert!(recorded.unknown_below(&graph, &id("b")).is_empty());
            assert!(recorded.unknown_below(&graph, &id("x")).is_empty());
        }
        // What was in between is not in the files: the one below it is effective again without the one above.
        recorded.replace(row("c", &["x"]));
        assert_eq!(recorded.unknown_below(&graph, &id("c")), [id("x")]);
        assert_eq!(recorded.unknown_above(&graph, &id("b")), ["x", "y"]);
        recorded.replace(row("d", &["x"]));
        assert!(
            recorded.unknown_below(&graph, &id("c")).is_empty(),
            "not alone"
        );
    }
}
