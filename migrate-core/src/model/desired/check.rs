//! What does not fit together in a list of models.

use std::collections::BTreeMap;

use super::convert::{is_in, primary_key_of};
use super::{
    ColumnModel, EnumModel, ForeignKeyModel, IndexModel, ModelError, PartOf, TableModel,
    UniqueModel,
};
use crate::model::schema::attribute::{Deferral, NullsDistinct};
use crate::model::schema::{Name, Nulls};
use crate::text::Dialect;

/// Everything that is wrong for a dialect, in the order of the list.
pub(super) fn check(models: &[&TableModel], dialect: Dialect) -> Vec<ModelError> {
    let mut check = Check {
        models,
        dialect,
        errors: Vec::new(),
        tables: BTreeMap::new(),
        names: BTreeMap::new(),
        enums: BTreeMap::new(),
    };
    for model in models {
        check.table(model);
    }
    for model in models {
        for key in model.foreign_keys {
            check.foreign_key(model, key);
        }
    }
    check.errors
}

struct Check<'m> {
    models: &'m [&'m TableModel],
    dialect: Dialect,
    errors: Vec<ModelError>,
    /// The struct of each table.
    tables: BTreeMap<Name, &'static str>,
    /// What has each name: the scope in which it must be the only one, and the table it belongs to.
    names: BTreeMap<(Scope, String), String>,
    enums: BTreeMap<(Option<&'static str>, &'static str), &'static EnumModel>,
}

/// Where a name must be the only one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    Table(Name),
    Schema(Option<String>),
}

impl Check<'_> {
    fn table(&mut self, model: &TableModel) {
        let name = model.name.of(self.dialect);
        if let Some(other) = self.tables.insert(name.clone(), model.rust_name) {
            self.errors.push(ModelError::DuplicateTable {
                table: name.to_string(),
                structs: [other, model.rust_name],
            });
            return;
        }
        if name.schema.is_some() && self.dialect != Dialect::Postgres {
            self.lacks(
                model,
                "a schema",
                "`schema(postgres = \"..\")` asks for it there alone",
            );
        }
        for column in model.columns {
            self.column(model, column);
        }
        let in_it = |it: &&UniqueModel| is_in(it.dialects, self.dialect);
        let uniques: Vec<&UniqueModel> = model.uniques.iter().filter(in_it).collect();
        for unique in uniques {
            self.unique(model, unique);
        }
        let in_it = |it: &&IndexModel| is_in(it.dialects, self.dialect);
        let indexes: Vec<&IndexModel> = model.indexes.iter().filter(in_it).collect();
        for index in indexes {
            self.index(model, index);
        }
        for key in model.foreign_keys {
            // On MySQL and MariaDB the names of foreign keys are those of the whole database.
            let scope = if self.dialect.is_mysql_family() {
                Scope::Schema(None)
            } else {
                Scope::Table(name.clone())
            };
            self.name(model, scope, &format!("foreign key {}", key.name), key.name);
        }
        for check in model.checks {
            if check.expression.get(self.dialect).is_some() {
                self.name(model, Scope::Table(name.clone()), check.name, check.name);
            }
        }
        if let Some(key) = model.primary_key {
            self.limited(model, key.columns, "the primary key");
        }
    }

    fn column(&mut self, model: &TableModel, column: &ColumnModel) {
        let measure = column.measure(self.dialect);
        if let Err(reason) = column.data_type.spelt(self.dialect, measure) {
            self.errors.push(ModelError::Type {
                table: model.shown(),
                column: column.name.to_owned(),
                reason,
            });
        }
        if let Some(own) = column.data_type.enumeration(self.dialect) {
            let known = self.enums.entry((own.schema, own.name)).or_insert(own);
            if known.labels != own.labels {
                self.errors.push(ModelError::DuplicateEnum {
                    name: own.name.to_owned(),
                    types: [known.rust_name, own.rust_name],
                });
            }
        }
    }

    fn unique(&mut self, model: &TableModel, unique: &UniqueModel) {
        let what = format!("the unique constraint {}", unique.name);
        self.relation_name(model, unique.name);
        self.limited(model, unique.columns, &what);
        if self.dialect == Dialect::Postgres {
            return;
        }
        let elsewhere = "`dialects(postgres)` asks for it there alone";
        if unique.nulls == NullsDistinct::NotDistinct {
            self.lacks(model, &format!("NULLS NOT DISTINCT in {what}"), elsewhere);
        }
        if unique.deferral != Deferral::NotDeferrable {
            self.lacks(model, &format!("DEFERRABLE in {what}"), elsewhere);
        }
    }

    fn index(&mut self, model: &TableModel, index: &IndexModel) {
        let what = format!("the index {}", index.name);
        self.relation_name(model, index.name);
        let whole = index.parts.iter().filter_map(|part| match part.of {
            PartOf::Column(name) if part.prefix.is_none() => Some(name),
            _ => None,
        });
        if !matches!(index.method, Some("fulltext")) {
            self.limited(model, &whole.collect::<Vec<_>>(), &what);
        }
        let (postgres, mysql) = (
            self.dialect == Dialect::Postgres,
            self.dialect.is_mysql_family(),
        );
        let asks = [
            (
                index.predicate.is_some() && mysql,
                "WHERE",
                "sqlite, postgres",
            ),
            (
                !index.include.is_empty() && !postgres,
                "INCLUDE",
                "postgres",
            ),
            (
                index.method.is_some() && self.dialect == Dialect::Sqlite,
                "USING",
                "postgres, mysql",
            ),
            (
                index.nulls == NullsDistinct::NotDistinct && !postgres,
                "NULLS NOT DISTINCT",
                "postgres",
            ),
            (
                index.parts.iter().any(|part| part.operator_class.is_some()) && !postgres,
                "an operator class",
                "postgres",
            ),
            (
                index.parts.iter().any(|part| part.nulls != Nulls::Default) && !postgres,
                "an order of NULLs",
                "postgres",
            ),
            (
                index.parts.iter().any(|part| part.prefix.is_some()) && !mysql,
                "the first characters of a column",
                "mysql",
            ),
        ];
        for (asked, word, dialects) in asks {
            if asked {
                let help = format!("`dialects({dialects})` asks for it there alone");
                self.lacks(model, &format!("{word} in {what}"), &help);
            }
        }
    }

    fn foreign_key(&mut self, model: &TableModel, key: &ForeignKeyModel) {
        let references = key.references.of(self.dialect);
        let shown = references.to_string();
        let Some(other) = self
            .models
            .iter()
            .find(|it| it.name.of(self.dialect) == references)
        else {
            let known = self.models.iter().map(|it| it.name.name);
            self.errors.push(ModelError::unknown_table(
                model.shown(),
                key.name,
                shown,
                known,
            ));
            return;
        };
        let referred = match key.referred_columns {
            [] => primary_key_of(&references, self.models, self.dialect),
            named => named,
        };
        let mut all_there = true;
        for column in referred {
            if !other.columns.iter().any(|it| it.name == *column) {
                all_there = false;
                let known = other.columns.iter().map(|it| it.name);
                self.errors.push(ModelError::unknown_column(
                    model.shown(),
                    key.name,
                    shown.clone(),
                    column,
                    known,
                ));
            }
        }
        if !all_there {
            return;
        }
        if referred.is_empty()
            || !self.is_key(other, referred)
            || referred.len() != key.columns.len()
        {
            self.errors.push(ModelError::NotAKey {
                table: model.shown(),
                foreign_key: key.name.to_owned(),
                references: format!("{shown} ({})", referred.join(", ")),
            });
            return;
        }
        if key.deferral != Deferral::NotDeferrable && self.dialect.is_mysql_family() {
            let what = format!("DEFERRABLE in the foreign key {}", key.name);
            self.lacks(
                model,
                &what,
                "MySQL and MariaDB check at once; leave the word out",
            );
        }
        self.same_types(model, key, other, referred);
        let what = format!("the foreign key {}", key.name);
        self.limited(model, key.columns, &what);
    }

    /// MySQL and MariaDB refuse a foreign key between types that differ.
    fn same_types(
        &mut self,
        model: &TableModel,
        key: &ForeignKeyModel,
        other: &TableModel,
        referred: &[&str],
    ) {
        if !self.dialect.is_mysql_family() {
            return;
        }
        let of = |model: &TableModel, name: &str| {
            let column = model.columns.iter().find(|it| it.name == name)?;
            let measure = column.measure(self.dialect);
            column.data_type.spelt(self.dialect, measure).ok()
        };
        let mut errors = Vec::new();
        for (own, referred) in key.columns.iter().zip(referred) {
            let (Some(here), Some(there)) = (of(model, own), of(other, referred)) else {
                continue;
            };
            // Strings may differ in length.
            let word = |text: &str| {
                text.split('(')
                    .next()
                    .unwrap_or_default()
                    .to_ascii_lowercase()
            };
            let same = here.eq_ignore_ascii_case(&there)
                || word(&here) == "varchar" && word(&there) == "varchar";
            if !same {
                errors.push(ModelError::TypesDiffer {
                    table: model.shown(),
                    column: [(*own).to_owned(), here],
                    references: [format!("{}.{referred}", other.name.name), there],
                });
            }
        }
        self.errors.extend(errors);
    }

    fn is_key(&self, model: &TableModel, columns: &[&str]) -> bool {
        let same = |key: &[&str]| {
            key.len() == columns.len() && key.iter().all(|column| columns.contains(column))
        };
        model.primary_key.is_some_and(|key| same(key.columns))
            || model
                .uniques
                .iter()
                .any(|unique| is_in(unique.dialects, self.dialect) && same(unique.columns))
    }

    /// Columns of a key or an index must have a greatest length on MySQL and MariaDB.
    fn limited(&mut self, model: &TableModel, columns: &[&str], key: &str) {
        for name in columns {
            let column = model.columns.iter().find(|it| it.name == *name);
            if column.is_some_and(|it| {
                it.data_type
                    .is_unlimited(self.dialect, it.measure(self.dialect))
            }) {
                let error = ModelError::NeedsLength {
                    table: model.shown(),
                    column: (*name).to_owned(),
                    key: key.to_owned(),
                };
                self.errors.push(error);
            }
        }
    }

    /// Indexes share the names of tables on SQLite and PostgreSQL; on MySQL and MariaDB each table has its own.
    fn relation_name(&mut self, model: &TableModel, name: &str) {
        let table = model.name.of(self.dialect);
        let scope = if self.dialect.is_mysql_family() {
            Scope::Table(table)
        } else {
            Scope::Schema(table.schema)
        };
        self.name(model, scope, name, name);
    }

    fn name(&mut self, model: &TableModel, scope: Scope, key: &str, name: &str) {
        if let Some(other) = self.names.insert((scope, key.to_owned()), model.shown()) {
            self.errors.push(ModelError::DuplicateName {
                name: name.to_owned(),
                tables: [other, model.shown()],
            });
        }
    }

    fn lacks(&mut self, model: &TableModel, what: &str, help: &str) {
        self.errors.push(ModelError::Lacks {
            table: model.shown(),
            what: format!("{what}, which {} lacks", self.dialect),
            help: help.to_owned(),
        });
    }
}
