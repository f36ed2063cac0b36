//! A list of models as SQL: what a throw-away database is made of.

use super::hints::with_hints;
use super::{ModelError, ModelErrors, Models, Place};
use crate::model::diff::{Renames, diff};
use crate::model::render::{Options, render};
use crate::model::schema::Schema;
use crate::text::Dialect;

impl Models {
    /// The statements that make the tables in an empty database, with those that stand beside them, in an order in which
    /// they can be run and without terminators.
    ///
    /// # Errors
    /// As [`schema`](Self::schema), and when the SQL beside the tables cannot be read.
    ///
    /// ```
    /// use migrate_core::model::desired::{Models, Sql};
    /// use migrate_core::text::Dialect;
    ///
    /// static MODELS: Models = Models::new(&[])
    ///     .with_sql(&[Sql::after(Dialect::Sqlite, "CREATE VIEW one AS SELECT 1; CREATE VIEW two AS SELECT 2;")]);
    /// assert_eq!(MODELS.sql(Dialect::Sqlite).unwrap().len(), 2);
    /// ```
    pub fn sql(&self, dialect: Dialect) -> Result<Vec<String>, ModelErrors> {
        let before = self.beside(dialect, Place::Before);
        let after = self.beside(dialect, Place::After);
        let tables = self.schema(dialect).and_then(|schema| create(&schema));
        match (before, tables, after) {
            (Ok(before), Ok(tables), Ok(after)) => {
                Ok(before.into_iter().chain(tables).chain(after).collect())
            }
            (before, tables, after) => Err(ModelErrors {
                dialect,
                errors: [before.err(), tables.err(), after.err()]
                    .into_iter()
                    .flatten()
                    .flat_map(|it| it.errors)
                    .collect(),
            }),
        }
    }

    /// The statements as one file, `schema.sql`: each with its terminator, and with a line `-- was: old_name` above what
    /// [`renames`](Self::renames) speaks of.
    ///
    /// # Errors
    /// As [`sql`](Self::sql).
    pub fn script(&self, dialect: Dialect) -> Result<String, ModelErrors> {
        let renames = self.renames(dialect);
        let statements = self.sql(dialect)?;
        Ok(statements
            .iter()
            .map(|sql| format!("{};\n", with_hints(sql, &renames, dialect)))
            .collect())
    }

    /// What `renamed_from` says of tables and columns. A rename that is done names nothing any more and does no harm.
    pub fn renames(&self, dialect: Dialect) -> Renames {
        let mut renames = Renames::default();
        for model in self.tables() {
            let name = model.name.of(dialect);
            if let Some(old) = model.renamed_from {
                let mut before = name.clone();
                before.name = old.to_owned();
                renames.table(before, name.clone());
            }
            for column in model.columns {
                if let Some(old) = column.renamed_from {
                    renames.column(name.clone(), old, column.name);
                }
            }
        }
        renames
    }
}

/// A schema from nothing, in the plain form.
fn create(schema: &Schema) -> Result<Vec<String>, ModelErrors> {
    let empty = Schema::new(schema.dialect, schema.default_namespace.clone());
    let changes = diff(&empty, schema, &Renames::default());
    match render(&changes, &Options::PLAIN) {
        Ok(statements) => Ok(statements.into_iter().map(|it| it.sql).collect()),
        Err(error) => Err(ModelErrors {
            dialect: schema.dialect,
            errors: vec![ModelError::Render {
                message: error.to_string(),
            }],
        }),
    }
}
