//! What the file of a backup is called: `20261121T091830Z_5cd038a8f131_to_8f3a0c2b9e77.dump`.

use crate::database::who::now;

/// The longest part of a name that stands for revisions.
const LONGEST: usize = 80;

/// From where to where a run leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    from: Vec<String>,
    to: Vec<String>,
}

impl Span {
    pub(crate) fn new(from: Vec<String>, to: Vec<String>) -> Self {
        Self { from, to }
    }

    pub(super) fn file_name(&self, extension: &str) -> String {
        // 2026-11-21T09:18:30.123Z
        let time: String = now()
            .split('.')
            .next()
            .unwrap_or_default()
            .chars()
            .filter(|c| !matches!(c, '-' | ':'))
            .collect();
        let (from, to) = (part(&self.from), part(&self.to));
        format!("{time}Z_{from}_to_{to}.{extension}")
    }
}

/// The rows of one end.
fn part(rows: &[String]) -> String {
    let joined = rows.join("+");
    match rows {
        [] => "base".to_owned(),
        [first, rest @ ..] if joined.len() > LONGEST => format!("{first}+{}", rest.len()),
        _ => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_from_and_to() {
        let span = |from: &[&str], to: &[&str]| {
            let own = |rows: &[&str]| rows.iter().map(ToString::to_string).collect();
            Span::new(own(from), own(to)).file_name("db")
        };
        let (time, rest) = {
            let name = span(&[], &["a", "b"]);
            let (time, rest) = name
                .split_once('_')
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .unwrap();
            (time, rest)
        };
        assert_eq!(rest, "base_to_a+b.db");
        assert!(time.len() == 16 && time.ends_with('Z'), "{time}");
        let long = "x".repeat(64);
        assert!(span(&[&long, &long], &[]).ends_with(&format!("_{long}+1_to_base.db")));
    }
}
