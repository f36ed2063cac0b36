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
    shorten(
        &name
            .or_else(user_of_process)
            .unwrap_or_else(|| "unknown".to_owned()),
        LONGEST,
    )
}

/// The user that the system knows this process by, where the environment says nothing: services and containers.
fn user_of_process() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let id = status
        .lines()
        .find_map(|line| line.strip_prefix("Uid:"))?
        .split_whitespace()
        .next()?
        .to_owned();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == id).then(|| name.to_owned())
    });
    Some(name.unwrap_or_else(|| format!("uid {id}")))
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

/// The time as SQLite's `strftime('%Y-%m-%dT%H:%M:%fZ', 'now')` gives it: SQLite's clock is that of the process.
pub(crate) fn now() -> String {
    iso(SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default())
}

fn iso(since_1970: Duration) -> String {
    let seconds = since_1970.as_secs();
    // Days since 0000-03-01: years then begin after the leap day.
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let milliseconds = since_1970.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        let cases = [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399, "2000-02-28T23:59:59.000Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199, "2024-02-29T23:59:59.000Z"),
            (1_795_252_700, "2026-11-21T09:18:20.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        ];
        for (seconds, text) in cases {
            assert_eq!(iso(Duration::from_secs(seconds)), text);
        }
        assert_eq!(
            iso(Duration::from_millis(1_500)),
            "1970-01-01T00:00:01.500Z"
        );
    }
}
