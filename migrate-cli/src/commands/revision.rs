//! `revision` and `merge`: a new revision file.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use migrate_core::model::graph::Graph;
use migrate_core::model::{Index, Spec, SpecError, resolve};
use migrate_core::project::Loaded;
use migrate_core::project::load::{LoadMode, load};
use migrate_core::project::write::{NewRevision, Splice, new_series};
use migrate_core::text::diagnostic::{Class, Frame};
use migrate_core::text::{Diagnostic, RevisionId};
use serde::Serialize;

use crate::arguments::{Merge, Revision};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::page::{BOLD, DIM, GOOD, ID, PLAIN, piece};
use crate::output::{Human, Page, Reply, Volume};

/// The new revision.
#[derive(Debug, Serialize)]
pub(super) struct Written {
    pub(super) revision: String,
    down_revision: Vec<String>,
    file: String,
}

/// There is nothing to merge.
#[derive(Serialize)]
struct OneHead {
    revision: Option<String>,
    heads: Vec<String>,
}

pub(crate) fn revision(arguments: &Revision, context: &Context) -> Result<Reply, Failure> {
    let loaded = context.source.loaded()?;
    let new = ordered(arguments, loaded)?;
    if arguments.autogenerate || arguments.generation.contract.is_some() {
        return super::autogenerate::run(arguments, new, context);
    }
    write(context, loaded, &new)
}

/// The revision as it is ordered, without sections.
fn ordered(arguments: &Revision, loaded: &Loaded) -> Result<NewRevision, Failure> {
    let graph = graph(loaded)?;
    let parents = match &arguments.head {
        Some(spec) => resolve(graph, &spec.parse::<Spec>()?, None)?,
        None => resolve(graph, &Spec::head(), None).map_err(|error| several_heads(&error))?,
    };
    let depends_on = arguments
        .depends_on
        .iter()
        .map(|text| dependency(graph, text))
        .collect::<Result<_, _>>()?;
    let dir = arguments
        .version_path
        .as_deref()
        .map(absolute)
        .transpose()?;
    Ok(NewRevision {
        message: arguments.message.clone(),
        id: arguments.rev_id.clone(),
        down_revision: graph.ids(&parents),
        branch_labels: arguments.branch_label.clone(),
        depends_on,
        splice: splice(arguments.splice),
        dir,
        sections: Vec::new(),
        ..NewRevision::default()
    })
}

pub(crate) fn merge(arguments: &Merge, context: &Context) -> Result<Reply, Failure> {
    let loaded = context.source.loaded()?;
    let graph = graph(loaded)?;
    let mut parents: Vec<Index> = Vec::new();
    if arguments.revisions.is_empty() {
        parents = graph.effective_heads();
    }
    for text in &arguments.revisions {
        for index in resolve(graph, &text.parse::<Spec>()?, None)? {
            if !parents.contains(&index) {
                parents.push(index);
            }
        }
    }
    let parents = graph.ids(&parents);
    if parents.len() < 2 {
        let heads = parents.iter().map(ToString::to_string).collect();
        return Ok(Reply::new(OneHead {
            revision: None,
            heads,
        }));
    }
    let names: Vec<&str> = parents.iter().map(RevisionId::as_str).collect();
    let message = arguments
        .message
        .clone()
        .unwrap_or_else(|| format!("merge {}", names.join(" and ")));
    let new = NewRevision {
        message,
        id: arguments.rev_id.clone(),
        down_revision: parents,
        branch_labels: arguments.branch_label.clone(),
        splice: splice(arguments.splice),
        ..NewRevision::default()
    };
    write(context, loaded, &new)
}

/// Nobody has typed `head`: what is missing is the option.
fn several_heads(error: &SpecError) -> Failure {
    let mut finding = error.diagnostic();
    if error.class() == Class::MultipleHeads {
        finding.message =
            "there are several heads: which is the new revision to stand on?".to_owned();
        finding.help = vec!["`--head ID` names it, `migrate-cli merge` joins them".to_owned()];
    }
    finding.into()
}

const fn splice(allowed: bool) -> Splice {
    if allowed {
        Splice::Allow
    } else {
        Splice::Refuse
    }
}

fn graph(loaded: &Loaded) -> Result<&Graph, Failure> {
    loaded
        .graph
        .as_ref()
        .ok_or_else(|| loaded.diagnostics.clone().into())
}

/// A label stays as it is written, everything else becomes an id.
fn dependency(graph: &Graph, text: &str) -> Result<String, Failure> {
    let found = resolve(graph, &text.parse::<Spec>()?, None)?;
    match found.as_slice() {
        [index] if graph.labels(*index).any(|label| label == text) => Ok(text.to_owned()),
        [index] => Ok(graph.id(*index).to_string()),
        _ => {
            let message = format!("`--depends-on {text}` names {} revisions", found.len());
            Err(Diagnostic::error(Class::InvalidSpec, message)
                .help("name one, and repeat the option for more")
                .into())
        }
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    let from_here = std::path::absolute(path).map_err(|error| {
        Diagnostic::error(
            Class::Config,
            format!("`{}` is no path: {}", path.display(), error.kind()),
        )
    })?;
    // A name that is not here may be one of the configured ones, which are relative to migrate.toml.
    Ok(if from_here.is_dir() {
        from_here
    } else {
        path.to_owned()
    })
}

fn write(context: &Context, loaded: &Loaded, new: &NewRevision) -> Result<Reply, Failure> {
    let mut written = written(context, loaded, vec![new.clone()])?;
    let one = written.pop().map(Reply::new);
    one.ok_or_else(|| Failure::internal("what was written is there".to_owned()))
}

/// Writes them, each on the one before it, all or none; then runs the hooks on them.
pub(super) fn written(
    context: &Context,
    loaded: &Loaded,
    mut series: Vec<NewRevision>,
) -> Result<Vec<Written>, Failure> {
    for new in &mut series {
        new.arguments.clone_from(&context.settings.arguments);
    }
    let files = new_series(loaded, &series, SystemTime::now())?;
    for file in &files {
        for hook in &loaded.config().post_write {
            run_hook(context, hook, &file.path, &file.shown)?;
        }
    }
    if !loaded.config().post_write.is_empty() {
        look_after_hooks(context)?;
    }
    let written = files.into_iter().map(|file| Written {
        revision: file.id.to_string(),
        down_revision: file.down_revision.iter().map(ToString::to_string).collect(),
        file: file.shown,
    });
    Ok(written.collect())
}

/// What a hook has left must be readable: a report beside the file, or a marker that a formatter has moved, would else be told
/// by the next command only, to somebody who knows nothing of hooks.
fn look_after_hooks(context: &Context) -> Result<(), Failure> {
    let after = load(context.source.project()?, LoadMode::reading());
    if !after.has_errors() {
        return Ok(());
    }
    let errors = after.errors().cloned().map(|finding| {
        finding.note("the new file is written and listed; this was found after the hooks had run (`post_write` in migrate.toml)")
    });
    Err(errors.collect::<Vec<_>>().into())
}

/// Runs a command of `[hooks] post_write` on a new file; what it prints goes to stderr.
fn run_hook(context: &Context, words: &[String], path: &Path, shown: &str) -> Result<(), Failure> {
    let Some((program, arguments)) = words.split_first() else {
        return Ok(());
    };
    let file = path.display().to_string();
    let arguments = arguments.iter().map(|word| word.replace("{file}", &file));
    let problem = |message: String| -> Failure {
        Diagnostic::error(Class::Config, message)
            .at(Frame::file(shown))
            .note("the file is written and listed, only the hook has failed")
            .help("see `post_write` below `[hooks]` in migrate.toml")
            .into()
    };
    let output = Command::new(program)
        .args(arguments)
        .current_dir(&context.source.project()?.root)
        .stdin(Stdio::null())
        .output();
    let output = output.map_err(|error| {
        problem(format!(
            "the hook `{program}` cannot be run: {}",
            error.kind()
        ))
    })?;
    for stream in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(stream);
        context.output.note(|page| {
            text.lines().for_each(|line| {
                page.line(piece(DIM, line));
            });
        });
    }
    if output.status.success() {
        Ok(())
    } else {
        Err(problem(format!(
            "the hook `{program}` failed: {}",
            output.status
        )))
    }
}

impl Human for Written {
    fn human(&self, page: &mut Page) {
        if page.volume() == Volume::Quiet {
            page.line(self.file.as_str());
            return;
        }
        let on = match self.down_revision.as_slice() {
            [] => "a new base".to_owned(),
            parents => format!("on {}", parents.join(", ")),
        };
        page.line(piece(GOOD, "created ").and(BOLD, &self.file));
        page.line(
            piece(DIM, "revision ")
                .and(ID, &self.revision)
                .and(DIM, format!(", {on}, draft")),
        );
    }
}

impl Human for OneHead {
    fn human(&self, page: &mut Page) {
        match self.heads.as_slice() {
            [head] => page.line(
                piece(PLAIN, "nothing to merge: ")
                    .and(ID, head)
                    .and(PLAIN, " is the one head"),
            ),
            _ => page.line(piece(DIM, "nothing to merge: there are no revisions")),
        };
    }
}
