//! New ids.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::SystemTime;

/// Twelve hexadecimal digits at random.
///
/// The standard library seeds [`RandomState`] from the randomness of the operating system; hashing under that key gives
/// 48 bits that two people on two branches will not share, and no further crate is needed for them.
///
/// ```
/// let id = migrate_core::project::write::random_id();
/// assert_eq!(id.len(), 12);
/// assert_ne!(id, migrate_core::project::write::random_id());
/// ```
pub fn random_id() -> String {
    let mut hasher = RandomState::new().build_hasher();
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    hasher.write_u128(now.as_nanos());
    hasher.write_u32(std::process::id());
    format!("{:012x}", hasher.finish() >> 16)
}
