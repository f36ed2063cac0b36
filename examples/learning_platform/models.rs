//! What the tables of the platform hold: the rows that the application reads, and the schema that its revisions must make.

// The example reads no rows.
#![allow(dead_code)]

use migrate::desired::{DataType, PerDialect, Sql};
use migrate::{ColumnType, Dialect, Models, Table};

/// The schema that the platform wants. Functions and triggers are no tables, and stand in SQL beside them.
pub(crate) static MODELS: Models = migrate::models![
    User,
    UserProfile,
    Module,
    Chapter,
    Embedding,
    ChapterProgress,
    ChatMessage,
    Translation,
    CapstoneSubmission,
]
.with_sql(&[
    Sql::after(Dialect::Sqlite, include_str!("sql/triggers.sqlite.sql")),
    Sql::after(Dialect::Postgres, include_str!("sql/triggers.postgres.sql")),
]);

/// A UUID as text.
struct Id(String);

impl ColumnType for Id {
    const TYPE: DataType = DataType::Custom(PerDialect {
        sqlite: Some("TEXT"),
        postgres: Some("uuid"),
        mysql: Some("CHAR(36) CHARACTER SET ascii"),
        mariadb: None,
    });
}

/// The key of a row, which PostgreSQL makes if the application does not.
struct Key(Id);

impl ColumnType for Key {
    const TYPE: DataType = Id::TYPE;
    const DEFAULT: PerDialect<&'static str> = PerDialect {
        postgres: Some("gen_random_uuid()"),
        ..PerDialect::NONE
    };
}

/// An instant in UTC, as text.
struct Instant(String);

impl ColumnType for Instant {
    const TYPE: DataType = DataType::TimestampTz;
}

/// The instant at which its row came to be, unless another one is given.
struct Now(Instant);

impl ColumnType for Now {
    const TYPE: DataType = Instant::TYPE;
    const DEFAULT: PerDialect<&'static str> = PerDialect {
        sqlite: Some("(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"),
        postgres: Some("now()"),
        mysql: Some("CURRENT_TIMESTAMP(6)"),
        mariadb: None,
    };
}

/// The instant of the last change of its row. Only MySQL and MariaDB have a word for it; for the others there are triggers.
struct Touched(Instant);

impl ColumnType for Touched {
    const TYPE: DataType = Instant::TYPE;
    const DEFAULT: PerDialect<&'static str> = Now::DEFAULT;
    const ON_ROW_UPDATE: PerDialect<&'static str> = PerDialect {
        mysql: Some("CURRENT_TIMESTAMP(6)"),
        ..PerDialect::NONE
    };
}

#[derive(Table)]
#[table(name = "users", engine = "InnoDB")]
struct User {
    #[column(primary_key, check(sqlite = "length(id) = 36"))]
    id: Key,
    #[column(unique, length(mysql = 255))]
    email: String,
    #[column(length(mysql = 255))]
    password_hash: String,
    #[column(default = true)]
    is_active: bool,
    #[column(index)]
    created_at: Now,
    updated_at: Touched,
}

#[derive(Table)]
#[table(name = "user_profiles", engine = "InnoDB")]
struct UserProfile {
    #[column(primary_key, check(sqlite = "length(id) = 36"))]
    id: Key,
    #[column(unique, references = User::id, on_delete = cascade)]
    user_id: Id,
    #[column(length(mysql = 255))]
    full_name: Option<String>,
    #[column(default = "'UTC'", length(mysql = 255))]
    timezone: String,
    #[column(default = "'en'", length(mysql = 8))]
    preferred_language: String,
    #[column(type(sqlite = "TEXT", postgres = "jsonb", mysql = "JSON"))]
    preferences: Option<String>,
    created_at: Now,
    updated_at: Touched,
}

#[derive(Table)]
#[table(
    name = "modules",
    engine = "InnoDB",
    check(name = "modules_position_check", "position >= 0")
)]
struct Module {
    #[column(primary_key, check(sqlite = "length(id) = 36"))]
    id: Key,
    #[column(unique, length(mysql = 255))]
    slug: String,
    #[column(length(mysql = 255))]
    title: String,
    #[column(type(mysql = "TEXT"))]
    description: Option<String>,
    #[column(index)]
    position: i32,
    #[column(default = false)]
    is_published: bool,
    created_at: Now,
    updated_at: Touched,
}

#[derive(Table)]
#[table(name = "chapters", engine = "InnoDB")]
#[table(unique(module_id, position, name = "chapters_module_position_key"))]
struct Chapter {
    #[column(primary_key, check(sqlite = "length(id) = 36"))]
    id: Key,
    #[column(references = Module::id, on_delete = cascade)]
    module_id: Id,
    #[column(length(mysql = 255))]
    title: String,
    content: String,
    position: i32,
    estimated_minutes: Option<i32>,
    created_at: Now,
    updated_at: Touched,
}

#[derive(Table)]
#[table(name = "embeddings", engine = "InnoDB")]
#[table(unique(chapter_id, model, chunk_number, name = "embeddings_chunk_key"))]
#[table(check(
    name = "embeddings_dimensions_check",
    "octet_length(vector) = 4 * dimensions",
    sqlite = "length(vector) = 4 * dimensions"
))]
struct Embedding {
    #[column(primary_key, check(sqlite = "length(id) = 36"))]
    id: Key,
    #[column(references = Chapter::id, on_delete = cascade)]
    chapter_id: Id,
    chunk_number: i32,
    #[column(type(mysql = "TEXT"))]
    chunk: String,
    #[column(length(mysql = 100))]
    model: String,
    dimensions: i32,
    vector: Vec<u8>,
    created_at: Now,
    updated_at: Touched,
}

/// How far a reader has come with a chapter.
#[derive(ColumnType)]
#[column_type(text, rename_all = "snake_case")]
enum Status {
    NotStarted,
    InProgress,
    Completed,
}

#[derive(Table)]
#[table(name = "chapter_progress", engine = "InnoDB")]
#[table(unique(user_id, chapter_id, name = "chapter_progress_user_chapter_key"))]
#[table(check(name = "chapter_progress_percent_check", "percent BETWEEN 0 AND 100"))]
struct ChapterProgress {
    #[column(primary_key, check(sqlite = "length(id) = 36"))]
    id: Key,
    #[column(references = User::id, on_delete = cascade)]
    user_id: Id,
    #[column(index, references = Chapter::id, on_delete = cascade)]
    chapter_id: Id,
    #[column(default = 0)]
    percent: i32,
    last_read_at: Option<Instant>,
    created_at: Now,
    updated_at: Touched,
    #[column(index, length(mysql = 16), default = "'not_started'")]
    status: Status,
}

#[derive(Table)]
#[table(name = "chat_messages", engine = "InnoDB")]
#[table(check(
    name = "chat_messages_role_check",
    "role IN ('user', 'assistant', 'system')"
))]
struct ChatMessage {
    #[column(primary_key, check(sqlite = "length(id) = 36"))]
    id: Key,
    #[column(index, references = User::id, on_delete = cascade)]
    user_id: Id,
    #[column(index, references = Chapter::id, on_delete = set_null)]
    chapter_id: Option<Id>,
    #[column(length(mysql = 16))]
    role: String,
    content: String,
    created_at: Now,
    updated_at: Touched,
}

#[derive(Table)]
#[table(name = "translations", engine = "InnoDB")]
#[table(unique(chapter_id, language, name = "translations_language_key"))]
struct Translation {
    #[column(primary_key, check(sqlite = "length(id) = 36"))]
    id: Key,
    #[column(references = Chapter::id, on_delete = cascade)]
    chapter_id: Id,
    #[column(index, length(mysql = 8))]
    language: String,
    #[column(length(mysql = 255))]
    title: String,
    content: String,
    #[column(default = false)]
    is_original: bool,
    created_at: Now,
    updated_at: Touched,
}

#[derive(Table)]
#[table(name = "capstone_submissions", engine = "InnoDB")]
#[table(check(name = "capstone_submissions_grade_check", "grade BETWEEN 0 AND 100"))]
struct CapstoneSubmission {
    #[column(primary_key, check(sqlite = "length(id) = 36"))]
    id: Key,
    #[column(index, references = User::id, on_delete = cascade)]
    user_id: Id,
    #[column(index, references = Module::id, on_delete = cascade)]
    module_id: Id,
    #[column(type(mysql = "TEXT"))]
    repository_url: String,
    #[column(type(mysql = "TEXT"))]
    notes: Option<String>,
    grade: Option<i32>,
    #[column(type(mysql = "TEXT"))]
    feedback: Option<String>,
    submitted_at: Now,
    created_at: Now,
    updated_at: Touched,
}
