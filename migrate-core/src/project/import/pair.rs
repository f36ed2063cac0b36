//! The same migrations in several dialects: one revision with a section for each.
//!
//! What makes two migrations one is the version: it is the id of the revision, and what adopting looks for in the tool's
//! table, on whichever database.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Migration, Reading, Variants};
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::{Dialect, RevisionId};

/// Makes one reading of those of several dialects, each read by [`read`](super::read) from directories of its own.
///
/// # Errors
/// Migrations that are there for one dialect and not for another, and those that stand on others in each.
pub fn pair(readings: Vec<Reading>) -> Result<Reading, Vec<Diagnostic>> {
    let mut readings = readings.into_iter();
    let Some(mut whole) = readings.next() else {
        let nothing = Diagnostic::error(Class::Config, "no directory is named")
            .help("name the directory that holds the migrations of the other tool");
        return Err(vec![nothing]);
    };
    let mut findings = Vec::new();
    for other in readings {
        add(&mut whole, other, &mut findings);
    }
    if findings.is_empty() {
        Ok(whole)
    } else {
        Err(findings)
    }
}

fn add(whole: &mut Reading, other: Reading, findings: &mut Vec<Diagnostic>) {
    let dialects = whole.dialects;
    whole.dialects = dialects.union(other.dialects);
    whole.dirs.extend(other.dirs);
    whole.notices.extend(other.notices);
    let mut order = Vec::with_capacity(other.migrations.len());
    let mut left: HashMap<RevisionId, (Dialect, Migration)> = HashMap::new();
    for variants in other.migrations {
        let (dialect, migration) = variants.first;
        order.push(migration.id.clone());
        left.insert(migration.id.clone(), (dialect, migration));
    }
    let mut lacking = Vec::new();
    for variants in &mut whole.migrations {
        match left.remove(&variants.first.1.id) {
            Some(partner) => {
                findings.extend(differing(variants, &partner));
                variants.others.push(partner);
            }
            None => lacking.push((&variants.first.1.version, &variants.first.1.file)),
        }
    }
    let surplus: Vec<_> = order
        .iter()
        .filter_map(|id| left.get(id))
        .map(|(_, migration)| (&migration.version, &migration.file))
        .collect();
    findings.extend(alone(
        &lacking,
        &dialects.to_string(),
        &other.dialects.to_string(),
    ));
    findings.extend(alone(
        &surplus,
        &other.dialects.to_string(),
        &dialects.to_string(),
    ));
}

/// Migrations, by version and file, that have no partner.
fn alone(without: &[(&String, &String)], here: &str, there: &str) -> Option<Diagnostic> {
    let (_, first) = without.first()?;
    let what = match without {
        [(version, _)] => {
            format!("the migration {version} is there for {here} and not for {there}")
        }
        all => format!(
            "{} migrations are there for {here} and not for {there}",
            all.len()
        ),
    };
    let mut finding = Diagnostic::error(Class::Config, what).at(Frame::file(first.as_str()));
    for (_, file) in without.iter().skip(1) {
        finding = finding.note(format!("and {file}"));
    }
    Some(
        finding
            .note("a revision has one id for all dialects, and the id is the version")
            .help(format!(
                "an empty file of the same version for {there} says that there is nothing to do; let the old tool apply it"
            ))
            .help("or import each dialect into a history of its own: `migrate-cli --dir NEW import ..` for each"),
    )
}

/// What two variants of one migration must have in common.
fn differing(variants: &Variants, partner: &(Dialect, Migration)) -> Option<Diagnostic> {
    let (dialect, one) = &variants.first;
    let (other_dialect, other) = partner;
    let parents = |migration: &Migration| -> BTreeSet<String> {
        migration
            .down_revision
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    let set = |list: &[String]| -> BTreeSet<String> { list.iter().cloned().collect() };
    let pairs = BTreeMap::from([
        ("down_revision", (parents(one), parents(other))),
        ("depends_on", (set(&one.depends_on), set(&other.depends_on))),
        (
            "branch_labels",
            (set(&one.branch_labels), set(&other.branch_labels)),
        ),
    ]);
    let (key, (first, second)) = pairs.into_iter().find(|(_, (one, other))| one != other)?;
    let shown = |set: BTreeSet<String>| match set.is_empty() {
        true => "none".to_owned(),
        false => set.into_iter().collect::<Vec<_>>().join(", "),
    };
    let message = format!(
        "the {key} of {} is {} for {other_dialect}, and {} for {dialect}",
        other.version,
        shown(second),
        shown(first),
    );
    Some(
        Diagnostic::error(Class::Config, message)
            .at(Frame::file(&*other.file))
            .note(format!("the one for {dialect} is {}", one.file))
            .help("make the graph the same in both, or import each dialect into a history of its own: `--dir NEW`"),
    )
}
