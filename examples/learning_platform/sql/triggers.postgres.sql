-- What the schema has beside its tables, as it is wanted today: a part of the desired schema (models.rs), never run on the
-- application's database. Revision 5b9f13c8a7e0 makes the same there; a later change stands here and in a revision of its own.

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
