-- create modules
--
-- revision: 6af0937b2e15
-- down_revision: b85c42e6d1f7
-- created: 2025-11-04T14:05:00Z

-- migrate:up dialect:sqlite
CREATE TABLE modules (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT,
    position INTEGER NOT NULL,
    is_published INTEGER NOT NULL DEFAULT FALSE,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    CONSTRAINT modules_slug_key UNIQUE (slug),
    CONSTRAINT modules_position_check CHECK (position >= 0)
);
CREATE INDEX modules_position_idx ON modules (position);

-- migrate:up dialect:postgres
CREATE TABLE modules (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT,
    position INTEGER NOT NULL,
    is_published BOOLEAN NOT NULL DEFAULT FALSE,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT modules_slug_key UNIQUE (slug),
    CONSTRAINT modules_position_check CHECK (position >= 0)
);
CREATE INDEX modules_position_idx ON modules (position);

-- migrate:up dialect:mysql
CREATE TABLE modules (
    id CHAR(36) CHARACTER SET ascii NOT NULL PRIMARY KEY,
    slug VARCHAR(255) NOT NULL,
    title VARCHAR(255) NOT NULL,
    description TEXT,
    position INTEGER NOT NULL,
    is_published BOOLEAN NOT NULL DEFAULT FALSE,
    created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    CONSTRAINT modules_slug_key UNIQUE (slug),
    CONSTRAINT modules_position_check CHECK (position >= 0)
) ENGINE = InnoDB;
CREATE INDEX modules_position_idx ON modules (position);

-- migrate:down
DROP TABLE modules;
