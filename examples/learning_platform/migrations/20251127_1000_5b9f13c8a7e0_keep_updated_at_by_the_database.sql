-- keep updated_at by the database
--
-- revision: 5b9f13c8a7e0
-- down_revision: ac5e70d813f4
-- created: 2025-11-27T10:00:00Z

-- migrate:up dialect:sqlite
CREATE TRIGGER users_touch AFTER UPDATE ON users WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE users SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = NEW.id;
END;
CREATE TRIGGER user_profiles_touch AFTER UPDATE ON user_profiles WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE user_profiles SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = NEW.id;
END;
CREATE TRIGGER modules_touch AFTER UPDATE ON modules WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE modules SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = NEW.id;
END;
CREATE TRIGGER chapters_touch AFTER UPDATE ON chapters WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE chapters SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = NEW.id;
END;
CREATE TRIGGER embeddings_touch AFTER UPDATE ON embeddings WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE embeddings SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = NEW.id;
END;
CREATE TRIGGER translations_touch AFTER UPDATE ON translations WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE translations SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = NEW.id;
END;
CREATE TRIGGER chapter_progress_touch AFTER UPDATE ON chapter_progress WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE chapter_progress SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = NEW.id;
END;
CREATE TRIGGER chat_messages_touch AFTER UPDATE ON chat_messages WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE chat_messages SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = NEW.id;
END;
CREATE TRIGGER capstone_submissions_touch AFTER UPDATE ON capstone_submissions WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE capstone_submissions SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = NEW.id;
END;

-- migrate:up dialect:postgres
CREATE FUNCTION touch_updated_at() RETURNS trigger AS $$
BEGIN
    NEW.updated_at = now();  -- one instant for all rows of a transaction
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER user_profiles_touch BEFORE UPDATE ON user_profiles FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER modules_touch BEFORE UPDATE ON modules FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER chapters_touch BEFORE UPDATE ON chapters FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER embeddings_touch BEFORE UPDATE ON embeddings FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER translations_touch BEFORE UPDATE ON translations FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER chapter_progress_touch BEFORE UPDATE ON chapter_progress FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER chat_messages_touch BEFORE UPDATE ON chat_messages FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER capstone_submissions_touch BEFORE UPDATE ON capstone_submissions FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- migrate:up dialect:mysql
ALTER TABLE users MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6);
ALTER TABLE user_profiles MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6);
ALTER TABLE modules MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6);
ALTER TABLE chapters MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6);
ALTER TABLE embeddings MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6);
ALTER TABLE translations MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6);
ALTER TABLE chapter_progress MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6);
ALTER TABLE chat_messages MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6);
ALTER TABLE capstone_submissions MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6);

-- migrate:down dialect:sqlite
DROP TRIGGER capstone_submissions_touch;
DROP TRIGGER chat_messages_touch;
DROP TRIGGER chapter_progress_touch;
DROP TRIGGER translations_touch;
DROP TRIGGER embeddings_touch;
DROP TRIGGER chapters_touch;
DROP TRIGGER modules_touch;
DROP TRIGGER user_profiles_touch;
DROP TRIGGER users_touch;

-- migrate:down dialect:postgres
DROP TRIGGER capstone_submissions_touch ON capstone_submissions;
DROP TRIGGER chat_messages_touch ON chat_messages;
DROP TRIGGER chapter_progress_touch ON chapter_progress;
DROP TRIGGER translations_touch ON translations;
DROP TRIGGER embeddings_touch ON embeddings;
DROP TRIGGER chapters_touch ON chapters;
DROP TRIGGER modules_touch ON modules;
DROP TRIGGER user_profiles_touch ON user_profiles;
DROP TRIGGER users_touch ON users;
DROP FUNCTION touch_updated_at();

-- migrate:down dialect:mysql
ALTER TABLE capstone_submissions MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6);
ALTER TABLE chat_messages MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6);
ALTER TABLE chapter_progress MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6);
ALTER TABLE translations MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6);
ALTER TABLE embeddings MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6);
ALTER TABLE chapters MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6);
ALTER TABLE modules MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6);
ALTER TABLE user_profiles MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6);
ALTER TABLE users MODIFY updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6);
