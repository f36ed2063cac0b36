//! Something else than a path.

const PATH: &str = "migrations";

static MIGRATIONS: migrate::Migrations = migrate::embed_migrations!(PATH);

fn main() {
    let _ = (&MIGRATIONS, PATH);
}
