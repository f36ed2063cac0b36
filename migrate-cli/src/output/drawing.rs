//! Drawing the graph beside a list of revisions, in the manner of `git log --graph`.
//!
//! Revisions come newest first. Each lane is a line that runs down to the revision it waits for; no two lanes wait
//! for the same revision, and there are no gaps between lanes. Lane `i` stands in column `2 * i`, the columns between
//! them take the strokes that lead from lane to lane:
//!
//! ```text
//! *   merge           a second parent opens a lane
//! |\
//! | * audit
//! * | invoices
//! |/                  both stand on the same revision: the lanes join
//! * users
//! ```

/// What stands left of the text of one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drawn {
    /// A line before it, where it would else seem to stand below a base.
    pub(crate) lead: Option<String>,
    /// Beside the first line of text.
    pub(crate) node: String,
    /// The lines that lead to the next revision.
    pub(crate) strokes: Vec<String>,
    /// Beside any further line of text.
    pub(crate) pad: String,
}

impl Drawn {
    /// The column at which text can stand beside all of these lines.
    pub(crate) fn width(&self) -> usize {
        self.strokes
            .iter()
            .map(String::len)
            .chain([self.node.len(), self.pad.len()])
            .max()
            .unwrap_or(0)
    }
}

/// The lanes between two revisions: what each of them waits for.
#[derive(Debug, Default)]
pub(crate) struct Drawing {
    lanes: Vec<u32>,
    /// The lane that ended with the revision just drawn, if it was the last one.
    ended: Option<usize>,
}

impl Drawing {
    /// Draws the next revision. `parents` are those that will be drawn later.
    pub(crate) fn next(&mut self, revision: u32, parents: &[u32]) -> Drawn {
        let ended = self.ended.take();
        let mut lead = None;
        let here = self.lane_of(revision).unwrap_or_else(|| {
            let last = self.lanes.len();
            lead = (ended == Some(last)).then(|| Line::lanes(last).text());
            self.lanes.push(revision);
            last
        });
        let mut node = Line::lanes(self.lanes.len());
        node.set(2 * here, '*');
        let strokes = self.lead_on(here, parents);
        let pad = Line::lanes(self.lanes.len());
        Drawn {
            lead,
            node: node.text(),
            strokes: strokes.into_iter().map(Line::text).collect(),
            pad: pad.text(),
        }
    }

    fn lane_of(&self, revision: u32) -> Option<usize> {
        self.lanes.iter().position(|waiting| *waiting == revision)
    }

    /// The strokes from the revision in lane `here` to its parents.
    fn lead_on(&mut self, here: usize, parents: &[u32]) -> Vec<Line> {
        let mut strokes = Vec::new();
        let (awaited, fresh): (Vec<u32>, Vec<u32>) =
            parents.iter().partition(|id| self.lane_of(**id).is_some());
        let Some((first, others)) = fresh.split_first() else {
            match awaited.split_last() {
                None => strokes.extend(self.close(here)),
                Some((last, others)) => {
                    for parent in others {
                        strokes.extend(
                            self.lane_of(*parent)
                                .into_iter()
                                .flat_map(|lane| self.link(here, lane)),
                        );
                    }
                    if let Some(lane) = self.lane_of(*last) {
                        strokes.extend(self.join(here, lane));
                    }
                }
            }
            return strokes;
        };
        self.lanes[here] = *first;
        for parent in &awaited {
            strokes.extend(
                self.lane_of(*parent)
                    .into_iter()
                    .flat_map(|lane| self.link(here, lane)),
            );
        }
        for parent in others.iter().rev() {
            strokes.push(self.open(here, *parent));
        }
        strokes
    }

    /// Ends lane `here`; those to its right move up.
    fn close(&mut self, here: usize) -> Option<Line> {
        self.lanes.remove(here);
        self.ended = (here == self.lanes.len()).then_some(here);
        (here < self.lanes.len()).then(|| {
            let mut line = Line::lanes(here);
            line.shift_left(here + 1..self.lanes.len() + 1);
            line
        })
    }

    /// Opens a lane for `parent` to the right of lane `here`; those further right move on.
    fn open(&mut self, here: usize, parent: u32) -> Line {
        let mut line = Line::lanes(here + 1);
        for lane in here..self.lanes.len() {
            line.set(2 * lane + 1, '\\');
        }
        self.lanes.insert(here + 1, parent);
        line
    }

    /// A stroke from lane `here`, which goes on, to another lane.
    fn link(&self, here: usize, other: usize) -> Vec<Line> {
        let lanes = || Line::lanes(self.lanes.len());
        if other > here {
            let (mut first, mut second) = (lanes(), lanes());
            first.set(2 * here + 1, '\\');
            if other == here + 1 {
                return vec![first];
            }
            (here + 1..other - 1).for_each(|lane| first.set(2 * lane + 1, '_'));
            second.set(2 * other - 1, '\\');
            vec![first, second]
        } else {
            Line::leftwards(here, other, lanes)
        }
    }

    /// Lets lane `here` and lane `other`, which wait for the same, become one.
    fn join(&mut self, here: usize, other: usize) -> Vec<Line> {
        let (left, right) = (here.min(other), here.max(other));
        let count = self.lanes.len();
        self.lanes[left] = self.lanes[other];
        self.lanes.remove(right);
        let mut strokes = Line::leftwards(right, left, || Line::lanes(count));
        let last = strokes.len() - 1;
        for (index, line) in strokes.iter_mut().enumerate() {
            line.set(2 * right, ' ');
            if index == last {
                (right + 1..count).for_each(|lane| line.set(2 * lane, ' '));
                line.shift_left(right + 1..count);
            }
        }
        strokes
    }
}

/// One line of the drawing.
#[derive(Debug, Clone)]
struct Line(Vec<char>);

impl Line {
    /// With this many lanes running straight.
    fn lanes(count: usize) -> Self {
        let mut line = Self(Vec::new());
        (0..count).for_each(|lane| line.set(2 * lane, '|'));
        line
    }

    fn set(&mut self, column: usize, stroke: char) {
        if self.0.len() <= column {
            self.0.resize(column + 1, ' ');
        }
        self.0[column] = stroke;
    }

    /// These lanes move one to the left.
    fn shift_left(&mut self, lanes: std::ops::Range<usize>) {
        lanes.for_each(|lane| self.set(2 * lane - 1, '/'));
    }

    /// A stroke from one lane to another one left of it: one line when they are neighbours, else two.
    fn leftwards(from: usize, to: usize, lanes: impl Fn() -> Self) -> Vec<Self> {
        let (mut first, mut second) = (lanes(), lanes());
        first.set(2 * from - 1, '/');
        if from == to + 1 {
            return vec![first];
        }
        (to + 1..from - 1).for_each(|lane| first.set(2 * lane + 1, '_'));
        second.set(2 * to + 1, '/');
        vec![first, second]
    }

    fn text(self) -> String {
        self.0.into_iter().collect::<String>().trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests;
