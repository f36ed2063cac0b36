//! What the tables of the platform hold: the rows that the application reads, and the schema that its revisions must make.

// The example reads no rows.
#![allow(dead_code)]

use migrate::desired::{DataType, PerDialect, Sql};
use migrate::{ColumnType, Dialect, Models, Table};

/// The schema that the platform wants. Functions and triggers are no tables, and stand in SQL beside them.
pub static MODELS: Models = migrate::models![
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
pub struct Id(pub String);

impl ColumnType for Id {
    const TYPE: DataType = DataType::Custom(PerDialect {
        sqlite: Some("TEXT"),
        postgres: Some("uuid"),
        mysql: Some("CHAR(36) CHARACTER SET ascii"),
        mariadb: None,
    });
}

/// An instant in UTC, as text.
pub struct Instant(pub String);

impl ColumnType for Instant {
    const TYPE: DataType = DataType::TimestampTz;
}

#[derive(Table)]
#[table(name = "users", engine = "InnoDB")]
pub struct User {
    #[column(
        primary_key,
        default(postgres = "gen_random_uuid()"),
        check(sqlite = "length(id) = 36")
    )]
    pub id: Id,
    #[column(unique, length(mysql = 255))]
    pub email: String,
    #[column(length(mysql = 255))]
    pub password_hash: String,
    #[column(default = true)]
    pub is_active: bool,
    #[column(
        index,
        default(
            sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            postgres = "now()",
            mysql = "CURRENT_TIMESTAMP(6)"
        )
    )]
    pub created_at: Instant,
    #[column(
        default(
            sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            postgres = "now()",
            mysql = "CURRENT_TIMESTAMP(6)"
        ),
        on_row_update(mysql = "CURRENT_TIMESTAMP(6)")
    )]
    pub updated_at: Instant,
}

#[derive(Table)]
#[table(name = "user_profiles", engine = "InnoDB")]
pub struct UserProfile {
    #[column(
        primary_key,
        default(postgres = "gen_random_uuid()"),
        check(sqlite = "length(id) = 36")
    )]
    pub id: Id,
    #[column(unique, references = User::id, on_delete = cascade)]
    pub user_id: Id,
    #[column(length(mysql = 255))]
    pub full_name: Option<String>,
    #[column(default = "'UTC'", length(mysql = 255))]
    pub timezone: String,
    #[column(default = "'en'", length(mysql = 8))]
    pub preferred_language: String,
    #[column(type(sqlite = "TEXT", postgres = "jsonb", mysql = "JSON"))]
    pub preferences: Option<String>,
    #[column(default(
        sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
        postgres = "now()",
        mysql = "CURRENT_TIMESTAMP(6)"
    ))]
    pub created_at: Instant,
    #[column(
        default(
            sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            postgres = "now()",
            mysql = "CURRENT_TIMESTAMP(6)"
        ),
        on_row_update(mysql = "CURRENT_TIMESTAMP(6)")
    )]
    pub updated_at: Instant,
}

#[derive(Table)]
#[table(
    name = "modules",
    engine = "InnoDB",
    check(name = "modules_position_check", "position >= 0")
)]
pub struct Module {
    #[column(
        primary_key,
        default(postgres = "gen_random_uuid()"),
        check(sqlite = "length(id) = 36")
    )]
    pub id: Id,
    #[column(unique, length(mysql = 255))]
    pub slug: String,
    #[column(length(mysql = 255))]
    pub title: String,
    #[column(type(mysql = "TEXT"))]
    pub description: Option<String>,
    #[column(index)]
    pub position: i32,
    #[column(default = false)]
    pub is_published: bool,
    #[column(default(
        sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
        postgres = "now()",
        mysql = "CURRENT_TIMESTAMP(6)"
    ))]
    pub created_at: Instant,
    #[column(
        default(
            sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            postgres = "now()",
            mysql = "CURRENT_TIMESTAMP(6)"
        ),
        on_row_update(mysql = "CURRENT_TIMESTAMP(6)")
    )]
    pub updated_at: Instant,
}

#[derive(Table)]
#[table(name = "chapters", engine = "InnoDB")]
#[table(unique(module_id, position, name = "chapters_module_position_key"))]
pub struct Chapter {
    #[column(
        primary_key,
        default(postgres = "gen_random_uuid()"),
        check(sqlite = "length(id) = 36")
    )]
    pub id: Id,
    #[column(references = Module::id, on_delete = cascade)]
    pub module_id: Id,
    #[column(length(mysql = 255))]
    pub title: String,
    pub content: String,
    pub position: i32,
    pub estimated_minutes: Option<i32>,
    #[column(default(
        sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
        postgres = "now()",
        mysql = "CURRENT_TIMESTAMP(6)"
    ))]
    pub created_at: Instant,
    #[column(
        default(
            sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            postgres = "now()",
            mysql = "CURRENT_TIMESTAMP(6)"
        ),
        on_row_update(mysql = "CURRENT_TIMESTAMP(6)")
    )]
    pub updated_at: Instant,
}

#[derive(Table)]
#[table(name = "embeddings", engine = "InnoDB")]
#[table(unique(chapter_id, model, chunk_number, name = "embeddings_chunk_key"))]
#[table(check(
    name = "embeddings_dimensions_check",
    "octet_length(vector) = 4 * dimensions",
    sqlite = "length(vector) = 4 * dimensions"
))]
pub struct Embedding {
    #[column(
        primary_key,
        default(postgres = "gen_random_uuid()"),
        check(sqlite = "length(id) = 36")
    )]
    pub id: Id,
    #[column(references = Chapter::id, on_delete = cascade)]
    pub chapter_id: Id,
    pub chunk_number: i32,
    #[column(type(mysql = "TEXT"))]
    pub chunk: String,
    #[column(length(mysql = 100))]
    pub model: String,
    pub dimensions: i32,
    pub vector: Vec<u8>,
    #[column(default(
        sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
        postgres = "now()",
        mysql = "CURRENT_TIMESTAMP(6)"
    ))]
    pub created_at: Instant,
    #[column(
        default(
            sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            postgres = "now()",
            mysql = "CURRENT_TIMESTAMP(6)"
        ),
        on_row_update(mysql = "CURRENT_TIMESTAMP(6)")
    )]
    pub updated_at: Instant,
}

/// How far a reader has come with a chapter.
#[derive(ColumnType)]
#[column_type(text, rename_all = "snake_case")]
pub enum Status {
    NotStarted,
    InProgress,
    Completed,
}

#[derive(Table)]
#[table(name = "chapter_progress", engine = "InnoDB")]
#[table(unique(user_id, chapter_id, name = "chapter_progress_user_chapter_key"))]
#[table(check(name = "chapter_progress_percent_check", "percent BETWEEN 0 AND 100"))]
pub struct ChapterProgress {
    #[column(
        primary_key,
        default(postgres = "gen_random_uuid()"),
        check(sqlite = "length(id) = 36")
    )]
    pub id: Id,
    #[column(references = User::id, on_delete = cascade)]
    pub user_id: Id,
    #[column(index, references = Chapter::id, on_delete = cascade)]
    pub chapter_id: Id,
    #[column(default = 0)]
    pub percent: i32,
    pub last_read_at: Option<Instant>,
    #[column(default(
        sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
        postgres = "now()",
        mysql = "CURRENT_TIMESTAMP(6)"
    ))]
    pub created_at: Instant,
    #[column(
        default(
            sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            postgres = "now()",
            mysql = "CURRENT_TIMESTAMP(6)"
        ),
        on_row_update(mysql = "CURRENT_TIMESTAMP(6)")
    )]
    pub updated_at: Instant,
    #[column(index, length(mysql = 16), default = "'not_started'")]
    pub status: Status,
}

#[derive(Table)]
#[table(name = "chat_messages", engine = "InnoDB")]
#[table(check(
    name = "chat_messages_role_check",
    "role IN ('user', 'assistant', 'system')"
))]
pub struct ChatMessage {
    #[column(
        primary_key,
        default(postgres = "gen_random_uuid()"),
        check(sqlite = "length(id) = 36")
    )]
    pub id: Id,
    #[column(index, references = User::id, on_delete = cascade)]
    pub user_id: Id,
    #[column(index, references = Chapter::id, on_delete = set_null)]
    pub chapter_id: Option<Id>,
    #[column(length(mysql = 16))]
    pub role: String,
    pub content: String,
    #[column(default(
        sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
        postgres = "now()",
        mysql = "CURRENT_TIMESTAMP(6)"
    ))]
    pub created_at: Instant,
    #[column(
        default(
            sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            postgres = "now()",
            mysql = "CURRENT_TIMESTAMP(6)"
        ),
        on_row_update(mysql = "CURRENT_TIMESTAMP(6)")
    )]
    pub updated_at: Instant,
}

#[derive(Table)]
#[table(name = "translations", engine = "InnoDB")]
#[table(unique(chapter_id, language, name = "translations_language_key"))]
pub struct Translation {
    #[column(
        primary_key,
        default(postgres = "gen_random_uuid()"),
        check(sqlite = "length(id) = 36")
    )]
    pub id: Id,
    #[column(references = Chapter::id, on_delete = cascade)]
    pub chapter_id: Id,
    #[column(index, length(mysql = 8))]
    pub language: String,
    #[column(length(mysql = 255))]
    pub title: String,
    pub content: String,
    #[column(default = false)]
    pub is_original: bool,
    #[column(default(
        sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
        postgres = "now()",
        mysql = "CURRENT_TIMESTAMP(6)"
    ))]
    pub created_at: Instant,
    #[column(
        default(
            sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            postgres = "now()",
            mysql = "CURRENT_TIMESTAMP(6)"
        ),
        on_row_update(mysql = "CURRENT_TIMESTAMP(6)")
    )]
    pub updated_at: Instant,
}

#[derive(Table)]
#[table(name = "capstone_submissions", engine = "InnoDB")]
#[table(check(name = "capstone_submissions_grade_check", "grade BETWEEN 0 AND 100"))]
pub struct CapstoneSubmission {
    #[column(
        primary_key,
        default(postgres = "gen_random_uuid()"),
        check(sqlite = "length(id) = 36")
    )]
    pub id: Id,
    #[column(index, references = User::id, on_delete = cascade)]
    pub user_id: Id,
    #[column(index, references = Module::id, on_delete = cascade)]
    pub module_id: Id,
    #[column(type(mysql = "TEXT"))]
    pub repository_url: String,
    #[column(type(mysql = "TEXT"))]
    pub notes: Option<String>,
    pub grade: Option<i32>,
    #[column(type(mysql = "TEXT"))]
    pub feedback: Option<String>,
    #[column(default(
        sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
        postgres = "now()",
        mysql = "CURRENT_TIMESTAMP(6)"
    ))]
    pub submitted_at: Instant,
    #[column(default(
        sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
        postgres = "now()",
        mysql = "CURRENT_TIMESTAMP(6)"
    ))]
    pub created_at: Instant,
    #[column(
        default(
            sqlite = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            postgres = "now()",
            mysql = "CURRENT_TIMESTAMP(6)"
        ),
        on_row_update(mysql = "CURRENT_TIMESTAMP(6)")
    )]
    pub updated_at: Instant,
}
