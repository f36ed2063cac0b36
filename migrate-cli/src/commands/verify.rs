//! `verify`: the revisions proven on throw-away databases.

use migrate_core::database::{
    Existing, Finding, Proof, TestData, Verdict, Verification, Verify as Proofs, verify,
};
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Diagnostic, Dialect};
use serde::Serialize;

use super::scratch::{Servers, Unnamed, dialects, file, on_scratch, servers};
use crate::arguments::Verify;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::page::{BAD, BOLD, DIM, GOOD, PLAIN, WARN, count, piece};
use crate::output::{Human, Page, Reply, Volume};

/// What was proven on which databases.
#[derive(Serialize)]
struct Verified {
    ok: bool,
    databases: Vec<Verification>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_run: Vec<NotRun>,
}

/// A dialect without a server.
#[derive(Serialize)]
struct NotRun {
    dialect: &'static str,
    reason: String,
}

pub(crate) fn run(arguments: &Verify, context: &Context) -> Result<Reply, Failure> {
    let proofs = proofs(arguments, context)?;
    let has_files = proofs.existing.is_some() || proofs.dump.is_some() || !proofs.data.is_empty();
    let unnamed = if has_files {
        Unnamed::Left
    } else {
        Unnamed::Taken
    };
    let Servers { found, missing } = servers(&arguments.scratch, context, unnamed)?;
    if found.is_empty() {
        let reasons = missing
            .iter()
            .map(|(dialect, reason)| format!("{dialect}: {reason}"));
        let error = Diagnostic::error(
            Class::Config,
            "there is no database to prove the revisions on",
        );
        return Err(reasons.fold(error, Diagnostic::help).into());
    }
    if has_files && found.len() > 1 {
        let error = Diagnostic::error(
            Class::Config,
            "a file of SQL is for one database, and several are named",
        );
        return Err(error.help("one `--scratch-url` says which").into());
    }
    let migrations = context.source.provable(dialects(&found))?;
    let settings = migrations.settings()?;
    let mut databases = Vec::new();
    for server in &found {
        context.output.note(|page| {
            page.line(piece(DIM, "proving on ").and(BOLD, shown(server)));
        });
        let proven = on_scratch(
            server,
            settings,
            &arguments.scratch,
            context,
            async |scratch| verify(&migrations, scratch, &proofs).await,
        );
        databases.push(proven?);
    }
    let verified = Verified {
        ok: databases.iter().all(Verification::passed),
        databases,
        not_run: missing
            .into_iter()
            .map(|(dialect, reason)| NotRun {
                dialect: dialect.name(),
                reason,
            })
            .collect(),
    };
    let exit = if verified.ok { Exit::Fine } else { Exit::No };
    Ok(Reply::new(verified).exit(exit))
}

fn shown(server: &migrate_core::database::Database) -> String {
    match server.dialect() {
        Dialect::Sqlite => "SQLite, in temporary files".to_owned(),
        _ => format!("{server}, in databases beside it"),
    }
}

fn proofs(arguments: &Verify, context: &Context) -> Result<Proofs, Failure> {
    let given = |path: &Option<std::path::PathBuf>| -> Result<Option<Existing>, Failure> {
        let Some(path) = path else { return Ok(None) };
        Ok(Some(Existing {
            file: file(path, &path.display().to_string())?,
            at: arguments.at.clone(),
        }))
    };
    let mut proofs = Proofs::default();
    proofs.existing = given(&arguments.existing)?;
    proofs.dump = given(&arguments.from_dump)?;
    if arguments.at.is_some() && proofs.existing.is_none() && proofs.dump.is_none() {
        let error = Diagnostic::error(
            Class::Usage,
            "`--at` says where the file of `--existing` or `--from-dump` is",
        );
        return Err(error
            .help("`--existing schema.sql --at REV`; rows take theirs as `--data FILE@REV`")
            .into());
    }
    for (path, at) in &arguments.data {
        proofs.data.push(TestData {
            file: file(path, &path.display().to_string())?,
            at: at.clone(),
        });
    }
    proofs.arguments.clone_from(&context.settings.arguments);
    Ok(proofs)
}

/// What a proof is called.
fn title(proof: &Proof) -> &'static str {
    match proof.proof {
        "single_head" => "one head",
        "upgrade" => "up from empty, in one run",
        "step_by_step" => "each revision up, down and up again",
        "stamp" => "a stamped database has nothing to run",
        "round_trip" => "all the way back and up again",
        "existing" => "the existing schema is what the migrations make",
        "dump" => "the dump goes up, step by step",
        "data" => "the rows go up, step by step",
        other => other,
    }
}

/// A line with the word for what came of something; of findings each line below it.
pub(super) fn verdict(page: &mut Page, verdict: Verdict, title: &str, reason: Option<&str>) {
    let (style, word) = match verdict {
        Verdict::Passed => (GOOD, "passed   "),
        Verdict::Failed => (BAD, "failed   "),
        Verdict::NotRun => (WARN, "not run  "),
    };
    let line = piece(PLAIN, "  ").and(style, word).and(PLAIN, title);
    page.line(match reason {
        Some(reason) => line.and(DIM, format!(": {reason}")),
        None => line,
    });
}

/// A finding, under the line of what was found wrong.
pub(super) fn finding(page: &mut Page, finding: &Finding) {
    for (place, line) in finding.message.lines().enumerate() {
        page.line(piece(PLAIN, "           ").and(if place == 0 { BOLD } else { PLAIN }, line));
    }
    // The text of an error shows its place itself.
    if let Some(file) = finding.file.as_ref().filter(|_| finding.class.is_none()) {
        page.line(piece(DIM, format!("             --> {file}")));
    }
}

impl Human for Verified {
    fn human(&self, page: &mut Page) {
        for database in &self.databases {
            page.line(
                piece(BOLD, database.dialect)
                    .and(DIM, format!("  {}", count(database.revisions, "revision"))),
            );
            for proof in &database.proofs {
                if page.volume() == Volume::Quiet && proof.verdict == Verdict::Passed {
                    continue;
                }
                verdict(page, proof.verdict, title(proof), proof.reason.as_deref());
                proof.findings.iter().for_each(|found| finding(page, found));
                for lost in &proof.rows_lost {
                    page.line(piece(WARN, "           rows lost  ").and(PLAIN, lost));
                }
                for remark in &proof.remarks {
                    page.line(piece(DIM, format!("           {remark}")));
                }
            }
        }
        for NotRun { dialect, reason } in &self.not_run {
            page.line(
                piece(BOLD, dialect)
                    .and(WARN, "  not run")
                    .and(DIM, format!(": {reason}")),
            );
        }
    }
}
