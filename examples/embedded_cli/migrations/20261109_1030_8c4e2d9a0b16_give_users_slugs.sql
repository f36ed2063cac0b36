-- give users slugs
--
-- revision: 8c4e2d9a0b16
-- down_revision: 1f0a6c52b7d3
-- created: 2026-11-09T10:30:00Z
--
-- What a slug is made of, the application knows: SQL has no words for it.

-- migrate:up
ALTER TABLE users ADD COLUMN slug VARCHAR(100);
-- migrate:rust backfill_slugs
CREATE UNIQUE INDEX users_slug ON users (slug);

-- migrate:down dialect:mysql
DROP INDEX users_slug ON users;
ALTER TABLE users DROP COLUMN slug;

-- migrate:down
DROP INDEX users_slug;
ALTER TABLE users DROP COLUMN slug;
