//! Questions on a terminal: `script` of util-linux gives the command one.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::{Project, assert_screen};

impl Project {
    /// Types a command on a terminal, and these answers; returns what the terminal shows.
    fn on_terminal(&self, line: &str, answers: &str) -> String {
        let mut typed = Command::new("script");
        let program = crate::binary::path().display();
        typed
            .args(["--quiet", "--return", "--command"])
            .arg(format!("{program} {line}"))
            .arg("/dev/null")
            .current_dir(self.path(""))
            .env("NO_COLOR", "1")
            .env_remove("DATABASE_URL")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = typed.spawn().expect("script, of util-linux");
        let mut stdin = child.stdin.take().expect("its input");
        stdin.write_all(answers.as_bytes()).expect("an answer");
        let output = child.wait_with_output().expect("its output");
        drop(stdin);
        let text = String::from_utf8_lossy(&output.stdout).replace('\r', "");
        // The terminal shows what is typed ahead, and the end of the input.
        let echo = answers.replace('\u{4}', "");
        let text = text
            .strip_prefix(&echo)
            .unwrap_or(&text)
            .replace("^D\u{8}\u{8}", "");
        let exit = output.status.code().unwrap_or(-1);
        let end = if exit == 0 {
            String::new()
        } else {
            format!("[exit {exit}]\n")
        };
        format!(
            "$ migrate-cli {line}    # typed: {answers:?}\n{}\n{end}\n",
            text.trim_end()
        )
    }
}

fn project() -> Project {
    let project = Project::empty();
    project.wants("sqlite", "file_template = \"{revision}\"\n", "");
    project.write(
        "schema.sql",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT, age INTEGER);\nCREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT);\n",
    );
    project.write("migrations/.keep", "");
    project.done(&["lock"]);
    project.done(&[
        "revision",
        "--autogenerate",
        "-m",
        "first",
        "--rev-id",
        "a1",
    ]);
    project
}

#[test]
fn what_looks_like_a_rename_is_asked() {
    let project = project();
    project.write(
        "schema.sql",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, age INTEGER);\nCREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT);\n",
    );
    let line = "revision --autogenerate -m names --rev-id b2";
    // Neither is one: both are losses, which are asked for again.
    let mut screen = project.on_terminal(line, "n\nn\nn\n");
    assert!(!project.path("migrations/b2.sql").exists());
    // The end of the input is no answer.
    screen += &project.on_terminal(line, "\u{4}\u{4}\u{4}");
    // Who wants no question gets none.
    screen += &project.on_terminal(&format!("{line} --dry-run --rename users.mail=email"), "");
    screen += &project.on_terminal(&format!("-q {line}"), "");
    screen += &project.on_terminal(line, "y\ny\n");
    let text = project.read("migrations/b2.sql");
    let (_, sections) = text.split_once("\n\n").expect("a header");
    screen += sections;
    assert_screen!(screen, "snapshots/terminal_renames.txt");
}

#[test]
fn what_takes_data_away_is_asked() {
    let project = project();
    project.write(
        "schema.sql",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT);\n",
    );
    let line = "revision --autogenerate -m less --rev-id b2";
    let mut screen = project.on_terminal(line, "n\n");
    assert!(!project.path("migrations/b2.sql").exists());
    screen += &project.on_terminal(line, "yes\n");
    assert!(project.path("migrations/b2.sql").exists());
    assert_screen!(screen, "snapshots/terminal_losses.txt");
}
