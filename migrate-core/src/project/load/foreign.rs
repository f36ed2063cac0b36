//! Files of other migration tools: one finding for all of them.

use crate::text::diagnostic::{Class, Diagnostic, Frame, nearest};

/// Whose names they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Alembic,
    Diesel,
    Refinery,
    Sqlx,
}

impl Style {
    const fn name(self) -> &'static str {
        match self {
            Self::Alembic => "Alembic",
            Self::Diesel => "diesel",
            Self::Refinery => "refinery or Flyway",
            Self::Sqlx => "sqlx, dbmate, goose or golang-migrate",
        }
    }

    /// What `--from` takes.
    const fn tools(self) -> &'static str {
        match self {
            Self::Alembic => "alembic",
            Self::Diesel => "diesel",
            Self::Refinery => "refinery|flyway",
            Self::Sqlx => "sqlx|dbmate|goose|golang-migrate",
        }
    }
}

/// The files found.
#[derive(Debug, Default)]
pub(super) struct Foreign {
    files: Vec<(Style, String)>,
}

impl Foreign {
    pub(super) fn add(&mut self, style: Style, file: String) {
        self.files.push((style, file));
    }

    /// Puts others behind these.
    pub(super) fn append(&mut self, after: Self) {
        self.files.extend(after.files);
    }

    /// One finding, at the first file.
    pub(super) fn finding(self) -> Option<Diagnostic> {
        let (style, first) = self.files.first()?;
        let same = self.files.iter().all(|(other, _)| other == style);
        let tool = if same {
            style.name().to_owned()
        } else {
            "other tools".to_owned()
        };
        let message = match self.files.len() {
            1 => format!("a file without header, named in the style of {tool}"),
            count => format!("{count} files without header, named in the style of {tool}"),
        };
        let mut finding =
            Diagnostic::error(Class::InvalidRevision, message).at(Frame::file(&**first));
        if self.files.len() > 1 {
            let shown: Vec<&str> = self
                .files
                .iter()
                .skip(1)
                .take(3)
                .map(|(_, file)| file.as_str())
                .collect();
            let rest = self.files.len() - 1 - shown.len();
            let more = if rest > 0 {
                format!(" and {rest} more")
            } else {
                String::new()
            };
            finding = finding.note(format!("the others: {}{more}", shown.join(", ")));
        }
        let names = if same { style.tools() } else { "TOOL" };
        Some(finding.help(format!(
            "move them out of this directory, to OLD, then `migrate-cli import --from {names} OLD` makes revisions of them"
        )))
    }
}

/// A tool that is recognised by the kind of file alone.
pub(super) fn by_extension(path: &str) -> Option<Style> {
    path.ends_with(".py").then_some(Style::Alembic)
}

/// A tool whose files are named so.
pub(super) fn by_name(path: &str) -> Option<Style> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name == "up.sql" || name == "down.sql" {
        return Some(Style::Diesel);
    }
    let digits = |text: &str| {
        text.bytes()
            .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
            .count()
    };
    if let Some(rest) = name.strip_prefix(['V', 'U', 'R']) {
        let version = digits(rest);
        return rest[version..].starts_with("__").then_some(Style::Refinery);
    }
    let version = digits(name);
    (version > 0 && name[version..].starts_with('_')).then_some(Style::Sqlx)
}

/// Whether a file does not even try to have a header.
pub(super) fn has_no_header(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    !text.lines().any(|line| {
        let comment = line.strip_prefix("--").unwrap_or_default().trim_start();
        let word = comment.split([':', ' ']).next().unwrap_or_default();
        comment.contains(':') && nearest(word, ["revision", "down_revision"]).is_some()
    })
}
