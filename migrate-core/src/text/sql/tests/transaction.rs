use crate::text::Dialect::{self, Mariadb, Mysql, Postgres, Sqlite};
use crate::text::sql::Transactional::{self, Control, No, Yes};

use super::split;

fn judged(dialect: Dialect, cases: &[(&str, Transactional)]) {
    for (text, expected) in cases {
        let script = split(text, dialect);
        assert_eq!(script.statements.len(), 1, "{dialect}: {text}");
        assert_eq!(
            script.statements[0].transaction, *expected,
            "{dialect}: {text}"
        );
    }
}

#[test]
fn everywhere() {
    for dialect in Dialect::ALL {
        judged(
            dialect,
            &[
                ("create table t (a int)", Yes),
                ("begin", Control("BEGIN")),
                ("Commit work", Control("COMMIT")),
                ("/* a */ rollback", Control("ROLLBACK")),
                ("rollback to s", Yes),
                ("rollback transaction to savepoint s", Yes),
                ("savepoint s", Yes),
                ("release savepoint s", Yes),
            ],
        );
    }
}

#[test]
fn sqlite() {
    judged(
        Sqlite,
        &[
            ("begin immediate", Control("BEGIN")),
            ("end", Control("END")),
            ("vacuum into 'x'", No("VACUUM")),
            ("attach 'a' as b", No("ATTACH")),
            ("detach b", No("DETACH")),
            ("pragma foreign_keys = off", No("PRAGMA foreign_keys")),
            ("pragma main.foreign_keys(0)", No("PRAGMA foreign_keys")),
            ("PRAGMA journal_mode=WAL", No("PRAGMA journal_mode")),
            ("pragma journal_mode", Yes),
            ("pragma synchronous = off", No("PRAGMA synchronous")),
            ("pragma temp_store = memory", No("PRAGMA temp_store")),
            ("pragma main.wal_checkpoint", No("PRAGMA wal_checkpoint")),
            (
                "pragma wal_checkpoint(truncate)",
                No("PRAGMA wal_checkpoint"),
            ),
            ("pragma defer_foreign_keys = on", Yes),
            ("pragma foreign_key_check", Yes),
            ("explain vacuum", Yes),
        ],
    );
}

#[test]
fn postgres() {
    judged(
        Postgres,
        &[
            ("start transaction read only", Control("START TRANSACTION")),
            ("end", Control("END")),
            ("abort", Control("ABORT")),
            ("prepare transaction 'a'", Control("PREPARE TRANSACTION")),
            ("prepare a as select 1", Yes),
            (
                "create unique index concurrently a on t (b)",
                No("CREATE INDEX CONCURRENTLY"),
            ),
            (
                "create index /* c */ concurrently if not exists a on t (b)",
                No("CREATE INDEX CONCURRENTLY"),
            ),
            ("create index \"concurrently\" on t (b)", Yes),
            (
                "drop index concurrently if exists a",
                No("DROP INDEX CONCURRENTLY"),
            ),
            ("drop index a", Yes),
            ("refresh materialized view concurrently a", Yes),
            (
                "reindex (verbose) table concurrently t",
                No("REINDEX CONCURRENTLY"),
            ),
            ("reindex schema s", No("REINDEX SCHEMA")),
            ("reindex (verbose) database d", No("REINDEX DATABASE")),
            ("reindex system d", No("REINDEX SYSTEM")),
            ("reindex table t", Yes),
            ("reindex index system", Yes),
            ("vacuum (analyze) t", No("VACUUM")),
            ("create database d", No("CREATE DATABASE")),
            ("drop database d", No("DROP DATABASE")),
            ("create tablespace s location 'x'", No("CREATE TABLESPACE")),
            ("drop tablespace s", No("DROP TABLESPACE")),
            ("alter system set a = b", No("ALTER SYSTEM")),
            (
                "create subscription s connection 'x' publication p",
                No("CREATE SUBSCRIPTION"),
            ),
            (
                "create subscription s connection 'x' publication p with (create_slot = false)",
                Yes,
            ),
            (
                "create subscription s connection 'x' publication p with (slot_name = none, connect=off)",
                Yes,
            ),
            ("drop subscription s", No("DROP SUBSCRIPTION")),
            (
                "alter subscription s refresh publication",
                No("ALTER SUBSCRIPTION .. REFRESH"),
            ),
            (
                "alter subscription \"s\" add publication p",
                No("ALTER SUBSCRIPTION .. REFRESH"),
            ),
            (
                "alter subscription s set publication p with (refresh = false)",
                Yes,
            ),
            ("alter subscription s disable", Yes),
            (
                "alter database d set tablespace s",
                No("ALTER DATABASE SET TABLESPACE"),
            ),
            ("alter database d set work_mem = '1MB'", Yes),
            ("cluster", No("CLUSTER")),
            ("cluster (verbose)", No("CLUSTER")),
            ("cluster verbose t", Yes),
            ("cluster t using i", Yes),
            (
                "alter table \"t\" detach partition s.p concurrently",
                No("DETACH PARTITION CONCURRENTLY"),
            ),
            ("alter table t detach partition p finalize", Yes),
            ("discard all", No("DISCARD ALL")),
            ("discard plans", Yes),
            ("do $$ begin commit; end $$", Yes),
        ],
    );
}

#[test]
fn mysql_family() {
    for dialect in [Mysql, Mariadb] {
        judged(
            dialect,
            &[
                ("start transaction", Control("START TRANSACTION")),
                ("start replica", Yes),
                ("begin not atomic select 1; end", Yes),
                ("xa start 'a'", Control("XA")),
                ("set autocommit = 0", Control("SET autocommit")),
                ("set session autocommit = 0", Control("SET autocommit")),
                (
                    "set names utf8, @@session.autocommit := 0",
                    Control("SET autocommit"),
                ),
                ("/*!40101 set autocommit=0 */", Control("SET autocommit")),
                ("set @a = @@autocommit", Yes),
                ("alter table t add a int", Yes),
            ],
        );
    }
}
