//! Starts a server that ends with this process.

use std::env;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

/// The scripts with the pipes to them, which are never closed: the system does it when this process ends, also by
/// SIGKILL.
static SCRIPTS: Mutex<Vec<Child>> = Mutex::new(Vec::new());

/// The URL that the environment names, else that of a server started now.
pub(super) fn url(variable: &str, server: &str) -> String {
    env::var(variable)
        .ok()
        .filter(|url| !url.is_empty())
        .unwrap_or_else(|| start(variable, server))
}

fn start(variable: &str, server: &str) -> String {
    let mut script = Command::new(script())
        .arg(server)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // Away from the signals of the terminal: Ctrl-C ends the tests, and their end ends the server.
        .process_group(0)
        .spawn()
        .unwrap_or_else(|error| panic!("scripts/servers.sh does not start: {error}"));
    let lines = BufReader::new(script.stdout.take().expect("a pipe")).lines();
    SCRIPTS
        .lock()
        .expect("no panic holds the scripts")
        .push(script);
    let mut url = None;
    for line in lines {
        let line = line.expect("the script's answer");
        match line.split_once('=') {
            Some((name, value)) if name == variable => url = Some(value.to_owned()),
            _ if line == "ready" => break,
            _ => {}
        }
    }
    url.unwrap_or_else(|| {
        panic!("{server} could not be started, the reason stands above; run scripts/setup")
    })
}

/// `scripts/servers.sh`, in this package's directory or one above it: other packages include these files too.
fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|directory| directory.join("scripts/servers.sh"))
        .find(|path| path.exists())
        .expect("scripts/servers.sh above the package")
}
