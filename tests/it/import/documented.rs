//! What `docs/moving.md` shows is what is printed: its commands are typed, in a project with the fixture that the comment
//! above each block names.

use std::path::Path;

use super::{fixture, project};
use crate::servers;

/// A command and the lines below it.
struct Step {
    command: String,
    shown: String,
}

/// The blocks of the page: the tool, and what is typed.
fn blocks(page: &str) -> Vec<(String, Vec<Step>)> {
    let mut blocks = Vec::new();
    for part in page.split("<!-- ").skip(1) {
        let tool = part.split(',').next().unwrap_or_default().to_owned();
        let block = part.split("```console\n").nth(1).unwrap_or_default();
        let block = block.split("```").next().unwrap_or_default();
        let mut steps: Vec<Step> = Vec::new();
        for line in block.lines() {
            match (line.strip_prefix("$ migrate-cli "), steps.last_mut()) {
                (Some(command), _) => steps.push(Step {
                    command: command.to_owned(),
                    shown: String::new(),
                }),
                (None, Some(step)) => step.shown += &format!("{line}\n"),
                (None, None) => panic!("a block begins with a command, not with {line}"),
            }
        }
        blocks.push((tool, steps));
    }
    blocks
}

/// Without the numbers that differ from run to run.
fn without_times(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let is_time = |place: usize| {
            let unit = words
                .get(place + 1)
                .map_or("", |unit| unit.trim_end_matches(':'));
            words[place].parse::<f64>().is_ok() && matches!(unit, "us" | "ms" | "s")
        };
        let mut kept = Vec::new();
        for (place, word) in words.iter().enumerate() {
            let before = place > 0 && is_time(place - 1);
            kept.push(match (is_time(place), before) {
                (true, _) => "N",
                (_, true) => "ms",
                _ => word,
            });
        }
        kept.join(" ")
    });
    lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

#[test]
fn the_page_shows_what_is_printed() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/moving.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let blocks = blocks(&page);
    assert_eq!(blocks.len(), 3);
    for (tool, steps) in blocks {
        let project = match tool.as_str() {
            "pairs" => super::dialects::twice(),
            _ => project(&tool),
        };
        let project = project.variable("DATABASE_URL", "sqlite://app.db");
        if tool == "sqlx" {
            let database = server.database("moving");
            let table = fixture(&tool).join("table.sql");
            database.sql(&std::fs::read_to_string(table).expect("a file"));
            // As the database would be if the old files had made it.
            for file in ["0001_create_users.sql", "0002_add_email.up.sql"] {
                database.sql(&project.read(&format!("old/migrations/{file}")));
            }
            let file = database.url().trim_start_matches("sqlite://");
            std::fs::copy(file, project.path("app.db")).expect("a copy");
        }
        for step in steps {
            let words: Vec<&str> = step.command.split(' ').collect();
            let output = project.run(&words);
            let said =
                String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
            assert_eq!(
                without_times(&said),
                without_times(&step.shown),
                "{}",
                step.command
            );
        }
    }
}
