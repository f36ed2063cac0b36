//! The constant that describes a table.

use migrate_core::model::schema::Action;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, GenericParam};

use super::field::{Field, Numbered};
use super::neighbours::Json;
use super::parts::{Deferral, Nulls, PartOf};
use super::reference::Reference;
use super::valid::{NamedForeignKey, NamedIndex, NamedKey, Table};
use super::values::{PerDialect, option};
use super::words::desired;

pub(super) fn table(input: &DeriveInput, table: &Table) -> TokenStream {
    let rust_name = input.ident.unraw().to_string();
    let own = &table.name;
    let schema = texts(&table.container.schema);
    let fields = table.fields.iter().map(|it| {
        let (field, column) = (it.ident.unraw().to_string(), &it.name);
        quote!(::migrate::desired::Field { field: #field, column: #column })
    });
    let key = table.primary_key.iter().flat_map(|it| &it.columns);
    let columns = table.fields.iter().map(column);
    let primary_key = option(&table.primary_key.as_ref().map(|it| {
        let (name, columns) = (option(&it.name), &it.columns);
        quote!(::migrate::desired::PrimaryKeyModel { name: #name, columns: &[#(#columns),*] })
    }));
    let uniques = table.uniques.iter().map(unique);
    let indexes = table.indexes.iter().map(index);
    let foreign_keys = table.foreign_keys.iter().map(foreign_key);
    let checks = table.checks.iter().map(|(name, check)| {
        let expression = texts(&check.expression);
        quote!(::migrate::desired::CheckModel { name: #name, expression: #expression })
    });
    let comment = option(&table.container.comment.0);
    let renamed_from = option(&table.container.renamed_from);
    let options = options(table);
    let body = quote! {
        const NAME: ::migrate::desired::TableName =
            ::migrate::desired::TableName { schema: #schema, name: #own };
        const FIELDS: &'static [::migrate::desired::Field] = &[#(#fields),*];
        const KEY: &'static [&'static ::core::primitive::str] = &[#(#key),*];
        const MODEL: &'static ::migrate::desired::TableModel = &::migrate::desired::TableModel {
            primary_key: #primary_key,
            uniques: &[#(#uniques),*],
            indexes: &[#(#indexes),*],
            foreign_keys: &[#(#foreign_keys),*],
            checks: &[#(#checks),*],
            comment: #comment,
            renamed_from: #renamed_from,
            options: #options,
            ..::migrate::desired::TableModel::new(
                #rust_name,
                <Self as ::migrate::Table>::NAME,
                &[#(#columns),*],
            )
        };
    };
    implementation(input, &body)
}

/// An empty table, for a struct with errors.
pub(super) fn dummy(input: &DeriveInput) -> TokenStream {
    let body = quote! {
        const NAME: ::migrate::desired::TableName = ::migrate::desired::TableName::bare("");
        const FIELDS: &'static [::migrate::desired::Field] = &[];
        const KEY: &'static [&'static ::core::primitive::str] = &[];
        const MODEL: &'static ::migrate::desired::TableModel =
            &::migrate::desired::TableModel::new("", ::migrate::desired::TableName::bare(""), &[]);
    };
    let (generics, arguments, wheres) = input.generics.split_for_impl();
    let ident = &input.ident;
    quote! {
        #[automatically_derived]
        impl #generics ::migrate::Table for #ident #arguments #wheres { #body }
    }
}

/// The implementation, and a constant that has it evaluated even when nobody uses it.
fn implementation(input: &DeriveInput, body: &TokenStream) -> TokenStream {
    let (generics, arguments, wheres) = input.generics.split_for_impl();
    let ident = &input.ident;
    let statics = input.generics.params.iter().map(|it| match it {
        GenericParam::Lifetime(_) => quote!('static),
        GenericParam::Const(it) => it.ident.to_token_stream(),
        GenericParam::Type(it) => it.ident.to_token_stream(),
    });
    let lifetimes_only = input
        .generics
        .params
        .iter()
        .all(|it| matches!(it, GenericParam::Lifetime(_)));
    let evaluated = lifetimes_only.then(|| {
        quote! {
            const _: &::migrate::desired::TableModel = <#ident<#(#statics),*> as ::migrate::Table>::MODEL;
        }
    });
    quote! {
        #[automatically_derived]
        impl #generics ::migrate::Table for #ident #arguments #wheres { #body }
        #evaluated
    }
}

fn texts(values: &PerDialect<String>) -> TokenStream {
    if values.is_none() {
        return quote!(::migrate::desired::PerDialect::NONE);
    }
    values.to_token_stream()
}

fn column(field: &Field) -> TokenStream {
    let name = &field.name;
    let (data_type, nullability) = data_type(field);
    let mut said = TokenStream::new();
    let mut say = |key: &str, value: TokenStream| {
        let key = Ident::new(key, Span::call_site());
        said.extend(quote!(#key: #value,));
    };
    for (key, values) in [
        ("default", &field.default),
        ("check", &field.check),
        ("collation", &field.collation),
        ("on_row_update", &field.on_row_update),
    ] {
        if !values.is_none() {
            say(key, texts(values));
        }
    }
    if let Some(of) = asked_for_defaults(field) {
        let span = field.rust_type.span();
        if field.default.is_none() {
            say("default", quote_spanned!(span=> #of::DEFAULT));
        }
        if field.on_row_update.is_none() {
            say("on_row_update", quote_spanned!(span=> #of::ON_ROW_UPDATE));
        }
    }
    if !field.length.is_none() {
        let length = field.length.map(|it| Literal::u32_unsuffixed(*it));
        say("length", length.to_token_stream());
    }
    for (key, number) in [("precision", field.precision), ("scale", field.scale)] {
        if number.is_some() {
            say(key, option(&number));
        }
    }
    if !field.generated.is_none() {
        let expression = texts(&field.generated);
        let generation = if field.is_virtual {
            quote!(Virtual)
        } else {
            quote!(Stored)
        };
        let generated = quote!(::migrate::desired::GeneratedModel {
            expression: #expression,
            generation: ::migrate::schema::Generation::#generation,
        });
        say("generated", option(&Some(generated)));
    }
    if !field.numbered.is_none() {
        let numbered = field.numbered.map(|it| match it {
            Numbered::Always => quote!(::migrate::schema::IdentityKind::Always),
            Numbered::ByDefault => quote!(::migrate::schema::IdentityKind::ByDefault),
            Numbered::AutoIncrement => quote!(::migrate::schema::IdentityKind::AutoIncrement),
        });
        say("numbered", numbered.to_token_stream());
    }
    if let Some(nullable) = field.nullable {
        let word = Ident::new(
            if nullable { "Nullable" } else { "NotNull" },
            Span::call_site(),
        );
        let said = quote!(::migrate::schema::attribute::Nullability::#word);
        say("said", option(&Some(said)));
    }
    if field.character_set.is_some() {
        say("character_set", option(&field.character_set));
    }
    if field.comment.0.is_some() {
        say("comment", option(&field.comment.0));
    }
    if field.renamed_from.is_some() {
        say("renamed_from", option(&field.renamed_from));
    }
    let plain = quote!(::migrate::desired::ColumnModel::new(#name, #data_type, #nullability));
    if said.is_empty() {
        plain
    } else {
        quote!(::migrate::desired::ColumnModel { #said ..#plain })
    }
}

/// The type and whether NULL is taken. Only where the type is not given for every dialect is the Rust type asked.
fn data_type(field: &Field) -> (TokenStream, TokenStream) {
    let rust = &field.rust_type;
    // An error of the type stands at the type.
    let span = rust.span();
    let fixed = |nullable: bool| {
        let word = Ident::new(if nullable { "Nullable" } else { "NotNull" }, span);
        quote!(::migrate::schema::attribute::Nullability::#word)
    };
    let custom = texts(&field.data_type);
    if let Some(json) = field.json.filter(|_| field.data_type.is_none()) {
        let nullable = field.nullable.unwrap_or(json == Json::Nullable);
        return (quote!(::migrate::desired::DataType::Json), fixed(nullable));
    }
    if field.data_type.is_complete() {
        let nullable = field.nullable.unwrap_or_else(|| field.is_option());
        return (
            quote!(::migrate::desired::DataType::Custom(#custom)),
            fixed(nullable),
        );
    }
    let of = of_rust_type(field);
    let nullability = match field.nullable {
        Some(nullable) => fixed(nullable),
        None => quote_spanned!(span=> #of::NULLABILITY),
    };
    if field.data_type.is_none() {
        return (quote_spanned!(span=> #of::TYPE), nullability);
    }
    (
        quote_spanned!(span=> ::migrate::desired::DataType::Partly(#custom, &#of::TYPE)),
        nullability,
    )
}

fn of_rust_type(field: &Field) -> TokenStream {
    let rust = &field.rust_type;
    quote_spanned!(rust.span()=> <#rust as ::migrate::desired::ColumnType>)
}

/// The Rust type, where it speaks for the column: nothing is said of its type, and the database does not make its values.
fn asked_for_defaults(field: &Field) -> Option<TokenStream> {
    let speaks = field.data_type.is_none()
        && field.json.is_none()
        && field.generated.is_none()
        && field.numbered.is_none();
    speaks.then(|| of_rust_type(field))
}

fn deferral(deferral: Deferral) -> TokenStream {
    match deferral {
        Deferral::Not => quote!(::migrate::schema::attribute::Deferral::NotDeferrable),
        Deferral::Immediate => quote!(::migrate::schema::attribute::Deferral::InitiallyImmediate),
        Deferral::Deferred => quote!(::migrate::schema::attribute::Deferral::InitiallyDeferred),
    }
}

fn nulls_distinct(not_distinct: bool) -> TokenStream {
    if not_distinct {
        quote!(::migrate::schema::attribute::NullsDistinct::NotDistinct)
    } else {
        quote!(::migrate::schema::attribute::NullsDistinct::Distinct)
    }
}

fn unique(key: &NamedKey) -> TokenStream {
    let (name, columns, dialects) = (&key.name, &key.columns, key.dialects);
    let nulls = nulls_distinct(key.nulls_not_distinct);
    let deferral = deferral(key.deferral);
    quote!(::migrate::desired::UniqueModel {
        name: #name,
        columns: &[#(#columns),*],
        nulls: #nulls,
        deferral: #deferral,
        dialects: ::migrate::desired::DialectSet::from_bits(#dialects),
    })
}

fn index(named: &NamedIndex) -> TokenStream {
    let (name, include, dialects) = (&named.name, &named.include, named.index.dialects);
    let method = option(&named.index.method);
    let predicate = option(&named.index.predicate);
    let nulls = nulls_distinct(named.index.nulls_not_distinct);
    let uniqueness = if named.index.unique {
        quote!(Unique)
    } else {
        quote!(NotUnique)
    };
    let parts = named
        .index
        .parts
        .iter()
        .zip(&named.columns)
        .map(|(part, column)| {
            let of = match (&part.of, column) {
                (PartOf::Expression(text), _) => quote!(Expression(#text)),
                (PartOf::Column(_), column) => quote!(Column(#column)),
            };
            let order = if part.descending {
                quote!(Descending)
            } else {
                quote!(Ascending)
            };
            let nulls = match part.nulls {
                Nulls::First if part.descending => quote!(Default),
                Nulls::Last if !part.descending => quote!(Default),
                Nulls::Default => quote!(Default),
                Nulls::First => quote!(First),
                Nulls::Last => quote!(Last),
            };
            let (prefix, class) = (option(&part.prefix), option(&part.operator_class));
            quote!(::migrate::desired::PartModel {
                of: ::migrate::desired::PartOf::#of,
                order: ::migrate::schema::Order::#order,
                nulls: ::migrate::schema::Nulls::#nulls,
                prefix: #prefix,
                operator_class: #class,
            })
        });
    quote!(::migrate::desired::IndexModel {
        name: #name,
        parts: &[#(#parts),*],
        uniqueness: ::migrate::schema::attribute::Uniqueness::#uniqueness,
        method: #method,
        include: &[#(#include),*],
        predicate: #predicate,
        nulls: #nulls,
        dialects: ::migrate::desired::DialectSet::from_bits(#dialects),
    })
}

fn foreign_key(named: &NamedForeignKey) -> TokenStream {
    let (name, columns) = (&named.name, &named.columns);
    let action = |action: Option<Action>| {
        let word = action.map(|action| {
            let word = match action {
                Action::NoAction => "NoAction",
                Action::Restrict => "Restrict",
                Action::Cascade => "Cascade",
                Action::SetNull => "SetNull",
                Action::SetDefault => "SetDefault",
            };
            let word = Ident::new(word, Span::call_site());
            quote!(::migrate::schema::Action::#word)
        });
        option(&word)
    };
    let (on_delete, on_update) = (action(named.key.on_delete), action(named.key.on_update));
    let deferral = deferral(named.key.deferral);
    let (references, referred) = match &named.key.references {
        Some(Reference::Model { model, fields }) => of_model(model, fields, columns.len()),
        Some(Reference::Table {
            schema,
            table,
            columns,
            span,
        }) => {
            let of = desired(*span, "TableName");
            let name = match schema {
                Some(schema) => quote!(#of {
                    schema: ::migrate::desired::PerDialect::all(#schema),
                    name: #table,
                }),
                None => quote!(#of::bare(#table)),
            };
            (name, quote!(&[#(#columns),*]))
        }
        // Without it there was an error, and nothing is made of the struct.
        None => (TokenStream::new(), TokenStream::new()),
    };
    quote!(::migrate::desired::ForeignKeyModel {
        name: #name,
        columns: &[#(#columns),*],
        references: #references,
        referred_columns: #referred,
        on_delete: #on_delete,
        on_update: #on_update,
        deferral: #deferral,
    })
}

/// The other model's name and columns, looked up while the application compiles.
fn of_model(
    model: &syn::Path,
    fields: &[super::parts::ColumnName],
    own: usize,
) -> (TokenStream, TokenStream) {
    let span = model.span();
    let shown = model.to_token_stream().to_string().replace(' ', "");
    let name = quote_spanned!(span=> <#model as ::migrate::Table>::NAME);
    let referred = match fields {
        [] if own == 1 => {
            let message = format!(
                "the primary key of `{shown}` is not of one column: name the field that is meant, `{shown}::id`"
            );
            let only = desired(span, "only_key");
            quote_spanned!(span=> &[#only::<#model>(#message)])
        }
        [] => quote_spanned!(span=> <#model as ::migrate::Table>::KEY),
        fields => {
            let columns = fields.iter().map(|field| {
                let message = format!("`{shown}` has no field `{}` that is a column", field.name);
                let (text, of) = (&field.name, desired(field.span, "column"));
                quote_spanned!(field.span=> #of::<#model>(#text, #message))
            });
            quote!(&[#(#columns),*])
        }
    };
    (name, referred)
}

fn options(table: &Table) -> TokenStream {
    let it = &table.container;
    let (strict, without_rowid) = (it.strict, it.without_rowid);
    let persistence = if it.unlogged {
        quote!(Unlogged)
    } else {
        quote!(Logged)
    };
    let [partition_by, engine, character_set, collation] = [
        &it.partition_by,
        &it.engine,
        &it.character_set,
        &it.collation,
    ]
    .map(option);
    quote!(::migrate::desired::OptionsModel {
        strict: #strict,
        without_rowid: #without_rowid,
        persistence: ::migrate::schema::attribute::Persistence::#persistence,
        partition_by: #partition_by,
        engine: #engine,
        character_set: #character_set,
        collation: #collation,
    })
}
