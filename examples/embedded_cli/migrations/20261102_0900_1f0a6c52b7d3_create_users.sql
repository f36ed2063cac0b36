-- create users
--
-- revision: 1f0a6c52b7d3
-- down_revision: none
-- created: 2026-11-02T09:00:00Z

-- migrate:up
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name VARCHAR(100) NOT NULL
);
INSERT INTO users (id, name) VALUES (1, 'Ada Lovelace'), (2, 'Émilie du Châtelet'), (3, 'Grace Hopper');

-- migrate:down
DROP TABLE users;
