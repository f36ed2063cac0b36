//! What only the command-line clients understand: backslash commands of psql and mysql, and `DELIMITER` lines.

use std::ops::Range;

use crate::text::Dialect;

/// The command of the mysql client that sets the delimiter.
pub(super) const DELIMITER: &str = "DELIMITER";
/// The longest delimiter that the mysql client takes.
const LONGEST_DELIMITER: usize = 15;

/// A backslash command.
pub(super) struct Command {
    /// Its length in bytes, with the backslash.
    pub(super) length: usize,
    /// Message and help, unless it may stand here.
    pub(super) refusal: Option<(String, String)>,
    /// Whether it ends the statement before it.
    pub(super) terminates: bool,
}

/// The line from `start`, without its line break.
pub(super) fn line(text: &str, start: usize) -> Range<usize> {
    let rest = &text[start..];
    let line = rest.find('\n').map_or(rest, |end| &rest[..end]);
    let line = line.strip_suffix('\r').unwrap_or(line);
    start..start + line.len()
}

/// The place after the line break at `end`.
pub(super) fn after_break(text: &str, end: usize) -> usize {
    let rest = &text[end..];
    let length = if rest.starts_with("\r\n") {
        2
    } else if rest.starts_with(['\r', '\n']) {
        1
    } else {
        0
    };
    end + length
}

/// Reads the command at the beginning of `text`; `None` if its backslash is SQL.
pub(super) fn backslash(text: &str, dialect: Dialect, inside_statement: bool) -> Option<Command> {
    let name = &text[1..];
    let is_postgres = dialect == Dialect::Postgres;
    let length = if is_postgres {
        name.find(|c: char| c.is_whitespace() || c == ';')
            .unwrap_or(name.len())
    } else {
        name.chars().next().map_or(0, char::len_utf8)
    };
    let name = &name[..length];
    if !is_postgres && name == "N" {
        return None;
    }
    let is_trivia = is_postgres && !inside_statement && matches!(name, "restrict" | "unrestrict");
    let terminates = name.starts_with('g') || (!is_postgres && name == "G");
    let refusal = (!is_trivia).then(|| {
        let shown: String = name.chars().take(40).collect();
        let (client, help) = match (is_postgres, terminates) {
            (_, true) => (
                if is_postgres { "psql" } else { "mysql" },
                "end the statement with `;`",
            ),
            (true, false) => ("psql", "remove it, or write SQL for what it does"),
            (false, false) => ("mysql", "remove it; outside literals SQL has no backslash"),
        };
        (
            format!(
                "`\\{shown}` is a command of the {client} client, which the server does not know"
            ),
            help.to_owned(),
        )
    });
    Some(Command {
        length: 1 + length,
        refusal,
        terminates,
    })
}

/// The delimiter that a line sets; `None` if it is no `DELIMITER` line.
pub(super) fn delimiter(line: &str) -> Option<Result<String, &'static str>> {
    let (command, rest) = line.split_at_checked(DELIMITER.len())?;
    if !command.eq_ignore_ascii_case(DELIMITER)
        || !(rest.is_empty() || rest.starts_with([' ', '\t']))
    {
        return None;
    }
    let rest = rest.trim_start();
    let quoted = ['\'', '"', '`']
        .into_iter()
        .find_map(|quote| rest.strip_prefix(quote)?.split_once(quote));
    let word = quoted.map_or_else(
        || rest.split_whitespace().next().unwrap_or_default(),
        |(word, _)| word,
    );
    Some(match word {
        "" => Err("`DELIMITER` names no delimiter"),
        word if word.contains('\\') => Err("a delimiter cannot hold a backslash"),
        word if word.len() > LONGEST_DELIMITER => Err("a delimiter has at most 15 bytes"),
        word => Ok(word.to_owned()),
    })
}
