//! One struct for the schema, for sqlx, and with everything that a table can say.

use migrate::{ColumnType, Models, Table};

#[derive(ColumnType)]
#[allow(dead_code)]
struct TeamId(i64);

#[derive(Table)]
#[allow(dead_code)]
#[table(strict, comment = "who works together")]
struct Team {
    #[column(primary_key, auto_increment(postgres, mysql))]
    id: TeamId,
    /// What it is called
    #[column(comment, length(mysql = 80), collation(sqlite = "NOCASE"))]
    name: String,
}

#[derive(Table)]
#[allow(dead_code)]
#[table(
    name = "events",
    schema(postgres = "audit"),
    unlogged,
    primary_key(team, at)
)]
#[table(index("lower(note)", at desc nulls last, name = "events_note", dialects(postgres)))]
#[table(index(columns(note(20)), using = "fulltext", dialects(mysql)))]
struct Event<'a> {
    #[column(references(Team::id, on_delete = cascade, name = "events_team"))]
    team: TeamId,
    at: i64,
    #[column(type(mysql = "TEXT"))]
    note: &'a str,
    #[column(type = "point")]
    place: Option<std::ops::Range<u8>>,
    r#type: [u8; 16],
    #[column(generated = "at + 1", virtual)]
    next: i64,
}

static MODELS: Models = migrate::models![Team, Event<'static>];

#[test]
fn a_table_says_all_it_can() {
    assert_eq!(MODELS.tables().len(), 2);
    assert_eq!(<Event<'_> as Table>::KEY, ["team", "at"]);
    assert_eq!(<Event<'_> as Table>::MODEL.columns[4].name, "type");
}
