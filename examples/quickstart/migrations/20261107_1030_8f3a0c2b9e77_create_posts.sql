-- create posts
--
-- revision: 8f3a0c2b9e77
-- down_revision: 5cd038a8f131
-- created: 2026-11-07T10:30:00Z

-- migrate:up
CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    author_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    body TEXT NOT NULL DEFAULT ''
);

CREATE INDEX posts_author_id ON posts (author_id);

-- A search for titles needs no second table: the trigger keeps the text in shape.
CREATE TRIGGER posts_trim_title AFTER INSERT ON posts
BEGIN
    UPDATE posts SET title = trim(NEW.title) WHERE id = NEW.id;
END;

-- migrate:down
DROP TABLE posts;
