-- What the schema has beside its tables, as it is wanted today: a part of the desired schema (models.rs), never run on the
-- application's database. Revision 5b9f13c8a7e0 makes the same there; a later change stands here and in a revision of its own.

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
