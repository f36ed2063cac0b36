//! Names that name nothing, and names that are there twice.

#[derive(migrate::Table)]
#[table(index(titel), unique(slug, slug), primary_key(id))]
#[table(foreign_key(columns(autor), references = "users(id)"))]
#[table(check(name = "a_name_that_is_so_long_that_postgresql_would_cut_it_and_nobody_would_know", "slug <> ''"))]
struct Post {
    #[column(primary_key)]
    id: i64,
    title: String,
    slug: String,
    author: i64,
    #[column(name = "author")]
    writer: i64,
    #[sqlx(rename = "body")]
    #[column(name = "text")]
    content: String,
}

fn main() {}
