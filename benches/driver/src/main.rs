//! Side by side with sqlx, refinery, diesel and the databases' own clients: `scripts/bench`.
//!
//!     bench-driver [--quick] [--only apply,noop,down,status,compile,graph,schema] [--rounds N]
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

use databases::Databases;
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
    only: Option<Vec<String>>,
}

impl Scope {
    fn read(words: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut scope = Self {
            rounds: 7,
            sizes: vec![10, 100, 1000],
            large: vec![5000],
            still: vec![1000, 5000],
            only: None,
        };
        let mut words = words.skip(1);
        while let Some(word) = words.next() {
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
                "--only" => {
                    let list = words.next().ok_or("--only needs a list")?;
                    scope.only = Some(list.split(',').map(str::to_owned).collect());
                }
                other => {
                    return Err(format!(
                        "unknown argument {other}, expected --quick, --rounds N or --only LIST"
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
