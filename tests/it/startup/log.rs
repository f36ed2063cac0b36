//! The log lines of a start-up: their words and fields are a promise of docs/production.md.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use migrate::Database;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::chain::{Chain, block_on};
use crate::servers::{self, TestDatabase};

/// Writes down every event of the target `migrate`.
#[derive(Clone, Default)]
struct Notebook(Arc<Mutex<Vec<String>>>);

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Subscriber for Notebook {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "migrate"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut line = event.metadata().level().to_string();
        if let Some(message) = fields.0.remove("message") {
            // A step ends with the time that it took.
            let message = match message.rsplit_once(" (") {
                Some((step, _)) if message.ends_with("s)") => step,
                _ => &message,
            };
            let _ = write!(line, " {message}");
        }
        for (name, value) in fields.0 {
            let value = match name {
                "duration_ms" => "..",
                _ => &value,
            };
            let _ = write!(line, " {name}={value}");
        }
        self.0.lock().expect("no panic").push(line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The lines of one start-up, the database masked.
fn lines(chain: &Chain, database: &TestDatabase) -> Vec<String> {
    let notebook = Notebook::default();
    let url: Database = database.url().parse().expect("a URL");
    let migrations = chain.migrations();
    tracing::subscriber::with_default(notebook.clone(), || {
        // What it comes to is in the lines.
        let _ = block_on(migrations.startup(&url));
    });
    let lines = notebook.0.lock().expect("no panic");
    lines
        .iter()
        .map(|line| line.replace(&url.to_string(), "DATABASE"))
        .collect()
}

#[test]
fn start_success_and_failure_have_fixed_lines_and_fields() {
    for server in servers::each() {
        let database = server.database("log");
        let chain = Chain::of(
            &super::dialect(server),
            &[("CREATE TABLE a (b int);", "DROP TABLE a;")],
        );
        let start = "INFO running database migrations auto=true database=DATABASE event=\"start\" limit_ms=60000 \
                     switch=auto = true in migrate.toml";
        let success = |revisions| {
            format!(
                "INFO database migrations completed database=DATABASE duration_ms=.. event=\"success\" heads=\"r1\" \
                 pending=0 revisions={revisions}"
            )
        };
        let step = "INFO upgrade r1 step 1 action=\"upgrade\" duration_ms=.. event=\"step\" revision=\"r1\"";
        let first = [start, step, &success(1)].map(str::to_owned);
        assert_eq!(lines(&chain, &database), first, "{}", server.name());
        let again = [start, &success(0)].map(str::to_owned);
        assert_eq!(lines(&chain, &database), again, "{}", server.name());

        let failing = Chain::of(
            &super::dialect(server),
            &[
                ("CREATE TABLE a (b int);", "DROP TABLE a;"),
                ("INSERT INTO nowhere VALUES (1);", "SELECT 1;"),
            ],
        );
        let found = lines(&failing, &database);
        let [begun, step, end] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(begun, start);
        assert!(step.starts_with("INFO upgrade r2 step 2 "), "{step}");
        let fields = "ERROR database migrations failed class=\"sql_failed\" database=DATABASE duration_ms=.. \
                      error=revision r2 failed: ";
        assert!(end.starts_with(fields), "{end}");
        assert!(
            end.contains("0002.sql:7:")
                && end.ends_with(" event=\"failure\" heads=\"r1\" revisions=0"),
            "{end}"
        );
    }
}

#[test]
fn a_start_up_that_is_switched_off_logs_the_number_pending() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    let database = server.database("log_off");
    let section = |name: &str| {
        (
            format!("CREATE TABLE {name} (b int);"),
            format!("DROP TABLE {name};"),
        )
    };
    let chain = Chain::of(&super::dialect(server), &[section("a"), section("b")]);
    chain.configure("[startup]\nauto = false\n");
    let expected = [
        "INFO looking for pending database migrations auto=false database=DATABASE event=\"start\" limit_ms=60000 \
         switch=auto = false in migrate.toml",
        "WARN 2 revisions are pending and start-up does not run them (auto = false in migrate.toml): r1, r2; \
         `migrate-cli upgrade` does event=\"pending\" pending=2",
        "INFO database migrations completed database=DATABASE duration_ms=.. event=\"success\" heads=\"base\" pending=2 \
         revisions=0",
    ];
    assert_eq!(lines(&chain, &database), expected.map(str::to_owned));
}
