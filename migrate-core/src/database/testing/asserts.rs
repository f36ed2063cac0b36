//! Assertions about a set of revisions, for tests of an application.

use std::fmt::Write as _;

use crate::database::error::Error;
use crate::database::prove::{Scratch, Verification, Verify, verify};
use crate::model::Migrations;

/// Asserts that the revisions have one head, counting a head that another depends on as joined.
///
/// # Panics
/// When there are several, with their ids.
///
/// # Examples
///
/// ```
/// # use migrate_core::model::{Migrations, set::{Settings, pack}};
/// # use migrate_core::text::{Dialect, DialectSet};
/// # let packed = pack(&[], DialectSet::one(Dialect::Sqlite), &Settings::default());
/// # let migrations = Migrations::from_packed(packed, None);
/// use migrate_core::database::testing::assert_single_head;
///
/// assert_single_head(&migrations);
/// ```
#[track_caller]
pub fn assert_single_head(migrations: &Migrations) {
    let set = migrations.set().unwrap_or_else(|error| panic!("{error}"));
    let graph = set.graph();
    let heads = graph.ids(&graph.effective_heads());
    let mut names: Vec<&str> = heads.iter().map(|id| id.as_str()).collect();
    names.sort_unstable();
    assert!(
        names.len() <= 1,
        "there are {} heads: {}; `migrate-cli merge heads` joins them",
        names.len(),
        names.join(", ")
    );
}

/// Asserts what `migrate-cli verify` checks, on throw-away databases beside the one that `url` names: everything applies
/// from scratch; each revision goes up, down and up again and leaves the schema as it was; a stamped database has nothing
/// to do.
///
/// # Panics
/// With every finding: the revision, its file, and what it leaves behind. Also when no database can be made.
///
/// # Examples
///
/// ```
/// # #[cfg(all(feature = "sqlite", feature = "testing"))]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # use migrate_core::model::{Migrations, set::{Settings, pack}};
/// # use migrate_core::text::{Dialect, DialectSet};
/// # let packed = pack(&[], DialectSet::one(Dialect::Sqlite), &Settings::default());
/// # let migrations = Migrations::from_packed(packed, None);
/// use migrate_core::database::testing::assert_up_down_up;
///
/// assert_up_down_up(&migrations, "sqlite:").await;
/// # }
/// # #[cfg(not(all(feature = "sqlite", feature = "testing")))]
/// # fn main() {}
/// ```
pub async fn assert_up_down_up(migrations: &Migrations, url: &str) {
    match proven(migrations, url).await {
        Ok(verification) => assert!(verification.passed(), "{}", findings(&verification)),
        Err(error) => panic!("the revisions cannot be proven: {error}"),
    }
}

async fn proven(migrations: &Migrations, url: &str) -> Result<Verification, Error> {
    let scratch = Scratch::new(url.parse()?, migrations.settings()?.clone());
    let verification = verify(migrations, &scratch, &Verify::default()).await;
    scratch.clear().await?;
    verification
}

fn findings(verification: &Verification) -> String {
    let mut text = "the revisions do not hold:".to_owned();
    for proof in &verification.proofs {
        for finding in &proof.findings {
            let _ = write!(text, "\n  {}", finding.message);
            if let Some(file) = &finding.file {
                let _ = write!(text, "\n    --> {file}");
            }
        }
    }
    text
}
