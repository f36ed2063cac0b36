-- create translations
--
-- revision: 90b5d7c3ea46
-- down_revision: e27a60f3d98b
-- created: 2025-11-12T16:30:00Z

-- migrate:up dialect:sqlite
CREATE TABLE translations (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    chapter_id TEXT NOT NULL,
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    is_original INTEGER NOT NULL DEFAULT FALSE,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    CONSTRAINT translations_language_key UNIQUE (chapter_id, language),
    CONSTRAINT translations_chapter_id_fkey FOREIGN KEY (chapter_id) REFERENCES chapters (id) ON DELETE CASCADE
);
CREATE INDEX translations_language_idx ON translations (language);

-- migrate:up dialect:postgres
CREATE TABLE translations (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    chapter_id UUID NOT NULL,
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    is_original BOOLEAN NOT NULL DEFAULT FALSE,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT translations_language_key UNIQUE (chapter_id, language),
    CONSTRAINT translations_chapter_id_fkey FOREIGN KEY (chapter_id) REFERENCES chapters (id) ON DELETE CASCADE
);
CREATE INDEX translations_language_idx ON translations (language);

-- migrate:up dialect:mysql
CREATE TABLE translations (
    id CHAR(36) CHARACTER SET ascii NOT NULL PRIMARY KEY,
    chapter_id CHAR(36) CHARACTER SET ascii NOT NULL,
    language VARCHAR(8) NOT NULL,
    title VARCHAR(255) NOT NULL,
    content LONGTEXT NOT NULL,
    is_original BOOLEAN NOT NULL DEFAULT FALSE,
    created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    CONSTRAINT translations_language_key UNIQUE (chapter_id, language),
    CONSTRAINT translations_chapter_id_fkey FOREIGN KEY (chapter_id) REFERENCES chapters (id) ON DELETE CASCADE
) ENGINE = InnoDB;
CREATE INDEX translations_language_idx ON translations (language);

-- migrate:down
DROP TABLE translations;
