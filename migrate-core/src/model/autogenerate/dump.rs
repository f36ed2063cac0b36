//! A schema as a script that makes it.

use super::Section;
use crate::model::diff::{Renames, diff};
use crate::model::render::{Options, RenderError, render};
use crate::model::schema::Schema;

/// The script that makes a schema out of nothing: the same text for the same schema, always.
///
/// ```
/// use migrate_core::model::autogenerate::dump;
/// use migrate_core::model::schema::Schema;
/// use migrate_core::text::Dialect;
///
/// assert_eq!(dump(&Schema::new(Dialect::Sqlite, "main")).unwrap(), "");
/// ```
///
/// # Errors
/// When there is something in it that the database has no statement for.
pub fn dump(schema: &Schema) -> Result<String, RenderError> {
    let mut nothing = Schema::new(schema.dialect, &schema.default_namespace);
    // What holds for the whole database is that of whoever made it.
    nothing.character_set.clone_from(&schema.character_set);
    nothing.collation.clone_from(&schema.collation);
    let changes = diff(&nothing, schema, &Renames::default());
    Ok(Section::of(&render(&changes, &Options::PLAIN)?).text)
}
