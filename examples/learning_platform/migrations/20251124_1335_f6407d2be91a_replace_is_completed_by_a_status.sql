-- replace is_completed by a status
--
-- A data migration: what was completed stays completed, what was begun is in progress. The way back needs only
-- the status, because the percentage stays.
--
-- revision: f6407d2be91a
-- down_revision: 82e1b4d7f06c
-- created: 2025-11-24T13:35:00Z

-- migrate:up dialect:sqlite,postgres
ALTER TABLE chapter_progress ADD COLUMN status TEXT NOT NULL DEFAULT 'not_started'
    CHECK (status IN ('not_started', 'in_progress', 'completed'));
UPDATE chapter_progress
   SET status = CASE WHEN is_completed THEN 'completed' WHEN percent > 0 THEN 'in_progress' ELSE 'not_started' END;
ALTER TABLE chapter_progress DROP COLUMN is_completed;
CREATE INDEX chapter_progress_status_idx ON chapter_progress (status);

-- migrate:up dialect:mysql
ALTER TABLE chapter_progress ADD COLUMN status VARCHAR(16) NOT NULL DEFAULT 'not_started'
    CHECK (status IN ('not_started', 'in_progress', 'completed'));
UPDATE chapter_progress
   SET status = CASE WHEN is_completed THEN 'completed' WHEN percent > 0 THEN 'in_progress' ELSE 'not_started' END;
ALTER TABLE chapter_progress DROP COLUMN is_completed;
CREATE INDEX chapter_progress_status_idx ON chapter_progress (status);

-- migrate:down dialect:sqlite
DROP INDEX chapter_progress_status_idx;
ALTER TABLE chapter_progress ADD COLUMN is_completed INTEGER NOT NULL DEFAULT FALSE;
UPDATE chapter_progress SET is_completed = (status = 'completed');
ALTER TABLE chapter_progress DROP COLUMN status;

-- migrate:down dialect:postgres
DROP INDEX chapter_progress_status_idx;
ALTER TABLE chapter_progress ADD COLUMN is_completed BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE chapter_progress SET is_completed = (status = 'completed');
ALTER TABLE chapter_progress DROP COLUMN status;

-- migrate:down dialect:mysql
DROP INDEX chapter_progress_status_idx ON chapter_progress;
ALTER TABLE chapter_progress ADD COLUMN is_completed BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE chapter_progress SET is_completed = (status = 'completed');
ALTER TABLE chapter_progress DROP COLUMN status;
