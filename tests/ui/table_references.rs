//! Fields, tables and types that are not there.

#[derive(migrate::Table)]
struct Team {
    #[column(primary_key)]
    id: i64,
    #[column(primary_key)]
    part: i64,
}

struct Plain {
    id: i64,
}

#[derive(migrate::Table)]
struct User {
    #[column(primary_key)]
    id: i64,
    #[column(references = Team::idd)]
    team_id: i64,
    #[column(references = Team)]
    other_team: i64,
    #[column(references = Plain::id)]
    plain_id: i64,
    settings: std::collections::HashMap<String, String>,
}

fn main() {}
