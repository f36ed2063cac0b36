//! What a declaration comes to: the schema of each dialect, and what does not fit together.

use migrate::desired::{DataType, PerDialect, Sql};
use migrate::schema::{Name, PartSource, attribute::Nullability};
use migrate::{ColumnType, Dialect, Models, Table};

#[derive(Table)]
#[allow(dead_code)]
struct Team {
    #[column(primary_key, auto_increment)]
    id: i64,
    #[column(unique, length = 40)]
    name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ColumnType, sqlx::Type)]
#[sqlx(type_name = "user_role", rename_all = "snake_case")]
#[allow(dead_code)]
enum Role {
    Member,
    TeamLead,
}

#[derive(Debug, ColumnType, sqlx::Type)]
#[sqlx(transparent)]
struct Email(String);

/// Whoever logs in.
#[derive(Table, sqlx::FromRow)]
#[table(name = "people", comment, renamed_from = "users")]
#[table(index(team_id, name desc, where = "active", dialects(sqlite, postgres)))]
#[table(index(
    columns("lower(name)"),
    name = "people_lower_name",
    unique,
    dialects(postgres)
))]
#[table(foreign_key(columns(boss), references = Person(id), on_delete = set_null))]
#[table(check(
    name = "people_name_check",
    "name <> ''",
    postgres = "length(name) > 0"
))]
#[allow(dead_code)]
struct Person {
    #[column(primary_key, auto_increment)]
    id: i64,
    #[column(references = Team::id, on_delete = cascade)]
    team_id: i64,
    boss: Option<i64>,
    #[sqlx(rename = "name")]
    #[column(length = 80)]
    full_name: String,
    #[column(unique, length(mysql = 255), renamed_from = "mail")]
    email: Option<Email>,
    #[column(default = true)]
    active: bool,
    #[column(default = "'member'")]
    role: Role,
    #[sqlx(skip)]
    greeting: String,
    #[column(skip)]
    nothing: std::marker::PhantomData<u8>,
}

static MODELS: Models = migrate::models![Person, Team];

fn column(dialect: Dialect, name: &str) -> migrate::schema::Column {
    let schema = MODELS
        .schema(dialect)
        .unwrap_or_else(|error| panic!("{error}"));
    let table = schema.tables.get(&Name::bare("people")).expect("the table");
    table.column(name).expect("the column").clone()
}

#[test]
fn types_are_those_of_the_dialect() {
    let cases = [
        ("id", ["INTEGER", "bigint", "bigint"]),
        ("name", ["TEXT", "varchar(80)", "varchar(80)"]),
        ("email", ["TEXT", "text", "varchar(255)"]),
        ("active", ["INTEGER", "boolean", "boolean"]),
        ("role", ["TEXT", "user_role", "enum('member', 'team_lead')"]),
    ];
    for (name, types) in cases {
        for (dialect, expected) in Dialect::ALL.into_iter().zip(types) {
            assert_eq!(
                column(dialect, name).data_type,
                expected,
                "{dialect} {name}"
            );
        }
    }
    assert_eq!(
        column(Dialect::Postgres, "email").nullability,
        Nullability::Nullable
    );
    assert_eq!(
        column(Dialect::Postgres, "name").nullability,
        Nullability::NotNull
    );
}

#[test]
fn a_table_is_called_as_its_struct_unless_it_says_otherwise() {
    assert_eq!(Team::NAME.name, "team");
    assert_eq!(Person::NAME.name, "people");
    let names: Vec<&str> = Person::MODEL.columns.iter().map(|it| it.name).collect();
    assert_eq!(
        names,
        ["id", "team_id", "boss", "name", "email", "active", "role"]
    );
}

#[test]
fn constraints_and_indexes_have_names_by_rule() {
    let schema = MODELS.schema(Dialect::Postgres).expect("a schema");
    let people = schema.tables.get(&Name::bare("people")).expect("the table");
    let names = |all: Vec<Option<&str>>| {
        all.into_iter()
            .flatten()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(
            people
                .foreign_keys
                .iter()
                .map(|it| it.name.as_deref())
                .collect()
        ),
        ["people_boss_fkey", "people_team_id_fkey"]
    );
    assert_eq!(
        names(people.uniques.iter().map(|it| it.name.as_deref()).collect()),
        ["people_email_key"]
    );
    assert_eq!(
        people
            .indexes
            .iter()
            .map(|it| it.name.as_str())
            .collect::<Vec<_>>(),
        ["people_lower_name", "people_team_id_name_idx"]
    );
    let lower = people.index("people_lower_name").expect("the index");
    assert_eq!(
        lower.parts[0].source,
        PartSource::Expression("lower(name)".to_owned())
    );
    assert_eq!(people.checks[0].expression, "length(name) > 0");
    assert_eq!(people.comment.as_deref(), Some("Whoever logs in."));
    // What names its dialects is nowhere else, and SQLite says of an enum what may stand there.
    let schema = MODELS.schema(Dialect::Sqlite).expect("a schema");
    let people = schema.tables.get(&Name::bare("people")).expect("the table");
    assert!(people.index("people_lower_name").is_none());
    let checks: Vec<&str> = people
        .checks
        .iter()
        .map(|it| it.expression.as_str())
        .collect();
    assert_eq!(checks, ["role IN ('member', 'team_lead')", "name <> ''"]);
    assert_eq!(people.comment, None);
}

#[test]
fn renames_are_those_of_the_structs() {
    assert_eq!(
        MODELS.renames(Dialect::Postgres).to_string(),
        "table users -> people; column people.mail -> people.email"
    );
}

// clippy takes two indexes with one column for one attribute that is there twice.
#[allow(clippy::duplicated_attributes)]
mod wrong {
    use migrate::Table;

    #[derive(Table)]
    #[table(
        name = "posts",
        index(title, name = "clash"),
        unique(slug, name = "clash")
    )]
    #[table(index(title, where = "slug <> ''"))]
    #[table(foreign_key(columns(blog), references = "blogs(id)"))]
    #[allow(dead_code)]
    struct Post {
        #[column(primary_key)]
        id: i64,
        title: String,
        slug: String,
        blog: i64,
        #[column(references = "peopel.id")]
        author: i32,
        #[column(references = "people.nam")]
        editor: i32,
        #[column(references = "people.active")]
        reviewer: bool,
        tiny: i8,
        tags: Vec<String>,
        price: Price,
        #[column(references = super::Person::id)]
        owner: i32,
    }

    #[derive(migrate::ColumnType)]
    #[column_type(type(postgres = "money"))]
    enum Price {}

    #[derive(Table)]
    #[table(name = "posts")]
    #[allow(dead_code)]
    struct Article {
        id: i64,
    }

    pub(super) static MODELS: migrate::Models =
        migrate::models![Post, Article, super::Person, super::Team];
}

#[test]
fn everything_that_does_not_fit_is_told_at_once() {
    let mut text = String::new();
    for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::Mariadb] {
        let errors = wrong::MODELS.schema(dialect).expect_err("errors");
        text.push_str(&format!("{errors}\n\n"));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn sql_beside_the_tables_that_cannot_be_read_is_an_error() {
    static BROKEN: Models =
        Models::new(&[]).with_sql(&[Sql::after(Dialect::Postgres, "CREATE VIEW v AS SELECT '")]);
    let error = BROKEN.sql(Dialect::Postgres).expect_err("an error");
    assert!(
        error
            .to_string()
            .contains("the SQL after the tables cannot be read"),
        "{error}"
    );
    assert_eq!(
        BROKEN.sql(Dialect::Sqlite).expect("nothing"),
        Vec::<String>::new()
    );
}

/// Said once, of the type; what a field says itself comes first.
#[test]
fn a_type_brings_its_default_along() {
    struct Now;

    impl ColumnType for Now {
        const TYPE: DataType = DataType::TimestampTz;
        const DEFAULT: PerDialect<&'static str> = PerDialect::all("(the_type)");
        const ON_ROW_UPDATE: PerDialect<&'static str> = PerDialect {
            mysql: Some("CURRENT_TIMESTAMP(6)"),
            ..PerDialect::NONE
        };
    }

    #[derive(ColumnType)]
    struct Newtype(#[allow(dead_code)] Now);

    #[derive(Table)]
    #[allow(dead_code)]
    struct Defaults {
        #[column(primary_key)]
        id: i64,
        plain: Now,
        boxed: Box<Newtype>,
        #[column(default = "(the_field)")]
        own: Newtype,
        optional: Option<Now>,
        #[column(generated = "id + 1")]
        computed: Now,
        #[column(type = "text")]
        typed: Now,
    }

    let columns = |name: &str| {
        let found = Defaults::MODEL.columns.iter().find(|it| it.name == name);
        let column = found.expect("a column");
        (column.default.sqlite, column.on_row_update.mysql)
    };
    let update = Some("CURRENT_TIMESTAMP(6)");
    for (name, expected) in [
        ("id", (None, None)),
        ("plain", (Some("(the_type)"), update)),
        ("boxed", (Some("(the_type)"), update)),
        ("own", (Some("(the_field)"), update)),
        ("optional", (None, None)),
        ("computed", (None, None)),
        ("typed", (None, None)),
    ] {
        assert_eq!(columns(name), expected, "{name}");
    }
}
