//! What an order for a revision may not say.

use super::{NewRevision, Splice, Written, error};
use crate::project::load::Loaded;
use crate::project::write::random_id;
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::{RevisionId, id};

/// What is wrong with an order, else its id; `before` are those of the same series.
pub(super) fn check(
    loaded: &Loaded,
    new: &NewRevision,
    before: &[Written],
) -> Result<RevisionId, Vec<Diagnostic>> {
    let mut findings = Vec::new();
    if new.message.trim().is_empty() {
        findings.push(
            error(Class::Config, "the message is empty")
                .help("say what the revision does: `-m \"add email to users\"`"),
        );
    } else if let Some(c) = new.message.chars().find(|c| c.is_control()) {
        let shown = c.escape_default();
        findings.push(
            error(
                Class::Config,
                format!("the message holds the control character {shown}"),
            )
            .help("a message is one line; prose that explains more goes into the file"),
        );
    }
    for name in new.branch_labels.iter().chain(&new.depends_on) {
        if let Err(invalid) = id::check(name) {
            findings.push(error(Class::Config, invalid.to_string()));
        }
    }
    let names: Vec<&str> = loaded
        .revisions
        .iter()
        .flat_map(|revision| {
            let header = &revision.file.header;
            let labels = header
                .branch_labels
                .iter()
                .map(|label| label.value.as_str());
            std::iter::once(header.revision.value.as_str()).chain(labels)
        })
        .chain(before.iter().map(|written| written.id.as_str()))
        .collect();
    let taken = |name: &str| names.iter().find(|other| other.eq_ignore_ascii_case(name));
    for label in &new.branch_labels {
        if taken(label).is_some() {
            findings.push(error(
                Class::DuplicateRevision,
                format!("the branch label `{label}` is taken"),
            ));
        }
    }
    for name in &new.depends_on {
        if !names.contains(&name.as_str()) {
            findings.push(error(
                Class::UnknownRevision,
                format!("unknown depends_on `{name}`"),
            ));
        }
    }
    if before.is_empty() {
        let parents = new.down_revision.iter();
        findings.extend(parents.filter_map(|parent| check_parent(loaded, parent, new.splice)));
    }
    let id = loop {
        let id = new.id.clone().unwrap_or_else(random_id);
        match (taken(&id), &new.id) {
            (Some(_), None) => {}
            (Some(other), Some(id)) => {
                findings.push(error(
                    Class::DuplicateRevision,
                    format!("the id `{id}` is taken: `{other}` exists"),
                ));
                break None;
            }
            (None, _) => match RevisionId::new(&id) {
                Ok(id) => break Some(id),
                Err(invalid) => {
                    findings.push(error(Class::Config, invalid.to_string()));
                    break None;
                }
            },
        }
    };
    id.filter(|_| findings.is_empty()).ok_or(findings)
}

fn check_parent(loaded: &Loaded, parent: &RevisionId, splice: Splice) -> Option<Diagnostic> {
    let graph = loaded.graph.as_ref()?;
    let Some(index) = graph.index(parent.as_str()) else {
        return Some(error(
            Class::UnknownRevision,
            format!("unknown revision `{parent}`"),
        ));
    };
    let child = graph
        .children(index)
        .first()
        .filter(|_| splice == Splice::Refuse)?;
    Some(
        error(
            Class::MultipleHeads,
            format!("`{parent}` is no head: `{}` stands on it", graph.id(*child)),
        )
        .help("`--splice` begins a new branch there on purpose"),
    )
}
