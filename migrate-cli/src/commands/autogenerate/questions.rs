//! What only a person can say: whether something is renamed, and whether data may go.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use migrate_core::database::Generated;
use migrate_core::model::diff::Renames;
use migrate_core::text::Diagnostic;
use migrate_core::text::diagnostic::Class;

use super::once_each;
use crate::arguments::Generation;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Volume;

/// Whether there is somebody to ask.
pub(super) fn asks(how: &Generation, context: &Context) -> bool {
    !how.dry_run
        && context.output.volume > Volume::Quiet
        && std::io::stdin().is_terminal()
        && std::io::stderr().is_terminal()
}

/// Asks of everything that looks like a rename whether it is one; says whether something is.
pub(super) fn answered(generated: &[Generated], renames: &mut Renames) -> Result<bool, Failure> {
    let mut found = false;
    for likely in once_each(generated.iter().flat_map(|it| &it.likely)) {
        if yes(&format!("{likely}. Is it renamed?"))? {
            likely.add_to(renames);
            found = true;
        }
    }
    Ok(found)
}

fn yes(question: &str) -> Result<bool, Failure> {
    let problem = |error: std::io::Error| {
        Diagnostic::error(Class::Config, format!("nobody answers: {}", error.kind()))
    };
    let mut stderr = anstream::stderr();
    write!(stderr, "{question} [y/N] ").map_err(problem)?;
    stderr.flush().map_err(problem)?;
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(problem)?;
    if !answer.ends_with('\n') {
        // The input has ended on the line of the question.
        writeln!(stderr).map_err(problem)?;
    }
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// What takes data away is written only when somebody has said so.
pub(super) fn may_lose(
    generated: &[Generated],
    how: &Generation,
    context: &Context,
) -> Result<(), Failure> {
    let loses = once_each(generated.iter().flat_map(Generated::loses));
    // A contract is asked for by its name.
    if loses.is_empty() || how.allow_destructive || how.contract.is_some() {
        return Ok(());
    }
    let lost = loses.join(", ");
    if asks(how, context) && yes(&format!("this takes data away: {lost}. Write it?"))? {
        return Ok(());
    }
    let mut error = Diagnostic::error(
        Class::Config,
        format!("this would take data away: {lost}; nothing is written"),
    );
    for rename in once_each(generated.iter().flat_map(|it| &it.likely)) {
        error = error.help(format!(
            "{rename}: `--rename {}` if it is the same one",
            rename.option()
        ));
    }
    Err(error
        .help("`--allow-destructive` writes it as it is, `--dry-run` shows it")
        .into())
}
