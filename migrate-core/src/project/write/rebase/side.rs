//! Which revisions a rebase moves, and what they stand on then. Only the graph is asked.

use crate::model::graph::{Graph, Index, IndexSet};
use crate::text::diagnostic::{Class, Diagnostic};

/// What moves.
#[derive(Debug)]
pub(super) struct Side {
    /// What it is put on; none: it becomes a base.
    pub(super) onto: Option<Index>,
    /// The revisions that move.
    pub(super) moved: IndexSet,
    /// The revisions whose parents change, oldest first, with the new ones.
    pub(super) links: Vec<(Index, Vec<Index>)>,
}

/// What a side is put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Onto {
    /// The one other head.
    OtherHead,
    /// This revision.
    Revision(Index),
    /// Nothing.
    Base,
}

impl Side {
    /// The side in which `start` lies: what stands on it and below it, as far as `onto` does not have it too. Without
    /// `start`, the side that holds nothing but drafts. `None` when there is one head only.
    pub(super) fn find(
        graph: &Graph,
        start: Option<Index>,
        onto: Onto,
        is_draft: impl Fn(Index) -> bool,
    ) -> Result<Option<Self>, Box<Diagnostic>> {
        let heads = graph.effective_heads();
        let tops = match start {
            Some(start) => above(graph, &heads, start),
            None if heads.len() < 2 && onto == Onto::OtherHead => return Ok(None),
            None => vec![drafts(graph, &heads, onto, is_draft)?],
        };
        let onto = match onto {
            Onto::Base => None,
            Onto::Revision(index) => Some(index),
            Onto::OtherHead => match others(graph, &heads, &tops, start)? {
                Some(other) => Some(other),
                None => return Ok(None),
            },
        };
        let mut kept = graph.ancestors(onto);
        if let (Some(start), Some(onto)) = (start, onto)
            && kept.contains(start)
        {
            return Err(Box::new(below_already(graph, start, onto)));
        }
        let rest = heads.iter().copied().filter(|head| !tops.contains(head));
        kept.extend(graph.ancestors(rest).iter());
        let mut moved = graph.none();
        moved.extend(
            graph
                .ancestors(tops)
                .iter()
                .filter(|index| !kept.contains(*index)),
        );
        let links = moved
            .iter()
            .filter_map(|index| relinked(graph, index, onto, &moved));
        let links = links.collect();
        Ok(Some(Self { onto, links, moved }))
    }
}

/// The parents that a moved revision has afterwards, if they are others than before: those that move with it, and if
/// there is none, what the side is put on.
fn relinked(
    graph: &Graph,
    index: Index,
    onto: Option<Index>,
    moved: &IndexSet,
) -> Option<(Index, Vec<Index>)> {
    let before = graph.parents(index);
    let mut after: Vec<Index> = before
        .iter()
        .copied()
        .filter(|parent| moved.contains(*parent))
        .collect();
    if after.is_empty() {
        after.extend(onto);
    }
    (after != before).then_some((index, after))
}

/// The heads that stand on a revision.
fn above(graph: &Graph, heads: &[Index], start: Index) -> Vec<Index> {
    let above = graph.descendants([start]);
    heads
        .iter()
        .copied()
        .filter(|head| above.contains(*head))
        .collect()
}

/// The one head that is not above the start.
fn others(
    graph: &Graph,
    heads: &[Index],
    tops: &[Index],
    start: Option<Index>,
) -> Result<Option<Index>, Box<Diagnostic>> {
    let others: Vec<Index> = heads
        .iter()
        .copied()
        .filter(|head| !tops.contains(head))
        .collect();
    match (others.as_slice(), start) {
        ([], _) if heads.len() < 2 => Ok(None),
        ([], Some(start)) => {
            let message = format!(
                "all heads stand on `{}`: it is on no side of its own",
                graph.id(start)
            );
            Err(Box::new(
                with_heads(graph, heads, message)
                    .help("name a revision that only one of them stands on"),
            ))
        }
        ([other], _) => Ok(Some(*other)),
        _ => {
            let message = "there are several other heads: which one is the new parent?";
            let top = tops.first().or(heads.first());
            let top = top.map_or("", |index| graph.id(*index).as_str());
            Err(Box::new(
                with_heads(graph, heads, message)
                    .help(format!("`migrate-cli rebase {top} --onto ID`")),
            ))
        }
    }
}

/// The one head whose side holds nothing but drafts.
fn drafts(
    graph: &Graph,
    heads: &[Index],
    onto: Onto,
    is_draft: impl Fn(Index) -> bool,
) -> Result<Index, Box<Diagnostic>> {
    let own = |head: Index| {
        let below = match onto {
            Onto::Revision(onto) => graph.ancestors([onto]),
            _ => graph.ancestors(heads.iter().copied().filter(|other| *other != head)),
        };
        let side = graph.ancestors([head]);
        let own: Vec<Index> = side
            .iter()
            .filter(|index| !below.contains(*index))
            .collect();
        own
    };
    let movable: Vec<Index> = heads
        .iter()
        .copied()
        .filter(|head| {
            let own = own(*head);
            !own.is_empty() && own.iter().all(|index| is_draft(*index))
        })
        .collect();
    let id = |index: &Index| graph.id(*index).as_str();
    match movable.as_slice() {
        [only] => Ok(*only),
        [] => {
            let finding = with_heads(graph, heads, "every side has locked revisions")
                .help("`migrate-cli merge` joins them and changes nothing that is locked");
            Err(Box::new(finding.help(
                "`migrate-cli rebase ID --amend` puts the side of that head on top of the other all the same",
            )))
        }
        several => {
            let mut finding = with_heads(
                graph,
                heads,
                "several sides hold nothing but drafts: which one goes on top of the other?",
            );
            for head in several {
                finding = finding.help(format!("`migrate-cli rebase {}`", id(head)));
            }
            Err(Box::new(finding))
        }
    }
}

fn below_already(graph: &Graph, start: Index, onto: Index) -> Diagnostic {
    let (start, onto) = (graph.id(start), graph.id(onto));
    if start == onto {
        return Diagnostic::error(
            Class::InvalidSpec,
            format!("`{start}` cannot be put on itself"),
        );
    }
    Diagnostic::error(
        Class::InvalidSpec,
        format!("`{onto}` stands on `{start}` already"),
    )
    .note("a revision cannot be put on top of one that stands on it")
    .help(format!(
        "`migrate-cli history -r {start}:{onto}` shows what is between them"
    ))
}

fn with_heads(graph: &Graph, heads: &[Index], message: impl Into<String>) -> Diagnostic {
    let ids: Vec<&str> = heads.iter().map(|head| graph.id(*head).as_str()).collect();
    Diagnostic::error(Class::MultipleHeads, message).note(format!("heads: {}", ids.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::graph::tests::graph;

    /// `rebase START --onto ONTO`: `id: parents` of what changes, or the message.
    fn rebased(text: &str, drafts: &str, start: &str, onto: &str) -> String {
        let graph = graph(text);
        let index = |id: &str| graph.index(id).expect("a revision");
        let start = (!start.is_empty()).then(|| index(start));
        let onto = match onto {
            "" => Onto::OtherHead,
            "base" => Onto::Base,
            id => Onto::Revision(index(id)),
        };
        let drafts: Vec<&str> = drafts.split(' ').collect();
        let is_draft = |index: Index| drafts.contains(&graph.id(index).as_str());
        match Side::find(&graph, start, onto, is_draft) {
            Ok(None) => "one head".to_owned(),
            Ok(Some(side)) => {
                let link = |(index, parents): &(Index, Vec<Index>)| {
                    let parents: Vec<String> =
                        graph.ids(parents).iter().map(ToString::to_string).collect();
                    format!("{}: {}", graph.id(*index), parents.join(","))
                };
                side.links.iter().map(link).collect::<Vec<_>>().join("; ")
            }
            Err(finding) => format!("! {}", finding.message),
        }
    }

    /// The graph, its drafts, what is named, and what changes.
    #[test]
    fn what_changes() {
        // a <- b <- c, and on a: x <- y
        let fork = "a<-b<-c, a<-x<-y";
        for (graph, drafts, start, onto, expected) in [
            // The side of drafts goes on top of the other.
            (fork, "x y", "", "", "x: c"),
            (fork, "b c", "", "", "b: y"),
            (fork, "y", "", "", "! every side has locked revisions"),
            (fork, "", "", "", "! every side has locked revisions"),
            (
                fork,
                "b c x y",
                "",
                "",
                "! several sides hold nothing but drafts: which one goes on top of the other?",
            ),
            // Any revision of a side names it.
            (fork, "", "x", "", "x: c"),
            (fork, "", "y", "", "x: c"),
            (fork, "", "b", "", "b: y"),
            (
                fork,
                "",
                "a",
                "",
                "! all heads stand on `a`: it is on no side of its own",
            ),
            // Onto something that is no head.
            (fork, "x y", "", "b", "x: b"),
            (fork, "", "y", "b", "x: b"),
            (fork, "", "x", "base", "x: "),
            (fork, "", "x", "y", "! `y` stands on `x` already"),
            // Nothing to do.
            ("a<-b", "b", "", "", "one head"),
            ("a<-b", "b", "b", "", "one head"),
            ("a<-b", "b", "b", "a", ""),
            // Three heads need a target.
            ("a<-b<-c, b<-d, a<-e", "", "c", "e", "c: e"),
            ("a<-b<-c, b<-d, a<-e", "", "b", "e", "b: e"),
            (
                "a<-b, a<-c, a<-d",
                "d",
                "",
                "",
                "! there are several other heads: which one is the new parent?",
            ),
            ("a<-b, a<-c, a<-d", "d", "", "c", "d: c"),
            ("a<-b, a<-c, a<-d", "d", "b", "c", "b: c"),
            // A second base is put on top, whole.
            ("a<-b, x<-y", "x y", "", "", "x: b"),
            // Arms and a merge inside the side stay as they are.
            (
                "a<-b, a<-x, x<-l, x<-r, l<-m, r<-m",
                "x l r m",
                "",
                "",
                "x: b",
            ),
            // Both arms begin at the fork: both go on top.
            (
                "a<-b, a<-l, a<-r, l<-m, r<-m",
                "l r m",
                "",
                "",
                "r: b; l: b",
            ),
            // A merge with what is below the target is none any more.
            ("a<-b<-c, a<-x, x<-m, b<-m", "x m", "", "", "x: c; m: x"),
        ] {
            assert_eq!(
                rebased(graph, drafts, start, onto),
                expected,
                "{graph}: {start} onto {onto}"
            );
        }
    }
}
