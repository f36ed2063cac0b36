//! What `migrate.toml` may say, what is said about mistakes, and where it is found.

use crate::project::texts;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{
    Config, Dotenv, Environment, LintLevel, Policy, Protection, Recursion, Search, Timezone, Url,
    display,
};
use crate::model::set::{Ahead, HeadsPolicy};
use crate::text::{Dialect, DialectSet};

#[test]
fn every_key() {
    let text = r#"
dotenv = true
[migrations]
dirs = ["migrations", "billing/migrations/"]
recursive = true
dialects = ["postgres", "mysql"]
table = "revisions"
schema = "app"
file_template = "{revision}_{slug}"
slug_length = 20
timezone = "Europe/Berlin"
heads = "many"
drafts = "allow"
[schema]
files = { postgres = "schema.sql", mysql = ["tables.sql", "views.sql"] }
include = ["app_*"]
exclude = ["*_tmp"]
schemas = ["billing"]
dump = "migrations/schema.sql"
[startup]
auto = false
auto_env = "APP_MIGRATE"
limit = "2m"
wait = true
require_head = true
ahead = "refuse"
cancel_at_limit = true
[timeouts]
connect = 5
run_lock = "1h"
ddl_lock = "50ms"
statement = "30 s"
[lints]
policy = "no-breakage"
drop-column = "warn"
[environments.production]
url = { env = "PROD_DATABASE_URL" }
protected = true
backup = "/var/backups/app"
[environments.dev]
auto = true
url = "postgres://jo@localhost/app"
[hooks]
post_write = [["sqlfluff", "fix", "{file}"]]
"#;
    let (config, findings) = Config::parse("migrate.toml", text);
    assert_eq!(texts(&findings), "");
    let migrations = &config.migrations;
    assert_eq!(migrations.dirs, ["migrations", "billing/migrations"]);
    assert_eq!(migrations.recursion, Recursion::Recursive);
    assert_eq!(
        migrations.dialects,
        DialectSet::one(Dialect::Postgres).with(Dialect::Mysql)
    );
    assert_eq!(
        (migrations.table.as_str(), migrations.schema.as_deref()),
        ("revisions", Some("app"))
    );
    assert_eq!(migrations.slug_length, 20);
    assert_eq!(
        migrations.timezone,
        Timezone::Named("Europe/Berlin".to_owned())
    );
    assert_eq!(migrations.heads, HeadsPolicy::Many);
    let schema = &config.schema;
    assert_eq!(schema.files.of(Dialect::Postgres), ["schema.sql"]);
    assert_eq!(
        schema.files.of(Dialect::Mariadb),
        ["tables.sql", "views.sql"]
    );
    assert!(schema.files.of(Dialect::Sqlite).is_empty());
    assert_eq!(
        (&schema.include[0], &schema.exclude[0]),
        (&"app_*".to_owned(), &"*_tmp".to_owned())
    );
    assert_eq!(schema.schemas.as_deref(), Some(&["billing".to_owned()][..]));
    assert_eq!(schema.dump.of(Dialect::Sqlite), ["migrations/schema.sql"]);
    assert!(!config.startup.auto && config.startup.wait && config.startup.require_head);
    assert_eq!(config.startup.limit, Duration::from_secs(120));
    assert_eq!(config.startup.ahead, Ahead::Refuse);
    assert_eq!(config.timeouts.connect, Duration::from_secs(5));
    assert_eq!(config.timeouts.run_lock, Duration::from_secs(3600));
    assert_eq!(config.timeouts.ddl_lock, Duration::from_millis(50));
    assert_eq!(config.timeouts.statement, Some(Duration::from_secs(30)));
    assert_eq!(config.lints.policy, Policy::NoBreakage);
    assert_eq!(
        config.lints.rules.get("drop-column"),
        Some(&LintLevel::Warn)
    );
    let production = Environment {
        url: Some(Url::Env("PROD_DATABASE_URL".to_owned())),
        protection: Protection::Protected,
        backup: Some("/var/backups/app".to_owned()),
    };
    assert_eq!(config.environments.get("production"), Some(&production));
    assert_eq!(
        config.startup.auto_in,
        [("dev".to_owned(), true)].into_iter().collect()
    );
    assert_eq!(config.dotenv, Dotenv::Read(".env".to_owned()));
    assert_eq!(config.post_write, [["sqlfluff", "fix", "{file}"]]);
    assert_eq!(config.settings().table, "revisions");
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(
        Config::parse("migrate.toml", ""),
        (Config::default(), vec![])
    );
}

#[test]
fn every_mistake_has_a_frame() {
    let text = r#"table = "x"
dotenv = 3
[migration]
[migrations]
dialect = ["sqlite"]
dialects = ["sqlit"]
dirs = []
recursive = "yes"
table = "public.revisions"
file_template = "{rev}_{slug}"
slug_length = 0
heads = "two"
[startup]
limit = "soon"
ahead = 1
[lints]
drop-column = "fatal"
[environments.production]
url = "postgres://jo:secret@db/app"
protekted = true
[environments.staging]
url = { var = "X" }
[environments.test]
auto = "no"
url = "mysql://db/app?password=secret"
[hooks]
post_write = ["sqlfluff fix"]
"#;
    let (config, findings) = Config::parse("migrate.toml", text);
    let said = texts(&findings);
    assert!(!said.contains("secret"), "{said}");
    assert!(!format!("{config:?}").contains("secret"));
    insta::assert_snapshot!(said);
}

/// Whatever [`every_mistake_has_a_frame`] has no room for: each key can be wrong in one way only.
#[test]
fn every_other_mistake_has_a_frame() {
    let text = r#"
[migrations]
dirs = ["a", "a/", 1]
dialects = "sqlite"
table = "1st"
schema = ""
file_template = "{slug"
slug_length = 201
timezone = 1
heads = 2
drafts = "maybe"
recursive = 1.5
[startup]
auto = 1
auto_env = "postgres://db/app"
limit = -1
ahead = "sometimes"
[timeouts]
connect = 99999999999
run_lock = "1 week"
ddl_lock = [5]
statement = true
[lints]
policy = "strict"
[environments]
dev = "postgres://db/app"
[environments.a]
url = 5432
[environments.b]
url = {}
[environments.c]
url = { env = "" }
protected = "yes"
[hooks]
post_write = [["prettier"], [], 5, ["a", 1]]
"#;
    let (_, findings) = Config::parse("migrate.toml", text);
    insta::assert_snapshot!(texts(&findings));
    let (_, findings) = Config::parse(
        "migrate.toml",
        "timeouts = 5\nhooks = []\nlints = 1\nenvironments = [1]\n",
    );
    insta::assert_snapshot!("sections_that_are_none", texts(&findings));
}

#[test]
fn every_mistake_of_the_schema_has_a_frame() {
    let text = r#"
files = ["schema.sql"]
[schema]
file = "schema.sql"
files = { sqlit = "a.sql", postgres = 3, mysql = ["schema.sql", ""] }
include = "app_*"
schemas = [1]
dump = { mysql = "schema.sql", sqlite = ["a.sql"] }
"#;
    let (_, findings) = Config::parse("migrate.toml", text);
    insta::assert_snapshot!(texts(&findings));
}

#[test]
fn broken_toml_has_a_frame() {
    let (_, findings) = Config::parse("migrate.toml", "[migrations]\ndirs = [\"a\"\ntable = 1\n");
    let (_, masked) = Config::parse(
        "migrate.toml",
        "[environments.a]\nurl = \"postgres://jo:secret@db/app\n",
    );
    assert!(
        texts(&masked).contains("jo:******@db") && !texts(&masked).contains("secret"),
        "{}",
        texts(&masked)
    );
    insta::assert_snapshot!(texts(&findings));
}

/// Name, tree, where the search starts, the directory that is given, the file that is found.
type Case = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
);

/// A tree of files; a name that ends in `/` is a directory.
fn tree(names: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in names {
        let path = dir.path().join(name);
        if name.ends_with('/') {
            fs::create_dir_all(&path).expect("a directory");
        } else {
            fs::create_dir_all(path.parent().unwrap_or(&path)).expect("a directory");
            fs::write(&path, text).expect("a file");
        }
    }
    dir
}

#[test]
fn where_the_file_is_found() {
    const WORKSPACE: &str = "[workspace]\nmembers = []\n";
    let cases: [Case; 6] = [
        (
            "upwards from the start",
            &[("migrate.toml", ""), ("a/b/", "")],
            "a/b",
            None,
            Some("migrate.toml"),
        ),
        (
            "the nearest one",
            &[("migrate.toml", ""), ("a/migrate.toml", ""), ("a/b/", "")],
            "a/b",
            None,
            Some("a/migrate.toml"),
        ),
        (
            "not above the workspace root",
            &[
                ("migrate.toml", ""),
                ("w/Cargo.toml", WORKSPACE),
                ("w/a/", ""),
            ],
            "w/a",
            None,
            None,
        ),
        (
            "not above the git checkout",
            &[("migrate.toml", ""), ("w/.git/", ""), ("w/a/", "")],
            "w/a",
            None,
            None,
        ),
        (
            "the workspace counts before git",
            &[
                ("Cargo.toml", WORKSPACE),
                ("migrate.toml", ""),
                ("w/.git/", ""),
                ("w/a/", ""),
            ],
            "w/a",
            None,
            Some("migrate.toml"),
        ),
        (
            "upwards from the directory that is given",
            &[
                (".git/", ""),
                ("db/migrate.toml", ""),
                ("db/migrations/", ""),
                ("a/migrate.toml", ""),
            ],
            "a",
            Some("../db/migrations"),
            Some("db/migrate.toml"),
        ),
    ];
    for (name, files, start, dir, expected) in cases {
        let tree = tree(files);
        let project = Search::from(tree.path().join(start))
            .dir(dir)
            .find_config()
            .expect(name);
        assert_eq!(
            project.config_file,
            expected.map(|path| tree.path().join(path)),
            "{name}"
        );
    }
}

#[test]
fn directories_are_relative_to_the_file_or_looked_for() {
    let tree = tree(&[
        (".git/", ""),
        ("migrations/", ""),
        ("app/src/", ""),
        ("other.toml", "[migrations]\ndirs = [\"migrations\"]\n"),
    ]);
    let start = tree.path().join("app/src");
    let found = Search::from(&start).find().expect("looked for upwards");
    assert_eq!(
        (found.root.as_path(), &*found.dirs),
        (tree.path(), &[tree.path().join("migrations")][..])
    );
    let found = Search::from(&start)
        .config(Some("../../other.toml"))
        .find()
        .expect("given");
    assert_eq!(found.dirs, [tree.path().join("migrations")]);
    let missing = Search::from(&start)
        .config(Some("nothing.toml"))
        .find()
        .expect_err("there is none");
    assert!(
        texts(&missing).contains("cannot read the configuration: no such file"),
        "{}",
        texts(&missing)
    );
    let missing = Search::from(&start)
        .dir(Some("db"))
        .find()
        .expect_err("there is none");
    insta::assert_snapshot!(texts(&missing));
}

#[test]
fn a_missing_directory_lists_the_places_tried() {
    let tree = tree(&[(".git/", ""), ("app/", "")]);
    let missing = Search::from(tree.path().join("app"))
        .find()
        .expect_err("there is none");
    insta::assert_snapshot!(texts(&missing));
}

#[test]
fn paths_in_messages() {
    let cases = [
        ("/a/b", "/a/b/c.sql", "c.sql"),
        ("/a/b", "/a/c.sql", "../c.sql"),
        ("/a/b", "/a/./b/../d/c.sql", "../d/c.sql"),
        ("/a/b", "/a/b", "."),
        ("/a/b/c/d", "/x/y.sql", "/x/y.sql"),
    ];
    for (base, path, expected) in cases {
        assert_eq!(display(Path::new(base), Path::new(path)), expected);
    }
}
