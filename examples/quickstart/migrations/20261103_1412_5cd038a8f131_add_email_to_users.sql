-- add email to users
--
-- revision: 5cd038a8f131
-- down_revision: 1975ea83b712
-- created: 2026-11-03T14:12:00Z

-- migrate:up
ALTER TABLE users ADD COLUMN email TEXT;

UPDATE users SET email = lower(name) || '@example.com';

CREATE UNIQUE INDEX users_email ON users (email);

-- migrate:down
DROP INDEX users_email;

ALTER TABLE users DROP COLUMN email;
