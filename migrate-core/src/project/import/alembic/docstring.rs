//! What Alembic writes at the top of a file.

/// What Alembic writes at the top of a file.
pub(super) struct Docstring {
    pub(super) message: String,
    pub(super) prose: Vec<String>,
    pub(super) created: Option<String>,
}

impl Docstring {
    pub(super) fn read(text: &str) -> Self {
        let mut lines = text.trim().lines().map(str::trim);
        let mut found = Self {
            message: lines.next().unwrap_or_default().to_owned(),
            prose: Vec::new(),
            created: None,
        };
        for line in lines {
            let (key, value) = line.split_once(':').unwrap_or((line, ""));
            match key {
                "Revision ID" | "Revises" => {}
                "Create Date" => found.created = created(value.trim()),
                _ if line.is_empty() && found.prose.last().is_none_or(String::is_empty) => {}
                _ => found.prose.push(line.to_owned()),
            }
        }
        while found.prose.last().is_some_and(String::is_empty) {
            found.prose.pop();
        }
        if !found.prose.is_empty() {
            found.prose.push(String::new());
        }
        found
    }
}

/// `2025-10-24 17:40:00.123456` to the second; with a zone where Alembic wrote one.
fn created(text: &str) -> Option<String> {
    let time = text.get(..19)?.replacen(' ', "T", 1);
    let _: jiff::civil::DateTime = time.parse().ok()?;
    let rest = text.get(19..)?;
    let zone = rest
        .find(['+', '-', 'Z'])
        .and_then(|at| rest.get(at..))
        .unwrap_or_default();
    let zone = if zone == "+00:00" { "Z" } else { zone };
    let text = format!("{time}{zone}");
    (!text.contains(char::is_whitespace)).then_some(text)
}
