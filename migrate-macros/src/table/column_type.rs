//! `#[derive(ColumnType)]`: of a newtype the type it holds, of an enum its labels.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DeriveInput, Fields, LitStr, Type};

use super::neighbours::{self, Case, OfContainer};
use super::values::{self, PerDialect, option};
use super::words::{Errors, of_attributes, unknown};

const KEYS: [&str; 5] = ["name", "schema", "rename_all", "text", "type"];

/// What was said of the type.
#[derive(Default)]
struct Said {
    name: Option<LitStr>,
    schema: Option<LitStr>,
    rename_all: Option<Case>,
    text: bool,
    data_type: PerDialect<String>,
}

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let sqlx = neighbours::of_container(&input.attrs, &mut errors);
    let said = read(&input, &mut errors);
    let (data_type, nullability) = match &input.data {
        _ if !said.data_type.is_none() => custom(&said, &input, &mut errors),
        Data::Struct(data) => newtype(&data.fields, &input, &mut errors),
        Data::Enum(data) => (enumeration(data, &said, &sqlx, &input, &mut errors), None),
        Data::Union(_) => {
            errors.at(
                &input.ident,
                "`ColumnType` can be derived for newtypes and for enums without fields",
            );
            (TokenStream::new(), None)
        }
    };
    // A newtype is what it holds, the defaults included.
    let defaults = match &input.data {
        Data::Struct(data) if said.data_type.is_none() => {
            data.fields.iter().next().map(|only| defaults(&only.ty))
        }
        _ => None,
    };
    let (generics, arguments, wheres) = input.generics.split_for_impl();
    let ident = &input.ident;
    let messages = errors.tokens();
    let (data_type, nullability, defaults) = if messages.is_some() {
        (quote!(::migrate::desired::DataType::Text), None, None)
    } else {
        (data_type, nullability, defaults)
    };
    let nullability = nullability
        .map(|it| quote!(const NULLABILITY: ::migrate::schema::attribute::Nullability = #it;));
    quote! {
        #messages
        #[automatically_derived]
        impl #generics ::migrate::desired::ColumnType for #ident #arguments #wheres {
            const TYPE: ::migrate::desired::DataType = #data_type;
            #nullability
            #defaults
        }
    }
}

fn defaults(inner: &Type) -> TokenStream {
    let of = quote_spanned!(inner.span()=> <#inner as ::migrate::desired::ColumnType>);
    let texts = quote!(::migrate::desired::PerDialect<&'static ::core::primitive::str>);
    quote_spanned! {inner.span()=>
        const DEFAULT: #texts = #of::DEFAULT;
        const ON_ROW_UPDATE: #texts = #of::ON_ROW_UPDATE;
    }
}

fn read(input: &DeriveInput, errors: &mut Errors) -> Said {
    let mut said = Said::default();
    for word in of_attributes(&input.attrs, "column_type", errors) {
        match word.name().as_str() {
            "name" => said.name = values::text(&word, errors),
            "schema" => said.schema = values::text(&word, errors),
            "rename_all" => {
                let text = values::text(&word, errors);
                said.rename_all = text.and_then(|text| Case::read(&text, errors));
            }
            "text" => said.text = values::flag(&word, errors),
            "type" => said.data_type = values::sql(&word, errors),
            _ => unknown(&word, "option of a column type", &KEYS, errors),
        }
    }
    said
}

/// `#[column_type(type(..))]`: the other dialects are those of the newtype.
fn custom(
    said: &Said,
    input: &DeriveInput,
    errors: &mut Errors,
) -> (TokenStream, Option<TokenStream>) {
    let words = &said.data_type;
    match &input.data {
        Data::Struct(data) if !words.is_complete() => {
            let (inner, nullability) = newtype(&data.fields, input, errors);
            (
                quote!(::migrate::desired::DataType::Partly(#words, &#inner)),
                nullability,
            )
        }
        _ => (quote!(::migrate::desired::DataType::Custom(#words)), None),
    }
}

fn newtype(
    fields: &Fields,
    input: &DeriveInput,
    errors: &mut Errors,
) -> (TokenStream, Option<TokenStream>) {
    let mut fields = fields.iter();
    let (Some(only), None) = (fields.next(), fields.next()) else {
        errors.at(&input.ident, "`ColumnType` can be derived for structs with one field; of others say `#[column_type(type = \"..\")]`");
        return (TokenStream::new(), None);
    };
    let inner: &Type = &only.ty;
    let of = quote_spanned!(inner.span()=> <#inner as ::migrate::desired::ColumnType>);
    (quote!(#of::TYPE), Some(quote!(#of::NULLABILITY)))
}

fn enumeration(
    data: &DataEnum,
    said: &Said,
    sqlx: &OfContainer,
    input: &DeriveInput,
    errors: &mut Errors,
) -> TokenStream {
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.at(
                variant,
                "a variant with fields is no label: `ColumnType` can be derived for enums without fields; of others say `#[column_type(type = \"..\")]`",
            );
        }
    }
    if data.variants.is_empty() {
        errors.at(&input.ident, "an enum without variants has no values");
    }
    // With a representation sqlx writes the number.
    if let Some(integer) = representation(input) {
        return quote!(<#integer as ::migrate::desired::ColumnType>::TYPE);
    }
    let rename_all = said.rename_all.or(sqlx.rename_all);
    let labels = data.variants.iter().map(|variant| {
        let own = variant.ident.unraw().to_string();
        let renamed = neighbours::of_field(&variant.attrs, errors).rename;
        renamed.map_or_else(
            || rename_all.map_or(own.clone(), |case| case.apply(&own)),
            |it| it.value(),
        )
    });
    let labels: Vec<String> = labels.collect();
    let rust_name = input.ident.unraw().to_string();
    let given = said.name.as_ref().or(sqlx.type_name.as_ref());
    let name = given.map_or_else(
        || migrate_core::model::desired::names::table(&rust_name),
        LitStr::value,
    );
    let schema = option(&said.schema);
    let model = quote!(&::migrate::desired::EnumModel {
        rust_name: #rust_name,
        schema: #schema,
        name: #name,
        labels: &[#(#labels),*],
    });
    if said.text {
        quote!(::migrate::desired::DataType::Labels(#model))
    } else {
        quote!(::migrate::desired::DataType::Enum(#model))
    }
}

/// `#[repr(i32)]`
fn representation(input: &DeriveInput) -> Option<Type> {
    let attribute = input.attrs.iter().find(|it| it.path().is_ident("repr"))?;
    let integer: Type = attribute.parse_args().ok()?;
    let name = quote!(#integer).to_string();
    let first = name.chars().next();
    (matches!(first, Some('i' | 'u')) && name[1..].parse::<u8>().is_ok()).then_some(integer)
}
