//! The file of a pair: a few lines of what it is about, then sections.

use std::path::Path;

use migrate::diff::Renames;
use migrate::render::Options;

/// A pair of schemas.
pub(super) struct Pair {
    /// The lines before the first section, as they stand.
    head: String,
    pub(super) renames: Renames,
    pub(super) options: Options,
    /// Columns, `table.column`, whose values may change on the way.
    pub(super) changes: Vec<String>,
    /// What the failure of the up section says, where it must fail.
    pub(super) fails: Option<String>,
    /// The same of the down section.
    pub(super) down_fails: Option<String>,
    pub(super) before: String,
    pub(super) rows: String,
    pub(super) after: String,
    up: String,
    down: String,
}

/// The SQL that a pair has led to.
pub(super) struct Found {
    pub(super) up: String,
    pub(super) down: String,
}

const SECTIONS: [&str; 5] = ["before", "rows", "after", "up", "down"];

impl Pair {
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let mut head = String::new();
        let mut sections: [String; 5] = Default::default();
        let mut current: Option<usize> = None;
        for line in text.lines() {
            let section = line
                .strip_prefix("-- ")
                .and_then(|word| SECTIONS.iter().position(|it| *it == word));
            match (section, current) {
                (Some(section), _) => current = Some(section),
                (None, None) if line.is_empty() => {}
                (None, None) => head.push_str(&format!("{line}\n")),
                (None, Some(place)) => sections[place].push_str(&format!("{line}\n")),
            }
        }
        let [before, rows, after, up, down] = sections.map(|it| it.trim().to_owned());
        let mut pair = Self {
            head,
            renames: Renames::default(),
            options: Options::default(),
            changes: Vec::new(),
            fails: None,
            down_fails: None,
            before,
            rows,
            after,
            up,
            down,
        };
        for line in pair.head.clone().lines() {
            pair.key(line)?;
        }
        Ok(pair)
    }

    /// What is there at first.
    pub(super) fn with_rows(&self) -> String {
        format!("{}\n{}", self.before, self.rows).trim().to_owned()
    }

    fn key(&mut self, line: &str) -> Result<(), String> {
        let text = line
            .strip_prefix("--")
            .ok_or_else(|| format!("`{line}` stands before the first section"))?
            .trim();
        match text.split_once(':') {
            Some(("what", _)) => {}
            Some(("renames", renames)) => {
                self.renames = renames.parse().map_err(|error| format!("{error}"))?;
            }
            Some(("changes", columns)) => {
                let columns = columns.split(';').map(|column| column.trim().to_owned());
                self.changes = columns.collect();
            }
            Some(("fails", text)) => self.fails = Some(text.trim().to_owned()),
            Some(("down fails", text)) => self.down_fails = Some(text.trim().to_owned()),
            None if text == "plain" => self.options = Options::PLAIN,
            _ => {
                return Err(format!(
                    "`{line}`: expected what, renames, changes, fails, down fails, or plain"
                ));
            }
        }
        Ok(())
    }

    /// Compares the SQL with the file, or writes it there when it is asked for.
    pub(super) fn compare_or_overwrite(&self, path: &Path, found: &Found) -> Result<(), String> {
        if self.up == found.up && self.down == found.down {
            return Ok(());
        }
        if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
            let parts = [
                &self.before,
                &self.rows,
                &self.after,
                &found.up,
                &found.down,
            ];
            let mut text = self.head.clone();
            for (name, part) in SECTIONS.iter().zip(parts) {
                if *name != "rows" || !part.is_empty() {
                    text.push_str(&format!("\n-- {name}\n{part}\n"));
                }
            }
            return std::fs::write(path, text).map_err(|error| error.to_string());
        }
        let side = |name: &str, expected: &str, found: &str| {
            if expected == found {
                String::new()
            } else {
                format!("expected {name}\n{expected}\nfound {name}\n{found}\n")
            }
        };
        Err(format!(
            "{}{}SNAPSHOTS=overwrite takes it over",
            side("up", &self.up, &found.up),
            side("down", &self.down, &found.down)
        ))
    }
}
