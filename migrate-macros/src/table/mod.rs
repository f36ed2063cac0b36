//! `#[derive(Table)]`: a struct becomes the constant that describes its table.
//!
//! | file | what |
//! |---|---|
//! | `words` | what stands in an attribute: keys, values, and what is said of unknown ones |
//! | `values` | the values that keys take |
//! | `parts` | columns in a key or an index |
//! | `container` | `#[table(..)]` |
//! | `field` | `#[column(..)]` |
//! | `reference` | the other side of a foreign key |
//! | `neighbours` | attributes of sqlx, and doc comments |
//! | `valid` | both together: names are looked up, what contradicts itself is refused |
//! | `tokens` | the constant |
//! | `column_type` | `#[derive(ColumnType)]` |

mod column_type;
mod container;
mod field;
mod neighbours;
mod parts;
mod reference;
mod tokens;
mod valid;
mod values;
mod words;

pub(crate) use column_type::expand as expand_column_type;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields};

use words::Errors;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let tokens = understand(&input, &mut errors);
    match (errors.tokens(), tokens) {
        (None, Some(tokens)) => tokens,
        (messages, _) => {
            // With an empty table in its place nothing else is reported.
            let dummy = tokens::dummy(&input);
            quote!(#messages #dummy)
        }
    }
}

fn understand(input: &DeriveInput, errors: &mut Errors) -> Option<TokenStream> {
    let Data::Struct(data) = &input.data else {
        errors.at(
            &input.ident,
            "`Table` can be derived for structs, whose fields are the columns",
        );
        return None;
    };
    let Fields::Named(fields) = &data.fields else {
        errors.at(
            &input.ident,
            "`Table` can be derived for structs with named fields, which are the columns",
        );
        return None;
    };
    if let Some(parameter) = input.generics.type_params().next() {
        errors.at(
            &parameter.ident,
            "a table has one set of columns: `Table` cannot be derived for a struct with type parameters",
        );
        return None;
    }
    let neighbours = neighbours::of_container(&input.attrs, errors);
    let container = container::read(&input.attrs, errors);
    let fields: Vec<field::Field> = fields
        .named
        .iter()
        .filter_map(|it| field::read(it, neighbours.rename_all, errors))
        .collect();
    let table = valid::table(input, container, fields, errors)?;
    Some(tokens::table(input, &table))
}
