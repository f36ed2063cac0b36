//! The graph of the files, and its problems as findings.

use std::ops::Range;

use super::{Files, HeadsCheck, LoadMode, Revision};
use crate::model::graph::{Graph, Index, Node, Problem};
use crate::model::set::HeadsPolicy;
use crate::project::Project;
use crate::project::lock::State;
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::revision::{Header, Links};
use crate::text::source::Source;

/// Builds the graph and puts the revisions into its order; everything wrong with the links is a finding.
pub(super) fn graph(
    files: &mut Files,
    project: &Project,
    mode: LoadMode,
    findings: &mut Vec<Diagnostic>,
) -> Option<Graph> {
    let nodes: Vec<Node> = files.revisions.iter().map(node).collect();
    let graph = match Graph::new(nodes) {
        Ok(graph) => graph,
        Err(problems) => {
            let describe = Describe {
                revisions: &files.revisions,
                broken: &files.broken,
            };
            findings.extend(
                problems
                    .iter()
                    .filter_map(|problem| describe.problem(problem)),
            );
            return None;
        }
    };
    sort(&mut files.revisions, &graph);
    // Heads that are there only because a link could not be read are no finding of their own.
    let sound = files.links != Links::Broken;
    let one =
        mode.heads == HeadsCheck::Configured && project.config.migrations.heads == HeadsPolicy::One;
    if one && sound {
        findings.extend(heads(&graph, &files.revisions));
    }
    Some(graph)
}

/// The problems of a list of revisions as findings.
#[cfg(feature = "write")]
pub(crate) fn describe(revisions: &[Revision], problems: &[Problem]) -> Vec<Diagnostic> {
    let describe = Describe {
        revisions,
        broken: &[],
    };
    problems
        .iter()
        .filter_map(|problem| describe.problem(problem))
        .collect()
}

/// The links of a revision.
pub(crate) fn node(revision: &Revision) -> Node {
    links_of(&revision.file.header)
}

/// The links that a header says.
pub(crate) fn links_of(header: &Header) -> Node {
    Node {
        id: header.revision.value.clone(),
        down_revision: header
            .down_revision
            .iter()
            .map(|item| item.value.clone())
            .collect(),
        depends_on: header
            .depends_on
            .iter()
            .map(|item| item.value.clone())
            .collect(),
        labels: header
            .branch_labels
            .iter()
            .map(|item| item.value.clone())
            .collect(),
    }
}

fn sort(revisions: &mut [Revision], graph: &Graph) {
    let place = |revision: &Revision| graph.index(revision.file.header.revision.value.as_str());
    revisions.sort_by_cached_key(place);
}

struct Describe<'a> {
    revisions: &'a [Revision],
    broken: &'a [String],
}

impl Describe<'_> {
    fn problem(&self, problem: &Problem) -> Option<Diagnostic> {
        match problem {
            Problem::DuplicateId { node, first } => Some(
                self.at_id(
                    *node,
                    Class::DuplicateRevision,
                    |id| format!("two revisions have the id `{id}`"),
                    *first,
                )
                .help(format!(
                    "`migrate-cli rebase {} --rev-id NEW` gives it another id",
                    self.revisions[*node].file.path
                )),
            ),
            Problem::CaseClash { node, first } => {
                let other = self.id(*first).to_owned();
                Some(
                    self.at_id(
                        *node,
                        Class::DuplicateRevision,
                        |id| format!("the ids `{id}` and `{other}` differ only in case"),
                        *first,
                    )
                    .help("some databases and file systems cannot tell them apart: give one of them another id"),
                )
            }
            Problem::SelfLoop { node } => {
                let id = self.id(*node);
                let range = self.link_range(*node, id);
                Some(
                    Diagnostic::error(Class::Cycle, format!("`{id}` stands on itself"))
                        .at(self.source(*node).frame(range, "its own id"))
                        .help("write the id of the revision before it, or `none` for a first revision"),
                )
            }
            Problem::UnknownParent {
                node,
                parent,
                suggestion,
            } => {
                let suggestion = suggestion.as_ref().map(|id| id.as_str());
                self.unknown(*node, "down_revision", parent.as_str(), suggestion)
            }
            Problem::UnknownDependency {
                node,
                dependency,
                suggestion,
            } => self.unknown(*node, "depends_on", dependency, suggestion.as_deref()),
            Problem::DuplicateParent { node, parent } => {
                let range = self.link_range(*node, parent.as_str());
                let message = format!("`{parent}` stands twice in `down_revision`");
                let frame = self.source(*node).frame(range, "once is enough");
                Some(
                    Diagnostic::error(Class::InvalidRevision, message)
                        .at(frame)
                        .help("keep one of them"),
                )
            }
            Problem::LabelClash { node, label, with } => {
                Some(self.label_clash(*node, label, *with))
            }
            Problem::Cycle { nodes } => self.cycle(nodes),
        }
    }

    fn id(&self, node: usize) -> &str {
        self.revisions[node].file.header.revision.value.as_str()
    }

    fn source(&self, node: usize) -> Source<'_> {
        Source::new(
            &self.revisions[node].file.path,
            &self.revisions[node].file.text,
        )
    }

    fn at_id(
        &self,
        node: usize,
        class: Class,
        message: impl Fn(&str) -> String,
        other: usize,
    ) -> Diagnostic {
        let id = &self.revisions[node].file.header.revision;
        let label = format!("also in {}", file_name(&self.revisions[other]));
        Diagnostic::error(class, message(id.value.as_str()))
            .at(self.source(node).frame(id.range.clone(), label))
    }

    /// Where a revision names `id` as parent or dependency.
    fn link_range(&self, node: usize, id: &str) -> Range<usize> {
        let header = &self.revisions[node].file.header;
        let parents = header
            .down_revision
            .iter()
            .map(|item| (item.value.as_str(), &item.range));
        let dependencies = header
            .depends_on
            .iter()
            .map(|item| (item.value.as_str(), &item.range));
        let found = parents.chain(dependencies).find(|(name, _)| *name == id);
        found.map_or_else(|| header.revision.range.clone(), |(_, range)| range.clone())
    }

    fn unknown(
        &self,
        node: usize,
        key: &str,
        name: &str,
        suggestion: Option<&str>,
    ) -> Option<Diagnostic> {
        // The file is there, its header could not be read, and that has been said.
        if self.broken.iter().any(|file| file.contains(name)) {
            return None;
        }
        let header = &self.revisions[node].file.header;
        let dependency = header
            .depends_on
            .iter()
            .find(|item| item.value == name)
            .map(|item| item.range.clone());
        let range = match key {
            "depends_on" => dependency.unwrap_or_else(|| header.revision.range.clone()),
            _ => self.link_range(node, name),
        };
        let label = if key == "depends_on" {
            "no revision has this id or label"
        } else {
            "no revision has this id"
        };
        let finding = Diagnostic::error(Class::MissingParent, format!("unknown {key} `{name}`"))
            .at(self.source(node).frame(range, label));
        Some(match suggestion {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None if self.revisions.len() == 1 => finding.help("write `none` for a first revision"),
            None => finding.help("`migrate-cli heads` lists the ids that new revisions stand on"),
        })
    }

    fn label_clash(&self, node: usize, label: &str, with: usize) -> Diagnostic {
        let labels = &self.revisions[node].file.header.branch_labels;
        let found = labels.iter().find(|item| item.value == label);
        let range = found.map_or_else(
            || self.revisions[node].file.header.revision.range.clone(),
            |item| item.range.clone(),
        );
        let name = file_name(&self.revisions[with]);
        let what = if self.id(with).eq_ignore_ascii_case(label) {
            "is the id of"
        } else {
            "is declared in"
        };
        Diagnostic::error(Class::DuplicateRevision, format!("the branch label `{label}` is taken"))
            .at(self.source(node).frame(range, format!("{what} {name}")))
            .help("give the label another name; a label is declared once, on the first revision of its branch")
    }

    fn cycle(&self, nodes: &[usize]) -> Option<Diagnostic> {
        let (first, second) = (*nodes.first()?, nodes.get(1).or(nodes.first()).copied()?);
        let range = self.link_range(first, self.id(second));
        let mut walk: Vec<&str> = nodes.iter().take(12).map(|node| self.id(*node)).collect();
        if nodes.len() > 12 {
            walk.push("..");
        }
        walk.push(self.id(first));
        Some(
            Diagnostic::error(Class::Cycle, "the revisions stand on each other in a cycle")
                .at(self
                    .source(first)
                    .frame(range, "leads back to this revision"))
                .note(walk.join(" stands on "))
                .help("one of these links is wrong: correct its `down_revision` or `depends_on`"),
        )
    }
}

fn file_name(revision: &Revision) -> &str {
    revision
        .file
        .path
        .rsplit('/')
        .next()
        .unwrap_or(&revision.file.path)
}

/// Several effective heads: shown where the last of them leaves the others.
fn heads(graph: &Graph, revisions: &[Revision]) -> Option<Diagnostic> {
    let heads = graph.effective_heads();
    if heads.len() < 2 {
        return None;
    }
    let at = |index: Index| &revisions[index.0 as usize];
    let mut sorted: Vec<Index> = heads.into_iter().collect();
    sorted.sort_by(|a, b| at(*a).file.path.cmp(&at(*b).file.path));
    let last = sorted.pop()?;
    let other = *sorted.last()?;
    let count = if sorted.len() == 1 {
        "two heads".to_owned()
    } else {
        format!("{} heads", sorted.len() + 1)
    };
    let id = |index: Index| at(index).file.header.revision.value.as_str();

    let fork = fork(graph, last, other);
    let below = at(fork.own);
    let source = Source::new(&below.file.path, &below.file.text);
    let frame = match fork.shared.zip(fork.sibling) {
        Some((parent, sibling)) => {
            let header = &below.file.header;
            let parents = header
                .down_revision
                .iter()
                .map(|item| (item.value.as_str(), &item.range));
            let dependencies = header
                .depends_on
                .iter()
                .map(|item| (item.value.as_str(), &item.range));
            let found = parents
                .chain(dependencies)
                .find(|(name, _)| *name == id(parent));
            let range = found
                .map_or(&header.revision.range, |(_, range)| range)
                .clone();
            source.frame(
                range,
                format!(
                    "also the parent of {} ({})",
                    id(sibling),
                    file_name(at(sibling))
                ),
            )
        }
        None => source.frame(
            below.file.header.revision.range.clone(),
            "begins a history of its own",
        ),
    };
    let mut finding = Diagnostic::error(Class::MultipleHeads, count).at(frame);
    for head in sorted.iter().chain([&last]) {
        finding = finding.note(format!("head {} ({})", id(*head), file_name(at(*head))));
    }
    if below.state == State::Draft {
        let onto = match sorted.as_slice() {
            [_] => String::new(),
            _ => format!(" --onto {}", id(other)),
        };
        finding = finding.help(format!(
            "`migrate-cli rebase {}{onto}` puts this revision on top of the other",
            id(fork.own)
        ));
    }
    finding = finding.help("`migrate-cli merge heads` joins them");
    Some(finding.help("or allow several: `heads = \"many\"` below `[migrations]` in migrate.toml"))
}

/// Where the history of a head leaves that of another.
struct Fork {
    /// The lowest revision that only the head has.
    own: Index,
    /// What it stands on, which the other head has too.
    shared: Option<Index>,
    /// The revision of the other head that stands on the same.
    sibling: Option<Index>,
}

fn fork(graph: &Graph, head: Index, other: Index) -> Fork {
    let theirs = graph.ancestors([other]);
    let mut own = head;
    // Parents have lower places, so this ends.
    loop {
        let below = || {
            graph
                .parents(own)
                .iter()
                .chain(graph.dependencies(own))
                .copied()
        };
        if let Some(shared) = below().find(|index| theirs.contains(*index)) {
            let children = graph
                .children(shared)
                .iter()
                .chain(graph.dependents(shared))
                .copied();
            let sibling = children.into_iter().find(|child| theirs.contains(*child));
            return Fork {
                own,
                shared: Some(shared),
                sibling,
            };
        }
        match below().next() {
            Some(next) => own = next,
            None => {
                return Fork {
                    own,
                    shared: None,
                    sibling: None,
                };
            }
        }
    }
}
