//! Rounds: each contender once per round, in rotated order; ratios within a round.

use std::time::Duration;

use crate::Outcome;

/// The times of some contenders, a list with one entry per round for each.
pub struct Times {
    names: Vec<&'static str>,
    seconds: Vec<Vec<f64>>,
}

/// Runs every contender once per round. `run` returns what the clock showed, without making and removing the database.
pub fn rounds(
    names: &[&'static str],
    count: usize,
    mut run: impl FnMut(&'static str, usize) -> Outcome<Duration>,
) -> Outcome<Times> {
    let mut times = Times {
        names: names.to_vec(),
        seconds: vec![Vec::new(); names.len()],
    };
    for round in 0..count {
        for turn in 0..names.len() {
            let place = (turn + round) % names.len();
            times.seconds[place].push(run(names[place], round)?.as_secs_f64());
        }
    }
    Ok(times)
}

impl Times {
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }

    pub fn of(&self, name: &str) -> &[f64] {
        let place = self.names.iter().position(|each| *each == name);
        place.map_or(&[], |place| &self.seconds[place])
    }

    /// The ratio of two contenders, formed in each round.
    pub fn ratio(&self, ours: &str, other: &str) -> Spread {
        Spread::of(
            self.of(ours)
                .iter()
                .zip(self.of(other))
                .map(|(ours, other)| ours / other),
        )
    }

    pub fn spread(&self, name: &str) -> Spread {
        Spread::of(self.of(name).iter().copied())
    }
}

/// Quartiles.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

impl Spread {
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = share * (values.len().saturating_sub(1)) as f64;
            let (below, above) = (place.floor() as usize, place.ceil() as usize);
            match (values.get(below), values.get(above)) {
                (Some(below), Some(above)) => below + (above - below) * place.fract(),
                _ => f64::NAN,
            }
        };
        Self {
            low: at(0.25),
            median: at(0.5),
            high: at(0.75),
        }
    }

    /// Whether the quartiles lie so far apart that the median decides nothing.
    pub fn is_noisy(&self) -> bool {
        (self.high - self.low) / self.median.abs() > 0.25
    }
}
