//! What was generated, as values and as a person reads it.

use migrate_core::database::Generated;
use migrate_core::model::autogenerate::LikelyRename;
use migrate_core::model::expand::Kept;
use migrate_core::model::schema::Difference;
use migrate_core::project::write::NewSection;
use serde::Serialize;

use super::once_each;
use crate::commands::diff::Told;
use crate::commands::revision::Written;
use crate::output::page::{BOLD, DIM, GOOD, PLAIN, WARN, piece};
use crate::output::{Human, Page, Volume};

/// What was generated, and what was written of it.
#[derive(Serialize)]
pub(super) struct Outcome {
    /// Whether there was nothing to do.
    pub(super) in_sync: bool,
    pub(super) databases: Vec<OnDatabase>,
    pub(super) revisions: Vec<Proposed>,
    pub(super) written: Vec<Written>,
    /// The files that show the schema and were brought up to date.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) dumped: Vec<String>,
}

/// What differs on one kind of database.
#[derive(Serialize)]
pub(super) struct OnDatabase {
    pub(super) dialect: &'static str,
    pub(super) differences: Vec<Told>,
    pub(super) operations: Vec<String>,
    /// What data the upgrade takes away.
    pub(super) loses: Vec<String>,
    /// What is kept for an older release once this is done: `--contract` lets it go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) kept: Vec<Kept>,
    /// What looks like a rename: `--rename` makes it one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) likely_renames: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) warnings: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) remarks: Vec<String>,
    /// The tables whose sample rows were the same after the up and after the down.
    pub(super) rows_kept: usize,
    /// The tables for which no sample row could be made.
    pub(super) rows_unknown: usize,
}

/// A revision with its sections.
#[derive(Clone, Serialize)]
pub(super) struct Proposed {
    /// The id, if one was asked for.
    #[serde(skip)]
    pub(super) id: Option<String>,
    pub(super) message: String,
    pub(super) sections: Vec<ProposedSection>,
}

#[derive(Clone, Serialize)]
pub(super) struct ProposedSection {
    pub(super) direction: &'static str,
    pub(super) dialects: Vec<&'static str>,
    pub(super) transactional: bool,
    pub(super) sql: String,
    #[serde(skip)]
    pub(super) new: NewSection,
}

impl From<&Generated> for OnDatabase {
    fn from(generated: &Generated) -> Self {
        let told = |difference: &Difference| Told::from(difference.clone());
        Self {
            dialect: generated.dialect.name(),
            differences: generated.differences.iter().map(told).collect(),
            operations: generated.operations.clone(),
            loses: generated.loses().map(str::to_owned).collect(),
            kept: generated.kept.clone(),
            likely_renames: generated.likely.iter().map(LikelyRename::option).collect(),
            warnings: generated.warnings.clone(),
            remarks: generated.remarks.clone(),
            rows_kept: generated.rows_kept,
            rows_unknown: generated.rows_unknown,
        }
    }
}

impl Human for Outcome {
    fn human(&self, page: &mut Page) {
        if self.in_sync {
            if page.volume() > Volume::Quiet {
                page.line(
                    piece(GOOD, "nothing to do")
                        .and(PLAIN, ": the revisions make the desired schema"),
                );
                self.kept(page);
            }
            return;
        }
        if self.written.is_empty() {
            self.proposal(page);
            return;
        }
        let verbose = page.volume() == Volume::Verbose;
        if page.volume() > Volume::Quiet {
            for database in &self.databases {
                if self.databases.len() > 1 {
                    page.line(piece(BOLD, database.dialect));
                }
                for operation in &database.operations {
                    page.line(format!("  {operation}"));
                }
                for what in &database.loses {
                    page.line(piece(WARN, "  destructive ").and(PLAIN, what));
                }
                for remark in database.remarks.iter().filter(|_| verbose) {
                    page.line(piece(DIM, format!("  {remark}")));
                }
            }
        }
        self.written.iter().for_each(|it| it.human(page));
        if page.volume() > Volume::Quiet {
            self.kept(page);
            for file in &self.dumped {
                page.line(piece(GOOD, "dumped  ").and(BOLD, file));
            }
        }
        if page.volume() > Volume::Quiet {
            let rows = self.rows();
            page.line(piece(
                DIM,
                format!("proven: the up makes the desired schema, the down the former one{rows}"),
            ));
        }
    }
}

impl Outcome {
    /// What is kept for an older release, once for all databases.
    fn kept(&self, page: &mut Page) {
        for kept in once_each(self.databases.iter().flat_map(|it| &it.kept)) {
            page.line(piece(DIM, kept.to_string()));
        }
    }

    /// What the proof says of rows: nothing where there were none, or where they did not fit.
    fn rows(&self) -> String {
        let kept: usize = self.databases.iter().map(|it| it.rows_kept).sum();
        let unknown: usize = self.databases.iter().map(|it| it.rows_unknown).sum();
        let fit = self.databases.iter().all(|it| it.warnings.is_empty());
        match (fit, kept, unknown) {
            (false, ..) | (true, 0, 0) => String::new(),
            (true, _, 0) => ", rows survive".to_owned(),
            (true, kept, unknown) => {
                format!(", rows survive in {kept} of {} tables", kept + unknown)
            }
        }
    }

    /// The sections as they would be written.
    fn proposal(&self, page: &mut Page) {
        for (place, revision) in self.revisions.iter().enumerate() {
            if place > 0 {
                page.end();
            }
            page.line(piece(BOLD, format!("-- {}", revision.message)));
            for section in &revision.sections {
                let mut marker = format!("-- migrate:{}", section.direction);
                if !section.dialects.is_empty() {
                    marker.push_str(&format!(" dialect:{}", section.dialects.join(",")));
                }
                if !section.transactional {
                    marker.push_str(" transaction:false");
                }
                page.end().line(piece(DIM, marker));
                for text in section.sql.lines() {
                    page.line(text);
                }
            }
        }
    }
}
