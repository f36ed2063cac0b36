-- initial schema baseline
--
-- What sql/schema.sql has made until now: databases that were created from it are stamped.
--
-- revision: 5cd038a8f131
-- down_revision: none
-- created: 2025-10-24T17:40:00Z

-- migrate:up
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email VARCHAR(255) NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- migrate:down
DROP TABLE users;
