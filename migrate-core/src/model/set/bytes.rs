//! Numbers and hashes in a byte string.

use super::{UnpackError, Unreadable};

/// Appends to a byte string.
#[derive(Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// A number in groups of seven bits, the lowest first (LEB128).
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(super) fn size(&mut self, size: usize) {
        self.number(size as u64);
    }

    pub(super) fn hash(&mut self, hash: &[u8; 32]) {
        self.0.extend_from_slice(hash);
    }
}

/// Reads what [`Writer`] wrote.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8], place: usize) -> Self {
        Self { bytes, place }
    }

    pub(super) const fn place(&self) -> usize {
        self.place
    }

    pub(super) fn byte(&mut self) -> Result<u8, UnpackError> {
        let byte = *self
            .bytes
            .get(self.place)
            .ok_or(UnpackError(Unreadable::Truncated))?;
        self.place += 1;
        Ok(byte)
    }

    pub(super) fn number(&mut self) -> Result<u64, UnpackError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(UnpackError(Unreadable::Truncated))
    }

    pub(super) fn size(&mut self) -> Result<usize, UnpackError> {
        usize::try_from(self.number()?).map_err(|_| UnpackError(Unreadable::Truncated))
    }

    pub(super) fn hash(&mut self) -> Result<[u8; 32], UnpackError> {
        let end = self.place + 32;
        let hash = self
            .bytes
            .get(self.place..end)
            .ok_or(UnpackError(Unreadable::Truncated))?;
        self.place = end;
        hash.try_into()
            .map_err(|_| UnpackError(Unreadable::Truncated))
    }
}
