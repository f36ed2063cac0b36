//! `revision!`: an id that is checked against the lock file.

use migrate_core::model::graph::Node;
use migrate_core::model::{Graph, Spec, resolve};
use migrate_core::project::LockFile;
use migrate_core::project::load::lock_path;
use migrate_core::text::diagnostic::{Class, Frame};
use migrate_core::text::{Diagnostic, RevisionId};
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::call::RevisionCall;
use crate::{emit, locate};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let call = match RevisionCall::parse(input) {
        Ok(call) => call,
        Err(error) => return emit::misuse(&error, &constant("", Span::call_site())),
    };
    let span = call.id.span();
    match find(&call) {
        Ok(Found { id, lock }) => {
            let id = constant(id.as_str(), span);
            quote_spanned! {span=> {
                const _: &[::core::primitive::u8] = ::core::include_bytes!(#lock);
                #id
            }}
        }
        Err(findings) => emit::errors(&findings, span, &constant("", span)),
    }
}

fn constant(id: &str, span: Span) -> TokenStream {
    quote_spanned!(span=> ::migrate::RevisionId::from_static(#id))
}

struct Found {
    id: RevisionId,
    lock: String,
}

fn find(call: &RevisionCall) -> Result<Found, Vec<Diagnostic>> {
    let project = locate::project(call.directory.as_ref())?;
    let path = lock_path(&project);
    let shown = path
        .strip_prefix(&project.root)
        .unwrap_or(&path)
        .display()
        .to_string();
    let text = std::fs::read_to_string(&path).map_err(|_| {
        let finding = Diagnostic::error(Class::LockFile, "cannot read the lock file")
            .at(Frame::file(&*shown));
        vec![finding.help("`migrate-cli lock` writes it")]
    })?;
    let (lock, findings) = LockFile::parse(&shown, &text);
    if !findings.is_empty() {
        return Err(findings);
    }
    let node = |entry: &migrate_core::project::lock::Entry<'_>| {
        Some(Node {
            id: entry.id.parse().ok()?,
            down_revision: entry
                .down_revision
                .iter()
                .map(|id| id.parse().ok())
                .collect::<Option<_>>()?,
            depends_on: Vec::new(),
            labels: entry.branch_labels.iter().map(str::to_owned).collect(),
        })
    };
    let nodes = lock.entries.iter().map(node).collect::<Option<Vec<_>>>();
    let graph = nodes
        .and_then(|nodes| Graph::new(nodes).ok())
        .ok_or_else(|| {
            let finding = Diagnostic::error(Class::LockFile, "the lock file is not sound")
                .at(Frame::file(&*shown));
            vec![finding.help("`migrate-cli lock` says what is wrong")]
        })?;
    let name = call.id.value();
    let target = match RevisionId::new(&name) {
        Err(error) => Err(Diagnostic::error(Class::InvalidSpec, error.to_string())),
        Ok(id) => match resolve(&graph, &Spec::id(&id), None).as_deref() {
            Ok([target, ..]) => Ok(*target),
            Ok([]) => Err(Diagnostic::error(
                Class::UnknownRevision,
                "no revision is named",
            )),
            Err(error) => Err(error.diagnostic()),
        },
    };
    let target = target.map_err(|finding| vec![finding])?;
    let lock = path.to_str().ok_or_else(|| {
        vec![
            Diagnostic::error(Class::Config, "the path of the lock file is not UTF-8")
                .at(Frame::file(&*shown)),
        ]
    })?;
    Ok(Found {
        id: graph.id(target).clone(),
        lock: lock.to_owned(),
    })
}
