//! The clients of MySQL and MariaDB.

use super::{Checks, Client, OTHER_HISTORY, PLACE, Start, checks, comments};
use crate::database::error::Error;
use crate::database::execute::Source;
use crate::database::execute::batch::Batch;
use crate::database::offline::section::boundaries;
use crate::database::session::{MYSQL_SETTINGS, changes_settings_of_mysql, mysql_assignments};
use crate::database::state::tables::{Wording, identifier};
use crate::database::state::{Tables, literal};
use crate::model::set::Settings;
use crate::text::diagnostic::Class;
use crate::text::sql::{TokenKind, tokenize};
use crate::text::{Dialect, RevisionId};

/// What ends a statement that has semicolons inside: the first that does not occur in it.
const DELIMITERS: [&str; 5] = ["//", "$$", ";;", "||||", "$migrate$"];

pub(super) struct Mysql {
    dialect: Dialect,
    tables: Tables,
    settings: Settings,
}

impl Mysql {
    pub(super) fn new(dialect: Dialect, settings: &Settings) -> Self {
        Self {
            dialect,
            tables: Tables {
                wording: Wording::Script,
                ..Tables::new(dialect, settings.schema.as_deref(), &settings.table)
            },
            settings: settings.clone(),
        }
    }

    /// The name of the run lock. It is a digest of the names of the database and of the state table.
    fn lock_name(&self) -> String {
        let table = identifier(self.dialect, &self.tables.name);
        let table = literal(self.dialect, &format!(".{table}"));
        let schema = match &self.tables.schema {
            Some(schema) => literal(self.dialect, &identifier(self.dialect, schema)),
            None => "CONCAT('`', REPLACE(DATABASE(), '`', '``'), '`')".to_owned(),
        };
        let field = |value: &str| {
            let length = format!("LENGTH({value})");
            format!("CHAR({length} & 255, {length} >> 8, 0, 0, 0, 0, 0, 0), {value}")
        };
        format!(
            "CONCAT('mig_', LEFT(SHA2(CONCAT({}, {}), 256), 40))",
            field("DATABASE()"),
            field("@migrate_table"),
        )
        .replace("@migrate_table", &format!("CONCAT({schema}, {table})"))
    }

    /// A statement that fails with a text: an expression of its text.
    fn refusal(&self, text: &str) -> String {
        match self.dialect {
            Dialect::Mariadb => format!(
                "CONCAT('SIGNAL SQLSTATE ''45000'' SET MESSAGE_TEXT = ''', LEFT({text}, 128), '''')"
            ),
            // Which prepares no SIGNAL.
            _ => format!("CONCAT('SET SESSION sql_mode = ''', {text}, '''')"),
        }
    }

    /// Lets changes through, unless one of the conditions fails: each with an expression of what is then said.
    fn gate(&self, conditions: &[(String, String)]) -> String {
        let mut text = "SET @migrate_gate = CASE\n".to_owned();
        for (holds, otherwise) in conditions {
            text.push_str(&format!(
                "  WHEN NOT ({holds}) THEN {}\n",
                self.refusal(otherwise)
            ));
        }
        text.push_str(
            "  ELSE 'SET SESSION TRANSACTION READ WRITE' END;
PREPARE migrate_gate FROM @migrate_gate;
EXECUTE migrate_gate;
DEALLOCATE PREPARE migrate_gate;
",
        );
        text
    }
}

fn delimiter(sql: &str) -> &'static str {
    DELIMITERS
        .into_iter()
        .find(|delimiter| !sql.contains(delimiter))
        .unwrap_or(DELIMITERS[0])
}

impl Client for Mysql {
    fn tables(&self) -> &Tables {
        &self.tables
    }

    fn how_to_run(&self) -> &'static [&'static str] {
        match self.dialect {
            Dialect::Mariadb => &[
                "Run it with: mariadb --comments DATABASE < FILE",
                "Never with --force, nor by `source` at the prompt: the client would go on after an error.",
            ],
            _ => &[
                "Run it with: mysql --comments DATABASE < FILE",
                "Never with --force, nor by `source` at the prompt: the client would go on after an error.",
            ],
        }
    }

    fn opening(&self, start: &Start) -> String {
        let timeouts = &self.settings.timeouts;
        let set = mysql_assignments(self.dialect, timeouts.ddl_lock, timeouts.statement);
        let kept: Vec<String> = MYSQL_SETTINGS
            .iter()
            .map(|name| format!("@migrate_{name} = @@SESSION.{name}"))
            .collect();
        let mut text = format!("SET {};\nSET {};\n\n", set.join(", "), kept.join(", "));
        text.push_str(
            "-- Nobody else migrates meanwhile, and the database is where this script starts. Until that is checked nothing can
-- be changed, also when the client goes on after errors.
SET SESSION TRANSACTION READ ONLY;
SET @migrate_held = NULL;
",
        );
        text.push_str(&format!(
            "SET @migrate_lock = {};\nSET @migrate_held = GET_LOCK(@migrate_lock, 0);\n",
            self.lock_name()
        ));
        let held = (
            "@migrate_held <=> 1".to_owned(),
            "'another run of migrate is at work on this database'".to_owned(),
        );
        if start.is_base() {
            text.push_str(&self.gate(std::slice::from_ref(&held)));
            for sql in self.tables.create() {
                text.push_str(&format!("{sql};\n"));
            }
            text.push_str("SET SESSION TRANSACTION READ ONLY;\n");
        }
        let Checks { place, history } = checks(&self.tables, start);
        let mut conditions_asked = 1..;
        let mut conditions = vec![held];
        // Into variables: where a query fails, they say no.
        let mut ask = |query: &str, count: usize| {
            let name = format!(
                "@migrate_count_{}",
                conditions_asked.next().unwrap_or_default()
            );
            text.push_str(&format!("SET {name} = NULL;\nSET {name} = {query};\n"));
            format!("{name} <=> {count}")
        };
        let place: Vec<String> = place
            .iter()
            .map(|(query, count)| ask(query, *count))
            .collect();
        conditions.push((
            place.join(" AND "),
            format!(
                "CONCAT('the database is at ', COALESCE(@migrate_place, 'base'), ' - this script starts at {}')",
                start.shown(" and ")
            ),
        ));
        if let Some((query, count)) = history {
            conditions.push((ask(&query, count), format!("'{OTHER_HISTORY}'")));
        }
        text.push_str(&format!(
            "SET @migrate_place = NULL;\nSET @migrate_place = (SELECT GROUP_CONCAT(revision ORDER BY revision SEPARATOR ' and ') FROM {} WHERE {PLACE});\n",
            self.tables.state
        ));
        text.push_str(&self.gate(&conditions));
        text.push_str(&format!("{};\n", self.tables.register(&start.holder())));
        text
    }

    fn closing(&self, start: &Start) -> String {
        format!(
            "\n{};\nDO RELEASE_LOCK(@migrate_lock);\n",
            self.tables.unregister(&start.run)
        )
    }

    fn begin(&self) -> &'static str {
        "START TRANSACTION"
    }

    fn reset(&self, source: &Source<'_>) -> Vec<String> {
        if !changes_settings_of_mysql(source, &boundaries(source)) {
            return Vec::new();
        }
        let set: Vec<String> = std::iter::once("NAMES utf8mb4".to_owned())
            .chain(
                MYSQL_SETTINGS
                    .iter()
                    .map(|name| format!("{name} = @migrate_{name}")),
            )
            .collect();
        vec![format!("SET {}", set.join(", "))]
    }

    fn statement(&self, source: &Source<'_>, number: usize) -> String {
        let sql = source.sql(number);
        let compound =
            tokenize(sql, source.dialect).any(|token| token.kind == TokenKind::Semicolon);
        let comments = comments(source, number);
        if !compound {
            return format!("{comments}{sql};\n");
        }
        let delimiter = delimiter(sql);
        format!("{comments}DELIMITER {delimiter}\n{sql}\n{delimiter}\nDELIMITER ;\n")
    }

    fn batch_rows(&self) -> Option<&'static str> {
        // MySQL has no block outside of stored programs.
        (self.dialect == Dialect::Mariadb).then_some("@migrate_rows")
    }

    fn batch(&self, source: &Source<'_>, batch: Batch) -> String {
        let sql = source.sql(batch.number);
        let delimiter = delimiter(sql);
        let pause = if batch.pause.is_zero() {
            String::new()
        } else {
            format!("    DO SLEEP({});\n", batch.pause.as_secs_f64())
        };
        format!(
            "{}DELIMITER {delimiter}
BEGIN NOT ATOMIC
  DECLARE migrate_touched, migrate_total, migrate_rounds BIGINT DEFAULT 0;
  migrate_batch: LOOP
    START TRANSACTION;
    {sql};
    SET migrate_touched = ROW_COUNT();
    IF migrate_touched > 0 AND migrate_rounds >= {} THEN
      ROLLBACK;
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the batch does not converge: it still touches rows after its last round';
    END IF;
    COMMIT;
    IF migrate_touched = 0 THEN
      LEAVE migrate_batch;
    END IF;
    SET migrate_rounds = migrate_rounds + 1, migrate_total = migrate_total + migrate_touched;
{pause}  END LOOP;
  SET @migrate_rows = migrate_total;
END
{delimiter}
DELIMITER ;
",
            comments(source, batch.number),
            batch.max_rounds
        )
    }

    fn refuse(&self, revision: &RevisionId, source: &Source<'_>) -> Result<(), Error> {
        let mut statements = source.script.statements.iter();
        let used = statements
            .find(|statement| statement.keywords.first().is_some_and(|word| word == "USE"));
        match used {
            Some(statement) => Err(Error::with_help(
                Class::Config,
                format!(
                    "{}:{}: revision {revision} goes to another database by USE, and a script could not go back",
                    source.file,
                    source.line + statement.position.line - 1
                ),
                "write the name of the database before those of the tables",
            )),
            None => Ok(()),
        }
    }
}
