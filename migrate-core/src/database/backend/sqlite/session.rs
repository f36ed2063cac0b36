//! Which session of which process works on a section, and whether it still does.
//!
//! A file knows no sessions. Ours is the machine, the process and a word for the run; a process on this machine can be
//! looked up, of one on another only the heartbeat tells.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::database::state::{Holder, SessionId};

/// The runs of this process that are at work.
static AT_WORK: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A run of this process, at work until it is dropped.
#[derive(Debug)]
pub(super) struct AtWork(SessionId);

impl AtWork {
    pub(super) fn new(holder: &Holder) -> Self {
        let mut runs = AT_WORK.lock().unwrap_or_else(PoisonError::into_inner);
        runs.push(holder.run.clone());
        Self(SessionId {
            id: format!("{}/{}:{}", holder.host, machine(), holder.pid),
            start: holder.run.clone(),
        })
    }

    pub(super) const fn session(&self) -> &SessionId {
        &self.0
    }

    /// Whether another session may still be at work: false only when it is known that it is not.
    pub(super) fn may_live(&self, other: &SessionId) -> bool {
        let (Some((here, own)), Some((there, pid))) =
            (self.0.id.rsplit_once(':'), other.id.rsplit_once(':'))
        else {
            return true;
        };
        if here != there || !Path::new("/proc/self").exists() {
            return true;
        }
        if own == pid {
            let runs = AT_WORK.lock().unwrap_or_else(PoisonError::into_inner);
            return runs.contains(&other.start);
        }
        Path::new("/proc").join(pid).exists()
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let mut runs = AT_WORK.lock().unwrap_or_else(PoisonError::into_inner);
        runs.retain(|run| *run != self.0.start);
    }
}

/// What tells machines apart that call themselves the same, and containers that number their processes anew: the boot
/// and the process namespace.
fn machine() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let digits: String = namespace
        .to_string_lossy()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    format!("{}-{digits}", boot.get(..8).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::who;

    #[test]
    fn a_run_that_was_dropped_is_known_to_be_over() {
        let own = AtWork::new(&who::holder());
        let other = AtWork::new(&who::holder());
        let session = other.session().clone();
        assert!(own.may_live(&session));
        drop(other);
        assert!(!own.may_live(&session));
    }

    #[test]
    fn what_is_not_known_may_live() {
        let own = AtWork::new(&who::holder());
        let elsewhere = SessionId {
            id: "db2/0-1:1".to_owned(),
            start: "1".to_owned(),
        };
        assert!(own.may_live(&elsewhere));
        let (here, _) = own.session().id.rsplit_once(':').expect("a process");
        let gone = SessionId {
            // Above the highest number that Linux gives.
            id: format!("{here}:4194305"),
            start: "1".to_owned(),
        };
        assert!(!own.may_live(&gone));
    }
}
