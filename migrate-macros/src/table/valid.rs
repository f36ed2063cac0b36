//! The struct and its fields together: names are looked up, what contradicts itself is refused.

use migrate_core::model::desired::names;
use migrate_core::text::diagnostic::nearest;
use proc_macro2::Span;
use syn::DeriveInput;
use syn::ext::IdentExt;

use super::container::{Check, Container};
use super::field::Field;
use super::parts::{ColumnName, Deferral, Index, Key, PartOf};
use super::reference::ForeignKey;
use super::words::Errors;

/// A table, with every name known.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) container: Container,
    pub(super) fields: Vec<Field>,
    pub(super) primary_key: Option<NamedKey>,
    pub(super) uniques: Vec<NamedKey>,
    pub(super) indexes: Vec<NamedIndex>,
    pub(super) foreign_keys: Vec<NamedForeignKey>,
    pub(super) checks: Vec<(String, Check)>,
}

pub(super) struct NamedKey {
    pub(super) name: Option<String>,
    pub(super) columns: Vec<String>,
    pub(super) nulls_not_distinct: bool,
    pub(super) deferral: Deferral,
    pub(super) dialects: u8,
}

pub(super) struct NamedIndex {
    pub(super) name: String,
    pub(super) include: Vec<String>,
    /// The column of each part; nothing for an expression.
    pub(super) columns: Vec<Option<String>>,
    pub(super) index: Index,
}

pub(super) struct NamedForeignKey {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    pub(super) key: ForeignKey,
}

pub(super) fn table(
    input: &DeriveInput,
    mut container: Container,
    mut fields: Vec<Field>,
    errors: &mut Errors,
) -> Option<Table> {
    let rust_name = input.ident.unraw().to_string();
    let name = container
        .name
        .as_ref()
        .map_or_else(|| names::table(&rust_name), syn::LitStr::value);
    if fields.is_empty() {
        errors.at(&input.ident, "a table needs a column, and no field is one");
        return None;
    }
    for (place, field) in fields.iter().enumerate() {
        if let Some(other) = fields[..place].iter().find(|it| it.name == field.name) {
            let message = format!(
                "`{}` and `{}` are both the column `{}`",
                other.ident, field.ident, field.name
            );
            errors.span(field.name_span, message);
        }
    }
    let mut known = Known {
        table: &name,
        fields: &[],
        errors,
    };
    let uniques: Vec<Key> = fields
        .iter_mut()
        .filter_map(|it| it.unique.take())
        .chain(container.uniques.drain(..))
        .collect();
    let indexes: Vec<Index> = fields
        .iter_mut()
        .flat_map(|it| it.indexes.drain(..).collect::<Vec<_>>())
        .chain(container.indexes.drain(..))
        .collect();
    let of_fields = fields.iter_mut().filter_map(|it| {
        let mut key = it.foreign_key.take()?;
        key.references.as_ref()?;
        key.columns = vec![ColumnName {
            name: it.ident.unraw().to_string(),
            span: it.ident.span(),
        }];
        Some(key)
    });
    let foreign_keys: Vec<ForeignKey> = of_fields.chain(container.foreign_keys.drain(..)).collect();
    let checks: Vec<Check> = container.checks.drain(..).collect();
    known.fields = &fields;
    let primary_key = known.primary_key(container.primary_key.take());
    let uniques = uniques.into_iter().map(|it| known.unique(it)).collect();
    let indexes = indexes.into_iter().map(|it| known.index(it)).collect();
    let foreign_keys = foreign_keys
        .into_iter()
        .map(|it| known.foreign_key(it))
        .collect();
    let checks = checks
        .into_iter()
        .filter_map(|it| known.check(it))
        .collect();
    Some(Table {
        name,
        container,
        primary_key,
        uniques,
        indexes,
        foreign_keys,
        checks,
        fields,
    })
}

struct Known<'a> {
    table: &'a str,
    fields: &'a [Field],
    errors: &'a mut Errors,
}

impl Known<'_> {
    /// The column of a field, which may be named by either.
    fn column(&mut self, named: &ColumnName) -> String {
        let by_field = self.fields.iter().find(|it| it.ident.unraw() == named.name);
        let found = by_field.or_else(|| self.fields.iter().find(|it| it.name == named.name));
        if let Some(field) = found {
            return field.name.clone();
        }
        let all: Vec<String> = self
            .fields
            .iter()
            .map(|it| it.ident.unraw().to_string())
            .collect();
        let near = nearest(&named.name, all.iter().map(String::as_str));
        let near = near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        let message = format!(
            "no field `{}` is a column{near}\nthere are {}",
            named.name,
            all.join(", ")
        );
        self.errors.span(named.span, message);
        named.name.clone()
    }

    fn columns(&mut self, named: &[ColumnName]) -> Vec<String> {
        let mut columns: Vec<String> = Vec::new();
        for name in named {
            let column = self.column(name);
            if columns.contains(&column) {
                self.errors
                    .span(name.span, format_args!("`{column}` is named twice"));
            }
            columns.push(column);
        }
        columns
    }

    /// A name that was given, or that of the rule, which must not be too long.
    fn name(
        &mut self,
        given: Option<&syn::LitStr>,
        rule: impl Fn() -> String,
        span: Span,
    ) -> String {
        let (name, span) = match given {
            Some(text) => (text.value(), text.span()),
            None => (rule(), span),
        };
        if name.len() > names::LONGEST {
            let message = format!(
                "the name `{name}` has {} bytes, and PostgreSQL cuts names behind {}: give it a shorter one with `name = \"..\"`",
                name.len(),
                names::LONGEST
            );
            self.errors.span(span, message);
        }
        name
    }

    fn primary_key(&mut self, of_table: Option<Key>) -> Option<NamedKey> {
        let of_fields: Vec<&Field> = self
            .fields
            .iter()
            .filter(|it| it.primary_key.is_some())
            .collect();
        if let (Some(key), Some(_)) = (&of_table, of_fields.first()) {
            self.errors.span(
                key.span,
                "the primary key is named here and at a field: once is enough",
            );
        }
        let plain = |name, columns| NamedKey {
            name,
            columns,
            nulls_not_distinct: false,
            deferral: Deferral::Not,
            dialects: 0,
        };
        match of_table {
            Some(key) => {
                let columns = self.columns(&key.columns);
                Some(plain(key.name.map(|name| name.value()), columns))
            }
            None if of_fields.is_empty() => None,
            None => Some(plain(
                None,
                of_fields.iter().map(|it| it.name.clone()).collect(),
            )),
        }
    }

    fn unique(&mut self, key: Key) -> NamedKey {
        let columns = self.columns(&key.columns);
        let (table, list) = (self.table, strs(&columns));
        let name = self.name(key.name.as_ref(), || names::unique(table, &list), key.span);
        NamedKey {
            name: Some(name),
            nulls_not_distinct: key.nulls_not_distinct,
            deferral: key.deferral,
            dialects: key.dialects,
            columns: columns.clone(),
        }
    }

    fn index(&mut self, index: Index) -> NamedIndex {
        let columns: Vec<Option<String>> = index
            .parts
            .iter()
            .map(|part| match &part.of {
                PartOf::Column(name) => Some(self.column(name)),
                PartOf::Expression(_) => None,
            })
            .collect();
        if index.nulls_not_distinct && !index.unique {
            self.errors
                .span(index.span, "`nulls_not_distinct` belongs to a unique index");
        }
        let list: Vec<&str> = columns
            .iter()
            .map(|it| it.as_deref().unwrap_or("expr"))
            .collect();
        let table = self.table;
        let name = self.name(
            index.name.as_ref(),
            || names::index(table, &list),
            index.span,
        );
        let include = self.columns(&index.include);
        NamedIndex {
            name,
            include,
            columns,
            index,
        }
    }

    fn foreign_key(&mut self, key: ForeignKey) -> NamedForeignKey {
        let columns = self.columns(&key.columns);
        let (table, list) = (self.table, strs(&columns));
        let name = self.name(
            key.name.as_ref(),
            || names::foreign_key(table, &list),
            key.span,
        );
        NamedForeignKey {
            name,
            columns: columns.clone(),
            key,
        }
    }

    fn check(&mut self, check: Check) -> Option<(String, Check)> {
        let Some(given) = &check.name else {
            let message = format!(
                "a check of the table has a name: `check(name = \"{}_.._check\", ..)`",
                self.table
            );
            self.errors.span(check.span, message);
            return None;
        };
        let name = self.name(Some(given), String::new, check.span);
        Some((name, check))
    }
}

fn strs(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}
