//! Side by side with sqlx, refinery, diesel and the databases' own clients: `scripts/bench`.
//!
//!     bench-driver [--quick] [--only apply,noop,down,status,compile,graph,schema] [--rounds N] [--on sqlite,postgres,mysql]
//!                  [--sizes N,N]
//!
//! `--on` and `--sizes` are about the runs on databases: up and down.
//!
//! Everything is measured in rounds: each contender once per round, in rotated order, each on a database of its own that
//! is made before the clock starts. A ratio is formed within a round, and the median of these ratios counts.

mod apps;
mod databases;
mod graph;
mod rounds;
mod runs;
mod schema;
mod table;
mod workload;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use databases::{Databases, Kind};
use table::Table;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What is measured, and how often.
pub struct Scope {
    pub rounds: usize,
    /// Numbers of revisions for runs on databases.
    pub sizes: Vec<usize>,
    /// Numbers of revisions where only SQLite is measured, and nobody but the quickest.
    pub large: Vec<usize>,
    /// Number of revisions of the commands that do nothing and of the compiled applications.
    pub still: Vec<usize>,
    /// The databases of these runs.
    pub kinds: Vec<Kind>,
    only: Option<Vec<String>>,
}

impl Scope {
    fn read(words: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut scope = Self {
            rounds: 7,
            sizes: vec![10, 100, 1000],
            large: vec![5000],
            still: vec![1000, 5000],
            kinds: Kind::ALL.to_vec(),
            only: None,
        };
        let mut words = words.skip(1);
        while let Some(word) = words.next() {
            let mut list = || -> Outcome<Vec<String>> {
                let list = words.next().ok_or(format!("{word} needs a list"))?;
                Ok(list.split(',').map(str::to_owned).collect())
            };
            match word.as_str() {
                "--quick" => {
                    scope.rounds = 3;
                    scope.sizes = vec![10, 1000];
                    scope.large = Vec::new();
                    scope.still = vec![1000];
                }
                "--rounds" => {
                    scope.rounds = words.next().ok_or("--rounds needs a number")?.parse()?
                }
                "--only" => scope.only = Some(list()?),
                "--on" => {
                    let on = list()?;
                    scope
                        .kinds
                        .retain(|kind| on.iter().any(|name| name == kind.name()));
                }
                "--sizes" => {
                    let sizes: Result<_, _> = list()?.iter().map(|size| size.parse()).collect();
                    scope.sizes = sizes?;
                    scope.large = Vec::new();
                }
                other => {
                    return Err(format!(
                        "unknown argument {other}, expected --quick, --rounds N, --only LIST, --on LIST or --sizes LIST"
                    )
                    .into());
                }
            }
        }
        Ok(scope)
    }

    fn includes(&self, part: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.iter().any(|each| each == part))
    }
}

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Outcome<()> {
    let scope = Scope::read(env::args())?;
    let databases = Databases::from_environment()?;
    let mut table = Table::new(scope.rounds);
    if scope.includes("graph") {
        graph::measure(&scope, &mut table)?;
    }
    if scope.includes("schema") {
        schema::measure(&scope, &databases, &mut table)?;
    }
    if scope.includes("apply") {
        runs::apply(&scope, &databases, &mut table)?;
    }
    if scope.includes("down") {
        runs::down(&scope, &databases, &mut table)?;
    }
    if scope.includes("noop") || scope.includes("status") {
        runs::still(&scope, &databases, &mut table)?;
    }
    if scope.includes("compile") {
        apps::compile(&scope, &mut table)?;
    }
    if scope.includes("noop") {
        apps::noop(&scope, &databases, &mut table)?;
    }
    table.summary();
    Ok(())
}
