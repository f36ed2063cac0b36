//! What is no table, and what is no column.

#[derive(migrate::Table)]
struct Pair(i64, i64);

#[derive(migrate::Table)]
enum Either {
    One,
    Other,
}

#[derive(migrate::Table)]
struct Page<T> {
    items: T,
}

#[derive(migrate::Table)]
struct Nothing {
    #[column(skip)]
    id: i64,
}

#[derive(migrate::Table)]
#[table = "users"]
struct Misspelt {
    #[column]
    id: i64,
}

#[derive(migrate::ColumnType)]
enum Shape {
    Circle,
    Square(i64),
}

#[derive(migrate::ColumnType)]
struct Point {
    x: i64,
    y: i64,
}

#[derive(migrate::ColumnType)]
#[column_type(rename_al = "snake_case", rename_all = "Snake")]
enum Case {
    One,
}

fn main() {}
