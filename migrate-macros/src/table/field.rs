//! `#[column(..)]`

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{LitStr, Type};

use super::neighbours::{self, Case, Comment, Json};
use super::parts::{Index, Key};
use super::reference::ForeignKey;
use super::values::{self, PerDialect};
use super::words::{Errors, Value, Word, of_attributes, unknown};

const KEYS: [&str; 27] = [
    "name",
    "type",
    "length",
    "precision",
    "scale",
    "nullable",
    "not_null",
    "primary_key",
    "auto_increment",
    "identity",
    "unique",
    "index",
    "references",
    "on_delete",
    "on_update",
    "deferrable",
    "initially_deferred",
    "default",
    "check",
    "generated",
    "virtual",
    "collation",
    "character_set",
    "on_row_update",
    "comment",
    "renamed_from",
    "skip",
];

/// A field that is a column, and what was said of it.
pub(super) struct Field {
    pub(super) ident: Ident,
    /// The type that the column holds: that of the field, or the one that sqlx reads.
    pub(super) rust_type: Type,
    /// The name of the column.
    pub(super) name: String,
    pub(super) name_span: Span,
    pub(super) data_type: PerDialect<String>,
    pub(super) json: Option<Json>,
    pub(super) nullable: Option<bool>,
    pub(super) length: PerDialect<u32>,
    pub(super) precision: Option<u32>,
    pub(super) scale: Option<u32>,
    pub(super) primary_key: Option<Span>,
    pub(super) numbered: PerDialect<Numbered>,
    pub(super) unique: Option<Key>,
    pub(super) indexes: Vec<Index>,
    pub(super) foreign_key: Option<ForeignKey>,
    pub(super) default: PerDialect<String>,
    pub(super) check: PerDialect<String>,
    pub(super) generated: PerDialect<String>,
    pub(super) is_virtual: bool,
    pub(super) collation: PerDialect<String>,
    pub(super) character_set: Option<LitStr>,
    pub(super) on_row_update: PerDialect<String>,
    pub(super) comment: Comment,
    pub(super) renamed_from: Option<LitStr>,
}

/// How the database numbers a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbered {
    Always,
    ByDefault,
    AutoIncrement,
}

/// What was said; `None` when the field is no column.
pub(super) fn read(
    field: &syn::Field,
    rename_all: Option<Case>,
    errors: &mut Errors,
) -> Option<Field> {
    let ident = field.ident.clone()?;
    let sqlx = neighbours::of_field(&field.attrs, errors);
    let words = of_attributes(&field.attrs, "column", errors);
    if let Some(skip) = words.iter().find(|word| word.name() == "skip") {
        values::flag(skip, errors);
        if words.len() > 1 {
            errors.span(
                skip.span,
                "a field that is skipped is no column: nothing else can be said of it",
            );
        }
        return None;
    }
    if sqlx.skip {
        if let Some(word) = words.first() {
            errors.span(word.span, "sqlx skips this field, so that it is no column");
        }
        return None;
    }
    if let Some(span) = sqlx.flatten {
        errors.span(
            span,
            "the columns of a flattened field are not known here: write them as fields, or leave them out with `#[column(skip)]`",
        );
        return None;
    }
    let own = ident.unraw().to_string();
    let read = sqlx.rename.as_ref().map(LitStr::value);
    let read =
        read.unwrap_or_else(|| rename_all.map_or_else(|| own.clone(), |case| case.apply(&own)));
    let mut it = Field {
        rust_type: sqlx.try_from.unwrap_or_else(|| field.ty.clone()),
        name: read.clone(),
        name_span: ident.span(),
        data_type: none(),
        json: sqlx.json,
        nullable: None,
        length: none(),
        precision: None,
        scale: None,
        primary_key: None,
        numbered: none(),
        unique: None,
        indexes: Vec::new(),
        foreign_key: None,
        default: none(),
        check: none(),
        generated: none(),
        is_virtual: false,
        collation: none(),
        character_set: None,
        on_row_update: none(),
        comment: Comment::default(),
        renamed_from: None,
        ident,
    };
    let mut seen: Vec<String> = Vec::new();
    for word in words {
        let name = word.name();
        if name != "index" && seen.contains(&name) {
            errors.span(word.span, format_args!("`{name}` is given twice"));
        }
        seen.push(name.clone());
        it.take(&name, &word, field, errors);
    }
    if it.name != read && (sqlx.rename.is_some() || rename_all.is_some()) {
        let message = format!(
            "sqlx reads this field from the column `{read}`, and here the column is called `{}`",
            it.name
        );
        errors.span(it.name_span, message);
    }
    it.contradictions(field, errors);
    Some(it)
}

fn none<T>() -> PerDialect<T> {
    PerDialect([const { None }; 4])
}

impl Field {
    fn take(&mut self, name: &str, word: &Word, field: &syn::Field, errors: &mut Errors) {
        match name {
            "name" => {
                if let Some(text) = values::text(word, errors) {
                    self.name = text.value();
                    self.name_span = text.span();
                }
            }
            "type" => self.data_type = values::sql(word, errors),
            "length" => self.length = values::length(word, errors),
            "precision" => self.precision = values::number(word, errors),
            "scale" => self.scale = values::number(word, errors),
            "nullable" => self.nullable = Some(values::flag(word, errors)),
            "not_null" => self.nullable = Some(!values::flag(word, errors)),
            "primary_key" => {
                values::flag(word, errors);
                self.primary_key = Some(word.span);
            }
            "auto_increment" => self.numbered = numbered(word, Numbered::ByDefault, errors),
            "identity" => self.numbered = numbered(word, Numbered::Always, errors),
            "unique" => self.unique = Some(Key::unique(word, Some(&self.ident), errors)),
            "index" => self.indexes.push(Index::read(word, Some(&self.ident), errors)),
            "references" => self.foreign_key(word).of_column(word, errors),
            "on_delete" | "on_update" | "deferrable" | "initially_deferred" => {
                if !self.foreign_key(word).option(word, errors) {
                    values::flag(word, errors);
                }
            }
            "default" => self.default = values::sql(word, errors),
            "check" => self.check = values::sql(word, errors),
            "generated" => self.generated = values::sql(word, errors),
            "virtual" => self.is_virtual = values::flag(word, errors),
            "collation" => self.collation = values::sql(word, errors),
            "character_set" => self.character_set = values::text(word, errors),
            "on_row_update" => match &word.value {
                Value::List(_) => self.on_row_update = values::sql(word, errors),
                _ => errors.span(
                    word.span,
                    "only MySQL and MariaDB have ON UPDATE: `on_row_update(mysql = \"CURRENT_TIMESTAMP\")`",
                ),
            },
            "comment" => self.comment = Comment::read(word, &field.attrs, errors),
            "renamed_from" => self.renamed_from = values::text(word, errors),
            _ => unknown(word, "option of a column", &KEYS, errors),
        }
    }

    fn foreign_key(&mut self, word: &Word) -> &mut ForeignKey {
        self.foreign_key
            .get_or_insert_with(|| ForeignKey::empty(word.span))
    }

    /// What cannot be meant.
    fn contradictions(&self, field: &syn::Field, errors: &mut Errors) {
        if let Some(key) = &self.foreign_key
            && key.references.is_none()
        {
            errors.span(key.span, "this belongs to a foreign key: say what the column refers to, `references = User::id`");
        }
        if let Some(span) = self.primary_key
            && self.is_option()
        {
            errors.span(
                span,
                "a column of the primary key cannot be NULL, and the field is an `Option`",
            );
        }
        let at = field
            .ident
            .as_ref()
            .map_or_else(|| field.span(), Ident::span);
        if self.is_virtual && self.generated.is_none() {
            errors.span(
                at,
                "`virtual` belongs to a generated column: `generated = \"a + b\", virtual`",
            );
        }
        if !self.generated.is_none() && !self.default.is_none() {
            errors.span(at, "a generated column has no default");
        }
        if self.scale.is_some() && self.precision.is_none() {
            errors.span(at, "a scale needs a precision: `precision = 10, scale = 2`");
        }
        if self.data_type.is_complete() && (!self.length.is_none() || self.precision.is_some()) {
            errors.span(
                at,
                "the length stands in the type that is given: `type = \"varchar(80)\"`",
            );
        }
        let [sqlite, postgres, _, _] = &self.on_row_update.0;
        if sqlite.is_some() || postgres.is_some() {
            errors.span(at, "only MySQL and MariaDB have ON UPDATE: `on_row_update(mysql = \"CURRENT_TIMESTAMP\")`");
        }
    }

    /// Whether the field is an `Option`, as far as can be seen.
    pub(super) fn is_option(&self) -> bool {
        match &self.rust_type {
            Type::Path(path) => path
                .path
                .segments
                .last()
                .is_some_and(|it| it.ident == "Option"),
            _ => false,
        }
    }
}

/// `auto_increment`, or `auto_increment(postgres, mysql)`.
fn numbered(word: &Word, postgres: Numbered, errors: &mut Errors) -> PerDialect<Numbered> {
    let bits = match &word.value {
        Value::Nothing => 0b0111,
        Value::List(_) => values::dialects(word, errors),
        Value::Is(_) | Value::Other(_) => {
            let name = word.name();
            errors.span(
                word.span,
                format_args!("`{name}` stands alone, or with dialects: `{name}(postgres, mysql)`"),
            );
            0
        }
    };
    let there = |place: usize, kind| (bits & 1 << place != 0).then_some(kind);
    PerDialect([
        there(0, Numbered::AutoIncrement),
        there(1, postgres),
        there(2, Numbered::AutoIncrement),
        there(3, Numbered::AutoIncrement),
    ])
}
