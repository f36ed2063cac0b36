//! What is printed: a line per contender, with the target of the project beside those that have one.

use crate::rounds::{Spread, Times};

/// An upper limit for a ratio.
#[derive(Clone, Copy)]
pub struct Target {
    pub ours: &'static str,
    pub other: &'static str,
    pub most: f64,
}

/// What a judged figure is.
#[derive(Clone, Copy)]
pub enum Unit {
    Ratio,
    Seconds,
}

pub struct Table {
    rounds: usize,
    met: Vec<String>,
    missed: Vec<String>,
    noisy: Vec<String>,
}

impl Table {
    pub fn new(rounds: usize) -> Self {
        println!(
            "{rounds} rounds; median, and ratio to the first contender formed in each round [quartiles]\n"
        );
        Self {
            rounds,
            met: Vec::new(),
            missed: Vec::new(),
            noisy: Vec::new(),
        }
    }

    /// Prints a group and judges its targets.
    pub fn group(&mut self, title: &str, times: &Times, targets: &[Target]) {
        println!("{title}");
        let first = times.names()[0];
        for name in times.names() {
            let ratio = times.ratio(name, first);
            println!(
                "  {name:<22} {:>11}   {}",
                duration(times.spread(name).median),
                shown(&ratio)
            );
        }
        for target in targets {
            let ratio = times.ratio(target.ours, target.other);
            self.judge(
                &format!("{title}: {} to {}", target.ours, target.other),
                ratio,
                target.most,
                Unit::Ratio,
            );
        }
        println!();
    }

    /// Judges one figure and prints the verdict.
    pub fn judge(&mut self, what: &str, found: Spread, most: f64, unit: Unit) {
        let (verdict, list) = if found.is_noisy() {
            ("noisy", &mut self.noisy)
        } else if found.median <= most {
            ("met", &mut self.met)
        } else {
            ("MISSED", &mut self.missed)
        };
        let (found, most) = match unit {
            Unit::Ratio => (shown(&found), most.to_string()),
            Unit::Seconds => (duration(found.median), duration(most)),
        };
        let line = format!("{what} {found}, at most {most}: {verdict}");
        println!("  -> {line}");
        list.push(line);
    }

    pub fn summary(&self) {
        println!(
            "targets met {}, missed {}, noisy {}",
            self.met.len(),
            self.missed.len(),
            self.noisy.len()
        );
        for line in self.missed.iter().chain(&self.noisy) {
            println!("  {line}");
        }
        if self.rounds < 7 {
            println!(
                "{} rounds are a glance; scripts/bench without --quick takes 7",
                self.rounds
            );
        }
    }
}

fn shown(ratio: &Spread) -> String {
    let noisy = if ratio.is_noisy() { " noisy" } else { "" };
    format!(
        "x{:.2} [{:.2}, {:.2}]{noisy}",
        ratio.median, ratio.low, ratio.high
    )
}

fn duration(seconds: f64) -> String {
    if seconds >= 1.0 {
        format!("{seconds:.2} s")
    } else {
        format!("{:.1} ms", seconds * 1e3)
    }
}
