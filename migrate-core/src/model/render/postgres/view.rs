//! Views and materialized views.

use super::Writer;
use super::name::{ident, name, parameters};
use super::options::parameter_actions;
use crate::model::schema::{CheckOption, MaterializedView, View};

/// `CREATE VIEW` or `CREATE OR REPLACE VIEW`.
fn view(it: &View, create: &str) -> String {
    let mut text = format!("{create} VIEW {}", name(&it.name));
    if !it.options.is_empty() {
        text += &format!(" WITH ({})", parameters(&it.options));
    }
    text += &format!(" AS\n{}", it.query);
    match it.check_option {
        CheckOption::None => {}
        CheckOption::Local => text += "\nWITH LOCAL CHECK OPTION",
        CheckOption::Cascaded => text += "\nWITH CASCADED CHECK OPTION",
    }
    text
}

impl<'s> Writer<'s> {
    pub(super) fn create_view(&mut self, it: &View) {
        self.out.push(view(it, "CREATE"));
        self.view_defaults(None, it);
        self.comment("VIEW", &name(&it.name), None, it.comment.as_ref());
    }

    pub(super) fn alter_view(&mut self, before: &View, after: &View) {
        let same = before.query == after.query
            && before.columns == after.columns
            && before.options == after.options
            && before.check_option == after.check_option;
        if !same {
            self.out.push(view(after, "CREATE OR REPLACE"));
        }
        self.view_defaults(Some(before), after);
        let (old, new) = (before.comment.as_ref(), after.comment.as_ref());
        self.comment("VIEW", &name(&after.name), old, new);
    }

    fn view_defaults(&mut self, before: Option<&View>, after: &View) {
        let apart = |it: &'_ String| {
            it.split_once(" = ")
                .map(|(column, default)| (column.to_owned(), default.to_owned()))
        };
        let olds: Vec<(String, String)> = before
            .into_iter()
            .flat_map(|it| it.defaults.iter().filter_map(apart))
            .collect();
        let news: Vec<(String, String)> = after.defaults.iter().filter_map(apart).collect();
        let alter = format!("ALTER VIEW {} ALTER COLUMN", name(&after.name));
        for (column, _) in &olds {
            if !news.iter().any(|(it, _)| it == column) {
                self.out
                    .push(format!("{alter} {} DROP DEFAULT", ident(column)));
            }
        }
        for new in &news {
            if !olds.contains(new) {
                self.out
                    .push(format!("{alter} {} SET DEFAULT {}", ident(&new.0), new.1));
            }
        }
    }

    pub(super) fn drop_view(&mut self, it: &View) {
        self.out.push(format!("DROP VIEW {}", name(&it.name)));
    }

    pub(super) fn create_materialized_view(&mut self, it: &'s MaterializedView) {
        self.made.insert(&it.name);
        let mut text = format!("CREATE MATERIALIZED VIEW {}", name(&it.name));
        if let Some(method) = &it.access_method {
            text += &format!(" USING {}", ident(method));
        }
        if !it.storage_parameters.is_empty() {
            text += &format!(" WITH ({})", parameters(&it.storage_parameters));
        }
        if let Some(space) = &it.tablespace {
            text += &format!(" TABLESPACE {}", ident(space));
        }
        text += &format!(" AS\n{}", it.query);
        if !it.populated {
            text += "\nWITH NO DATA";
        }
        self.out.push(text);
        self.comment(
            "MATERIALIZED VIEW",
            &name(&it.name),
            None,
            it.comment.as_ref(),
        );
    }

    pub(super) fn alter_materialized_view(
        &mut self,
        before: &MaterializedView,
        after: &MaterializedView,
    ) {
        let target = name(&after.name);
        let alter = format!("ALTER MATERIALIZED VIEW {target}");
        for action in parameter_actions(&before.storage_parameters, &after.storage_parameters) {
            self.out.push(format!("{alter} {action}"));
        }
        if before.access_method != after.access_method {
            let method = after.access_method.as_deref().unwrap_or("heap");
            self.out
                .push(format!("{alter} SET ACCESS METHOD {}", ident(method)));
        }
        if before.tablespace != after.tablespace {
            let space = after.tablespace.as_deref().unwrap_or("pg_default");
            self.out
                .push(format!("{alter} SET TABLESPACE {}", ident(space)));
        }
        if before.populated != after.populated {
            let data = if after.populated { "" } else { " WITH NO DATA" };
            self.out
                .push(format!("REFRESH MATERIALIZED VIEW {target}{data}"));
        }
        let (old, new) = (before.comment.as_ref(), after.comment.as_ref());
        self.comment("MATERIALIZED VIEW", &target, old, new);
    }

    pub(super) fn drop_materialized_view(&mut self, it: &MaterializedView) {
        self.out
            .push(format!("DROP MATERIALIZED VIEW {}", name(&it.name)));
    }
}
