//! The files of `examples/backend` and `examples/ci`: their command lines are run, without Docker and without a CI.

#[cfg(unix)]
mod dockerfile;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::binary;
use crate::servers::{self, TestDatabase};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// A copy of `examples/backend`, as the root of a repository.
fn project() -> TempDir {
    let folder = tempfile::tempdir().expect("a directory");
    let mut left = vec![examples().join("backend")];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(&directory)
            .expect("a directory")
            .flatten()
        {
            let path = entry.path();
            let place = path
                .strip_prefix(examples().join("backend"))
                .expect("a path below");
            let copy = folder.path().join(place);
            if path.is_dir() {
                std::fs::create_dir_all(&copy).expect("a directory");
                left.push(path);
            } else if place != Path::new(".env") {
                std::fs::create_dir_all(copy.parent().expect("a folder")).expect("a directory");
                std::fs::copy(&path, &copy).expect("a file");
            }
        }
    }
    folder
}

/// A line for the shell, where `migrate-cli` is installed.
fn shell(project: &Path, line: &str, url: &str, variables: &[(&str, &str)]) -> Output {
    let own = binary::path().parent().expect("a folder").to_owned();
    let before = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(own).chain(std::env::split_paths(&before));
    let mut command = Command::new("sh");
    command
        .args(["-ec", line])
        .current_dir(project)
        .env("PATH", std::env::join_paths(paths).expect("paths"))
        .env("DATABASE_URL", url)
        .env("BACKUP_DIR", project.join("backups"))
        .env("GITHUB_REF_NAME", "v1.2")
        .env("CI_COMMIT_TAG", "v1.2")
        .envs(variables.iter().copied());
    for name in [
        "MIGRATE_ENV",
        "MIGRATE_DIR",
        "MIGRATE_CONFIG",
        "BACKEND_AUTO_MIGRATE",
    ] {
        if !variables.iter().any(|(given, _)| *given == name) {
            command.env_remove(name);
        }
    }
    command.output().expect("a shell")
}

#[track_caller]
fn works(project: &Path, line: &str, database: &TestDatabase) -> String {
    let output = shell(project, line, database.url(), &[]);
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}\n{text}");
    text.into_owned()
}

/// The databases that `examples/backend` is for.
fn places(name: &str) -> Vec<TestDatabase> {
    servers::each()
        .filter(|server| server.name() != "mysql")
        .map(|server| server.database(name))
        .collect()
}

#[test]
fn every_target_of_the_makefile() {
    for place in places("makefile") {
        let project = project();
        let make = |target: &str| works(project.path(), &format!("make {target}"), &place);
        make("mig-head");
        assert!(make("mig-current").contains("8b1e44d07c52"));
        assert!(make("mig-history").contains("initial schema baseline"));
        make("mig-down");
        assert!(make("mig-current").contains("5cd038a8f131"));
        make("mig-up");
        assert!(make("mig-current").contains("8b1e44d07c52"));
        make("mig-gen name=\"add user table\"");
        let files = std::fs::read_dir(project.path().join("migrations")).expect("a directory");
        let mut names = files.flatten().map(|entry| entry.file_name());
        assert!(names.any(|name| name.to_string_lossy().ends_with("_add_user_table.sql")));
        let makefile = std::fs::read_to_string(project.path().join("Makefile")).expect("a file");
        let targets = makefile
            .lines()
            .filter(|line| line.starts_with("mig-"))
            .count();
        assert_eq!(targets, 6, "each target is run here");
    }
}

#[test]
fn the_entrypoint_migrates_and_then_becomes_the_service() {
    for place in places("entrypoint") {
        let project = project();
        let line = "./entrypoint.sh echo serving";
        let off = shell(
            project.path(),
            line,
            place.url(),
            &[("BACKEND_AUTO_MIGRATE", "false")],
        );
        let said = binary::errors(&off);
        assert!(off.status.success(), "{said}");
        assert!(
            said.contains("2 revisions are pending and start-up does not run them (BACKEND_AUTO_MIGRATE=false)"),
            "{said}"
        );
        let said = works(project.path(), line, &place);
        assert!(
            said.contains("2 revisions applied") && said.contains("serving"),
            "{said}"
        );
        let wrong = [("BACKEND_AUTO_MIGRATE", "maybe")];
        let wrong = shell(project.path(), line, place.url(), &wrong);
        assert!(!wrong.status.success());
        assert!(!String::from_utf8_lossy(&wrong.stdout).contains("serving"));
    }
}

#[test]
fn the_commands_of_docker_compose() {
    for place in places("compose") {
        let project = project();
        let text =
            std::fs::read_to_string(project.path().join("docker-compose.yml")).expect("a file");
        let mut commands = Vec::new();
        for line in text.lines().filter(|line| line.contains("\"migrate-cli\"")) {
            let (_, list) = line.split_once('[').expect("a list");
            let words: Vec<String> =
                serde_json::from_str(&format!("[{list}")).expect("a list of words");
            let words = words
                .strip_prefix(&["CMD".to_owned()])
                .unwrap_or(&words)
                .to_vec();
            commands.push(words.join(" "));
        }
        assert_eq!(
            commands,
            [
                "migrate-cli startup",
                "migrate-cli -q current --check-heads"
            ]
        );
        // Before the first the second must say no.
        let unhealthy = shell(project.path(), &commands[1], place.url(), &[]);
        assert_eq!(unhealthy.status.code(), Some(3));
        for command in &commands {
            works(project.path(), command, &place);
        }
    }
}

/// The jobs of a pipeline with the lines that are ours: a job begins where a key stands at this indentation.
fn jobs(text: &str, indentation: usize) -> Vec<(String, Vec<String>)> {
    let mut jobs: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        let depth = line.len() - line.trim_start().len();
        if depth == indentation && line.trim_end().ends_with(':') {
            jobs.push((line.trim().to_owned(), Vec::new()));
        }
        let command = line
            .trim_start()
            .trim_start_matches("- ")
            .trim_start_matches("run: ");
        if ["migrate-cli ", "psql "]
            .iter()
            .any(|word| command.starts_with(word))
        {
            let (_, lines) = jobs.last_mut().expect("a job before its lines");
            lines.push(command.to_owned());
        }
    }
    jobs.retain(|(_, lines)| !lines.is_empty());
    jobs
}

#[test]
fn every_job_of_the_pipelines() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let mut count = 0;
    for (kind, indentation) in [("github", 2), ("gitlab", 0)] {
        let directory = examples().join("ci").join(kind);
        for entry in std::fs::read_dir(directory).expect("a directory").flatten() {
            let text = std::fs::read_to_string(entry.path()).expect("a file");
            let jobs = jobs(&text, indentation);
            assert!(!jobs.is_empty(), "{}", entry.path().display());
            for (job, lines) in jobs {
                let (project, database) = (project(), server.database("pipeline"));
                for line in lines {
                    eprintln!("{} {job} {line}", entry.path().display());
                    works(project.path(), &line, &database);
                    count += 1;
                }
            }
        }
    }
    assert_eq!(count, 42, "every line is run");
}
