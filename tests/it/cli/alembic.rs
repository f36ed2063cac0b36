//! `docs/alembic.md`: everything that Alembic's command line has is in it, and everything it names of ours exists.

use std::collections::HashMap;

use super::Project;

const GUIDE: &str = include_str!("../../../docs/alembic.md");

/// What a reader could type: what stands between backquotes, and the lines of blocks that call us.
fn code(page: &str) -> Vec<String> {
    let mut code = Vec::new();
    for paragraph in page.split("\n\n") {
        let lines = paragraph.lines().filter_map(|line| {
            let line = line.trim_start().trim_start_matches("$ ");
            line.starts_with("migrate-cli ").then(|| line.to_owned())
        });
        let is_block = paragraph.contains("```") || paragraph.starts_with("    ");
        if is_block {
            code.extend(lines);
        } else {
            let quoted = paragraph.split('`').skip(1).step_by(2);
            code.extend(quoted.map(|code| code.replace('\n', " ")));
        }
    }
    code
}

/// Every page for users, by its name.
fn pages() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs")).expect("docs");
    let mut paths: Vec<_> = docs.flatten().map(|entry| entry.path()).collect();
    paths.push(root.join("README.md"));
    paths.retain(|path| path.extension().is_some_and(|it| it == "md"));
    let read = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a page");
        (path.display().to_string(), text)
    };
    paths.into_iter().map(read).collect()
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

/// In every page: a command that is named exists, and has the options that it is named with.
#[test]
fn every_command_and_option_of_ours_exists() {
    let project = Project::empty();
    let mut checked = 0;
    let mut helps: HashMap<String, String> = HashMap::new();
    for (page, text) in pages() {
        for line in code(&text) {
            // What a shell does with the output is its own business.
            let call = line.split(['|', '>', '#']).next().unwrap_or_default();
            let Some(call) = call.strip_prefix("migrate-cli ") else {
                continue;
            };
            let words: Vec<&str> = call.split_whitespace().collect();
            let command = words.iter().find(|word| {
                word.starts_with(|c: char| c.is_ascii_lowercase())
                    && !word.contains(['/', '.', '='])
            });
            let Some(command) = command.filter(|command| **command != "json") else {
                continue;
            };
            // `schema dump` has the options, not `schema`.
            let calls: Vec<&str> = match *command {
                "schema" => vec![command, "dump", "--help"],
                command => vec![command, "--help"],
            };
            let help = helps.entry((*command).to_owned()).or_insert_with(|| {
                let help = project.run(&calls);
                assert!(
                    help.status.success(),
                    "{page}: `{line}`: there is no command {command}"
                );
                String::from_utf8_lossy(&help.stdout).into_owned()
            });
            let options = words.iter().filter(|word| {
                word.len() > 1
                    && word.starts_with('-')
                    && !word[1..].starts_with(|c: char| c.is_ascii_digit())
            });
            for option in options {
                let option = option.split('=').next().unwrap_or_default();
                let option = option.trim_end_matches([',', ')', ']']);
                let known = help.split([' ', ',', '\n', '=']).any(|word| word == option);
                assert!(known, "{page}: `{line}`: {command} has no {option}");
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "only {checked} options were found");
}

/// What a page links to is there, and so is the heading.
#[test]
fn every_link_between_the_pages_leads_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let anchors = |text: &str| -> Vec<String> {
        let headings = text.lines().filter(|line| line.starts_with('#'));
        headings
            .map(|line| {
                let title = line.trim_start_matches('#').trim().to_lowercase();
                let kept = title
                    .chars()
                    .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
                kept.map(|c| if c == ' ' { '-' } else { c }).collect()
            })
            .collect()
    };
    for (page, text) in pages() {
        let folder = std::path::Path::new(&page)
            .parent()
            .unwrap_or(root)
            .to_owned();
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap_or_default();
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                page.clone()
            } else {
                folder.join(file).display().to_string()
            };
            let path = std::path::Path::new(&target);
            assert!(path.exists(), "{page}: ({link}) leads nowhere");
            if !anchor.is_empty() {
                let there = anchors(&std::fs::read_to_string(path).expect("a page"));
                assert!(
                    there.iter().any(|it| it == anchor),
                    "{page}: ({link}): no such heading"
                );
            }
        }
    }
}
