//! goose: `VERSION_name.sql` with `-- +goose` annotations; `.go` files are programs.

use std::ops::Range;

use super::folder::{Entry, Folder, Kind, SourceFile};
use super::refinery::program;
use super::script::{Script, Transaction, lines};
use super::{Diagnostic, Down, Import, Migration, Numbered, Tool, chain};
use crate::text::Dialect;
use crate::text::diagnostic::Class;
use crate::text::source::Source;
use crate::text::sql::{TokenKind, tokenize};

pub(super) fn read(
    import: &Import,
    folders: &[Folder],
    notices: &mut Vec<Diagnostic>,
) -> Result<Vec<Migration>, Vec<Diagnostic>> {
    let mut numbered = Vec::new();
    let mut findings = Vec::new();
    for folder in folders {
        for entry in folder.entries()? {
            let Some((version, name, extension)) = name(&entry) else {
                if entry.kind == Kind::Directory {
                    notices.push(entry.passed_over("goose does not look into this directory"));
                } else if !entry.name.ends_with("_test.go") {
                    notices.push(entry.passed_over(
                        "goose does not read this file: its name is not VERSION_name.sql or VERSION_name.go",
                    ));
                }
                continue;
            };
            let file = entry.read()?;
            let one = |up, down| Numbered {
                tool: Tool::Goose,
                version: version.to_owned(),
                name: name.to_owned(),
                file: file.shown.clone(),
                up,
                down,
            };
            if extension == "go" {
                notices.push(program(&file, "AddMigration", "Go"));
                let todo = |way| {
                    Script::to_be_written(&file, format!("write the SQL of {} {way}", entry.name))
                };
                numbered.push(one(todo("up"), Down::Script(todo("down"))));
                continue;
            }
            match Annotated::read(&file, import.dialect, notices) {
                Ok((up, down)) => numbered.push(one(up, down)),
                Err(finding) => findings.push(*finding),
            }
        }
    }
    if findings.is_empty() {
        chain(numbered)
    } else {
        Err(findings)
    }
}

fn name(entry: &Entry) -> Option<(&str, &str, &str)> {
    if entry.kind == Kind::Directory || entry.name.ends_with("_test.go") {
        return None;
    }
    let (stem, extension) = entry.name.rsplit_once('.')?;
    let (version, name) = stem.split_once('_')?;
    let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && matches!(extension, "sql" | "go")).then_some((version, name, extension))
}

/// A file with annotations, as it is read line by line.
struct Annotated<'a> {
    file: &'a SourceFile,
    source: Source<'a>,
    dialect: Dialect,
    transaction: Transaction,
    /// Where the parts begin and end: the line of `Up`, that of `Down`.
    up: Option<Range<usize>>,
    down: Option<Range<usize>>,
    /// What is not SQL of the part: annotations, and what stands in their place.
    edits: Vec<(Range<usize>, &'static str)>,
    /// Behind the line of an open `StatementBegin`.
    statement: Option<usize>,
    /// Behind the line of an open `ENVSUB ON`.
    substituted: Option<usize>,
    /// Lines in which variables are put in.
    variables: Vec<Range<usize>>,
}

impl<'a> Annotated<'a> {
    fn read(
        file: &'a SourceFile,
        dialect: Dialect,
        notices: &mut Vec<Diagnostic>,
    ) -> Result<(Script, Down), Box<Diagnostic>> {
        let mut reader = Self {
            file,
            source: Source::new(&file.shown, &file.text),
            dialect,
            transaction: Transaction::Inside,
            up: None,
            down: None,
            edits: Vec::new(),
            statement: None,
            substituted: None,
            variables: Vec::new(),
        };
        for (range, line) in lines(&file.text) {
            match annotation(line) {
                Some(words) => reader.annotation(&words, range)?,
                None if reader.substituted.is_some() && line.contains('$') => {
                    reader.variables.push(range);
                }
                None => {}
            }
        }
        reader.finish(notices)
    }

    fn refused(&self, range: Range<usize>, message: &str) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::error(Class::InvalidRevision, message)
                .at(self.source.frame(range, "goose refuses this file"))
                .help("mend the annotations, or move the file elsewhere"),
        )
    }

    fn annotation(&mut self, words: &str, range: Range<usize>) -> Result<(), Box<Diagnostic>> {
        let mut own = "";
        match words {
            "up" if self.up.is_none() => self.up = Some(range.clone()),
            "down" if self.up.is_some() && self.down.is_none() => self.down = Some(range.clone()),
            "statementbegin" if self.up.is_some() && self.statement.is_none() => {
                self.statement = Some(range.end);
            }
            "statementend" if self.statement.is_some() => {
                let start = self.statement.take().unwrap_or_default();
                if self.lacks_semicolon(start..range.start) {
                    own = ";\n";
                }
            }
            "no transaction" => self.transaction = Transaction::Outside,
            "envsub on" => self.substituted = Some(range.end),
            "envsub off" => self.substituted = None,
            "up" => return Err(self.refused(range, "a second `-- +goose Up`")),
            "down" => {
                return Err(self.refused(range, "`-- +goose Down` without `-- +goose Up` above it"));
            }
            "statementbegin" | "statementend" => {
                return Err(self.refused(
                    range,
                    "`-- +goose StatementBegin` and `-- +goose StatementEnd` are no pair here",
                ));
            }
            _ => return Err(self.refused(range, "an annotation that goose does not know")),
        }
        self.edits.push((range, own));
        Ok(())
    }

    /// goose takes what stands between the annotations for one statement, with or without `;` at its end.
    fn lacks_semicolon(&self, range: Range<usize>) -> bool {
        let tokens = tokenize(&self.file.text[range], self.dialect);
        let last = tokens.filter(|token| !token.kind.is_trivia()).last();
        last.is_some_and(|token| token.kind != TokenKind::Semicolon)
    }

    fn finish(self, notices: &mut Vec<Diagnostic>) -> Result<(Script, Down), Box<Diagnostic>> {
        let Some(up) = self.up.clone() else {
            return Err(self.refused(0..1, "no `-- +goose Up`"));
        };
        if let Some(open) = self.statement {
            return Err(self.refused(
                open.saturating_sub(1)..open,
                "`-- +goose StatementBegin` without `-- +goose StatementEnd` below it",
            ));
        }
        let up_end = self
            .down
            .as_ref()
            .map_or(self.file.text.len(), |down| down.start);
        let above = Script::cut(self.file, 0..up.start);
        let mut way_up = above.followed_by(Script::cut(self.file, up.end..up_end));
        let mut way_down = self
            .down
            .as_ref()
            .map(|down| Script::cut(self.file, down.end..self.file.text.len()));
        let mut both: Vec<&mut Script> =
            std::iter::once(&mut way_up).chain(&mut way_down).collect();
        for script in &mut both {
            script.transaction = self.transaction;
            for (range, own) in &self.edits {
                script.replace(range, own);
            }
        }
        for range in &self.variables {
            let place = usize::from(
                self.down
                    .as_ref()
                    .is_some_and(|down| range.start > down.start),
            );
            let line = self.source.position(range.start).line;
            if let Some(script) = both.get_mut(place) {
                script.todo.push(format!(
                    "write the values of the variables of line {line} of the file of goose"
                ));
            }
            notices.push(
                Diagnostic::error(
                    Class::InvalidRevision,
                    "goose puts variables of the environment in here",
                )
                .at(self
                    .source
                    .frame(range.clone(), "`-- +goose ENVSUB ON` stands above"))
                .help("write their values, and remove the line `-- migrate:todo`"),
            );
        }
        let down = match way_down {
            Some(script) => Down::Script(script),
            None => Down::Irreversible("goose had no way back for it".to_owned()),
        };
        Ok((way_up, down))
    }
}

/// The words of an annotation, in lower case.
fn annotation(line: &str) -> Option<String> {
    let words = line
        .strip_prefix("--")?
        .trim_start()
        .strip_prefix("+goose")?;
    let words: Vec<String> = words
        .split_whitespace()
        .map(str::to_ascii_lowercase)
        .collect();
    Some(words.join(" "))
}
