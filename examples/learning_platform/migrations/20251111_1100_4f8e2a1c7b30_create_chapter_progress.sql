-- create chapter progress
--
-- revision: 4f8e2a1c7b30
-- down_revision: c1d94be8507a
-- branch_labels: learning
-- created: 2025-11-11T11:00:00Z

-- migrate:up dialect:sqlite
CREATE TABLE chapter_progress (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    user_id TEXT NOT NULL,
    chapter_id TEXT NOT NULL,
    percent INTEGER NOT NULL DEFAULT 0,
    last_read_at TEXT,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    is_completed INTEGER NOT NULL DEFAULT FALSE,
    CONSTRAINT chapter_progress_user_chapter_key UNIQUE (user_id, chapter_id),
    CONSTRAINT chapter_progress_percent_check CHECK (percent BETWEEN 0 AND 100),
    CONSTRAINT chapter_progress_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT chapter_progress_chapter_id_fkey FOREIGN KEY (chapter_id) REFERENCES chapters (id) ON DELETE CASCADE
);
CREATE INDEX chapter_progress_chapter_id_idx ON chapter_progress (chapter_id);

-- migrate:up dialect:postgres
CREATE TABLE chapter_progress (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL,
    chapter_id UUID NOT NULL,
    percent INTEGER NOT NULL DEFAULT 0,
    last_read_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    is_completed BOOLEAN NOT NULL DEFAULT FALSE,
    CONSTRAINT chapter_progress_user_chapter_key UNIQUE (user_id, chapter_id),
    CONSTRAINT chapter_progress_percent_check CHECK (percent BETWEEN 0 AND 100),
    CONSTRAINT chapter_progress_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT chapter_progress_chapter_id_fkey FOREIGN KEY (chapter_id) REFERENCES chapters (id) ON DELETE CASCADE
);
CREATE INDEX chapter_progress_chapter_id_idx ON chapter_progress (chapter_id);

-- migrate:up dialect:mysql
CREATE TABLE chapter_progress (
    id CHAR(36) CHARACTER SET ascii NOT NULL PRIMARY KEY,
    user_id CHAR(36) CHARACTER SET ascii NOT NULL,
    chapter_id CHAR(36) CHARACTER SET ascii NOT NULL,
    percent INTEGER NOT NULL DEFAULT 0,
    last_read_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    is_completed BOOLEAN NOT NULL DEFAULT FALSE,
    CONSTRAINT chapter_progress_user_chapter_key UNIQUE (user_id, chapter_id),
    CONSTRAINT chapter_progress_percent_check CHECK (percent BETWEEN 0 AND 100),
    CONSTRAINT chapter_progress_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT chapter_progress_chapter_id_fkey FOREIGN KEY (chapter_id) REFERENCES chapters (id) ON DELETE CASCADE
) ENGINE = InnoDB;
CREATE INDEX chapter_progress_chapter_id_idx ON chapter_progress (chapter_id);

-- migrate:down
DROP TABLE chapter_progress;
