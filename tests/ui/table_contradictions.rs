//! What cannot be meant.

#[derive(migrate::Table)]
#[table(comment)]
struct Order {
    #[column(primary_key)]
    id: Option<i64>,
    #[column(on_delete = cascade)]
    customer: i64,
    #[column(virtual)]
    total: i64,
    #[column(generated = "total * 2", default = 0)]
    double: i64,
    #[column(scale = 2)]
    price: i64,
    #[column(type = "varchar(80)", length = 80)]
    note: String,
    #[column(skip, unique)]
    cached: String,
    #[sqlx(flatten)]
    address: String,
    #[column(unique, unique)]
    number: i64,
}

fn main() {}
