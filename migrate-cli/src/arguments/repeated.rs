//! `-x` before and after the name of the command.
//!
//! Of an option that may stand in both places, clap keeps the values of one place only. So the commands have a `-x` of
//! their own, and what both places say is joined here.

use clap::{ArgMatches, Command, CommandFactory, FromArgMatches as _};

use super::Arguments;

/// The `-x` of a command: what stands after its name.
const AFTER: &str = "arguments-after";

/// Gives every command a `-x` of its own.
pub(super) fn after_commands(command: Command) -> Command {
    let Some(option) = Arguments::command()
        .get_arguments()
        .find(|option| option.get_short() == Some('x'))
        .map(|option| option.clone().id(AFTER).global(true))
    else {
        return command;
    };
    command.mut_subcommands(move |sub| sub.arg(option.clone()))
}

/// Reads what was parsed, with the `-x` of both places in the order in which they were typed.
pub(crate) fn read(matches: &ArgMatches) -> clap::error::Result<Arguments> {
    let mut arguments = Arguments::from_arg_matches(matches)?;
    let after = matches
        .subcommand()
        .and_then(|(_, sub)| sub.try_get_many::<(String, String)>(AFTER).ok().flatten());
    let said = &mut arguments.global.arguments;
    said.extend(after.into_iter().flatten().cloned());
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::super::command;
    use super::*;

    #[test]
    fn both_places_count_and_the_last_value_of_a_key_wins() {
        for (line, expected) in [
            ("m heads", ""),
            ("m -x a=1 heads", "a=1"),
            ("m heads -x a=1", "a=1"),
            ("m -x a=1 -xb=2 heads -x c=3 -qx a=4", "a=1 b=2 c=3 a=4"),
        ] {
            let matches = command(None).try_get_matches_from(line.split(' '));
            let read = matches.and_then(|matches| read(&matches)).expect(line);
            let said: Vec<String> = read
                .global
                .arguments
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            assert_eq!(said.join(" "), expected, "{line}");
        }
    }
}
