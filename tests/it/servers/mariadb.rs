//! MariaDB through its client.

use std::process::Command;

use super::{Client, Server, Url, client, watchdog};

pub(super) fn server() -> Server {
    Server {
        url: watchdog::url("TEST_MYSQL_URL", "mysql"),
        client: &Mariadb,
    }
}

struct Mariadb;

impl Client for Mariadb {
    fn name(&self) -> &'static str {
        "mysql"
    }

    fn shell(&self, url: &str) -> Command {
        let url = Url::parse(url);
        let mut command = Command::new("mariadb");
        command
            .args(["--no-defaults", "--comments"])
            .args(["-h", url.host, "-P", url.port, "-u", url.user])
            .arg(format!("--database={}", url.database))
            .env("MYSQL_PWD", url.password);
        command
    }

    fn run(&self, url: &str, sql: &str) -> Result<String, String> {
        let mut command = self.shell(url);
        command.args([
            "--batch",
            "--skip-column-names",
            "--default-character-set=utf8mb4",
            "-e",
            sql,
        ]);
        client(command)
    }

    fn create(&self, home: &str, name: &str) -> Result<String, String> {
        self.run(
            home,
            &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"),
        )
    }

    fn drop(&self, home: &str, name: &str) -> Result<String, String> {
        self.run(home, &format!("DROP DATABASE IF EXISTS {name}"))
    }

    fn schema(&self) -> &'static str {
        SCHEMA
    }
}

const SCHEMA: &str = "\
SELECT object.* FROM (
    SELECT 'column', table_name AS place, ordinal_position, column_name, column_type, is_nullable,
           concat_ws(' ', column_default, extra, collation_name)
      FROM information_schema.columns WHERE table_schema = database()
    UNION ALL SELECT 'index', table_name, index_name, seq_in_index, column_name, non_unique, ''
      FROM information_schema.statistics WHERE table_schema = database()
    UNION ALL SELECT 'check', table_name, constraint_name, check_clause, '', '', ''
      FROM information_schema.check_constraints WHERE constraint_schema = database()
    UNION ALL SELECT 'foreign key', table_name, constraint_name, referenced_table_name, update_rule, delete_rule, ''
      FROM information_schema.referential_constraints WHERE constraint_schema = database()
    UNION ALL SELECT 'trigger', event_object_table, trigger_name, action_statement, action_timing, event_manipulation, ''
      FROM information_schema.triggers WHERE trigger_schema = database()
) AS object WHERE place NOT LIKE 'schema\\_revisions%'";
