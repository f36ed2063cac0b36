//! How constraints and indexes without a name are called: as PostgreSQL calls them, on every database.

/// The limit of PostgreSQL, in bytes. MySQL and MariaDB take one character more.
pub const LONGEST: usize = 63;

/// The name of a table for a struct: its own in snake case. No plural is guessed.
///
/// ```
/// use migrate_core::model::desired::names::table;
///
/// assert_eq!(table("UserProfile"), "user_profile");
/// assert_eq!(table("HTTPRequest2"), "http_request2");
/// ```
pub fn table(rust_name: &str) -> String {
    words(rust_name).join("_")
}

/// `users_email_key`
pub fn unique(table: &str, columns: &[&str]) -> String {
    joined(table, columns, "key")
}

/// `posts_author_id_fkey`
pub fn foreign_key(table: &str, columns: &[&str]) -> String {
    joined(table, columns, "fkey")
}

/// `users_created_at_idx`; an expression counts as `expr`.
pub fn index(table: &str, columns: &[&str]) -> String {
    joined(table, columns, "idx")
}

/// `orders_total_check`
pub fn check(table: &str, column: &str) -> String {
    joined(table, &[column], "check")
}

fn joined(table: &str, columns: &[&str], end: &str) -> String {
    let mut name = table.to_owned();
    for part in columns.iter().chain([&end]) {
        name.push('_');
        name.push_str(part);
    }
    name
}

/// The words of a name in camel or snake case, in lower case.
///
/// ```
/// use migrate_core::model::desired::names::words;
///
/// assert_eq!(words("InProgress"), ["in", "progress"]);
/// assert_eq!(words("in_progress"), ["in", "progress"]);
/// ```
pub fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| letters[before]);
        let next = letters.get(place + 1);
        // `HTTPRequest`: the last capital of a row begins the next word.
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                !before.is_uppercase() || next.is_some_and(|next| next.is_lowercase())
            });
        if (*letter == '_' || begins) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if *letter != '_' {
            word.extend(letter.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
