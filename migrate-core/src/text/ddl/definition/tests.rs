//! What is read from the statements that SQLite keeps.

use super::*;

fn constraints(statement: &str) -> Vec<Constraint> {
    table_definition(statement).expect("a table").constraints
}

#[test]
fn what_pragmas_lose() {
    let table = table_definition(
        "CREATE TABLE \"order\" (
            id INTEGER CONSTRAINT pk PRIMARY KEY DESC ON CONFLICT REPLACE AUTOINCREMENT,
            name VARCHAR(10) NOT NULL ON CONFLICT IGNORE COLLATE NOCASE DEFAULT ('a,)') CHECK (name <> ')'), -- why
            total NUMERIC(10, 2) GENERATED ALWAYS AS (price * (1 + tax)) STORED,
            price AS (1),
            \"check\" TEXT DEFAULT -1 UNIQUE,
            CONSTRAINT both UNIQUE (name COLLATE BINARY, total DESC) ON CONFLICT ABORT,
            CHECK (total > 0)
         ) STRICT",
    )
    .expect("a table");
    let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["id", "name", "total", "price", "check"]);
    assert_eq!(table.columns[1].collation.as_deref(), Some("NOCASE"));
    assert_eq!(
        table.columns[1].not_null_conflict.as_deref(),
        Some("IGNORE")
    );
    assert_eq!(
        table.columns[2].generated.as_deref(),
        Some("price * (1 + tax)")
    );
    assert_eq!(table.columns[3].generated.as_deref(), Some("1"));
    let said: Vec<String> = table
        .constraints
        .iter()
        .map(|it| format!("{:?} {:?} {:?}", it.name, it.column, it.kind))
        .collect();
    assert_eq!(table.constraints.len(), 5, "{said:#?}");
    assert!(
        matches!(&table.constraints[0].kind, ConstraintKind::PrimaryKey { parts, autoincrement: true, on_conflict: Some(conflict) }
        if parts[0].descending && conflict == "REPLACE"),
        "{said:#?}"
    );
    assert_eq!(
        table.constraints[1].kind,
        ConstraintKind::Check("name <> ')'".to_owned())
    );
    assert_eq!(table.constraints[2].column.as_deref(), Some("check"));
    assert!(
        matches!(&table.constraints[3].kind, ConstraintKind::Unique { parts, .. }
        if parts[0].collation.as_deref() == Some("BINARY") && parts[1].descending),
        "{said:#?}"
    );
    assert_eq!(table.constraints[3].name.as_deref(), Some("both"));
    assert_eq!(
        table.constraints[4].kind,
        ConstraintKind::Check("total > 0".to_owned())
    );
}

#[test]
fn foreign_keys() {
    let found = constraints(
        "CREATE TABLE t (a REFERENCES u ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED NOT NULL, b, c,
         CONSTRAINT fk FOREIGN KEY (b, c) REFERENCES v (x, y) ON UPDATE CASCADE MATCH FULL NOT DEFERRABLE)",
    );
    let reference = |place: usize| match &found[place].kind {
        ConstraintKind::ForeignKey(reference) => reference.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(reference(0).on_delete.as_deref(), Some("SET NULL"));
    assert_eq!(reference(0).deferrable, Some(true));
    assert!(reference(0).referred.is_empty());
    assert_eq!(found[1].name.as_deref(), Some("fk"));
    assert_eq!(reference(1).columns, ["b", "c"]);
    assert_eq!(reference(1).referred, ["x", "y"]);
    assert_eq!(reference(1).match_type.as_deref(), Some("FULL"));
    assert_eq!(reference(1).deferrable, None);
}

#[test]
fn comments_at_the_ends_of_an_expression_are_no_part_of_it() {
    let found = constraints("CREATE TABLE t (a CHECK ( -- why\n a > /* b */ 0 -- not\n))");
    assert_eq!(
        found[0].kind,
        ConstraintKind::Check("a > /* b */ 0".to_owned())
    );
}

#[test]
fn a_key_of_the_table_may_count() {
    let found = constraints("CREATE TABLE t (id INTEGER, PRIMARY KEY (id AUTOINCREMENT))");
    assert!(
        matches!(&found[0].kind, ConstraintKind::PrimaryKey { autoincrement: true, parts, .. }
        if parts[0].column.as_deref() == Some("id"))
    );
}

#[test]
fn indexes() {
    let index = index_definition(
        "CREATE UNIQUE INDEX i ON t (a COLLATE NOCASE DESC, lower(b) || 'x', \"c d\") WHERE a > 0 AND b IS NULL",
    )
    .expect("an index");
    let parts: Vec<(&str, Option<&str>)> = index
        .parts
        .iter()
        .map(|it| (it.text.as_str(), it.column.as_deref()))
        .collect();
    assert_eq!(
        parts,
        [
            ("a", Some("a")),
            ("lower(b) || 'x'", None),
            ("\"c d\"", Some("c d"))
        ]
    );
    assert_eq!(index.parts[0].collation.as_deref(), Some("NOCASE"));
    assert_eq!(index.predicate.as_deref(), Some("a > 0 AND b IS NULL"));
}

#[test]
fn virtual_tables_and_views() {
    let module = virtual_table("CREATE VIRTUAL TABLE notes USING fts5(body, tokenize = 'porter')");
    assert_eq!(
        module.map(|it| it.arguments).as_deref(),
        Some("body, tokenize = 'porter'")
    );
    let view = view_query(
        "CREATE TEMP VIEW IF NOT EXISTS v (a, b) AS SELECT 1, 2",
        Dialect::Sqlite,
    );
    assert_eq!(
        view,
        Some((
            vec!["a".to_owned(), "b".to_owned()],
            "SELECT 1, 2".to_owned()
        ))
    );
}
