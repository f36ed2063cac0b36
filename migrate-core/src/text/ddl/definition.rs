//! What a table or an index is made of, read from the statement that SQLite keeps of it.
//!
//! SQLite's pragmas tell columns, keys and indexes, and lose the rest: names of constraints, checks, collations, what a
//! generated column is computed from, when a foreign key is checked. All of that is in the text.

use super::cursor::Cursor;
use super::name::Name;
use crate::text::Dialect;
use crate::text::sql::without_comments_around;

/// What a `CREATE TABLE` of SQLite says beyond what the pragmas tell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableDefinition {
    /// Its columns.
    pub columns: Vec<ColumnDefinition>,
    /// Its constraints, those written at a column too, in their order.
    pub constraints: Vec<Constraint>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: String,
    /// Its collation.
    pub collation: Option<String>,
    /// What it is computed from, without the parentheses.
    pub generated: Option<String>,
    /// The `ON CONFLICT` of its `NOT NULL`.
    pub not_null_conflict: Option<String>,
}

/// A constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// Its name.
    pub name: Option<String>,
    /// The column it was written at.
    pub column: Option<String>,
    /// What it says.
    pub kind: ConstraintKind,
}

/// What a constraint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey {
        /// Its parts.
        parts: Vec<Part>,
        /// Whether it is `AUTOINCREMENT`.
        autoincrement: bool,
        /// `ON CONFLICT`.
        on_conflict: Option<String>,
    },
    /// `UNIQUE`.
    Unique {
        /// Its parts.
        parts: Vec<Part>,
        /// `ON CONFLICT`.
        on_conflict: Option<String>,
    },
    /// `CHECK`: the expression without the parentheses.
    Check(String),
    /// `REFERENCES`.
    ForeignKey(Reference),
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The columns.
    pub columns: Vec<String>,
    /// The other table.
    pub table: Name,
    /// The columns there; none for its primary key.
    pub referred: Vec<String>,
    /// `ON UPDATE`, in upper case.
    pub on_update: Option<String>,
    /// `ON DELETE`, in upper case.
    pub on_delete: Option<String>,
    /// `MATCH`, in upper case.
    pub match_type: Option<String>,
    /// `DEFERRABLE`, and whether `INITIALLY DEFERRED`.
    pub deferrable: Option<bool>,
}

/// A part of a key or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The column, or the expression, without collation and order.
    pub text: String,
    /// The column, if it is one.
    pub column: Option<String>,
    /// `COLLATE`.
    pub collation: Option<String>,
    /// Whether `DESC`.
    pub descending: bool,
}

/// What a `CREATE INDEX` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexDefinition {
    /// Its parts.
    pub parts: Vec<Part>,
    /// What stands behind `WHERE`.
    pub predicate: Option<String>,
}

/// A `CREATE VIRTUAL TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// The module.
    pub name: String,
    /// What stands in its parentheses.
    pub arguments: String,
}

const COLUMN_CONSTRAINTS: [&str; 11] = [
    "CONSTRAINT",
    "PRIMARY",
    "NOT",
    "NULL",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "COLLATE",
    "REFERENCES",
    "GENERATED",
    "AS",
];

/// Reads a `CREATE TABLE` of SQLite; `None` when it is none with a list of columns.
///
/// ```
/// use migrate_core::text::ddl::table_definition;
///
/// let table = table_definition("CREATE TABLE t (a INT CONSTRAINT positive CHECK (a > 0))").unwrap();
/// assert_eq!(table.constraints[0].name.as_deref(), Some("positive"));
/// ```
pub fn table_definition(statement: &str) -> Option<TableDefinition> {
    let mut cursor = Cursor::new(statement, Dialect::Sqlite);
    if !cursor.take_keyword("CREATE") {
        return None;
    }
    cursor.take_one_of(&["TEMP", "TEMPORARY"]);
    if !cursor.take_keyword("TABLE") {
        return None;
    }
    cursor.take_words(&["IF", "NOT", "EXISTS"]);
    cursor.name()?;
    if !cursor.take('(') {
        return None;
    }
    let mut table = TableDefinition::default();
    while !cursor.at_end() && !cursor.is_punct(')') {
        let place = cursor.place();
        if !table_constraint(&mut cursor, &mut table) {
            column(&mut cursor, &mut table);
        }
        cursor.take(',');
        if cursor.place() == place {
            cursor.skip();
        }
    }
    Some(table)
}

/// A constraint of the table; `false` when the item is a column.
fn table_constraint(cursor: &mut Cursor<'_>, table: &mut TableDefinition) -> bool {
    const BEGINNINGS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
    if !cursor.is_one_of(&BEGINNINGS) {
        return false;
    }
    let mut name = None;
    while !cursor.at_end() && !cursor.is_punct(',') && !cursor.is_punct(')') {
        if cursor.take_keyword("CONSTRAINT") {
            name = cursor.identifier();
        } else if cursor.take_words(&["PRIMARY", "KEY"]) {
            let (parts, autoincrement) = parts(cursor);
            let on_conflict = on_conflict(cursor);
            let kind = ConstraintKind::PrimaryKey {
                parts,
                autoincrement,
                on_conflict,
            };
            table.push(name.take(), None, kind);
        } else if cursor.take_keyword("UNIQUE") {
            let (parts, _) = parts(cursor);
            let on_conflict = on_conflict(cursor);
            table.push(
                name.take(),
                None,
                ConstraintKind::Unique { parts, on_conflict },
            );
        } else if cursor.take_keyword("CHECK") {
            let check = ConstraintKind::Check(group(cursor).unwrap_or_default());
            table.push(name.take(), None, check);
            on_conflict(cursor);
        } else if cursor.take_words(&["FOREIGN", "KEY"]) {
            let columns = names(cursor);
            if cursor.take_keyword("REFERENCES")
                && let Some(reference) = reference(cursor, columns)
            {
                table.push(name.take(), None, ConstraintKind::ForeignKey(reference));
            }
        } else {
            cursor.skip();
        }
    }
    true
}

fn column(cursor: &mut Cursor<'_>, table: &mut TableDefinition) {
    let Some(column) = cursor.identifier() else {
        cursor.skip_item();
        return;
    };
    // The type.
    while !cursor.at_end()
        && !cursor.is_punct(',')
        && !cursor.is_punct(')')
        && !cursor.is_one_of(&COLUMN_CONSTRAINTS)
    {
        if cursor.skip_group().is_none() {
            cursor.skip();
        }
    }
    let mut definition = ColumnDefinition {
        name: column.clone(),
        ..ColumnDefinition::default()
    };
    let here = || Some(column.clone());
    let mut name = None;
    while !cursor.at_end() && !cursor.is_punct(',') && !cursor.is_punct(')') {
        if cursor.take_keyword("CONSTRAINT") {
            name = cursor.identifier();
            continue;
        }
        if cursor.take_words(&["PRIMARY", "KEY"]) {
            let descending = cursor.take_keyword("DESC");
            cursor.take_keyword("ASC");
            let on_conflict = on_conflict(cursor);
            let autoincrement = cursor.take_keyword("AUTOINCREMENT");
            let parts = vec![Part {
                descending,
                ..Part::column(&column)
            }];
            let kind = ConstraintKind::PrimaryKey {
                parts,
                autoincrement,
                on_conflict,
            };
            table.push(name.take(), here(), kind);
        } else if cursor.take_words(&["NOT", "NULL"]) {
            definition.not_null_conflict = on_conflict(cursor);
        } else if cursor.take_keyword("NULL") {
            on_conflict(cursor);
        } else if cursor.take_keyword("UNIQUE") {
            let on_conflict = on_conflict(cursor);
            let parts = vec![Part::column(&column)];
            table.push(
                name.take(),
                here(),
                ConstraintKind::Unique { parts, on_conflict },
            );
        } else if cursor.take_keyword("CHECK") {
            let check = ConstraintKind::Check(group(cursor).unwrap_or_default());
            table.push(name.take(), here(), check);
        } else if cursor.take_keyword("DEFAULT") {
            if cursor.skip_group().is_none() {
                let _ = cursor.take('-') || cursor.take('+');
                cursor.skip();
            }
        } else if cursor.take_keyword("COLLATE") {
            definition.collation = cursor.identifier();
        } else if cursor.take_keyword("REFERENCES") {
            if let Some(reference) = reference(cursor, vec![column.clone()]) {
                table.push(name.take(), here(), ConstraintKind::ForeignKey(reference));
            }
        } else if cursor.take_words(&["GENERATED", "ALWAYS"]) {
            continue;
        } else if cursor.take_keyword("AS") {
            definition.generated = group(cursor);
            cursor.take_one_of(&["STORED", "VIRTUAL"]);
        } else {
            cursor.skip();
        }
        name = None;
    }
    table.columns.push(definition);
}

/// After `REFERENCES`.
fn reference(cursor: &mut Cursor<'_>, columns: Vec<String>) -> Option<Reference> {
    let mut reference = Reference {
        columns,
        table: cursor.name()?,
        referred: names(cursor),
        on_update: None,
        on_delete: None,
        match_type: None,
        deferrable: None,
    };
    loop {
        if cursor.take_words(&["ON", "DELETE"]) {
            reference.on_delete = action(cursor);
        } else if cursor.take_words(&["ON", "UPDATE"]) {
            reference.on_update = action(cursor);
        } else if cursor.take_words(&["ON", "INSERT"]) {
            action(cursor);
        } else if cursor.take_keyword("MATCH") {
            reference.match_type = cursor.take_word();
        } else if cursor.take_words(&["NOT", "DEFERRABLE"]) {
            initially(cursor);
        } else if cursor.take_keyword("DEFERRABLE") {
            reference.deferrable = Some(initially(cursor));
        } else {
            return Some(reference);
        }
    }
}

/// Whether `INITIALLY DEFERRED` follows.
fn initially(cursor: &mut Cursor<'_>) -> bool {
    let deferred = cursor.take_words(&["INITIALLY", "DEFERRED"]);
    cursor.take_words(&["INITIALLY", "IMMEDIATE"]);
    deferred
}

fn action(cursor: &mut Cursor<'_>) -> Option<String> {
    let first = cursor.take_word()?;
    if matches!(first.as_str(), "SET" | "NO") {
        let second = cursor.take_word()?;
        return Some(format!("{first} {second}"));
    }
    Some(first)
}

fn on_conflict(cursor: &mut Cursor<'_>) -> Option<String> {
    if cursor.take_words(&["ON", "CONFLICT"]) {
        cursor.take_word()
    } else {
        None
    }
}

/// What stands in parentheses, without the comments at its ends.
fn group(cursor: &mut Cursor<'_>) -> Option<String> {
    let range = cursor.skip_group()?;
    let text = cursor.slice(range);
    let inner = text.strip_prefix('(')?;
    let inner = inner.strip_suffix(')').unwrap_or(inner);
    Some(without_comments_around(inner, Dialect::Sqlite).to_owned())
}

/// Names in parentheses.
fn names(cursor: &mut Cursor<'_>) -> Vec<String> {
    let mut names = Vec::new();
    if cursor.take('(') {
        while let Some(name) = cursor.identifier() {
            names.push(name);
            cursor.skip_item();
            if !cursor.take(',') {
                break;
            }
        }
        cursor.take(')');
    }
    names
}

/// The parts of a key in parentheses, and whether one of them is `AUTOINCREMENT`.
fn parts(cursor: &mut Cursor<'_>) -> (Vec<Part>, bool) {
    let mut parts = Vec::new();
    let mut autoincrement = false;
    if cursor.take('(') {
        while !cursor.at_end() && !cursor.is_punct(')') {
            let range = cursor.skip_item();
            let (part, auto) = part(cursor.slice(range));
            parts.push(part);
            autoincrement |= auto;
            if !cursor.take(',') {
                break;
            }
        }
        cursor.take(')');
    }
    (parts, autoincrement)
}

/// One part: an expression, then perhaps `COLLATE`, an order and `AUTOINCREMENT`.
fn part(text: &str) -> (Part, bool) {
    let mut cursor = Cursor::new(text, Dialect::Sqlite);
    let mut end = 0;
    let mut part = Part::column("");
    let mut autoincrement = false;
    part.column = cursor.identifier().filter(|_| {
        cursor.at_end() || cursor.is_one_of(&["COLLATE", "ASC", "DESC", "AUTOINCREMENT"])
    });
    if part.column.is_none() {
        cursor.back_to(0);
    } else {
        end = cursor.taken_to();
    }
    while !cursor.at_end() {
        if cursor.take_keyword("COLLATE") {
            part.collation = cursor.identifier();
        } else if cursor.take_keyword("DESC") {
            part.descending = true;
        } else if cursor.take_keyword("ASC") {
        } else if cursor.take_keyword("AUTOINCREMENT") {
            autoincrement = true;
        } else {
            // What came before belongs to the expression after all.
            part.collation = None;
            if cursor.skip_group().is_none() {
                cursor.skip();
            }
            end = cursor.taken_to();
        }
    }
    part.text = text[..end].trim().to_owned();
    (part, autoincrement)
}

/// Reads a `CREATE INDEX` of SQLite; `None` when it is none.
pub fn index_definition(statement: &str) -> Option<IndexDefinition> {
    let mut cursor = Cursor::new(statement, Dialect::Sqlite);
    if !cursor.take_keyword("CREATE") {
        return None;
    }
    cursor.take_keyword("UNIQUE");
    if !cursor.take_keyword("INDEX") {
        return None;
    }
    cursor.take_words(&["IF", "NOT", "EXISTS"]);
    cursor.name()?;
    if !cursor.take_keyword("ON") {
        return None;
    }
    cursor.name()?;
    let (parts, _) = parts(&mut cursor);
    let predicate = cursor
        .take_keyword("WHERE")
        .then(|| cursor.rest().trim().to_owned());
    Some(IndexDefinition { parts, predicate })
}

/// Reads a `CREATE VIRTUAL TABLE`; `None` when it is none.
pub fn virtual_table(statement: &str) -> Option<Module> {
    let mut cursor = Cursor::new(statement, Dialect::Sqlite);
    if !cursor.take_words(&["CREATE", "VIRTUAL", "TABLE"]) {
        return None;
    }
    cursor.take_words(&["IF", "NOT", "EXISTS"]);
    cursor.name()?;
    if !cursor.take_keyword("USING") {
        return None;
    }
    let name = cursor.identifier()?;
    let arguments = group(&mut cursor).unwrap_or_default();
    Some(Module { name, arguments })
}

/// What a `CREATE VIEW` shows: the columns it names, and its query; `None` when it is none.
pub fn view_query(statement: &str, dialect: Dialect) -> Option<(Vec<String>, String)> {
    let mut cursor = Cursor::new(statement, dialect);
    if !cursor.take_keyword("CREATE") || !cursor.skip_past("VIEW") {
        return None;
    }
    cursor.take_words(&["IF", "NOT", "EXISTS"]);
    cursor.name()?;
    let columns = names(&mut cursor);
    if !cursor.skip_past("AS") {
        return None;
    }
    Some((columns, cursor.rest().trim().to_owned()))
}

impl TableDefinition {
    fn push(&mut self, name: Option<String>, column: Option<String>, kind: ConstraintKind) {
        self.constraints.push(Constraint { name, column, kind });
    }
}

impl Part {
    fn column(name: &str) -> Self {
        Self {
            text: name.to_owned(),
            column: Some(name.to_owned()),
            collation: None,
            descending: false,
        }
    }
}

#[cfg(test)]
mod tests {
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
        let module =
            virtual_table("CREATE VIRTUAL TABLE notes USING fts5(body, tokenize = 'porter')");
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
}
