//! The other side of a foreign key.

use migrate_core::model::schema::Action;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::{LitStr, Path};

use super::parts::{ColumnName, Deferral, columns};
use super::values;
use super::words::{Errors, Value, Word, unknown, words};

/// A foreign key, of a column or of the table.
pub(super) struct ForeignKey {
    /// The fields of this table; empty of a column.
    pub(super) columns: Vec<ColumnName>,
    pub(super) references: Option<Reference>,
    pub(super) name: Option<LitStr>,
    pub(super) on_delete: Option<Action>,
    pub(super) on_update: Option<Action>,
    pub(super) deferral: Deferral,
    pub(super) span: Span,
}

/// What a foreign key refers to.
pub(super) enum Reference {
    /// A model and its fields; the primary key when there are none.
    Model {
        model: Path,
        fields: Vec<ColumnName>,
    },
    /// A table by its name.
    Table {
        schema: Option<String>,
        table: String,
        columns: Vec<String>,
        span: Span,
    },
}

const KEYS: [&str; 7] = [
    "columns",
    "references",
    "name",
    "on_delete",
    "on_update",
    "deferrable",
    "initially_deferred",
];

const ACTIONS: [&str; 5] = [
    "cascade",
    "restrict",
    "set_null",
    "set_default",
    "no_action",
];

impl ForeignKey {
    pub(super) fn empty(span: Span) -> Self {
        Self {
            columns: Vec::new(),
            references: None,
            name: None,
            on_delete: None,
            on_update: None,
            deferral: Deferral::Not,
            span,
        }
    }

    /// `foreign_key(columns(a, b), references = Other(c, d), on_delete = cascade)`
    pub(super) fn of_table(word: &Word, errors: &mut Errors) -> Option<Self> {
        let Value::List(list) = &word.value else {
            errors.span(word.span, "`foreign_key` takes a list: `foreign_key(columns(a, b), references = Other(c, d))`");
            return None;
        };
        let mut key = Self::empty(word.span);
        for word in words(list.clone()) {
            match (word.name().as_str(), &word.value) {
                ("columns", Value::List(list)) => key.columns = columns(list, errors),
                ("references", Value::Is(tokens)) => {
                    key.references = Reference::read(tokens, errors)
                }
                _ => {
                    if !key.option(&word, errors) {
                        unknown(&word, "option of a foreign key", &KEYS, errors);
                    }
                }
            }
        }
        if key.columns.is_empty() {
            errors.span(key.span, "a foreign key names its columns: `columns(a, b)`");
        }
        if key.references.is_none() {
            errors.span(
                key.span,
                "a foreign key says what it refers to: `references = Other(a, b)`",
            );
        }
        (!key.columns.is_empty() && key.references.is_some()).then_some(key)
    }

    /// `references = Other::id`, or `references(Other::id, on_delete = cascade)`
    pub(super) fn of_column(&mut self, word: &Word, errors: &mut Errors) {
        self.span = word.span;
        match &word.value {
            Value::Is(tokens) => self.references = Reference::read(tokens, errors),
            Value::List(list) => {
                for word in words(list.clone()) {
                    match &word.value {
                        Value::Nothing if self.references.is_none() && !KEYS.contains(&word.name().as_str()) => {
                            let tokens = TokenStream::from(TokenTree::from(word.key.clone().unwrap_or_else(|| Ident::new("_", word.span))));
                            self.references = Reference::read(&tokens, errors);
                        }
                        Value::Other(tokens) if self.references.is_none() => {
                            self.references = Reference::read(tokens, errors);
                        }
                        _ => {
                            if !self.option(&word, errors) {
                                unknown(&word, "option of a foreign key", &KEYS[2..], errors);
                            }
                        }
                    }
                }
            }
            _ => errors.span(word.span, "`references` takes a field of another model: `references = User::id`, or `references = \"users.id\"`"),
        }
    }

    /// What a column and a table say in the same words; `false` when it is none of them.
    pub(super) fn option(&mut self, word: &Word, errors: &mut Errors) -> bool {
        match (word.name().as_str(), &word.value) {
            ("name", _) => self.name = values::text(word, errors),
            ("on_delete", _) => self.on_delete = action(word, errors),
            ("on_update", _) => self.on_update = action(word, errors),
            ("deferrable", Value::Nothing) => self.deferral = Deferral::Immediate,
            ("initially_deferred", Value::Nothing) => self.deferral = Deferral::Deferred,
            _ => return false,
        }
        true
    }
}

impl Reference {
    /// `User::id`, `User`, `Other(a, b)`, `"users.id"`, `"users"`, `"other(a, b)"`
    fn read(tokens: &TokenStream, errors: &mut Errors) -> Option<Self> {
        if let Ok(text) = syn::parse2::<LitStr>(tokens.clone()) {
            return Self::table(&text, errors);
        }
        let mut all: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let list = match all.last() {
            Some(TokenTree::Group(group)) => Some(group.stream()),
            _ => None,
        };
        if list.is_some() {
            all.pop();
        }
        let path: TokenStream = all.into_iter().collect();
        let Ok(mut model) = syn::parse2::<Path>(path) else {
            errors.at(
                tokens,
                "expected a field of another model, `User::id`, or a table, `\"users.id\"`",
            );
            return None;
        };
        if let Some(list) = list {
            let fields = columns(&list, errors);
            return Some(Self::Model { model, fields });
        }
        // Types begin with a capital, fields do not.
        let last = model.segments.last()?.ident.unraw();
        let is_field = last
            .to_string()
            .starts_with(|it: char| it.is_lowercase() || it == '_');
        let fields = if is_field && model.segments.len() > 1 {
            model.segments.pop();
            model.segments.pop_punct();
            vec![ColumnName {
                name: last.to_string(),
                span: last.span(),
            }]
        } else {
            Vec::new()
        };
        Some(Self::Model { model, fields })
    }

    fn table(text: &LitStr, errors: &mut Errors) -> Option<Self> {
        let value = text.value();
        let (name, columns) = match value.split_once('(') {
            Some((name, list)) => {
                let list = list.trim_end().strip_suffix(')');
                let list =
                    list.map(|list| list.split(',').map(|it| it.trim().to_owned()).collect());
                (name.trim().to_owned(), list)
            }
            None => match value.rsplit_once('.') {
                Some((name, column)) => {
                    (name.trim().to_owned(), Some(vec![column.trim().to_owned()]))
                }
                None => (value.trim().to_owned(), Some(Vec::new())),
            },
        };
        let (schema, table) = match name.split_once('.') {
            Some((schema, table)) => (Some(schema.to_owned()), table.to_owned()),
            None => (None, name),
        };
        let columns: Option<Vec<String>> = columns;
        match columns {
            Some(columns) if !table.is_empty() && columns.iter().all(|it| !it.is_empty()) => {
                Some(Self::Table {
                    schema,
                    table,
                    columns,
                    span: text.span(),
                })
            }
            _ => {
                errors.at(text, "expected a table and its columns: \"users.id\", \"users(id)\", or \"users\" for its primary key");
                None
            }
        }
    }
}

fn action(word: &Word, errors: &mut Errors) -> Option<Action> {
    let name = word.name();
    let found = match &word.value {
        Value::Is(tokens) => {
            let text = tokens.to_string();
            text.trim_matches('"')
                .to_ascii_lowercase()
                .replace(' ', "_")
        }
        _ => String::new(),
    };
    let action = Action::read(&found.replace('_', " "));
    if action.is_none() {
        let list = ACTIONS.join(", ");
        let near = migrate_core::text::diagnostic::nearest(&found, ACTIONS);
        let near = near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        let message = format!("`{name}` takes one of {list}{near}");
        errors.span(word.span, message);
    }
    action
}
