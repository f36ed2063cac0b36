//! A project in a directory of its own, and sessions in it.

use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;

use crate::servers::TestDatabase;

/// A project that is removed at the end.
pub(crate) struct Project {
    directory: TempDir,
    variables: Vec<(String, String)>,
}

impl Project {
    /// An empty directory.
    pub(crate) fn empty() -> Self {
        Self {
            directory: tempfile::tempdir().expect("a temporary directory"),
            variables: Vec::new(),
        }
    }

    /// Two bases, a branch, a merge, a dependency, a label:
    ///
    /// ```text
    /// ae1027a6acf1 <- ae10bb3c9d02 <- 27c6a30d7c24 {billing} <- 5f1d0c2b9e77 <- f0f0c0ffee01
    ///                          ^---- 3cac04ae8714 <----------------------------´
    /// 1975ea83b712 {geo} <- 6b0e77aa1190 (depends_on 27c6a30d7c24)
    /// ```
    pub(crate) fn demo() -> Self {
        let project = Self::empty();
        project.write(
            "migrate.toml",
            "[migrations]\ndialects = [\"sqlite\"]\nheads = \"many\"\n",
        );
        for (id, down, message, more) in [
            ("ae1027a6acf1", "none", "create users", ""),
            ("ae10bb3c9d02", "ae1027a6acf1", "add email", ""),
            (
                "27c6a30d7c24",
                "ae10bb3c9d02",
                "billing tables",
                "branch_labels: billing",
            ),
            ("3cac04ae8714", "ae10bb3c9d02", "audit log", ""),
            ("5f1d0c2b9e77", "27c6a30d7c24", "invoice lines", ""),
            (
                "f0f0c0ffee01",
                "5f1d0c2b9e77, 3cac04ae8714",
                "merge billing and audit",
                "",
            ),
            ("1975ea83b712", "none", "geo base", "branch_labels: geo"),
            (
                "6b0e77aa1190",
                "1975ea83b712",
                "geo uses billing",
                "depends_on: 27c6a30d7c24",
            ),
        ] {
            let up = format!("CREATE TABLE t_{id} (id INTEGER PRIMARY KEY);\n");
            project.revision(
                id,
                down,
                message,
                more,
                &up,
                &format!("DROP TABLE t_{id};\n"),
            );
        }
        let locked = project.run(&["lock"]);
        assert!(
            locked.status.success(),
            "{}",
            String::from_utf8_lossy(&locked.stderr)
        );
        project
    }

    /// A chain of three revisions for SQLite, locked.
    pub(crate) fn chain() -> Self {
        let project = Self::empty();
        project.write("migrate.toml", "[migrations]\ndialects = [\"sqlite\"]\n");
        project.revision(
            "aaaa1111",
            "none",
            "create users",
            "",
            "CREATE TABLE users (id INTEGER PRIMARY KEY);\n",
            "DROP TABLE users;\n",
        );
        project.revision(
            "bbbb2222",
            "aaaa1111",
            "add email",
            "",
            "ALTER TABLE users ADD COLUMN email TEXT;\n",
            "ALTER TABLE users DROP COLUMN email;\n",
        );
        project.revision(
            "cccc3333",
            "bbbb2222",
            "create posts",
            "",
            "CREATE TABLE posts (id INTEGER PRIMARY KEY);\n",
            "DROP TABLE posts;\n",
        );
        let locked = project.run(&["lock"]);
        assert!(
            locked.status.success(),
            "{}",
            String::from_utf8_lossy(&locked.stderr)
        );
        project
    }

    /// Says for which database it is, and that `schema.sql` is the desired schema; `migrations` and `schema` are further
    /// lines of these tables.
    pub(crate) fn wants(&self, dialect: &str, migrations: &str, schema: &str) {
        let text = format!(
            "[migrations]\ndialects = [\"{dialect}\"]\n{migrations}\n[schema]\nfiles = [\"schema.sql\"]\n{schema}"
        );
        self.write("migrate.toml", &text);
    }

    /// The same with an environment variable.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect(name)
    }

    /// Writes a revision file.
    pub(crate) fn revision(
        &self,
        id: &str,
        down: &str,
        message: &str,
        more: &str,
        up: &str,
        down_sql: &str,
    ) {
        let more = if more.is_empty() {
            String::new()
        } else {
            format!("-- {more}\n")
        };
        let text = format!(
            "-- {message}\n--\n-- revision: {id}\n-- down_revision: {down}\n{more}-- created: 2026-01-02T03:04:05Z\n\n\
             -- migrate:up\n{up}\n-- migrate:down\n{down_sql}"
        );
        self.write(&format!("migrations/{id}.sql"), &text);
    }

    /// The names of all files below the directory, sorted.
    pub(crate) fn listing(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders = vec![self.directory.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a directory").flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else {
                    let path = entry.path();
                    let name = path
                        .strip_prefix(self.directory.path())
                        .expect("a path below");
                    names.push(name.display().to_string());
                }
            }
        }
        names.sort();
        names
    }

    /// The file whose name contains this.
    pub(crate) fn file_of(&self, part: &str) -> String {
        self.listing()
            .into_iter()
            .find(|name| name.contains(part))
            .unwrap_or_else(|| panic!("no file {part}"))
    }

    /// The id in the name of the file whose name contains this.
    pub(crate) fn id_of(&self, part: &str) -> String {
        let name = self.file_of(part);
        name.split('_').nth(2).unwrap_or_default().to_owned()
    }

    /// Types one command.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = crate::binary::command(self.directory.path());
        command
            .args(arguments)
            .env_remove("CLICOLOR_FORCE")
            .env_remove("RUST_BACKTRACE");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.output().expect("migrate-cli runs")
    }

    /// The same as JSON: the one document, and how it ended.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> (serde_json::Value, i32) {
        let output = self.run(&[&["--format", "json"], arguments].concat());
        let (text, errors) = (&output.stdout, String::from_utf8_lossy(&output.stderr));
        let json = serde_json::from_slice(text).unwrap_or_else(|error| {
            panic!("{error}: {}{errors}", String::from_utf8_lossy(text));
        });
        (json, output.status.code().unwrap_or(-1))
    }

    /// Types one command that is expected to succeed, and returns what it says on stdout.
    #[track_caller]
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}{errors}");
        said
    }

    /// Types these lines one after the other and returns what the screen shows.
    pub(crate) fn session(&self, lines: &[&str]) -> String {
        let mut screen = String::new();
        for line in lines {
            let output = self.run(&words(line).iter().map(String::as_str).collect::<Vec<_>>());
            let (out, err) = (self.masked(&output.stdout), self.masked(&output.stderr));
            screen += &format!("$ migrate-cli {line}\n");
            if !err.is_empty() {
                screen += &err
                    .lines()
                    .map(|line| format!("! {line}\n"))
                    .collect::<String>();
            }
            screen += &out;
            if !output.status.success() {
                screen += &format!(
                    "[exit {}]\n",
                    output
                        .status
                        .code()
                        .map_or("by signal".to_owned(), |code| code.to_string())
                );
            }
            screen.push('\n');
        }
        screen
    }

    /// The same on a database whose name and address differ from run to run.
    pub(crate) fn session_on(&self, database: &TestDatabase, lines: &[&str]) -> String {
        let url = database.url();
        let mut screen = self.session(lines);
        if let Some((_, place)) = url.rsplit_once('@') {
            let host = place.split('/').next().unwrap_or(place);
            screen = screen.replace(host, "[HOST]");
        }
        let path = url.strip_prefix("sqlite://").unwrap_or(url);
        screen
            .replace(path, "[DATABASE]")
            .replace(database.name(), "[DATABASE]")
    }

    /// What differs from run to run replaced by what it is.
    fn masked(&self, text: &[u8]) -> String {
        let text = String::from_utf8_lossy(text).into_owned();
        let root = self.directory.path().display().to_string();
        mask_times(&mask_dates(
            &text
                .replace(&root, "[ROOT]")
                .replace(env!("CARGO_MANIFEST_DIR"), "[CHECKOUT]")
                .replace("migrate-cli.exe", "migrate-cli"),
        ))
    }
}

/// What the objects of a list say under this name: `text` of differences, `message` of findings.
#[track_caller]
pub(crate) fn told<'j>(list: &'j serde_json::Value, name: &str) -> Vec<&'j str> {
    let list = list.as_array().expect("a list");
    list.iter().filter_map(|it| it[name].as_str()).collect()
}

/// `20261121_0910_` of a file name as `[DATE]_`.
fn mask_dates(text: &str) -> String {
    let bytes = text.as_bytes();
    let date = |place: usize| {
        bytes.get(place..place + 14).is_some_and(|part| {
            part.iter().enumerate().all(|(at, byte)| {
                if at == 8 || at == 13 {
                    *byte == b'_'
                } else {
                    byte.is_ascii_digit()
                }
            })
        })
    };
    let mut masked = String::new();
    let mut place = 0;
    while let Some(c) = text[place..].chars().next() {
        if date(place) {
            masked += "[DATE]_";
            place += 14;
        } else {
            masked.push(c);
            place += c.len_utf8();
        }
    }
    masked
}

/// Splits as a shell would, as far as double quotes go.
fn words(line: &str) -> Vec<String> {
    if line.is_empty() {
        return Vec::new();
    }
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => {
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
        }
    }
    words
}

/// A line that shows times is padded by their lengths: two blanks stand for any number of them.
fn without_padding(line: &str) -> String {
    if !line.contains("[TIME]") && !line.contains("[NOW]") {
        return line.to_owned();
    }
    let (indent, text) = line.split_at(line.len() - line.trim_start().len());
    let columns: Vec<&str> = text
        .split("  ")
        .map(str::trim)
        .filter(|column| !column.is_empty())
        .collect();
    format!("{indent}{}", columns.join("  "))
}

/// `12 ms` and `"duration_ms": 1.5` as `[TIME]`, points in time as `[NOW]`.
fn mask_times(text: &str) -> String {
    let mut masked = String::new();
    for line in text.lines() {
        let mut words: Vec<String> = line.split(' ').map(ToOwned::to_owned).collect();
        for place in 0..words.len() {
            let number = |word: &str| word.trim_start_matches('(').parse::<f64>().is_ok();
            let unit = words
                .get(place + 1)
                .map(|word| word.trim_end_matches([':', ',', ')']).to_owned());
            if number(&words[place]) && matches!(unit.as_deref(), Some("us" | "ms" | "s")) {
                words[place] = "[TIME]".to_owned();
                let tail = words[place + 1]
                    .trim_start_matches(char::is_alphabetic)
                    .to_owned();
                words[place] += &tail;
                words[place + 1].clear();
            } else if words[place].contains("duration_ms") {
                let comma = if line.ends_with(',') { "," } else { "" };
                words[place + 1] = format!("[TIME]{comma}");
            } else if is_point_in_time(&words[place]) {
                words[place] = "[NOW]".to_owned();
            }
        }
        masked += &without_padding(&words.join(" "));
        masked.push('\n');
    }
    masked
}

fn is_point_in_time(word: &str) -> bool {
    let word = word.trim_matches(['"', ',']);
    word.len() >= 19
        && word.starts_with("20")
        && word.as_bytes().get(4) == Some(&b'-')
        && !word.starts_with("2026-01-02")
}
