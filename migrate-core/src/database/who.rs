//! Who runs: the words for the lock row, the state rows and the log.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::mask::shorten;
use super::state::Holder;

/// The name and version of this library, as it is recorded.
pub(crate) const TOOL: &str = concat!("migrate ", env!("CARGO_PKG_VERSION"));

/// The longest name that is recorded.
const LONGEST: usize = 100;

/// This process, with a word of its own for this run.
pub(crate) fn holder() -> Holder {
    let time = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    Holder {
        run: format!("{:016x}", random() ^ time as u64),
        host: shorten(&host(), LONGEST),
        pid: std::process::id(),
        application: shorten(&application(), LONGEST),
        since: None,
        heartbeat: None,
    }
}

/// The user of the operating system.
pub(crate) fn user() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"];
    let name = names
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    shorten(&name.unwrap_or_else(|| "unknown".to_owned()), LONGEST)
}

fn host() -> String {
    let files = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let from_file = files
        .iter()
        .find_map(|path| std::fs::read_to_string(path).ok());
    let from_environment = || {
        ["HOSTNAME", "COMPUTERNAME"]
            .iter()
            .find_map(|name| std::env::var(name).ok())
    };
    let name = from_file.or_else(from_environment).unwrap_or_default();
    let name = name.trim();
    if name.is_empty() {
        "localhost".to_owned()
    } else {
        name.to_owned()
    }
}

fn application() -> String {
    let path = std::env::current_exe().ok();
    let name = path
        .as_ref()
        .and_then(|path| path.file_stem())
        .map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "unknown".to_owned())
}

/// A number that nobody can foresee, from the source of the standard library's hash maps.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A time between half of `around` and one and a half of it, so that those who wait do not wake together.
pub(crate) fn jitter(around: Duration) -> Duration {
    let share = (random() % 1000) as u32;
    around / 2 + around * share / 1000
}
