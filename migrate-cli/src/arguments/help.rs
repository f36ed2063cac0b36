//! The help: commands in groups, in the colours of cargo.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use clap::builder::{Str, Styles};
use clap::{Command, CommandFactory};

use super::Arguments;

/// Commands that belong together, below what they have in common.
type Group = (&'static str, &'static [&'static str]);

/// What a program that carries its revisions has not: files.
const FILES: Group = (
    "Write revisions",
    &[
        "init", "revision", "merge", "rebase", "edit", "lock", "import",
    ],
);

/// Every other command stands in one of these.
const GROUPS: [Group; 5] = [
    (
        "Change a database",
        &[
            "upgrade",
            "startup",
            "downgrade",
            "redo",
            "stamp",
            "repair",
            "adopt",
            "ensure-version",
        ],
    ),
    ("Look at a database", &["status", "current", "plan"]),
    (
        "Look at the revisions",
        &["heads", "branches", "history", "show"],
    ),
    ("Prove", &["check", "verify", "diff", "schema"]),
    ("Other", &["completions"]),
];

const HEADER: Style = AnsiColor::BrightGreen.on_default().bold();
const LITERAL: Style = AnsiColor::BrightCyan.on_default().bold();
const STYLES: Styles = Styles::styled()
    .header(HEADER)
    .usage(HEADER)
    .literal(LITERAL)
    .placeholder(AnsiColor::Cyan.on_default())
    .error(AnsiColor::BrightRed.on_default().bold())
    .valid(AnsiColor::BrightCyan.on_default().bold())
    .invalid(AnsiColor::BrightYellow.on_default().bold());

/// The parser, with our help.
///
/// A `program` that carries its revisions has no commands that write files.
pub(crate) fn command(program: Option<&str>) -> Command {
    let command = super::repeated::after_commands(Arguments::command()).styles(STYLES);
    let files = program.is_none().then_some(FILES);
    let template = format!(
        "{{about}}\n\n{HEADER}Usage:{HEADER:#} {LITERAL}migrate-cli{LITERAL:#} [OPTIONS] COMMAND\n\n{}{HEADER}Options:{HEADER:#}\n{{options}}\n\n\
         `migrate-cli COMMAND --help` says more. A SPEC is a revision id or its beginning, a branch label,\n\
         head, heads, base, +N, -N, label@head and so on.\n",
        groups(&command, files.into_iter().chain(GROUPS))
    );
    command.help_template(template)
}

/// The parser of a program that carries its revisions as a part of that program's own, under the name that it has there:
/// what completions are made of.
pub(crate) fn inside(name: impl Into<Str>) -> Command {
    let all = command(Some("the application"));
    let offered = |sub: &&Command| {
        let mut names = GROUPS.iter().flat_map(|(_, names)| *names);
        names.any(|name| *name == sub.get_name())
    };
    let part = Command::new(name)
        .args(all.get_arguments().cloned())
        .subcommands(all.get_subcommands().filter(offered).cloned())
        .disable_help_subcommand(true);
    match all.get_about() {
        Some(about) => part.about(about.clone()),
        None => part,
    }
}

fn groups(command: &Command, groups: impl Iterator<Item = Group>) -> String {
    let about = |name: &str| {
        let found = command.get_subcommands().find(|sub| sub.get_name() == name);
        found
            .and_then(Command::get_about)
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    let mut text = String::new();
    for (heading, names) in groups {
        let _ = writeln!(text, "{HEADER}{heading}:{HEADER:#}");
        for name in names {
            let _ = writeln!(text, "  {LITERAL}{name:<16}{LITERAL:#}{}", about(name));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parser_is_sound() {
        command(None).debug_assert();
    }

    #[test]
    fn every_command_is_in_the_help_with_what_it_does() {
        let command = command(None);
        let all = std::iter::once(FILES).chain(GROUPS);
        let text = anstream::adapter::strip_str(&groups(&command, all)).to_string();
        for sub in command.get_subcommands() {
            let line = text
                .lines()
                .find(|line| line.split_whitespace().next() == Some(sub.get_name()));
            assert!(
                line.is_some_and(|line| line.len() > 20),
                "`{}` is not in the help",
                sub.get_name()
            );
        }
    }
}
