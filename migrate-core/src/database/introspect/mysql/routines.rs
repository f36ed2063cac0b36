//! Views, triggers, functions, procedures, events and packages.

use super::Reader;
use crate::database::error::ServerError;
use crate::model::schema::{
    CheckOption, Function, FunctionKind, Kind, Name, Other, Schema, Trigger, View,
};
use crate::text::ddl::{view_algorithm, view_query, without_definer, without_starts};
use crate::text::sql::quote_ident;

impl Reader<'_> {
    /// The catalogue writes the name of the database into the query, `SHOW CREATE` does not.
    pub(super) async fn views(&mut self, schema: &mut Schema) -> Result<(), ServerError> {
        let sql = "SELECT TABLE_NAME, CHECK_OPTION, SECURITY_TYPE, DEFINER FROM information_schema.VIEWS \
            WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME";
        let mut views = Vec::new();
        let mut names = Vec::new();
        for mut row in self.rows(sql).await? {
            let name = row.text();
            names.push(name.clone());
            let check_option = match row.text().as_str() {
                "LOCAL" => CheckOption::Local,
                "CASCADED" => CheckOption::Cascaded,
                _ => CheckOption::None,
            };
            views.push(View {
                check_option,
                security: row.option(),
                definer: row.option(),
                ..View::new(Name::bare(name), "")
            });
        }
        let statements = self.shown("VIEW", &names, 1).await?;
        for (mut view, statement) in views.into_iter().zip(statements) {
            let algorithm =
                view_algorithm(&statement, self.dialect).filter(|word| word != "UNDEFINED");
            view.options
                .extend(algorithm.map(|word| format!("ALGORITHM={word}")));
            let (columns, query) = view_query(&statement, self.dialect)
                .unwrap_or_else(|| (Vec::new(), statement.clone()));
            view.columns = columns;
            let ending = match view.check_option {
                CheckOption::None => "",
                CheckOption::Local => "WITH LOCAL CHECK OPTION",
                CheckOption::Cascaded => "WITH CASCADED CHECK OPTION",
            };
            query
                .strip_suffix(ending)
                .unwrap_or(&query)
                .trim_end()
                .clone_into(&mut view.query);
            schema.views.insert(view);
        }
        Ok(())
    }

    pub(super) async fn triggers(&mut self, schema: &mut Schema) -> Result<(), ServerError> {
        let sql = "SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, \
            CAST(ACTION_STATEMENT AS CHAR), CAST(ACTION_ORDER AS CHAR), DEFINER, SQL_MODE \
            FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()";
        for mut row in self.rows(sql).await? {
            let (table, name) = (row.text(), row.text());
            let definition = format!(
                "CREATE TRIGGER {} {} {} ON {} FOR EACH ROW {}",
                quote_ident(&name, self.dialect),
                row.text(),
                row.text(),
                quote_ident(&table, self.dialect),
                row.text()
            );
            schema.triggers.insert(Trigger {
                order: row.number(),
                definer: row.option(),
                sql_mode: row.option(),
                ..Trigger::new(Name::bare(table), name, definition)
            });
        }
        Ok(())
    }

    pub(super) async fn routines(&mut self, schema: &mut Schema) -> Result<(), ServerError> {
        let sql = "SELECT ROUTINE_TYPE, ROUTINE_NAME, CAST(DTD_IDENTIFIER AS CHAR), DEFINER, SQL_MODE \
            FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() \
            UNION ALL SELECT 'EVENT', EVENT_NAME, NULL, DEFINER, SQL_MODE FROM information_schema.EVENTS \
            WHERE EVENT_SCHEMA = DATABASE() ORDER BY 1, 2";
        let mut found: Vec<(String, Function)> = Vec::new();
        for mut row in self.rows(sql).await? {
            let kind = row.text();
            let function = Function {
                kind: if kind == "PROCEDURE" {
                    FunctionKind::Procedure
                } else {
                    FunctionKind::Function
                },
                name: Name::bare(row.text()),
                arguments: String::new(),
                returns: row.filled(),
                language: "sql".to_owned(),
                definition: String::new(),
                definer: row.option(),
                sql_mode: row.option(),
                comment: None,
            };
            found.push((kind, function));
        }
        for (word, kind) in [
            ("FUNCTION", None),
            ("PROCEDURE", None),
            ("PACKAGE", Some(Kind::Package)),
            ("PACKAGE BODY", Some(Kind::PackageBody)),
            ("EVENT", Some(Kind::Event)),
        ] {
            let of_kind: Vec<&Function> = found
                .iter()
                .filter(|(found, _)| found == word)
                .map(|(_, function)| function)
                .collect();
            let names: Vec<String> = of_kind
                .iter()
                .map(|function| function.name.name.clone())
                .collect();
            let place = if word == "EVENT" { 3 } else { 2 };
            let statements = self.shown(word, &names, place).await?;
            for (function, statement) in of_kind.into_iter().zip(statements) {
                let definition = without_definer(&statement, self.dialect);
                match kind {
                    None => {
                        schema.functions.insert(Function {
                            definition,
                            ..function.clone()
                        });
                    }
                    Some(kind) => {
                        let definition = match kind {
                            Kind::Event => without_starts(&definition, self.dialect),
                            _ => definition,
                        };
                        schema
                            .others
                            .insert(Other::new(kind, function.name.clone(), definition));
                    }
                }
            }
        }
        Ok(())
    }
}
