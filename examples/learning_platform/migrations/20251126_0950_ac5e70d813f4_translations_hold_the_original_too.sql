-- translations hold the original too
--
-- A data migration: readers ask one table for a chapter in a language. Only rows that this revision wrote are
-- marked as the original, so the way back takes exactly these.
--
-- revision: ac5e70d813f4
-- down_revision: f6407d2be91a
-- created: 2025-11-26T09:50:00Z

-- migrate:up dialect:sqlite
INSERT INTO translations (id, chapter_id, language, title, content, is_original)
SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a'
            || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))), id, 'en', title, content, TRUE
  FROM chapters
 WHERE NOT EXISTS (SELECT 1 FROM translations WHERE translations.chapter_id = chapters.id AND translations.language = 'en');

-- migrate:up dialect:postgres
INSERT INTO translations (id, chapter_id, language, title, content, is_original)
SELECT gen_random_uuid(), id, 'en', title, content, TRUE
  FROM chapters
 WHERE NOT EXISTS (SELECT 1 FROM translations WHERE translations.chapter_id = chapters.id AND translations.language = 'en');

-- migrate:up dialect:mysql
INSERT INTO translations (id, chapter_id, language, title, content, is_original)
SELECT uuid(), id, 'en', title, content, TRUE
  FROM chapters
 WHERE NOT EXISTS (SELECT 1 FROM translations WHERE translations.chapter_id = chapters.id AND translations.language = 'en');

-- migrate:down
DELETE FROM translations WHERE is_original;
