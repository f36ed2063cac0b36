//! Alembic: the graph from its Python files, which are read and never run.
//!
//! The SQL comes from what `alembic upgrade --sql` and `downgrade --sql` have printed, where that is given; else from the
//! functions themselves, where all that they do is `op.execute("..")`. What is neither is left to a person.

mod offline;
mod python;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Range;

use super::folder::{Entry, Folder, Kind, SourceFile};
use super::script::Script;
use super::{Diagnostic, Down, Import, Migration, Tool};
use crate::text::Dialect;
use crate::text::diagnostic::{Class, nearest};
use crate::text::revision::Direction;
use crate::text::source::Source;
use crate::text::sql::{TokenKind, split, tokenize};
use offline::Parts;
use python::{Module, Spot, Token, Value, literal};

pub(super) fn read(
    import: &Import,
    folders: &[Folder],
    notices: &mut Vec<Diagnostic>,
) -> Result<Vec<Migration>, Vec<Diagnostic>> {
    let mut files = Vec::new();
    let mut findings = Vec::new();
    for folder in folders {
        let versions = folder.below("versions");
        for entry in versions.as_ref().unwrap_or(folder).entries()? {
            if !is_migration(&entry, notices) {
                continue;
            }
            match File::read(entry.read()?) {
                Ok(file) => files.push(file),
                Err(finding) => findings.push(*finding),
            }
        }
    }
    findings.extend(links(&files));
    if !findings.is_empty() {
        return Err(findings);
    }
    let known = |id: &str| files.iter().any(|file| file.revision.text == id);
    let parts = offline::read(import, known, notices)?;
    let reader = Reader { import, parts };
    let mut migrations = Vec::with_capacity(files.len());
    for file in &files {
        migrations.push(
            reader
                .migration(file, &files, notices)
                .map_err(|finding| vec![*finding])?,
        );
    }
    Ok(migrations)
}

fn is_migration(entry: &Entry, notices: &mut Vec<Diagnostic>) -> bool {
    match (entry.kind, entry.name.as_str()) {
        (Kind::Directory, "__pycache__") | (_, "__init__.py" | "env.py") => false,
        (Kind::Directory, _) => {
            notices.push(entry.passed_over("Alembic does not look into this directory: name it beside the first, if it is one of `version_locations`"));
            false
        }
        (Kind::File, name) if name.ends_with(".py") => true,
        (Kind::File, _) => {
            notices.push(entry.passed_over("Alembic does not read this file"));
            false
        }
    }
}

/// A file of Alembic as far as it is read without Python.
struct File {
    file: SourceFile,
    revision: Spot,
    down_revision: Vec<Spot>,
    branch_labels: Vec<Spot>,
    depends_on: Vec<Spot>,
    docstring: String,
}

impl File {
    fn read(file: SourceFile) -> Result<Self, Box<Diagnostic>> {
        let module = Module::read(&file.text);
        let list = |name: &str| match module.assigned(name) {
            None => Ok(Vec::new()),
            Some((token, tokens)) => match literal(tokens) {
                Some(Value::None) => Ok(Vec::new()),
                Some(Value::Text(spot)) => Ok(vec![spot]),
                Some(Value::List(items)) => Ok(items),
                None => Err(unreadable(&file, token.range.clone(), name)),
            },
        };
        let revision = match list("revision")?.as_slice() {
            [one] => one.clone(),
            _ => {
                let source = Source::new(&file.shown, &file.text);
                return Err(Box::new(
                    Diagnostic::error(
                        Class::InvalidRevision,
                        "no `revision = \"..\"`: this is no migration of Alembic",
                    )
                    .at(source.frame(0..1, "expected it in this file"))
                    .help(
                        "name the directory that holds the migrations, such as `alembic/versions`",
                    ),
                ));
            }
        };
        let (down_revision, branch_labels, depends_on) = (
            list("down_revision")?,
            list("branch_labels")?,
            list("depends_on")?,
        );
        let docstring = module.docstring().unwrap_or_default();
        Ok(Self {
            revision,
            down_revision,
            branch_labels,
            depends_on,
            docstring,
            file,
        })
    }

    fn frame(&self, range: &Range<usize>, label: &str) -> crate::text::diagnostic::Frame {
        Source::new(&self.file.shown, &self.file.text).frame(range.clone(), label)
    }
}

fn unreadable(file: &SourceFile, range: Range<usize>, name: &str) -> Box<Diagnostic> {
    let source = Source::new(&file.shown, &file.text);
    Box::new(
        Diagnostic::error(
            Class::InvalidRevision,
            format!("the value of `{name}` is known only to Python"),
        )
        .at(source.frame(range, "expected texts, None, or a tuple of texts"))
        .help("write the value itself; the import never runs the file"),
    )
}

/// Ids that stand twice, and names that nothing has.
fn links(files: &[File]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut ids: HashMap<&str, &File> = HashMap::new();
    for file in files {
        if let Some(first) = ids.insert(&file.revision.text, file) {
            findings.push(
                Diagnostic::error(
                    Class::DuplicateRevision,
                    format!("two files have the revision `{}`", file.revision.text),
                )
                .at(file.frame(&file.revision.range, "the second one"))
                .note(format!("the other is {}", first.file.shown)),
            );
        }
    }
    let names = || {
        files
            .iter()
            .flat_map(|file| std::iter::once(&file.revision).chain(&file.branch_labels))
    };
    for file in files {
        for parent in &file.down_revision {
            if !ids.contains_key(parent.text.as_str()) {
                findings.push(unknown(file, parent, "down_revision", ids.keys().copied()));
            }
        }
        for name in &file.depends_on {
            if !names().any(|other| other.text.starts_with(&name.text)) {
                findings.push(unknown(
                    file,
                    name,
                    "depends_on",
                    names().map(|spot| spot.text.as_str()),
                ));
            }
        }
    }
    findings
}

fn unknown<'a>(
    file: &File,
    spot: &Spot,
    key: &str,
    names: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let finding = Diagnostic::error(
        Class::MissingParent,
        format!("unknown {key} `{}`", spot.text),
    )
    .at(file.frame(&spot.range, "no file has this revision"));
    match nearest(&spot.text, names) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding.help("name all directories of `version_locations`, one after the other"),
    }
}

struct Reader<'a> {
    import: &'a Import,
    parts: Parts,
}

impl Reader<'_> {
    fn migration(
        &self,
        file: &File,
        files: &[File],
        notices: &mut Vec<Diagnostic>,
    ) -> Result<Migration, Box<Diagnostic>> {
        let id = |spot: &Spot| {
            Tool::Alembic.id(&spot.text).map_err(|invalid| {
                Box::new(
                    Diagnostic::error(Class::InvalidRevision, invalid.to_string())
                        .at(file.frame(&spot.range, "not an id here")),
                )
            })
        };
        let name = |spot: &Spot| id(spot).map(|id| id.to_string());
        // A partial id is written out.
        let full = |spot: &Spot| {
            let all = files
                .iter()
                .flat_map(|file| std::iter::once(&file.revision).chain(&file.branch_labels));
            let exact = all.clone().any(|other| other.text == spot.text);
            let meant = all
                .clone()
                .find(|other| !exact && other.text.starts_with(&spot.text));
            name(meant.unwrap_or(spot))
        };
        let docstring = Docstring::read(&file.docstring);
        let up = self.way(file, Direction::Up, notices);
        let down = self.way(file, Direction::Down, notices);
        Ok(Migration {
            version: file.revision.text.clone(),
            id: id(&file.revision)?,
            down_revision: file
                .down_revision
                .iter()
                .map(id)
                .collect::<Result<_, _>>()?,
            depends_on: file.depends_on.iter().map(full).collect::<Result<_, _>>()?,
            branch_labels: file
                .branch_labels
                .iter()
                .map(name)
                .collect::<Result<_, _>>()?,
            message: docstring.message,
            prose: docstring.prose,
            created: docstring.created,
            file: file.file.shown.clone(),
            up: match up {
                Way::Script(script) => Some(script),
                Way::Nothing | Way::Refused => None,
            },
            down: match down {
                Way::Script(script) => Down::Script(script),
                Way::Nothing => Down::Nothing,
                Way::Refused => Down::Irreversible("Alembic had no way back for it".to_owned()),
            },
        })
    }

    fn way(&self, file: &File, direction: Direction, notices: &mut Vec<Diagnostic>) -> Way {
        let key = (direction, file.revision.text.clone());
        if let Some(script) = self.parts.get(&key) {
            let is_empty = split(&script.sql(), self.import.dialect)
                .statements
                .is_empty();
            return if is_empty {
                Way::Nothing
            } else {
                Way::Script(script.clone())
            };
        }
        let function = match direction {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        };
        let module = Module::read(&file.file.text);
        let Some(body) = module.function(function) else {
            return Way::Refused;
        };
        let mut sql = Vec::new();
        for statement in &body.statements {
            match self.step(&module, statement) {
                Step::Nothing => {}
                Step::Refuses => return Way::Refused,
                Step::Sql(spot) => sql.push((spot.range.start, spot.text)),
                Step::Python => {
                    notices.push(self.python(file, statement, direction, &body.head));
                    let what = format!(
                        "write the SQL of {function}() of {}",
                        short(&file.file.shown)
                    );
                    return Way::Script(Script::to_be_written(&file.file, what));
                }
            }
        }
        if sql.is_empty() {
            Way::Nothing
        } else {
            Way::Script(Script::composed(&file.file, sql))
        }
    }

    fn python(
        &self,
        file: &File,
        statement: &[Token],
        direction: Direction,
        head: &Range<usize>,
    ) -> Diagnostic {
        let start = statement
            .first()
            .map_or(head.start, |token| token.range.start);
        let end = statement.last().map_or(head.end, |token| token.range.end);
        let (command, option) = match direction {
            Direction::Up => (
                "alembic upgrade base:head --sql > up.sql",
                "--sql-file up.sql",
            ),
            Direction::Down => (
                "alembic downgrade head:base --sql > down.sql",
                "--down-sql-file down.sql",
            ),
        };
        Diagnostic::error(
            Class::InvalidRevision,
            "the SQL of this is known only to Alembic",
        )
        .at(file.frame(
            &(start..end),
            &format!("the revision `{}`, the way {direction}", file.revision.text),
        ))
        .help(format!(
            "`{command}`, then import again with `{option} --replace`"
        ))
        .help(
            "or write the SQL in the place of the line `-- migrate:todo`, then `migrate-cli lock`",
        )
    }

    /// What one statement of a function does.
    fn step(&self, module: &Module<'_>, tokens: &[Token]) -> Step {
        let words: Vec<&str> = tokens
            .iter()
            .take(4)
            .map(|token| module.word(token))
            .collect();
        match words.as_slice() {
            ["pass" | "return"] | [".", ".", "."] => return Step::Nothing,
            ["raise", ..] => return Step::Refuses,
            _ => {}
        }
        if tokens
            .iter()
            .all(|token| matches!(token.kind, python::Kind::Text(_)))
        {
            return Step::Nothing;
        }
        let ["op", ".", "execute", "("] = words.as_slice() else {
            return Step::Python;
        };
        let argument = inside(tokens.get(3..).unwrap_or_default());
        let argument = argument.and_then(|tokens| {
            let words: Vec<&str> = tokens
                .iter()
                .take(3)
                .map(|token| module.word(token))
                .collect();
            match words.as_slice() {
                ["text", "(", ..] => inside(tokens.get(1..)?),
                ["sa" | "sqlalchemy", ".", "text"] => inside(tokens.get(3..)?),
                _ => Some(tokens),
            }
        });
        let found = argument.and_then(literal);
        let Some(Value::Text(spot)) = found else {
            return Step::Python;
        };
        match unescaped(&spot.text) {
            Some(text) => Step::Sql(Spot {
                text: statement_of(&text, self.import.dialect),
                range: spot.range,
            }),
            None => Step::Python,
        }
    }
}

/// What a direction of a revision does.
enum Way {
    Script(Script),
    Nothing,
    /// It cannot be gone.
    Refused,
}

/// What a statement does.
enum Step {
    Nothing,
    Refuses,
    Sql(Spot),
    Python,
}

/// What stands between a parenthesis and its partner, when nothing follows that; a comma at the end is left out.
fn inside(tokens: &[Token]) -> Option<&[Token]> {
    let (first, rest) = tokens.split_first()?;
    let (last, inner) = rest.split_last()?;
    let bracket = |token: &Token, c| token.kind == python::Kind::Other(c);
    if !bracket(first, '(') || !bracket(last, ')') {
        return None;
    }
    let mut depth = 0_i32;
    for token in inner {
        match token.kind {
            python::Kind::Other('(') => depth += 1,
            python::Kind::Other(')') => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    match inner.split_last() {
        Some((last, inner)) if bracket(last, ',') => Some(inner),
        _ => Some(inner),
    }
}

/// What SQLAlchemy makes of a text: `\:` is a colon, and `:name` would be a parameter, whose value nobody knows here.
fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        let rest = &text[at + c.len_utf8()..];
        if c == '\\' && rest.starts_with(':') {
            chars.next();
            out.push(':');
            before = '\\';
            continue;
        }
        let word = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let free = before != ':' && before != '_' && before != '\\' && !before.is_alphanumeric();
        if c == ':' && free && word > 0 && !rest[word..].starts_with(':') {
            return None;
        }
        out.push(c);
        before = c;
    }
    Some(out)
}

/// The SQL of one `op.execute`, without the indentation of the Python around it and with a `;` at its end.
fn statement_of(text: &str, dialect: Dialect) -> String {
    let text = text.trim_end();
    let in_literal = |token: &crate::text::sql::Token| {
        matches!(
            token.kind,
            TokenKind::String | TokenKind::QuotedIdent | TokenKind::DollarString
        ) && text[token.range.clone()].contains('\n')
    };
    let mut sql = if tokenize(text, dialect).any(|token| in_literal(&token)) {
        text.trim_start().to_owned()
    } else {
        let below = || text.lines().skip(1).filter(|line| !line.trim().is_empty());
        let indent = below()
            .map(|line| line.len() - line.trim_start().len())
            .min()
            .unwrap_or(0);
        let lines = text
            .trim_start()
            .lines()
            .enumerate()
            .map(|(place, line)| match place {
                // The first line begins behind the quote.
                0 => line,
                _ => line.get(indent..).unwrap_or_default(),
            });
        lines.collect::<Vec<_>>().join("\n")
    };
    let last = tokenize(&sql, dialect)
        .filter(|token| !token.kind.is_trivia())
        .last();
    if last.is_some_and(|token| token.kind != TokenKind::Semicolon) {
        let commented = tokenize(&sql, dialect)
            .last()
            .is_some_and(|token| token.kind == TokenKind::LineComment);
        sql.push_str(if commented { "\n;" } else { ";" });
    }
    sql.push('\n');
    sql
}

fn short(shown: &str) -> &str {
    shown.rsplit('/').next().unwrap_or(shown)
}

/// What Alembic writes at the top of a file.
struct Docstring {
    message: String,
    prose: Vec<String>,
    created: Option<String>,
}

impl Docstring {
    fn read(text: &str) -> Self {
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
