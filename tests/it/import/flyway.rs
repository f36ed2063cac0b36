//! Flyway by other names than the usual ones, and its baselines.

use super::written::written;
use crate::cli::{Project, assert_screen};

/// The files of one team, whose names a configuration explains.
fn renamed() -> Project {
    let project = Project::empty();
    for (file, text) in [
        (
            "db_1--create_people.psql",
            "CREATE TABLE people (id INTEGER, city TEXT DEFAULT '#[city]');\n",
        ),
        (
            "db_1.1--index.sql",
            "CREATE INDEX people_city ON people (city);\n",
        ),
        ("back_1.1--index.sql", "DROP INDEX people_city;\n"),
        (
            "again--people_view.sql",
            "CREATE VIEW v AS SELECT id, '#[unknown]' AS x FROM people;\n",
        ),
        ("afterMigrate.sql", "SELECT 1;\n"),
        ("V2__by_the_usual_names.sql", "SELECT 2;\n"),
        ("flyway.user.toml", "[flyway]\n"),
        ("notes.txt", ""),
    ] {
        project.write(&format!("old/{file}"), text);
    }
    project
}

const CONF: &str = "# of the team\nflyway.sqlMigrationPrefix=db_\nflyway.undoSqlMigrationPrefix = back_\n\
flyway.repeatableSqlMigrationPrefix=again\nflyway.sqlMigrationSeparator=--\nflyway.sqlMigrationSuffixes=.sql,\\\n    .psql\n\
flyway.placeholderPrefix=#[\nflyway.placeholderSuffix=]\nflyway.placeholders.city=Paris\nflyway.url=jdbc:sqlite:app.db\n\
flyway.initSql=PRAGMA foreign_keys = OFF\nflyway.locations=filesystem:old,filesystem:more\n";

const TOML: &str = "[flyway]\nsqlMigrationPrefix = \"db_\"\nundoSqlMigrationPrefix = \"back_\"\n\
repeatableSqlMigrationPrefix = \"again\"\nsqlMigrationSeparator = \"--\"\nsqlMigrationSuffixes = [\".sql\", \".psql\"]\n\
placeholderPrefix = \"#[\"\nplaceholderSuffix = \"]\"\n\n[flyway.placeholders]\ncity = \"Paris\"\n\n\
[environments.default]\nurl = \"jdbc:sqlite:app.db\"\n";

#[test]
fn names_and_placeholders_of_a_configuration() {
    let project = renamed();
    project.write("flyway.conf", CONF);
    let screen = written(
        &project,
        &["import --from flyway --dialect sqlite --conf flyway.conf old"],
    );
    assert_screen!(screen, "snapshots/flyway-conf.txt");
}

/// The newer form of the configuration says the same.
#[test]
fn a_configuration_in_toml() {
    let (old, new) = (renamed(), renamed());
    old.write("flyway.conf", CONF);
    new.write("flyway.toml", TOML);
    let line = "-q import --from flyway --dialect sqlite --placeholder unknown=1 --conf";
    old.session(&[&format!("{line} flyway.conf old")]);
    new.session(&[&format!("{line} flyway.toml old")]);
    let files = |project: &Project| -> Vec<String> {
        let names = project.listing().into_iter();
        let ours = names.filter(|name| name.starts_with("migrations/"));
        ours.map(|name| project.read(&name)).collect()
    };
    assert_eq!(files(&old).len(), 4, "three revisions and the lock");
    assert_eq!(files(&old), files(&new));
}

#[test]
fn configurations_that_cannot_be_followed() {
    let project = renamed();
    project.write("wrong.conf", "flyway.sqlMigrationSeparator=\n");
    project.write("half.conf", "flyway.placeholderReplacement=perhaps\n");
    project.write("wrong.toml", "[flyway\n");
    let screen = project.session(&[
        "import --from flyway --dialect sqlite --conf wrong.conf old",
        "import --from flyway --dialect sqlite --conf half.conf old",
        "import --from flyway --dialect sqlite --conf wrong.toml old",
        "import --from flyway --dialect sqlite --conf nowhere.conf old",
        "import --from sqlx --dialect sqlite --conf wrong.conf old",
        "import --from flyway --dialect sqlite old",
    ]);
    assert_screen!(screen, "snapshots/flyway-wrong.txt");
}

/// A baseline whose older versions are gone is where the history begins; where they are there, they are the history.
#[test]
fn baselines() {
    let mut screen = String::new();
    for files in [
        &["B2__all.sql", "V3__more.sql", "B1__older.sql"][..],
        &["V1__a.sql", "V2__b.sql", "B2__all.sql"],
    ] {
        let project = Project::empty();
        for file in files {
            let text = format!("SELECT '{file}';\n");
            project.write(&format!("old/{file}"), &text);
        }
        screen += &project.session(&["-v import --from flyway --dialect sqlite old"]);
        screen.push('\n');
    }
    assert_screen!(screen, "snapshots/flyway-baselines.txt");
}
