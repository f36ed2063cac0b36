//! PostgreSQL through psql.

use std::process::Command;

use super::{Client, Server, Url, client, watchdog};

pub(super) fn server() -> Server {
    Server {
        url: watchdog::url("TEST_POSTGRES_URL", "postgres"),
        client: &Psql,
    }
}

struct Psql;

impl Client for Psql {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn shell(&self, url: &str) -> Command {
        let url = Url::parse(url);
        let mut command = Command::new("psql");
        command
            .args(["-X", "-h", url.host, "-p", url.port, "-U", url.user])
            .args(["-d", url.database])
            .env("PGPASSWORD", url.password);
        command
    }

    fn run(&self, url: &str, sql: &str) -> Result<String, String> {
        let mut command = self.shell(url);
        command.args(["-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1"]);
        command.args(["-c", sql]);
        client(command)
    }

    fn create(&self, home: &str, name: &str) -> Result<String, String> {
        self.run(home, &format!("CREATE DATABASE {name} TEMPLATE template0"))
    }

    fn drop(&self, home: &str, name: &str) -> Result<String, String> {
        self.run(
            home,
            &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
    }

    fn schema(&self) -> &'static str {
        SCHEMA
    }
}

/// Columns by their order, not by their number: one that was dropped leaves a gap in the numbers.
const SCHEMA: &str = "\
SELECT object.* FROM (
    SELECT 'column', table_name::text AS place, row_number() OVER (PARTITION BY table_name ORDER BY ordinal_position)::text,
           column_name::text, data_type::text, is_nullable::text, column_default::text
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', tablename, indexname, indexdef, '', '', '' FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', ''
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'function', proname, pg_get_function_identity_arguments(oid), prosrc, '', '', ''
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', '', ''
      FROM pg_trigger WHERE NOT tgisinternal
) AS object WHERE place NOT LIKE 'schema\\_revisions%'";
