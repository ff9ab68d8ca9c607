//! Length-prefixed concatenation: the one way in which parts become the input of a hash or HMAC.
//!
//! `encode([a, b])` is `len(a) || a || len(b) || b`, lengths as little-endian u32. The encoding is
//! injective, so no two lists of parts share an input (spec/README.md, "Conventions").

/// Concatenates `parts`, each behind its length as a little-endian u32.
pub fn encode<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    for part in parts {
        push(&mut out, part);
    }
    out
}

/// Appends one length-prefixed part to `out`.
pub fn push(out: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).expect("a part of an encoded input is under 4 GiB");
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_byte_between_parts_changes_the_encoding() {
        assert_ne!(encode([&b"ab"[..], b"c"]), encode([&b"a"[..], b"bc"]));
        assert_eq!(encode([&b"ab"[..]]), [2, 0, 0, 0, b'a', b'b']);
    }
}
