//! `docs/alembic.md`: everything that Alembic's command line has is in it, and everything it names of ours exists.

use std::collections::HashMap;

use super::Project;

const GUIDE: &str = include_str!("../../../docs/alembic.md");

/// What stands between backquotes, a table cell at a time.
fn code() -> impl Iterator<Item = &'static str> {
    GUIDE
        .lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .chain(GUIDE.lines().filter_map(|line| {
            let at = line.find("migrate-cli ")?;
            line.starts_with("    ").then(|| &line[at..])
        }))
}

/// The options of Alembic 1.20, by command; `show` and the like have none but the spec.
const ALEMBIC: [(&str, &[&str]); 17] = [
    (
        "`--version`",
        &[
            "-c",
            "--config",
            "-n",
            "--name",
            "-x",
            "--raiseerr",
            "-q",
            "--quiet",
        ],
    ),
    ("`init DIR`", &["-t", "--package"]),
    ("`list_templates`", &[]),
    (
        "`revision`",
        &[
            "-m",
            "--autogenerate",
            "--sql",
            "--head",
            "--splice",
            "--branch-label",
            "--version-path",
            "--rev-id",
            "--depends-on",
        ],
    ),
    (
        "`merge heads`",
        &["-m", "--branch-label", "--rev-id", "--splice"],
    ),
    ("`upgrade SPEC`", &["--sql", "--tag"]),
    ("`downgrade SPEC`", &["--sql", "--tag"]),
    ("`stamp SPEC...`", &["--sql", "--tag", "--purge"]),
    ("`current`", &["-v", "-c", "--check-heads"]),
    ("`history`", &["-r", "-v", "-i", "--indicate-current"]),
    ("`heads`", &["-v", "--resolve-dependencies"]),
    ("`branches`", &["-v"]),
    ("`show SPEC`", &[]),
    ("`edit SPEC`", &[]),
    ("`check`", &[]),
    ("`ensure_version`", &["--sql"]),
    ("`merge SPEC...`", &[]),
];

#[test]
fn every_command_and_option_of_alembic_is_in_the_guide() {
    // Two commands may share a section, as upgrade and downgrade do.
    for (command, options) in ALEMBIC {
        let names = |section: &&str| section.contains(&format!("| {command}"));
        let sections: Vec<&str> = GUIDE.split("\n##").collect();
        // The overview at the top names some of them too.
        let section = sections.into_iter().rfind(names);
        let section = section.unwrap_or_else(|| panic!("{command} is not in the guide"));
        for option in options {
            let named = section.split(['`', ' ', ',']).any(|word| word == *option);
            assert!(named, "{option} of {command} is not in its section");
        }
    }
}

#[test]
fn every_command_and_option_of_ours_exists() {
    let project = Project::empty();
    let mut checked = 0;
    let mut helps: HashMap<&str, String> = HashMap::new();
    for line in code().filter(|code| code.starts_with("migrate-cli ")) {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        let Some(command) = words.iter().find(|word| !word.starts_with('-')) else {
            continue;
        };
        let help = helps.entry(*command).or_insert_with(|| {
            let help = project.run(&[command, "--help"]);
            assert!(
                help.status.success(),
                "`{line}`: there is no command {command}"
            );
            String::from_utf8_lossy(&help.stdout).into_owned()
        });
        let options = words.iter().filter(|word| {
            word.starts_with('-') && !word[1..].starts_with(|c: char| c.is_ascii_digit())
        });
        for option in options {
            let known = help
                .split([' ', ',', '\n', '='])
                .any(|word| word == *option);
            assert!(known, "`{line}`: {command} has no {option}");
            checked += 1;
        }
    }
    assert!(checked > 10, "only {checked} options were found");
}
