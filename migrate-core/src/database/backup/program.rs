//! Running a client of a server, its output into a file.

use std::process::Stdio;

use tokio::process::Command;

use super::failed;
use super::file::NewFile;
use crate::database::error::Error;
use crate::database::mask::{escape, shorten};

/// What came of a call.
pub(super) enum Called {
    Done,
    /// There is no such program.
    NotFound,
}

/// Runs `command` to its end; it is ended when nobody waits any more.
pub(super) async fn run(mut command: Command, into: &NewFile) -> Result<Called, Error> {
    let program = command
        .as_std()
        .get_program()
        .to_string_lossy()
        .into_owned();
    let help = format!("`{program}` says why; run it by hand to see more");
    let file = into
        .open()
        .map_err(|error| failed(format!("{}: {error}", into.partial().display()), &help))?;
    command
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Called::NotFound),
        Err(error) => return Err(failed(format!("{program} cannot be run: {error}"), &help)),
    };
    let output = child
        .wait_with_output()
        .await
        .map_err(|error| failed(format!("{program} was lost: {error}"), &help))?;
    if output.status.success() {
        return Ok(Called::Done);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = escape(&shorten(said.trim(), 1000));
    let said = if said.is_empty() {
        output.status.to_string()
    } else {
        said
    };
    Err(failed(format!("{program} failed: {said}"), help))
}
