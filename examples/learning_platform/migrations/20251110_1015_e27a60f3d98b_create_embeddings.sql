-- create embeddings
--
-- A vector is its 32-bit floats, little-endian, one after the other: no extension is needed, the application
-- ranks.
--
-- revision: e27a60f3d98b
-- down_revision: c1d94be8507a
-- branch_labels: content
-- created: 2025-11-10T10:15:00Z

-- migrate:up dialect:sqlite
CREATE TABLE embeddings (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    chapter_id TEXT NOT NULL,
    chunk_number INTEGER NOT NULL,
    chunk TEXT NOT NULL,
    model TEXT NOT NULL,
    dimensions INTEGER NOT NULL,
    vector BLOB NOT NULL,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    CONSTRAINT embeddings_chunk_key UNIQUE (chapter_id, model, chunk_number),
    CONSTRAINT embeddings_dimensions_check CHECK (length(vector) = 4 * dimensions),
    CONSTRAINT embeddings_chapter_id_fkey FOREIGN KEY (chapter_id) REFERENCES chapters (id) ON DELETE CASCADE
);

-- migrate:up dialect:postgres
CREATE TABLE embeddings (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    chapter_id UUID NOT NULL,
    chunk_number INTEGER NOT NULL,
    chunk TEXT NOT NULL,
    model TEXT NOT NULL,
    dimensions INTEGER NOT NULL,
    vector BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT embeddings_chunk_key UNIQUE (chapter_id, model, chunk_number),
    CONSTRAINT embeddings_dimensions_check CHECK (octet_length(vector) = 4 * dimensions),
    CONSTRAINT embeddings_chapter_id_fkey FOREIGN KEY (chapter_id) REFERENCES chapters (id) ON DELETE CASCADE
);

-- migrate:up dialect:mysql
CREATE TABLE embeddings (
    id CHAR(36) CHARACTER SET ascii NOT NULL PRIMARY KEY,
    chapter_id CHAR(36) CHARACTER SET ascii NOT NULL,
    chunk_number INTEGER NOT NULL,
    chunk TEXT NOT NULL,
    model VARCHAR(100) NOT NULL,
    dimensions INTEGER NOT NULL,
    vector LONGBLOB NOT NULL,
    created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    CONSTRAINT embeddings_chunk_key UNIQUE (chapter_id, model, chunk_number),
    CONSTRAINT embeddings_dimensions_check CHECK (octet_length(vector) = 4 * dimensions),
    CONSTRAINT embeddings_chapter_id_fkey FOREIGN KEY (chapter_id) REFERENCES chapters (id) ON DELETE CASCADE
) ENGINE = InnoDB;

-- migrate:down
DROP TABLE embeddings;
