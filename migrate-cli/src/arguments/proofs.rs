//! `verify` and `check`.

use std::path::PathBuf;

use clap::Args;

use super::values;

/// Where throw-away databases are made.
#[derive(Debug, Args)]
pub(crate) struct ScratchServers {
    /// A server on which throw-away databases may be made, by any database of it; may be given once for each kind
    /// [env: MIGRATE_SCRATCH_URL] [default: the server of the database that is meant]
    #[arg(long, value_name = "URL")]
    pub(crate) scratch_url: Vec<String>,
    /// Leave the throw-away databases there, and say which they are
    #[arg(long)]
    pub(crate) keep: bool,
}

/// `verify`
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) scratch: ScratchServers,
    /// A schema that was there before the migrations: stamped and upgraded it must be what they make
    #[arg(long, value_name = "FILE")]
    pub(crate) existing: Option<PathBuf>,
    /// A dump with rows: upgraded step by step, with the rows counted
    #[arg(long, value_name = "FILE", conflicts_with = "existing")]
    pub(crate) from_dump: Option<PathBuf>,
    /// The revision that the file of --existing or --from-dump is at [default: heads; of a dump, what it has recorded]
    #[arg(long, value_name = "SPEC", value_parser = values::spec)]
    pub(crate) at: Option<String>,
    /// Rows that are loaded at a revision and counted from there on; may be given several times
    #[arg(long, value_name = "FILE@REV", value_parser = at_revision)]
    pub(crate) data: Vec<(PathBuf, String)>,
}

/// `check`
#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) scratch: ScratchServers,
}

/// `FILE@REV`; the file may have an `@` in its name, the revision not.
fn at_revision(text: &str) -> Result<(PathBuf, String), String> {
    match text.rsplit_once('@') {
        Some((file, revision)) if !file.is_empty() && !revision.is_empty() => {
            let Ok(revision) = values::spec(revision);
            Ok((PathBuf::from(file), revision))
        }
        _ => Err("expected a file, `@` and a revision: rows.sql@5cd038a8f131".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_a_revision() {
        let read = |text: &str| {
            at_revision(text)
                .ok()
                .map(|(file, revision)| format!("{} {revision}", file.display()))
        };
        assert_eq!(read("a.sql@abc").as_deref(), Some("a.sql abc"));
        assert_eq!(read("a@b.sql@abc").as_deref(), Some("a@b.sql abc"));
        assert_eq!(read("a.sql"), None);
        assert_eq!(read("@abc"), None);
        assert_eq!(read("a.sql@"), None);
    }
}
