//! Assertions about a set of revisions, for tests of an application.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::database::error::Error;
use crate::database::prove::{Both, Scratch, Side, Verification, Verify, Workshop, verify};
use crate::model::Migrations;
use crate::model::desired::Models;
use crate::model::schema::{Difference, Filter, compare};

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

/// Asserts that the revisions make the schema that the models want, on throw-away databases beside the one that `url`
/// names: the revisions are run on one, the tables of the models are made on another, and the two are compared.
///
/// # Panics
/// With everything that differs. Also when the models do not fit together, and when no database can be made.
///
/// # Examples
///
/// ```
/// # #[cfg(all(feature = "sqlite", feature = "testing"))]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # use migrate_core::model::{Migrations, set::{Settings, pack}};
/// # use migrate_core::model::desired::Models;
/// # use migrate_core::text::{Dialect, DialectSet};
/// # let packed = pack(&[], DialectSet::one(Dialect::Sqlite), &Settings::default());
/// # let migrations = Migrations::from_packed(packed, None);
/// # static MODELS: Models = Models::new(&[]);
/// use migrate_core::database::testing::assert_models_in_sync;
///
/// assert_models_in_sync(&migrations, &MODELS, "sqlite:").await;
/// # }
/// # #[cfg(not(all(feature = "sqlite", feature = "testing")))]
/// # fn main() {}
/// ```
pub async fn assert_models_in_sync(migrations: &Migrations, models: &Models, url: &str) {
    match compared(migrations, models, url).await {
        Ok(differences) if differences.is_empty() => {}
        Ok(differences) => {
            let lines: String = differences.iter().map(|it| format!("\n  {it}")).collect();
            panic!(
                "the revisions do not make what the models say; from the revisions to the models:{lines}\n\
                 `revision --autogenerate` writes what is missing"
            )
        }
        Err(error) => panic!("the models cannot be compared with the revisions: {error}"),
    }
}

async fn compared(
    migrations: &Migrations,
    models: &Models,
    url: &str,
) -> Result<Vec<Difference>, Error> {
    let scratch = Scratch::new(url.parse()?, migrations.settings()?.clone());
    let compared = on(migrations, models, &scratch).await;
    scratch.clear().await?;
    let both = compared?;
    let mut differences = compare(&both.before, &both.after);
    differences.retain(|it| !it.is_column_order());
    Ok(differences)
}

async fn on(migrations: &Migrations, models: &Models, scratch: &Scratch) -> Result<Both, Error> {
    let (filter, none) = (Filter::default(), BTreeMap::new());
    let workshop = Workshop::new(migrations, scratch, &filter, &none).await?;
    let heads = Side::Revisions(vec!["heads".parse()?]);
    workshop.both(&heads, &Side::Models(*models)).await
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
