//! Small graphs are compared with what they should look like. For all others, [`trace`] follows the strokes of the
//! finished text down from each revision as an eye would, and must arrive at its parents and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use migrate_core::model::Index;
use migrate_core::model::graph::{Graph, Node};

use super::*;

/// Revisions newest first, each with its parents: `"d<-b,c"`.
fn draw(revisions: &[&str]) -> String {
    let mut numbers = BTreeMap::new();
    let mut number = |name: &str| {
        let next = numbers.len() as u32;
        *numbers.entry(name.to_owned()).or_insert(next)
    };
    let mut drawing = Drawing::default();
    let mut text = String::new();
    for revision in revisions {
        let (name, parents) = revision.split_once("<-").unwrap_or((revision, ""));
        let id = number(name);
        let parents: Vec<u32> = parents
            .split(',')
            .filter(|name| !name.is_empty())
            .map(&mut number)
            .collect();
        let drawn = drawing.next(id, &parents);
        text.extend(drawn.lead.iter().map(|line| format!("{line}\n")));
        text += &format!("{:width$} {name}\n", drawn.node, width = drawn.width());
        for line in &drawn.strokes {
            text += &format!("{line}\n");
        }
    }
    assert!(
        drawing.lanes.is_empty(),
        "lanes are left open: {:?}",
        drawing.lanes
    );
    text
}

fn looks_like(revisions: &[&str], expected: &[&str]) {
    let drawn = draw(revisions);
    assert_eq!(drawn.lines().collect::<Vec<_>>(), expected, "\n{drawn}");
}

#[test]
fn a_chain() {
    looks_like(&["c<-b", "b<-a", "a"], &["* c", "* b", "* a"]);
}

#[test]
fn a_branch_and_its_merge() {
    looks_like(
        &["m<-b,c", "c<-a", "b<-a", "a"],
        &["*   m", "|\\", "| * c", "* | b", "|/", "* a"],
    );
}

#[test]
fn two_heads() {
    looks_like(&["c<-a", "b<-a", "a"], &["* c", "| * b", "|/", "* a"]);
}

#[test]
fn two_bases_one_after_the_other() {
    looks_like(&["b", "a"], &["* b", "", "* a"]);
}

#[test]
fn two_bases_that_interleave() {
    looks_like(
        &["d<-b", "c<-a", "b", "a"],
        &["* d", "| * c", "* | b", " /", "* a"],
    );
}

#[test]
fn a_merge_of_three() {
    looks_like(
        &["m<-a,b,c", "c<-z", "b<-z", "a<-z", "z"],
        &[
            "*     m", "|\\", "|\\ \\", "| | * c", "| * | b", "| |/", "* | a", "|/", "* z",
        ],
    );
}

#[test]
fn lanes_join_across_others() {
    looks_like(
        &["x<-o", "y<-n", "z<-o", "n", "o"],
        &["* x", "| * y", "| | * z", "| |/", "|/|", "| * n", "* o"],
    );
}

#[test]
fn a_merge_with_a_revision_that_another_lane_waits_for() {
    looks_like(
        &["x<-a", "m<-b,a", "b", "a"],
        &["* x", "| * m", "|/|", "| * b", "* a"],
    );
}

#[test]
fn every_drawing_leads_from_each_revision_to_its_parents() {
    let mut random = Random(7);
    for size in [2, 3, 5, 8, 13, 40] {
        for _ in 0..400 {
            trace(&random_graph(&mut random, size));
        }
    }
}

/// Each element is a revision, newest first: its parents as later places in the list.
fn random_graph(random: &mut Random, size: usize) -> Vec<Vec<usize>> {
    (0..size)
        .map(|place| {
            let older = size - place - 1;
            let count = [0, 1, 1, 1, 2, 2, 3][random.below(7)].min(older);
            let parents: BTreeSet<usize> = (0..count)
                .map(|_| place + 1 + random.below(older.min(8)))
                .collect();
            parents.into_iter().collect()
        })
        .collect()
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }
}

/// Draws a graph, reads the drawing back, and returns its width.
fn trace(graph: &[Vec<usize>]) -> usize {
    let mut drawing = Drawing::default();
    let (mut lines, mut places) = (Vec::new(), Vec::new());
    for (place, parents) in graph.iter().enumerate() {
        let parents: Vec<u32> = parents.iter().map(|parent| *parent as u32).collect();
        let drawn = drawing.next(place as u32, &parents);
        lines.extend(drawn.lead.map(|line| (line, None)));
        places.push(lines.len());
        lines.push((drawn.node, Some(place)));
        lines.extend(drawn.strokes.into_iter().map(|line| (line, None)));
    }
    assert!(drawing.lanes.is_empty());
    let sheet = Sheet { lines };
    for (place, parents) in graph.iter().enumerate() {
        let found = sheet.parents(places[place]);
        assert_eq!(
            found,
            parents.iter().copied().collect(),
            "of revision {place}\n{}",
            sheet.text()
        );
    }
    sheet
        .lines
        .iter()
        .map(|(line, _)| line.len())
        .max()
        .unwrap_or(0)
}

struct Sheet {
    lines: Vec<(String, Option<usize>)>,
}

/// Where an eye that follows a stroke downwards stands between two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Column(usize),
    /// Before the second half of a long stroke, which is to stand in this column.
    Half(usize, char),
}

impl Sheet {
    fn text(&self) -> String {
        self.lines
            .iter()
            .map(|(line, place)| {
                format!(
                    "{line} {}\n",
                    place.map_or(String::new(), |p| p.to_string())
                )
            })
            .collect()
    }

    fn char(&self, line: usize, column: usize) -> char {
        self.lines
            .get(line)
            .and_then(|(line, _)| line.as_bytes().get(column))
            .map_or(' ', |byte| *byte as char)
    }

    fn is_stroke(&self, line: usize, column: usize, stroke: char) -> bool {
        self.lines
            .get(line)
            .is_some_and(|(_, place)| place.is_none())
            && self.char(line, column) == stroke
    }

    fn parents(&self, line: usize) -> BTreeSet<usize> {
        let column = self.lines[line].0.find('*').expect("a revision is drawn");
        // Only directly below its revision may a lane divide.
        let mut eyes = vec![At::Column(column)];
        let mut found = BTreeSet::new();
        let mut below = line + 1;
        let mut fresh = true;
        while !eyes.is_empty() && below < self.lines.len() {
            let place = self.lines[below].1;
            fresh &= place.is_none();
            let divides = |at| fresh && at == At::Column(column);
            let moved: Vec<At> = eyes
                .iter()
                .flat_map(|at| self.step(below, *at, divides(*at)))
                .collect();
            eyes = match place {
                None => moved,
                Some(place) => {
                    let (arrived, rest): (Vec<At>, Vec<At>) = moved.into_iter().partition(
                        |at| matches!(at, At::Column(column) if self.char(below, *column) == '*'),
                    );
                    if !arrived.is_empty() {
                        found.insert(place);
                    }
                    rest
                }
            };
            below += 1;
        }
        found
    }

    fn step(&self, line: usize, at: At, divides: bool) -> Vec<At> {
        let column = match at {
            At::Half(column, stroke) => {
                assert_eq!(
                    self.char(line, column),
                    stroke,
                    "a long stroke breaks off in line {line}\n{}",
                    self.text()
                );
                return vec![At::Column(if stroke == '/' {
                    column - 1
                } else {
                    column + 1
                })];
            }
            At::Column(column) => column,
        };
        let mut to = Vec::new();
        let straight = matches!(self.char(line, column), '|' | '*');
        if straight {
            to.push(at);
        }
        if !straight || divides {
            if column > 0 && self.is_stroke(line, column - 1, '/') {
                let mut end = column - 1;
                while end >= 2 && self.char(line, end - 2) == '_' {
                    end -= 2;
                }
                let long = end >= 2
                    && self.is_stroke(line + 1, end - 2, '/')
                    && (end < column - 1 || self.char(line, column - 2) == '|');
                to.push(if long {
                    At::Half(end - 2, '/')
                } else {
                    At::Column(column - 2)
                });
            }
            if self.is_stroke(line, column + 1, '\\') {
                let mut end = column + 1;
                while self.char(line, end + 2) == '_' {
                    end += 2;
                }
                let long =
                    self.is_stroke(line + 1, end + 2, '\\') && self.char(line, end + 1) == '|';
                to.push(if long {
                    At::Half(end + 2, '\\')
                } else {
                    At::Column(column + 2)
                });
            }
        }
        to
    }
}

#[test]
fn real_histories_are_drawn_as_they_are() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/alembic-graphs");
    for (name, lanes) in [
        ("glance", 3),
        ("neutron", 4),
        ("superset_fork_plaidcloud", 12),
        ("warehouse", 4),
    ] {
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).expect(name);
        let list: Vec<serde_json::Value> = serde_json::from_str(&text).expect(name);
        let names = |value: &serde_json::Value| -> Vec<String> {
            let items = value.as_array().into_iter().flatten();
            items
                .filter_map(|item| item.as_str().map(ToOwned::to_owned))
                .collect()
        };
        let nodes = list.iter().map(|revision| Node {
            id: revision["id"]
                .as_str()
                .and_then(|id| id.parse().ok())
                .expect("an id"),
            down_revision: names(&revision["down"])
                .iter()
                .map(|id| id.parse().expect("an id"))
                .collect(),
            depends_on: names(&revision["depends_on"]),
            labels: names(&revision["labels"]),
        });
        let graph = Graph::new(nodes.collect()).expect("a sound graph");
        let place = |index: Index| graph.len() - 1 - index.0 as usize;
        let revisions = graph.order().rev();
        let parents = revisions.map(|index| {
            graph
                .parents(index)
                .iter()
                .map(|parent| place(*parent))
                .collect()
        });
        let parents: Vec<Vec<usize>> = parents.collect();
        let widest = trace(&parents);
        assert!(widest <= 2 * lanes, "{name} takes {widest} columns");
    }
}
