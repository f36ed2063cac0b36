//! `heads`: the revisions that no other stands on.

use serde::{Serialize, Serializer};

use super::listing::{Listed, all_in_full};
use crate::arguments::Heads as Arguments;
use crate::failure::Failure;
use crate::output::page::DIM;
use crate::output::page::piece;
use crate::output::{Human, Page, Reply, Volume};
use crate::source::Source;

#[derive(Serialize)]
struct Heads {
    #[serde(serialize_with = "short")]
    heads: Vec<Listed>,
}

pub(crate) fn run(arguments: &Arguments, source: &Source) -> Result<Reply, Failure> {
    let migrations = source.migrations()?;
    let graph = migrations.set()?.graph();
    let heads = if arguments.resolve_dependencies {
        graph.effective_heads()
    } else {
        graph.heads()
    };
    let heads = heads
        .iter()
        .map(|head| Listed::new(migrations, *head))
        .collect::<Result<_, _>>()?;
    Ok(Reply::new(Heads { heads }))
}

fn short<S: Serializer>(heads: &[Listed], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Head<'a> {
        revision: &'a str,
        effective: bool,
    }
    serializer.collect_seq(heads.iter().map(|head| Head {
        revision: &head.revision,
        effective: head.effective,
    }))
}

impl Human for Heads {
    fn human(&self, page: &mut Page) {
        if self.heads.is_empty() {
            page.line(piece(
                DIM,
                "there are no revisions yet: `migrate-cli revision -m TEXT` writes the first",
            ));
        } else if page.volume() == Volume::Verbose {
            all_in_full(page, &self.heads);
        } else {
            self.heads.iter().for_each(|head| {
                page.line(head.line());
            });
        }
    }
}
