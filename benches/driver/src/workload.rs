//! One workload in the layout of every contender: N migrations in groups of four, each with a way back.
//!
//! 1. a table with a foreign key to the table of the group before, and an index;
//! 2. a NOT NULL column and an index;
//! 3. three rows and an update;
//! 4. a column, filled with a text that holds a `;`, and an index.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::project::config::Search;
use migrate_core::project::write::{LockOptions, lock};
use migrate_core::text::{Dialect, DialectSet};

use crate::Outcome;
use crate::databases::Kind;

/// One migration.
struct Migration {
    name: String,
    up: Vec<String>,
    down: Vec<String>,
}

const NAMES: [&str; 5] = ["orders", "invoice", "customer", "ticket", "shipment"];

fn table(group: usize) -> String {
    format!("{}_{group:04}", NAMES[group % NAMES.len()])
}

fn migration(kind: Kind, place: usize) -> Migration {
    let group = place / 4;
    let table = table(group);
    let (text, on) = match kind {
        Kind::Mysql => ("VARCHAR(200)", format!(" ON {table}")),
        Kind::Sqlite | Kind::Postgres => ("TEXT", String::new()),
    };
    let drop_index = |name: &str| format!("DROP INDEX {name}{on}");
    match place % 4 {
        0 => {
            let key = group.checked_sub(1).map(|before| {
                format!(
                    ",\n    CONSTRAINT {table}_fk FOREIGN KEY (parent_id) REFERENCES {} (id)",
                    self::table(before)
                )
            });
            Migration {
                name: format!("create_{table}"),
                up: vec![
                    format!(
                        "CREATE TABLE {table} (\n    id INTEGER NOT NULL PRIMARY KEY,\n    parent_id INTEGER,\n    name {text} NOT NULL{}\n)",
                        key.unwrap_or_default()
                    ),
                    format!("CREATE INDEX {table}_name ON {table} (name)"),
                ],
                down: vec![format!("DROP TABLE {table}")],
            }
        }
        1 => Migration {
            name: format!("add_status_to_{table}"),
            up: vec![
                format!("ALTER TABLE {table} ADD COLUMN status {text} NOT NULL DEFAULT 'new'"),
                format!("CREATE INDEX {table}_status ON {table} (status)"),
            ],
            down: vec![
                drop_index(&format!("{table}_status")),
                format!("ALTER TABLE {table} DROP COLUMN status"),
            ],
        },
        2 => Migration {
            name: format!("seed_{table}"),
            up: vec![
                format!(
                    "INSERT INTO {table} (id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three')"
                ),
                format!("UPDATE {table} SET status = 'seeded' WHERE id < 3"),
            ],
            down: vec![format!("DELETE FROM {table} WHERE id <= 3")],
        },
        _ => Migration {
            name: format!("add_note_to_{table}"),
            up: vec![
                format!("ALTER TABLE {table} ADD COLUMN note {text}"),
                format!("UPDATE {table} SET note = 'first; then second'"),
                format!("CREATE INDEX {table}_note ON {table} (note)"),
            ],
            down: vec![
                drop_index(&format!("{table}_note")),
                format!("ALTER TABLE {table} DROP COLUMN note"),
            ],
        },
    }
}

fn sql(statements: &[String]) -> String {
    statements
        .iter()
        .map(|statement| format!("{statement};\n"))
        .collect()
}

/// The workload on disk.
pub struct Workload {
    root: PathBuf,
    pub count: usize,
}

impl Workload {
    /// Writes the workload for a database below a directory; what is there already is taken as it is.
    pub fn write(root: &Path, kind: Kind, count: usize) -> Outcome<Self> {
        let root = root.join(format!("{}-{count}", kind.name()));
        let workload = Self { root, count };
        if workload.root.join("complete").exists() {
            return Ok(workload);
        }
        let _ = fs::remove_dir_all(&workload.root);
        let migrations: Vec<Migration> = (0..count).map(|place| migration(kind, place)).collect();
        for folder in ["ours/migrations", "sqlx", "refinery", "diesel"] {
            fs::create_dir_all(workload.root.join(folder))?;
        }
        for (place, migration) in migrations.iter().enumerate() {
            workload.write_peers(place, migration)?;
            workload.write_ours(place, migration)?;
        }
        workload.write_raw(kind, &migrations)?;
        workload.lock_ours(kind)?;
        fs::write(workload.root.join("complete"), "")?;
        Ok(workload)
    }

    fn write_peers(&self, place: usize, migration: &Migration) -> Outcome<()> {
        let version = 20_200_101_000_000 + place;
        let (name, up, down) = (&migration.name, sql(&migration.up), sql(&migration.down));
        fs::write(self.path(&format!("sqlx/{version}_{name}.up.sql")), &up)?;
        fs::write(self.path(&format!("sqlx/{version}_{name}.down.sql")), &down)?;
        fs::write(
            self.path(&format!("refinery/V{}__{name}.sql", place + 1)),
            &up,
        )?;
        let folder = self.path(&format!("diesel/{version}_{name}"));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("up.sql"), up)?;
        Ok(fs::write(folder.join("down.sql"), down)?)
    }

    fn write_ours(&self, place: usize, migration: &Migration) -> Outcome<()> {
        let id = |place: usize| {
            format!(
                "{:012x}",
                (place as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16
            )
        };
        let parent = place.checked_sub(1).map_or("none".to_owned(), id);
        let mut text = format!(
            "-- {}\n--\n-- revision: {}\n-- down_revision: {parent}\n",
            migration.name.replace('_', " "),
            id(place)
        );
        let _ = write!(
            text,
            "\n-- migrate:up\n{}\n-- migrate:down\n{}",
            sql(&migration.up),
            sql(&migration.down)
        );
        let path = self.path(&format!(
            "ours/migrations/{place:05}_{}_{}.sql",
            id(place),
            migration.name
        ));
        Ok(fs::write(path, text)?)
    }

    fn lock_ours(&self, kind: Kind) -> Outcome<()> {
        let root = self.path("ours");
        fs::write(
            root.join("migrate.toml"),
            format!("[migrations]\ndialects = [\"{}\"]\n", kind.name()),
        )?;
        let said = |findings: Vec<_>| {
            findings
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        };
        let project = Search::from(&root)
            .dir(Some("migrations"))
            .find()
            .map_err(said)?;
        let options = LockOptions {
            dialects: DialectSet::one(kind.dialect()),
            ..LockOptions::default()
        };
        lock(&project, &options)
            .map(drop)
            .map_err(|findings| said(findings).into())
    }

    /// The database's own client: each migration and its history row in one transaction.
    fn write_raw(&self, kind: Kind, migrations: &[Migration]) -> Outcome<()> {
        let begin = if kind == Kind::Mysql {
            "START TRANSACTION"
        } else {
            "BEGIN"
        };
        let mut up = "CREATE TABLE history (version VARCHAR(20) NOT NULL PRIMARY KEY, name VARCHAR(200) NOT NULL, \
                      applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);\n"
            .to_owned();
        let mut down = String::new();
        let mut single = format!("{up}{begin};\n");
        for (place, migration) in migrations.iter().enumerate() {
            let body = sql(&migration.up);
            let row = format!(
                "INSERT INTO history (version, name) VALUES ('{place:08}', '{}');\n",
                migration.name
            );
            let _ = write!(up, "{begin};\n{body}{row}COMMIT;\n");
            let _ = write!(single, "{body}{row}");
        }
        for (place, migration) in migrations.iter().enumerate().rev() {
            let body = sql(&migration.down);
            let _ = write!(
                down,
                "{begin};\n{body}DELETE FROM history WHERE version = '{place:08}';\nCOMMIT;\n"
            );
        }
        fs::write(self.path("raw.up.sql"), up)?;
        fs::write(self.path("raw.single.sql"), single + "COMMIT;\n")?;
        Ok(fs::write(self.path("raw.down.sql"), down)?)
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// How many tables there are after all of it.
    pub fn tables(&self) -> usize {
        self.count.div_ceil(4)
    }
}

impl Kind {
    fn dialect(self) -> Dialect {
        match self {
            Kind::Sqlite => Dialect::Sqlite,
            Kind::Postgres => Dialect::Postgres,
            Kind::Mysql => Dialect::Mysql,
        }
    }
}
