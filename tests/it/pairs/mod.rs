//! Pairs of schemas: what makes the one out of the other, proven on the real databases.
//!
//! One file per pair in `tests/fixtures/pairs/{sqlite,postgres,mysql}`. Its `-- up` and `-- down` are what people judge
//! our SQL by; `SNAPSHOTS=overwrite` writes them anew, look at the difference before you commit it. `PAIR=text` runs only
//! the files whose names have the text in them. Every pair that fails is told with its file and the difference.
//!
//! | file | what |
//! |---|---|
//! | `file` | such a file |
//! | `written` | statements as the text of revisions |
//! | `rows` | what the tables hold |
//! | `proof` | up, no difference, down, no difference, no row lost that is not named |

mod file;
mod proof;
mod rows;
mod written;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use file::Pair;

use crate::servers::{self, Server};

/// How many pairs run at a time: a pair mostly waits for its server.
const AT_A_TIME: usize = 6;

#[test]
fn sqlite() {
    prove_all(servers::sqlite());
}

#[test]
fn postgres() {
    prove_all(servers::postgres());
}

#[test]
fn mysql() {
    prove_all(servers::mariadb());
}

/// What docs/sqlite.md shows is what the pair of that change says.
#[test]
fn the_rebuild_in_the_documentation_is_the_one_that_is_proven() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("a file");
    let documented: Vec<String> = read("docs/sqlite.md")
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .map(str::to_owned)
        .collect();
    let pair = read("tests/fixtures/pairs/sqlite/change_type.sql");
    let (_, up) = pair.split_once("\n-- up\n").expect("an up section");
    let (up, _) = up.split_once("\n-- down\n").expect("a down section");
    let proven: Vec<&str> = up.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(documented, proven);
}

/// Proves the pairs of a server's folder; `None` is a server that was not asked for.
fn prove_all(server: Option<&'static Server>) {
    let Some(server) = server else {
        return;
    };
    let files = files(server.name());
    let some = std::env::var_os("PAIR").is_some();
    assert!(
        some || files.len() >= 80,
        "pairs are missing: {}",
        files.len()
    );
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME.min(files.len()) {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(trouble) = prove(server, file) {
                        let mut failures = failures.lock().expect("no panic while it is held");
                        failures.push(format!("{}\n{trouble}", file.display()));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no panic while it is held");
    failures.sort();
    assert!(
        failures.is_empty(),
        "{} of {} pairs fail\n\n{}\n",
        failures.len(),
        files.len(),
        failures.join("\n\n")
    );
}

fn files(server: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pairs");
    let wanted = std::env::var("PAIR").unwrap_or_default();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder.join(server))
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|it| it == "sql"))
        .filter(|path| {
            let stem = path.file_stem().unwrap_or_default();
            stem.to_string_lossy().contains(&wanted)
        })
        .collect();
    files.sort();
    files
}

fn prove(server: &'static Server, file: &Path) -> Result<(), String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let pair = Pair::read(file)?;
        let found = proof::prove(server, &pair)?;
        pair.compare_or_overwrite(file, &found)
    }));
    outcome.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(text.unwrap_or("it panics").to_owned())
    })
}
