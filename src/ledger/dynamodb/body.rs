use std::fmt::Write as _;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use sha2::{Digest, Sha256};

use crate::ledger::LedgerError;

/// DynamoDB takes items of up to 400 KB, names and keys of attributes included.
const PART_BYTES: usize = 350_000;
/// zlib's middle level: JSON shrinks to about a tenth.
const LEVEL: u8 = 6;
/// No state comes near it; it bounds what a damaged item can make us unpack.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// Something stored: JSON, deflated, and cut into parts where one item cannot hold it. The rule is the same for every item:
/// the first part stands in the item itself, the others in items named by the hash of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    pub first: Vec<u8>,
    pub rest: Vec<Vec<u8>>,
    /// Names the parts beside the first.
    pub hash: String,
}

impl Body {
    pub fn pack(json: &[u8]) -> Self {
        Self::cut(&compress_to_vec_zlib(json, LEVEL), PART_BYTES)
    }

    fn cut(deflated: &[u8], part: usize) -> Self {
        let mut parts = deflated.chunks(part).map(<[u8]>::to_vec);
        let first = parts.next().unwrap_or_default();
        let rest: Vec<Vec<u8>> = parts.collect();
        let hash = if rest.is_empty() { String::new() } else { hash(deflated) };
        Self { first, rest, hash }
    }
}

/// The JSON again, from all parts in their order.
///
/// # Errors
/// `Corrupt`, naming `what`.
pub fn unpack(what: &str, parts: &[u8]) -> Result<Vec<u8>, LedgerError> {
    decompress_to_vec_zlib_with_limit(parts, MOST_BYTES)
        .map_err(|error| LedgerError::Corrupt { what: what.to_owned(), reason: format!("it cannot be unpacked ({:?})", error.status) })
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(12).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use crate::ledger::LedgerError;
    use crate::ledger::dynamodb::body::{Body, unpack};

    #[test]
    fn a_body_comes_back_from_its_parts() {
        let json: Vec<u8> = (0..5_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_le_bytes()).collect();
        let whole = Body::pack(&json);
        assert!(whole.rest.is_empty() && whole.hash.is_empty());
        let cut = Body::cut(&whole.first, 1_000);
        assert_eq!(cut.rest.len(), whole.first.len().div_ceil(1_000) - 1);
        let joined: Vec<u8> = cut.first.iter().chain(cut.rest.iter().flatten()).copied().collect();
        assert_eq!(unpack("state", &joined).unwrap(), json);
        assert_eq!(cut.hash, Body::cut(&whole.first, 1_000).hash);
    }

    #[test]
    fn a_damaged_body_is_corrupt() {
        let mut packed = Body::pack(b"{}").first;
        packed.truncate(packed.len() - 1);
        assert!(matches!(unpack("event", &packed), Err(LedgerError::Corrupt { what, .. }) if what == "event"));
    }
}
