-- create chapters
--
-- The unique key over module and position also serves the foreign key, so it has no index of its own.
--
-- revision: c1d94be8507a
-- down_revision: 6af0937b2e15
-- created: 2025-11-04T14:40:00Z

-- migrate:up dialect:sqlite
CREATE TABLE chapters (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    module_id TEXT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    position INTEGER NOT NULL,
    estimated_minutes INTEGER,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    CONSTRAINT chapters_module_position_key UNIQUE (module_id, position),
    CONSTRAINT chapters_module_id_fkey FOREIGN KEY (module_id) REFERENCES modules (id) ON DELETE CASCADE
);

-- migrate:up dialect:postgres
CREATE TABLE chapters (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    module_id UUID NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    position INTEGER NOT NULL,
    estimated_minutes INTEGER,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT chapters_module_position_key UNIQUE (module_id, position),
    CONSTRAINT chapters_module_id_fkey FOREIGN KEY (module_id) REFERENCES modules (id) ON DELETE CASCADE
);

-- migrate:up dialect:mysql
CREATE TABLE chapters (
    id CHAR(36) CHARACTER SET ascii NOT NULL PRIMARY KEY,
    module_id CHAR(36) CHARACTER SET ascii NOT NULL,
    title VARCHAR(255) NOT NULL,
    content LONGTEXT NOT NULL,
    position INTEGER NOT NULL,
    estimated_minutes INTEGER,
    created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    CONSTRAINT chapters_module_position_key UNIQUE (module_id, position),
    CONSTRAINT chapters_module_id_fkey FOREIGN KEY (module_id) REFERENCES modules (id) ON DELETE CASCADE
) ENGINE = InnoDB;

-- migrate:down
DROP TABLE chapters;
