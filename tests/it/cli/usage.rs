//! Command lines that cannot be understood, and those of other tools.

use super::{Project, assert_screen};

#[test]
fn mistakes_are_explained() {
    let project = Project::empty();
    let session = project.session(&[
        "",
        "histroy",
        "run",
        "add users",
        "ensure_version",
        "upgrade --dry",
        "upgrade a b",
        "revision",
        "revision -m \"\"",
        "stamp",
        "repair",
        "repair --resume-from 0",
        "upgrade --lock-wait soon",
        "--format xml heads",
        "--format json histroy",
        "history --applied --graph",
    ]);
    assert_screen!(session, "snapshots/usage.txt");
}

#[test]
fn help_lists_what_there_is() {
    let project = Project::empty();
    assert_screen!(
        project.session(&["--help", "upgrade --help", "history -h"]),
        "snapshots/help.txt"
    );
}

#[test]
fn help_names_nothing_that_does_not_exist_yet() {
    let project = Project::empty();
    let text = project.session(&[
        "--help",
        "upgrade --help",
        "revision --help",
        "stamp --help",
    ]);
    assert!(!text.contains("lint"), "the help names lint");
}

#[test]
fn values_of_variables_are_not_in_the_help() {
    let project = Project::empty().variable("DATABASE_URL", "postgres://app:hunter2@db/shop");
    assert!(
        !project
            .session(&["--help", "upgrade --help", "nonsense"])
            .contains("hunter2")
    );
}

#[test]
fn completions_are_made_for_each_shell() {
    let project = Project::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = project.run(&["completions", shell]);
        assert!(output.status.success());
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("migrate-cli"),
            "{shell}"
        );
    }
    let json = project.session(&["--format json completions bash"]);
    assert!(json.contains("\"shell\": \"bash\""));
}
