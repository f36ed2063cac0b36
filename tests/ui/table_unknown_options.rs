//! Options that do not exist, and values that are none.

#[derive(migrate::Table)]
#[table(nmae = "users", strict = true, indx(name), index(name, uniqe), check("name <> ''"))]
#[table(foreign_key(columns(id), references = Team(id), on_delte = cascade))]
struct User {
    #[column(primry_key)]
    id: i64,
    #[column(defualt = "''", length = "80")]
    name: String,
    #[column(default(postgers = "now()"))]
    created_at: String,
    #[column(references = "teams.id", on_delete = cascad)]
    team_id: i64,
    #[column(on_row_update = "now()")]
    updated_at: String,
    #[column(unique = true, index(order))]
    email: String,
}

#[derive(migrate::Table)]
struct Team {
    id: i64,
}

fn main() {}
