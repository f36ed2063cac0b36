//! The text of every error, one of each kind at least, in one snapshot.
//!
//! What servers say is replaced by `<server>`: their texts change with their versions.

use std::fmt::Write as _;

use super::*;

/// The names of the variants of an enum: a variant that is missing here does not compile.
macro_rules! names {
    ($function:ident, $all:ident, $kind:ident: $($variant:ident),+ $(,)?) => {
        const $all: &[&str] = &[$(stringify!($variant)),+];

        fn $function(kind: &$kind) -> &'static str {
            match kind {
                $($kind::$variant { .. } => stringify!($variant),)+
            }
        }
    };
}

names!(
    kind_name,
    KINDS,
    Kind: Unpack,
    Spec,
    Plain,
    NotServed,
    Server,
    Permission,
    Sql,
    RunLock,
    RunTimeout,
    Cancelled,
    LimitInBatch,
    FenceLost,
    InDoubt,
    Gap,
    HistoryDiffers,
    Ahead,
    Diverged,
    Behind,
    NobodyMigrated,
    Format,
    Unreadable,
);

names!(
    server_name,
    SERVER_KINDS,
    ServerErrorKind: MissingTable,
    MissingDatabase,
    Permission,
    AlreadyExists,
    Busy,
    LockTimeout,
    StatementTimeout,
    FenceMissed,
    Unreachable,
    Disconnected,
    Lost,
    LimitOver,
    Config,
    Other,
);

const SERVER_ERRORS: [ServerErrorKind; 14] = [
    ServerErrorKind::MissingTable,
    ServerErrorKind::MissingDatabase,
    ServerErrorKind::Permission,
    ServerErrorKind::AlreadyExists,
    ServerErrorKind::Busy,
    ServerErrorKind::LockTimeout,
    ServerErrorKind::StatementTimeout,
    ServerErrorKind::FenceMissed,
    ServerErrorKind::Unreachable,
    ServerErrorKind::Disconnected,
    ServerErrorKind::Lost,
    ServerErrorKind::LimitOver,
    ServerErrorKind::Config,
    ServerErrorKind::Other,
];

fn server(kind: ServerErrorKind) -> ServerError {
    ServerError::new(kind, "<server>")
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn holder() -> Holder {
    Holder {
        run: "0123456789abcdef".to_owned(),
        host: "db1".to_owned(),
        pid: 4711,
        application: "shop".to_owned(),
        since: Some("2026-11-20T09:10:00.000Z".to_owned()),
        heartbeat: None,
    }
}

fn sql(change: impl FnOnce(&mut SqlFailure)) -> Kind {
    let mut failure = SqlFailure {
        revision: "5cd038a8f131".to_owned(),
        error: server(ServerErrorKind::Other),
        statement: None,
        number: Some((2, 3)),
        frame: Some(Frame {
            file: "migrations/5cd0_add_email.sql".to_owned(),
            line: 9,
            column: 13,
            text: "INSERT INTO gone VALUES (1);".to_owned(),
            width: 4,
            label: String::new(),
        }),
        committed: "nothing was committed".to_owned(),
        carried_out: 0,
        help: Vec::new(),
    };
    change(&mut failure);
    Kind::Sql(Box::new(failure))
}

/// A title and an error: every kind, and the cases in which one says something else.
fn samples() -> Vec<(&'static str, Kind)> {
    let difference = |revision: &str, draft| Difference {
        revision: revision.to_owned(),
        what: "its up section is another than the one that was run",
        draft,
    };
    vec![
        (
            "macro and library of different releases",
            Kind::Unpack(UnpackError::SAMPLES[0]),
        ),
        (
            "an embedded set that is cut short",
            Kind::Unpack(UnpackError::SAMPLES[1]),
        ),
        (
            "a spec",
            Kind::Spec(
                SpecError::new(Class::UnknownRevision, "there is no revision `5ce`")
                    .help("did you mean `5cd038a8f131`?"),
            ),
        ),
        (
            "a text that stands for itself",
            Kind::Plain(Diagnostic::error(Class::Config, "the database URL has no scheme").help("write one")),
        ),
        (
            "a set for other dialects",
            Kind::NotServed {
                dialect: Dialect::Postgres,
                configured: DialectSet::one(Dialect::Sqlite).with(Dialect::Mysql),
            },
        ),
        (
            "a server, with everything it can say",
            Kind::Server {
                doing: "connecting to",
                target: "postgres://jo@db/app".to_owned(),
                error: ServerError {
                    code: Some("28P01".to_owned()),
                    detail: Some("<detail>".into()),
                    hint: Some("<hint>".into()),
                    ..server(ServerErrorKind::Unreachable)
                },
            },
        ),
        (
            "permission denied",
            Kind::Permission {
                error: server(ServerErrorKind::Permission),
                grant: super::super::state::Tables::new(Dialect::Postgres, Some("app"), "schema_revisions").grant("jo"),
            },
        ),
        ("a statement", sql(|_| {})),
        (
            "a statement of several lines, with everything a server can say",
            sql(|failure| {
                failure.error = ServerError {
                    code: Some("23505".to_owned()),
                    detail: Some("<detail>".into()),
                    hint: Some("<hint>".into()),
                    ..server(ServerErrorKind::Other)
                };
                failure.statement = Some("INSERT INTO gone\nVALUES (1)".to_owned());
                failure.committed = "statement 1 is committed; 5cd038a8f131 is recorded as begun".to_owned();
                failure.help = names(&["mend the cause and run again: it goes on with statement 2"]);
            }),
        ),
        (
            "a statement of ours",
            sql(|failure| {
                failure.number = None;
                failure.frame = Some(Frame::file("migrations/5cd0_add_email.sql"));
            }),
        ),
        (
            "the run lock of a server",
            Kind::RunLock {
                waited: Duration::from_secs(60),
                holder: Some(holder()),
                dialect: Dialect::Postgres,
                limit: Limit::Lock,
            },
        ),
        (
            "the run lock, for a start-up",
            Kind::RunLock {
                waited: Duration::from_secs(60),
                holder: Some(holder()),
                dialect: Dialect::Postgres,
                limit: Limit::Startup("migrate-cli upgrade"),
            },
        ),
        (
            "the run lock, by nobody that is known, without waiting",
            Kind::RunLock {
                waited: Duration::ZERO,
                holder: None,
                dialect: Dialect::Mariadb,
                limit: Limit::Lock,
            },
        ),
        (
            "the lock of a SQLite file",
            Kind::RunLock {
                waited: Duration::from_millis(1500),
                holder: None,
                dialect: Dialect::Sqlite,
                limit: Limit::Lock,
            },
        ),
        (
            "the time of a start-up",
            Kind::RunTimeout {
                limit: Duration::from_secs(60),
                of: Limit::Startup("migrate-cli upgrade"),
                done: 1,
                pending: names(&["b", "c"]),
            },
        ),
        (
            "the time of a start-up that cancels",
            Kind::Cancelled {
                limit: Duration::from_secs(60),
                of: Limit::Startup("migrate-cli upgrade"),
                revision: "b".to_owned(),
            },
        ),
        (
            "the time of a start-up, in a batch",
            Kind::LimitInBatch {
                limit: Duration::from_secs(60),
                of: Limit::Startup("migrate-cli upgrade"),
                revision: "b".to_owned(),
                rows: 12_000,
            },
        ),
        (
            "the time of a start-up, with nothing done",
            Kind::RunTimeout {
                limit: Duration::from_secs(60),
                of: Limit::Startup("migrate-cli upgrade heads"),
                done: 0,
                pending: names(&["a"]),
            },
        ),
        (
            "the time of a run that waits",
            Kind::RunTimeout {
                limit: Duration::from_secs(60),
                of: Limit::Wait,
                done: 2,
                pending: names(&["c"]),
            },
        ),
        (
            "somebody else at work",
            Kind::FenceLost {
                revision: Some("5cd038a8f131".to_owned()),
                holder: Some(holder()),
            },
        ),
        (
            "somebody else, nobody knows who",
            Kind::FenceLost {
                revision: None,
                holder: None,
            },
        ),
        (
            "in doubt",
            Kind::InDoubt {
                revision: "5cd038a8f131".to_owned(),
                what: "the run was interrupted at statement 2 of 3, and whether it has happened cannot be seen".to_owned(),
                help: names(&[
                    "`migrate-cli repair --resume-from 2 5cd038a8f131` if it has not happened",
                    "`migrate-cli repair --resume-from 3 5cd038a8f131` if it has",
                ]),
            },
        ),
        (
            "a gap",
            Kind::Gap {
                missing: names(&["b"]),
                above: names(&["c", "d"]),
                back: Some("a".to_owned()),
            },
        ),
        (
            "another history",
            Kind::HistoryDiffers {
                revisions: vec![difference("a", false), difference("b", true)],
            },
        ),
        (
            "ahead",
            Kind::Ahead {
                unknown: names(&["y", "z"]),
                incompatible: names(&["z"]),
            },
        ),
        (
            "diverged",
            Kind::Diverged {
                unknown: names(&["z"]),
                pending: names(&["b", "c"]),
            },
        ),
        (
            "behind",
            Kind::Behind {
                pending: names(&["b", "c"]),
                switch: "MIGRATE_AUTO=0".to_owned(),
            },
        ),
        (
            "behind, and nobody comes",
            Kind::NobodyMigrated {
                limit: Duration::from_secs(60),
                pending: names(&["b"]),
                switch: "auto = false in environment test".to_owned(),
            },
        ),
        ("tables of a newer release", Kind::Format { found: 9 }),
        ("tables of an older release", Kind::Format { found: 0 }),
        (
            "a row that cannot be understood",
            Kind::Unreadable {
                table: "schema_revisions".to_owned(),
                what: "`state` of 5cd038a8f131 is `done`".to_owned(),
            },
        ),
    ]
}

#[test]
fn every_text() {
    let mut page = String::new();
    let samples = samples();
    for (title, kind) in &samples {
        let error = Error::new(kind.clone());
        let _ = write!(
            page,
            "## {title} ({}, {})\n\n{}\n\n",
            kind_name(kind),
            error.class(),
            error.diagnostic()
        );
    }
    let missing: Vec<_> = KINDS
        .iter()
        .filter(|name| !samples.iter().any(|(_, kind)| kind_name(kind) == **name))
        .collect();
    assert!(missing.is_empty(), "kinds without a sample: {missing:?}");
    insta::assert_snapshot!(page.trim_end());
}

/// What a server's error comes to, outside of a section and in a statement of one.
#[test]
fn every_class_of_a_server() {
    let shown: Vec<&str> = SERVER_ERRORS.iter().map(server_name).collect();
    assert_eq!(shown, SERVER_KINDS);
    let mut page = String::new();
    for kind in SERVER_ERRORS {
        let outside = Error::new(Kind::Server {
            doing: "reading",
            target: "app.db".to_owned(),
            error: server(kind),
        });
        let inside = Error::new(sql(|failure| failure.error = server(kind)));
        assert_eq!(outside.class(), inside.class());
        let _ = writeln!(page, "{:<17} {}", server_name(&kind), outside.class());
    }
    insta::assert_snapshot!(page.trim_end());
}
