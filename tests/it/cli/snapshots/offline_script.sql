-- upgrade for sqlite, written by migrate 0.1.0.
-- from: aaaa1111
-- to:   bbbb2222
-- 1 revision.
--
-- Run it with: sqlite3 DATABASE < FILE

.bail on
.timeout 60000
PRAGMA foreign_keys = ON;

-- The database is where this script starts; nobody else has written between its transactions.
BEGIN IMMEDIATE;
CREATE TEMP TABLE _migrate_script (
  place INTEGER CONSTRAINT "the database is not at aaaa1111, where this script starts" CHECK (place = 1),
  history INTEGER CONSTRAINT "the database has another history than the files of this script" CHECK (history = 1),
  epoch INTEGER NOT NULL
);
SELECT 'the database is at ' || COALESCE((SELECT GROUP_CONCAT(revision, ', ')
  FROM (SELECT revision FROM "schema_revisions" WHERE is_head OR state IN ('upgrading', 'downgrading') ORDER BY revision)), 'base')
  WHERE NOT ((SELECT COUNT(*) FROM "schema_revisions" WHERE is_head OR state IN ('upgrading', 'downgrading')) = 1 AND (SELECT COUNT(*) FROM "schema_revisions" WHERE is_head AND state = 'applied' AND revision IN ('aaaa1111')) = 1);
INSERT INTO temp._migrate_script SELECT
  (SELECT COUNT(*) FROM "schema_revisions" WHERE is_head OR state IN ('upgrading', 'downgrading')) = 1 AND (SELECT COUNT(*) FROM "schema_revisions" WHERE is_head AND state = 'applied' AND revision IN ('aaaa1111')) = 1,
  (SELECT COUNT(*) FROM "schema_revisions" WHERE revision = 'aaaa1111' AND chain = 'v1:sha256:479d850a9973a1b04e3a29502170106d737fd8891d6671b4f4143782440e8f40') = 1,
  epoch FROM "schema_revisions_lock" WHERE id = 1;
COMMIT;

-- ----------------------------------------------------------------------------------------------------
-- 1 of 1: upgrade bbbb2222: add email
-- migrations/bbbb2222.sql
-- then at bbbb2222

BEGIN IMMEDIATE;
INSERT INTO "schema_revisions_lock" (id, format, epoch) VALUES (1, 1, (SELECT epoch + 1 FROM "schema_revisions_lock" WHERE id = 1 AND epoch = (SELECT epoch FROM temp._migrate_script))) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, heartbeat = strftime('%Y-%m-%dT%H:%M:%fZ', 'now');
UPDATE temp._migrate_script SET epoch = epoch + 1;

ALTER TABLE users ADD COLUMN email TEXT;

UPDATE "schema_revisions" SET is_head = 0 WHERE revision = 'aaaa1111';
DELETE FROM "schema_revisions" WHERE revision = 'bbbb2222';
INSERT INTO "schema_revisions" (revision, parents, depends_on, message, digest, down_digest, chain, is_head, state, origin, statement_no, compatible, who, tool, down_section, started_at, finished_at, duration_us) SELECT 'bbbb2222', 'aaaa1111', '', 'add email', 'v1:sha256:facb9cff1e57d3d84714fa596bba25aa8cca62598121f033b55e2b3d39ad1f37', 'v1:sha256:66db6d81d68bdf919bce7e4e643ac41394eac70b964ed32bc3ac287924c93046', 'v1:sha256:167076b521f31aae714e6ce64a330df64846cdfa315f0a28174d3af21d3c3da8', 1, 'applied', 'run', 1, 'unknown', 'script', 'migrate 0.1.0', '-- migrate:down
ALTER TABLE users DROP COLUMN email;
', heartbeat, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), CAST(ROUND((julianday('now') - julianday(heartbeat)) * 86400000.0) AS INTEGER) * 1000 FROM "schema_revisions_lock" WHERE id = 1;
INSERT INTO "schema_revisions_log" (revision, action, outcome, digest, started_at, finished_at, duration_us, statements, rows_touched, run, who, host, tool) SELECT revision, 'upgrade', 'finished', digest, started_at, finished_at, duration_us, 1, rows_touched, 'script 1aa7b4b42b1f06f5', who, 'script', tool FROM "schema_revisions" WHERE revision = 'bbbb2222';
COMMIT;

DROP TABLE temp._migrate_script;
