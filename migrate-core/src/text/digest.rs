//! Digests of sections and chains of revisions.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// The digest of one section: `v1:sha256:` and 64 hex digits.
///
/// Version 1 is SHA-256 over direction, dialects, options and normalised text, each length-prefixed; see
/// [`revision::Section`](super::revision::Section). Older versions stay readable for ever.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

/// The chain of one revision for one dialect: SHA-256 over the sorted chains of its down revisions and dependencies,
/// its id and its up digest. One chain vouches for everything below it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chain([u8; 32]);

const PREFIX: &str = "v1:sha256:";

impl Digest {
    /// The digest of these fields, in this order, each with its length before it.
    pub fn of<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self(hash(fields))
    }

    /// The 32 bytes of the hash.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A digest from the 32 bytes of its hash.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl Chain {
    /// The chain of the revision `id` with the chains of everything it stands on directly.
    ///
    /// The order of `below` does not matter; a chain that occurs twice counts once.
    pub fn of(below: &[Self], id: &str, up: &Digest) -> Self {
        let mut below = below.to_vec();
        below.sort_unstable();
        below.dedup();
        let fields = below.iter().map(|chain| chain.0.as_slice());
        Self(hash(fields.chain([id.as_bytes(), up.0.as_slice()])))
    }

    /// The 32 bytes of the hash.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A chain from the 32 bytes of its hash.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

fn hash<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update((field.len() as u64).to_le_bytes());
        hasher.update(field);
    }
    hasher.finalize().into()
}

/// The text is not a digest or a chain that this version can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidDigest(pub String);

impl fmt::Display for InvalidDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no digest: expected v1:sha256: and 64 hex digits",
            self.0
        )
    }
}

impl std::error::Error for InvalidDigest {}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8; 32]) -> fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0_u8; 64];
    for (index, byte) in bytes.iter().enumerate() {
        text[2 * index] = DIGITS[usize::from(byte >> 4)];
        text[2 * index + 1] = DIGITS[usize::from(byte & 15)];
    }
    f.write_str(std::str::from_utf8(&text).unwrap_or_default())
}

fn read_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = digit(digits[2 * index])? << 4 | digit(digits[2 * index + 1])?;
    }
    Some(bytes)
}

macro_rules! text_form {
    ($type:ident) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(PREFIX)?;
                write_hex(f, &self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $type {
            type Err = InvalidDigest;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.strip_prefix(PREFIX)
                    .and_then(read_hex)
                    .map(Self)
                    .ok_or_else(|| InvalidDigest(text.to_owned()))
            }
        }
    };
}

text_form!(Digest);
text_form!(Chain);
