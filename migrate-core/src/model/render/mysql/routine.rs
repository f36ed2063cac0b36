//! Functions, procedures and events: by their definitions, as they were written.

use super::name::{ident, name};
use crate::model::render::Statement;
use crate::model::schema::{Function, FunctionKind, Kind, Other};
use crate::text::Dialect;
use crate::text::sql::{TokenKind, tokenize, unquote};

/// A definition with its first name in backticks only where it needs them.
pub(super) fn definition(text: &str, dialect: Dialect) -> String {
    let first = tokenize(text, dialect).find(|token| token.kind == TokenKind::QuotedIdent);
    match first {
        Some(token) => {
            let name = ident(&unquote(&text[token.range.clone()], dialect));
            format!(
                "{}{name}{}",
                &text[..token.range.start],
                &text[token.range.end..]
            )
        }
        None => text.to_owned(),
    }
}

/// The statements that put one definition in the place of another: MariaDB does it at once.
pub(super) fn replace(text: &str, drop: String, dialect: Dialect) -> Vec<String> {
    let text = definition(text, dialect);
    match text
        .strip_prefix("CREATE ")
        .filter(|_| dialect == Dialect::Mariadb)
    {
        Some(rest) => vec![format!("CREATE OR REPLACE {rest}")],
        None => vec![drop, text],
    }
}

/// `DROP FUNCTION` or `DROP PROCEDURE`.
pub(super) fn drop_function(function: &Function) -> String {
    let kind = match function.kind {
        FunctionKind::Function => "FUNCTION",
        FunctionKind::Procedure => "PROCEDURE",
    };
    format!("DROP {kind} {}", name(&function.name))
}

/// `DROP EVENT`, `DROP PACKAGE` or `DROP PACKAGE BODY`.
pub(super) fn drop_other(other: &Other) -> Option<String> {
    let kind = match other.id.kind {
        Kind::Event => "EVENT",
        Kind::Package => "PACKAGE",
        Kind::PackageBody => "PACKAGE BODY",
        _ => return None,
    };
    Some(format!("DROP {kind} {}", name(&other.id.name)))
}

/// Whether a definition was written in Oracle's language.
pub(super) fn is_oracle(sql_mode: Option<&str>) -> bool {
    has_mode(sql_mode, "ORACLE")
}

fn has_mode(sql_mode: Option<&str>, mode: &str) -> bool {
    sql_mode.is_some_and(|it| it.split(',').any(|it| it == mode))
}

/// Statements under the `sql_mode` in which a definition was written, where it is read otherwise in another one.
pub(super) fn under(sql_mode: Option<&str>, statements: Vec<String>) -> Vec<Statement> {
    let mut all = statements;
    if has_mode(sql_mode, "ANSI_QUOTES") {
        all.insert(0, "SET @former_sql_mode = @@sql_mode".to_owned());
        all.insert(1, "SET sql_mode = 'ANSI_QUOTES'".to_owned());
        all.push("SET sql_mode = @former_sql_mode".to_owned());
    }
    all.into_iter().map(Statement::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mariadb_replaces_at_once() {
        let text = "CREATE FUNCTION `f`(x INT) RETURNS int(11)\nRETURN `x`";
        let drop = || "DROP FUNCTION f".to_owned();
        assert_eq!(
            replace(text, drop(), Dialect::Mariadb),
            ["CREATE OR REPLACE FUNCTION f(x INT) RETURNS int(11)\nRETURN `x`"]
        );
        assert_eq!(
            replace(text, drop(), Dialect::Mysql),
            [
                "DROP FUNCTION f",
                "CREATE FUNCTION f(x INT) RETURNS int(11)\nRETURN `x`"
            ]
        );
    }

    #[test]
    fn a_definition_of_another_mode_is_made_in_it() {
        let sql = |mode| -> Vec<String> {
            let statements = under(mode, vec!["CREATE ..".to_owned()]);
            statements.into_iter().map(|it| it.sql).collect()
        };
        assert_eq!(sql(Some("STRICT_TRANS_TABLES")), ["CREATE .."]);
        assert_eq!(sql(Some("PIPES_AS_CONCAT,ANSI_QUOTES")).len(), 4);
    }
}
