-- create user profiles
--
-- revision: b85c42e6d1f7
-- down_revision: 3d7e1f0a9c24
-- created: 2025-11-03T09:20:00Z

-- migrate:up dialect:sqlite
CREATE TABLE user_profiles (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    user_id TEXT NOT NULL,
    full_name TEXT,
    timezone TEXT NOT NULL DEFAULT 'UTC',
    preferred_language TEXT NOT NULL DEFAULT 'en',
    preferences TEXT,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    CONSTRAINT user_profiles_user_id_key UNIQUE (user_id),
    CONSTRAINT user_profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- migrate:up dialect:postgres
CREATE TABLE user_profiles (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL,
    full_name TEXT,
    timezone TEXT NOT NULL DEFAULT 'UTC',
    preferred_language TEXT NOT NULL DEFAULT 'en',
    preferences JSONB,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT user_profiles_user_id_key UNIQUE (user_id),
    CONSTRAINT user_profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- migrate:up dialect:mysql
CREATE TABLE user_profiles (
    id CHAR(36) CHARACTER SET ascii NOT NULL PRIMARY KEY,
    user_id CHAR(36) CHARACTER SET ascii NOT NULL,
    full_name VARCHAR(255),
    timezone VARCHAR(255) NOT NULL DEFAULT 'UTC',
    preferred_language VARCHAR(8) NOT NULL DEFAULT 'en',
    preferences JSON,
    created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    CONSTRAINT user_profiles_user_id_key UNIQUE (user_id),
    CONSTRAINT user_profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB;

-- migrate:down
DROP TABLE user_profiles;
