//! The message as a part of a file name.

/// Lower case, words joined by `_`, cut at a word end so that it has at most `length` characters.
///
/// Hyphens inside words stay, as in the numbers of tickets.
///
/// ```
/// use migrate_core::project::write::slug;
///
/// assert_eq!(slug("TICKET-123: Add audit fields", 40), "ticket-123_add_audit_fields");
/// assert_eq!(slug("create the table", 12), "create_the");
/// ```
pub fn slug(message: &str, length: usize) -> String {
    let mut slug = String::new();
    let mut used = 0;
    let words = message
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .map(|word| word.trim_matches('-'))
        .filter(|word| !word.is_empty());
    for word in words {
        let word = word.to_lowercase();
        let joint = usize::from(used > 0);
        let size = word.chars().count();
        if used + joint + size <= length {
            slug.push_str(&"_"[..joint]);
            slug.push_str(&word);
            used += joint + size;
        } else {
            // One word that is too long by itself is cut, so that the name is not empty.
            if used == 0 {
                slug.extend(word.chars().take(length));
            }
            break;
        }
    }
    slug
}
