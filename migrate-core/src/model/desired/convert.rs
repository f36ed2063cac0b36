//! A list of models as a schema.

use super::data_type::bare;
use super::{
    ColumnModel, DataType, ForeignKeyModel, IndexModel, OptionsModel, PartModel, PartOf,
    TableModel, UniqueModel, names,
};
use crate::model::schema::attribute::Nullability;
use crate::model::schema::{
    Action, Check, Column, EnumType, ForeignKey, Generated, Identity, Index, IndexMethod, KeyPart,
    Name, Namespace, PrimaryKey, Schema, SequenceOptions, Table, TableOptions, Unique,
};
use crate::text::{Dialect, DialectSet};

/// The models have been checked: what cannot be written here was an error there.
pub(super) fn convert(models: &[&TableModel], dialect: Dialect) -> Schema {
    let default_namespace = match dialect {
        Dialect::Sqlite => "main",
        Dialect::Postgres => "public",
        Dialect::Mysql | Dialect::Mariadb => "",
    };
    let mut schema = Schema::new(dialect, default_namespace);
    for model in models {
        let table = table(model, models, dialect);
        if let Some(name) = &table.name.schema {
            schema.namespaces.insert(Namespace {
                name: name.clone(),
                comment: None,
            });
        }
        schema.tables.insert(table);
        if dialect == Dialect::Postgres {
            schema.enums.extend(enums(model));
        }
    }
    schema
}

/// Whether something that names dialects is there in this one.
pub(super) fn is_in(dialects: DialectSet, dialect: Dialect) -> bool {
    dialects.is_empty()
        || dialects.contains(dialect)
        || dialect.fallback().is_some_and(|of| dialects.contains(of))
}

fn table(model: &TableModel, models: &[&TableModel], dialect: Dialect) -> Table {
    let mut table = Table::new(dialect, model.name.of(dialect));
    table.columns = model
        .columns
        .iter()
        .map(|it| Column {
            nullability: nullability(model, it, dialect),
            ..column(it, dialect)
        })
        .collect();
    table.primary_key = model.primary_key.map(|key| PrimaryKey {
        name: key
            .name
            .filter(|_| !dialect.is_mysql_family())
            .map(str::to_owned),
        parts: key.columns.iter().copied().map(KeyPart::column).collect(),
        ..PrimaryKey::default()
    });
    let uniques = model
        .uniques
        .iter()
        .filter(|it| is_in(it.dialects, dialect));
    if dialect.is_mysql_family() {
        table.indexes.extend(uniques.map(unique_index));
    } else {
        table.uniques = uniques.map(unique).collect();
    }
    let indexes = model
        .indexes
        .iter()
        .filter(|it| is_in(it.dialects, dialect));
    table.indexes.extend(indexes.map(index));
    table.foreign_keys = model
        .foreign_keys
        .iter()
        .map(|it| foreign_key(it, models, dialect))
        .collect();
    table.checks = checks(model, dialect);
    if dialect != Dialect::Sqlite {
        table.comment = model.comment.map(str::to_owned);
    }
    table.options = options(&model.options, table.options);
    table.uniques.sort();
    table.indexes.sort();
    table.foreign_keys.sort();
    table.checks.sort();
    table
}

fn column(model: &ColumnModel, dialect: Dialect) -> Column {
    let owned = |text: Option<&'static str>| text.map(str::to_owned);
    let data_type = model.data_type.spelt(dialect, model.measure(dialect));
    let data_type = data_type.unwrap_or_default();
    let mysql = dialect.is_mysql_family();
    let identity = model.numbered.get(dialect).map(|kind| Identity {
        kind,
        sequence: (dialect == Dialect::Postgres).then(|| SequenceOptions::of(&data_type)),
    });
    let generated = model.generated.and_then(|generated| {
        Some(Generated {
            expression: generated.expression.get(dialect)?.to_owned(),
            generation: generated.generation,
        })
    });
    Column {
        default: owned(model.default.get(dialect)),
        generated,
        identity,
        character_set: owned(model.character_set.filter(|_| mysql)),
        collation: owned(model.collation.get(dialect)),
        on_update: owned(model.on_row_update.get(dialect).filter(|_| mysql)),
        comment: owned(model.comment.filter(|_| dialect != Dialect::Sqlite)),
        ..Column::new(model.name, data_type)
    }
}

fn unique(model: &UniqueModel) -> Unique {
    Unique {
        name: Some(model.name.to_owned()),
        parts: model.columns.iter().copied().map(KeyPart::column).collect(),
        nulls: model.nulls,
        deferral: model.deferral,
        ..Unique::default()
    }
}

/// On MySQL and MariaDB a unique constraint is an index and nothing else.
fn unique_index(model: &UniqueModel) -> Index {
    Index {
        uniqueness: crate::model::schema::attribute::Uniqueness::Unique,
        ..Index::new(model.name, model.columns.iter().copied())
    }
}

fn index(model: &IndexModel) -> Index {
    Index {
        name: model.name.to_owned(),
        parts: model.parts.iter().map(part).collect(),
        uniqueness: model.uniqueness,
        method: model
            .method
            .map_or_else(IndexMethod::default, IndexMethod::read),
        include: model.include.iter().map(|&it| it.to_owned()).collect(),
        predicate: model.predicate.map(str::to_owned),
        nulls: model.nulls,
        ..Index::default()
    }
}

fn part(model: &PartModel) -> KeyPart {
    KeyPart {
        order: model.order,
        nulls: model.nulls,
        prefix: model.prefix,
        operator_class: model.operator_class.map(str::to_owned),
        ..match model.of {
            PartOf::Column(name) => KeyPart::column(name),
            PartOf::Expression(text) => KeyPart::expression(text),
        }
    }
}

fn foreign_key(model: &ForeignKeyModel, models: &[&TableModel], dialect: Dialect) -> ForeignKey {
    let references: Name = model.references.of(dialect);
    let referred = match model.referred_columns {
        [] => primary_key_of(&references, models, dialect),
        named => named,
    };
    let owned = |columns: &[&str]| columns.iter().map(|&it| it.to_owned()).collect();
    // MariaDB tells the two apart, and takes the other one when nothing is said.
    let unsaid = match dialect {
        Dialect::Mariadb => Action::Restrict,
        _ => Action::NoAction,
    };
    ForeignKey {
        name: Some(model.name.to_owned()),
        on_delete: model.on_delete.unwrap_or(unsaid),
        on_update: model.on_update.unwrap_or(unsaid),
        deferral: model.deferral,
        ..ForeignKey::new(owned(model.columns), references, owned(referred))
    }
}

/// The columns that a foreign key means when it names none.
pub(super) fn primary_key_of(
    table: &Name,
    models: &[&TableModel],
    dialect: Dialect,
) -> &'static [&'static str] {
    let model = models.iter().find(|it| it.name.of(dialect) == *table);
    model
        .and_then(|it| it.primary_key)
        .map_or(&[], |key| key.columns)
}

/// The checks of columns, then those of the table, then those that stand for an enum.
fn checks(model: &TableModel, dialect: Dialect) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut at_column = |column: &ColumnModel, expression: String| {
        checks.push(match dialect {
            Dialect::Postgres => Check {
                name: Some(names::check(model.name.name, column.name)),
                expression,
                ..Check::default()
            },
            // What stands at a column has the name of the column on MariaDB; MySQL gives it one.
            Dialect::Mysql | Dialect::Mariadb => Check {
                name: Some(column.name.to_owned()),
                expression,
                column: Some(column.name.to_owned()),
                ..Check::default()
            },
            Dialect::Sqlite => Check {
                expression,
                column: Some(column.name.to_owned()),
                ..Check::default()
            },
        });
    };
    for column in model.columns {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(column.check.get(dialect).map(str::to_owned));
        parts.extend(of_enum(column, dialect));
        match parts.len() {
            0 => {}
            1 => at_column(column, parts.remove(0)),
            _ => {
                let parts: Vec<String> = parts.iter().map(|part| format!("({part})")).collect();
                at_column(column, parts.join(" AND "));
            }
        }
    }
    for check in model.checks {
        if let Some(expression) = check.expression.get(dialect) {
            checks.push(Check {
                name: Some(check.name.to_owned()),
                expression: expression.to_owned(),
                ..Check::default()
            });
        }
    }
    checks
}

/// Where there are no enums a check says what may stand there.
fn of_enum(column: &ColumnModel, dialect: Dialect) -> Option<String> {
    let model = match column.data_type.on(dialect) {
        DataType::Labels(model) => model,
        DataType::Enum(model) if dialect == Dialect::Sqlite => model,
        _ => return None,
    };
    let list = model.list(dialect);
    Some(format!("{} IN ({list})", bare(column.name, dialect)))
}

/// The enum types that a table needs on PostgreSQL.
fn enums(model: &TableModel) -> impl Iterator<Item = EnumType> + '_ {
    model.columns.iter().filter_map(|column| {
        let model = column.data_type.enumeration(Dialect::Postgres)?;
        let name = Name {
            schema: model.schema.map(str::to_owned),
            name: model.name.to_owned(),
        };
        Some(EnumType::new(name, model.labels.iter().copied()))
    })
}

fn options(model: &OptionsModel, defaults: TableOptions) -> TableOptions {
    match defaults {
        TableOptions::Sqlite(mut it) => {
            it.strict = model.strict;
            it.without_rowid = model.without_rowid;
            TableOptions::Sqlite(it)
        }
        TableOptions::Postgres(mut it) => {
            it.persistence = model.persistence;
            it.partition_by = model.partition_by.map(str::to_owned);
            TableOptions::Postgres(it)
        }
        TableOptions::Mysql(mut it) => {
            it.engine = model.engine.unwrap_or("InnoDB").to_owned();
            it.character_set = model.character_set.map(str::to_owned);
            it.collation = model.collation.map(str::to_owned);
            TableOptions::Mysql(it)
        }
    }
}

/// A column of a primary key never takes NULL, whatever its type says. On SQLite the one that numbers itself needs no word
/// for it, and is written as people write it: `id INTEGER PRIMARY KEY`.
fn nullability(model: &TableModel, column: &ColumnModel, dialect: Dialect) -> Nullability {
    let Some(key) = model.primary_key else {
        return column.nullability;
    };
    if !key.columns.contains(&column.name) {
        return column.nullability;
    }
    let data_type = column.data_type.spelt(dialect, column.measure(dialect));
    let is_rowid = dialect == Dialect::Sqlite
        && key.columns == [column.name]
        && !model.options.without_rowid
        && data_type.is_ok_and(|it| it.eq_ignore_ascii_case("INTEGER"));
    match (is_rowid, column.said) {
        (true, None) => Nullability::Nullable,
        _ => Nullability::NotNull,
    }
}
