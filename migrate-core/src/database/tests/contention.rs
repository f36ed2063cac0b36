//! Another process takes the file at the worst moments, for longer than one try: it is waited for, and never the reason
//! why a run fails.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool};
use sqlx::{ConnectOptions as _, Executor as _};
use tracing::field::Field;
use tracing::span;

use super::vocabulary::*;
use crate::database::backend::sqlite::TRY;
use crate::database::{Event, Failure, Report, Run};
use crate::text::diagnostic::Class;

/// How somebody takes a file.
#[derive(Debug, Clone, Copy)]
enum Hold {
    /// Nobody else can read it.
    Exclusive,
    /// Nobody else can commit to it.
    Reading,
}

impl Hold {
    const fn begin(self) -> &'static str {
        match self {
            Self::Exclusive => "BEGIN EXCLUSIVE",
            Self::Reading => "BEGIN; SELECT count(*) FROM sqlite_schema",
        }
    }
}

/// Somebody else who takes the file once.
struct Other {
    options: SqliteConnectOptions,
    hold: Hold,
    has_been: AtomicBool,
}

impl Other {
    fn new(hold: Hold, options: &SqliteConnectOptions) -> Self {
        Self {
            hold,
            options: options.clone(),
            has_been: AtomicBool::new(false),
        }
    }

    /// Takes the file the first time that it is called, for as long as three tries, and comes back when it is taken.
    fn takes_the_file(&self) {
        if self.has_been.swap(true, Ordering::SeqCst) {
            return;
        }
        let (options, begin) = (self.options.clone(), self.hold.begin());
        let (taken, is_taken) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let mut connection: SqliteConnection = options.connect().await.expect("the file");
                connection.execute(begin).await.expect("it");
                taken.send(()).expect("somebody who waits");
                tokio::time::sleep(TRY * 3).await;
                connection.execute("COMMIT").await.expect("the end");
            });
        });
        is_taken.recv().expect("the file is taken");
    }
}

/// Takes the file when a message of this text is logged.
struct At {
    message: &'static str,
    other: Other,
}

impl tracing::Subscriber for At {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "migrate"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut |field: &Field, value: &dyn Debug| {
            if field.name() == "message" && format!("{value:?}") == self.message {
                self.other.takes_the_file();
            }
        });
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn after_a_shared_message_that_failed() {
    let (_folder, options) = in_file();
    let mut files = line(&["a", "b", "c", "d"]);
    files[2] = file("c", "b", "INSERT INTO gone VALUES (1);", "");
    let at = At {
        message: "going on one by one",
        other: Other::new(Hold::Exclusive, &options),
    };
    let guard = tracing::subscriber::set_default(at);
    let failure = set(&files)
        .run(&options, Run::upgrade("head"))
        .await
        .unwrap_err();
    drop(guard);
    assert_eq!(failure.class(), Class::SqlFailed, "{failure}");
    assert_eq!(
        steps(failure.report()),
        ["upgrade a", "upgrade b", "upgrade c"]
    );
}

/// A run; at the first event of this kind somebody takes the file.
async fn disturbed(
    at: fn(&Event<'_>) -> bool,
    options: &SqliteConnectOptions,
    hold: Hold,
    files: &[String],
    run: Run,
) -> Result<Report, Failure> {
    let other = Other::new(hold, options);
    let run = run.on_progress(move |event| {
        if at(event) {
            other.takes_the_file();
        }
    });
    set(files).run(options, run).await
}

/// A run; when it has planned, somebody takes the file.
async fn run(
    options: &SqliteConnectOptions,
    hold: Hold,
    files: &[String],
    run: Run,
) -> Result<Report, Failure> {
    let at = |event: &Event<'_>| matches!(event, Event::Planned { .. });
    disturbed(at, options, hold, files, run).await
}

/// What a question to the file says.
async fn seen(
    options: &SqliteConnectOptions,
    question: impl AsyncFnOnce(&SqlitePool) -> Vec<String>,
) -> Vec<String> {
    let pool = SqlitePool::connect_with(options.clone()).await;
    let pool = pool.expect("the file");
    let seen = question(&pool).await;
    pool.close().await;
    seen
}

#[tokio::test]
async fn before_any_kind_of_run() {
    let (files, first) = (line(&["a", "b", "c"]), line(&["a"]));
    for hold in [Hold::Exclusive, Hold::Reading] {
        let (_folder, options) = in_file();
        let is_at = async |expected: &[&str]| {
            assert_eq!(seen(&options, rows).await, expected, "{hold:?}");
        };
        let succeeds = async |files: &[String], it: Run| {
            let report = run(&options, hold, files, it).await;
            report.unwrap_or_else(|failure| panic!("{hold:?}: {failure}"))
        };
        succeeds(&files, Run::upgrade("head")).await;
        succeeds(&files, Run::redo(None)).await;
        is_at(&["a applied", "b applied", "c applied head"]).await;
        // What only the database knows is taken back by what it has recorded.
        succeeds(&first, Run::downgrade("a").stored()).await;
        is_at(&["a applied head", "b reverted", "c reverted"]).await;
        succeeds(&files, Run::upgrade("head").single()).await;
        is_at(&["a applied", "b applied", "c applied head"]).await;
        let report = succeeds(&files, Run::stamp(["b"]).purge()).await;
        assert_eq!(report.purged, Some(3));
        is_at(&["a applied", "b applied head"]).await;
        succeeds(&files, Run::stamp(["a"])).await;
        is_at(&["a applied head", "b reverted"]).await;
    }
}

#[tokio::test]
async fn in_the_middle_of_a_redo_which_takes_nothing_back_twice() {
    let (_folder, options) = in_file();
    let files = line(&["a", "b"]);
    let set = set(&files);
    let upgraded = set.run(&options, Run::upgrade("head")).await;
    upgraded.expect("all of them");
    let at = |event: &Event<'_>| match event {
        Event::StepEnds { step, .. } => step.to_string().starts_with("downgrade b"),
        _ => false,
    };
    let report = disturbed(at, &options, Hold::Exclusive, &files, Run::redo(None)).await;
    let report = report.expect("both halves");
    assert_eq!(steps(&report), ["downgrade b", "upgrade b"]);
}

#[tokio::test]
async fn before_a_failure_which_is_logged_all_the_same() {
    for hold in [Hold::Exclusive, Hold::Reading] {
        let (_folder, options) = in_file();
        let files = [file("a", "none", "INSERT INTO gone VALUES (1);", "")];
        let failure = run(&options, hold, &files, Run::upgrade("head")).await;
        assert_eq!(failure.unwrap_err().class(), Class::SqlFailed, "{hold:?}");
        assert_eq!(seen(&options, log).await, ["upgrade a failed"], "{hold:?}");
    }
}

#[tokio::test]
async fn who_waits_for_nobody_does_not_wait_to_log_a_failure() {
    let (_folder, options) = in_file();
    let files = [file("a", "none", "INSERT INTO gone VALUES (1);", "")];
    let impatient = Run::upgrade("head").lock_wait(Duration::ZERO);
    let failure = run(&options, Hold::Reading, &files, impatient).await;
    assert_eq!(failure.unwrap_err().class(), Class::SqlFailed);
    let logged: Vec<String> = seen(&options, log).await;
    assert!(logged.is_empty(), "{logged:?}");
}
