//! From the bytes of a file to text.

use thiserror::Error;

use super::span::{FileId, Span};

/// The longest file that is read, in bytes. Spans count in 32 bits; a ruleset is far from it.
pub const MAX_BYTES: usize = 256 << 20;

/// Why a file's bytes are no text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LoadError {
    /// Bytes that are not UTF-8.
    #[error("the file is not valid UTF-8: byte `0x{byte:02x}` at offset {offset}")]
    NotUtf8 {
        /// Where the replacement character stands in the text that was kept.
        span: Span,
        /// The offset of the first wrong byte in the file.
        offset: usize,
        /// The first wrong byte.
        byte: u8,
    },
    /// More than [`MAX_BYTES`].
    #[error("the file is {length} bytes long, more than the {MAX_BYTES} that one file may have")]
    TooLong {
        /// The start of the file.
        span: Span,
        /// Its length in bytes.
        length: usize,
    },
}

pub(super) struct Loaded {
    pub text: String,
    pub skipped: u32,
    pub error: Option<LoadError>,
}

/// Decodes the bytes of a file, without a byte order mark.
pub(super) fn decode(file: FileId, mut bytes: Vec<u8>) -> Loaded {
    let length = bytes.len();
    if length > MAX_BYTES {
        let span = Span::new(file, 0, 0);
        return Loaded { text: String::new(), skipped: 0, error: Some(LoadError::TooLong { span, length }) };
    }
    let mut skipped = 0;
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
        skipped = 3;
    }
    match String::from_utf8(bytes) {
        Ok(text) => Loaded { text, skipped, error: None },
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let byte = bytes.get(offset).copied().unwrap_or(0);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let start = u32::try_from(offset).unwrap_or(u32::MAX);
            let end = start.saturating_add(3).min(u32::try_from(text.len()).unwrap_or(u32::MAX));
            let span = Span::new(file, start, end);
            let offset = offset + skipped as usize;
            Loaded { text, skipped, error: Some(LoadError::NotUtf8 { span, offset, byte }) }
        }
    }
}

/// Where each line of `text` starts.
pub(super) fn line_starts(text: &str) -> Vec<u32> {
    let mut starts = vec![0];
    starts.extend(text.bytes().zip(1u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, next)| next));
    starts
}
