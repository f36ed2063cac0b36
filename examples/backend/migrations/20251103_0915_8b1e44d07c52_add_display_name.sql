-- add display name
--
-- revision: 8b1e44d07c52
-- down_revision: 5cd038a8f131
-- created: 2025-11-03T09:15:00Z

-- migrate:up
ALTER TABLE users ADD COLUMN display_name VARCHAR(80);

-- migrate:down
ALTER TABLE users DROP COLUMN display_name;
