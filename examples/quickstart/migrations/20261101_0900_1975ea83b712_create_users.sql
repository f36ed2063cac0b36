-- create users
--
-- revision: 1975ea83b712
-- down_revision: none
-- created: 2026-11-01T09:00:00Z

-- migrate:up
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);

INSERT INTO users (name) VALUES ('Ada'), ('Grace'), ('Barbara');

-- migrate:down
DROP TABLE users;
