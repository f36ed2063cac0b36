//! `stamp --verify`: the schema of a database beside what the revisions make that are to be recorded.

use migrate_core::database::Side;
use migrate_core::model::schema::{Difference, compare};
use migrate_core::model::{Spec, SpecError};
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Diagnostic, DialectSet};

use super::sides::{in_workshop, server};
use crate::arguments::Stamp;
use crate::context::{Context, Target};
use crate::exit::Exit;
use crate::failure::Failure;

/// Refuses with the differences.
pub(super) fn verify(arguments: &Stamp, target: &Target, context: &Context) -> Result<(), Failure> {
    /// So many differences are told one by one.
    const TOLD: usize = 20;
    let live = &target.database;
    let server = server(&[], Some(live.dialect()), &arguments.scratch, context)?;
    let migrations = context.source.provable(DialectSet::one(live.dialect()))?;
    let specs = arguments
        .specs
        .iter()
        .map(|spec| spec.parse())
        .collect::<Result<Vec<Spec>, SpecError>>()?;
    let both = in_workshop(
        &server,
        &migrations,
        &arguments.scratch,
        context,
        async |workshop| {
            let (made, live) = (Side::Revisions(specs.clone()), Side::Live(live.clone()));
            workshop.both(&made, &live).await
        },
    )?;
    let differences: Vec<Difference> = compare(&both.before, &both.after)
        .into_iter()
        .filter(|difference| !difference.is_column_order())
        .collect();
    if differences.is_empty() {
        return Ok(());
    }
    let specs = arguments.specs.join(" ");
    let mut error = Diagnostic::error(
        Class::Diverged,
        format!("the database is not what {specs} makes: nothing is recorded"),
    );
    for difference in differences.iter().take(TOLD) {
        error = error.note(format!("from {specs} to the database: {difference}"));
    }
    if differences.len() > TOLD {
        error = error.note(format!("and {} more", differences.len() - TOLD));
    }
    let error = error.help("`migrate-cli diff --locate` says which revision the database equals");
    Err(Failure {
        exit: Exit::No,
        ..error.into()
    })
}
