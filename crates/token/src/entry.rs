//! Index entries: 32 bytes each, made and read with tokens (spec/archive.md, "Index").
//!
//! ```text
//! finder:  label 12 | row 4 | nonce 16      label = HMAC-SHA256(count, c_0)[0..12]
//!                                           row || S  XOR  AES-128(find, c_0) || AES-128(find, c_1)[0..4]
//! opener:  label 16 | secret 16             label = AES-128(test, S), secret = P XOR AES-128(open, S)
//! ```
//! with `c_j = segment || 2i+j`, two little-endian u64, for the i-th posting of the term.

use aes::{
    Aes128,
    cipher::{BlockCipherEncrypt, KeyInit},
};
pub use blackbox_format::page::ENTRY_BYTES;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{
    function::{Token, keyed},
    secret::Secret,
};

/// Size of a finder's label in bytes.
pub const FINDER_LABEL_BYTES: usize = 12;
/// Size of an opener's label in bytes.
pub const OPENER_LABEL_BYTES: usize = 16;
/// Bit of a row number that says: this term is common here, and its nonce is none.
pub const COMMON_BIT: u32 = 1 << 31;

/// An index entry as it lies on disk.
pub type Entry = [u8; ENTRY_BYTES];
/// The random nonce S of a row.
pub type Nonce = [u8; 16];
/// The random secret P of a row: it opens the record.
pub type RowSecret = Secret<16>;

/// Which posting of a term, in which segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// Segment number in its deposit.
    pub segment: u64,
    /// Number of the posting among the term's postings of this month in this segment, from 0.
    pub number: u64,
}

impl Posting {
    fn counter(self, part: u64) -> [u8; 16] {
        let mut block = [0; 16];
        block[..8].copy_from_slice(&self.segment.to_le_bytes());
        block[8..].copy_from_slice(&(2 * self.number + part).to_le_bytes());
        block
    }
}

/// What a find token shows of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The row that holds the term, and its nonce.
    Row(u32, Nonce),
    /// The term is common in this month: nothing can be found by it. The masked bytes are what the
    /// exceptional route would unmask.
    Common(u32, Nonce),
}

/// A count token, ready for use.
pub struct Counter(Hmac<Sha256>);

impl Counter {
    /// Prepares the token.
    pub fn new(count: &Token) -> Counter {
        Counter(keyed(count.expose()))
    }

    /// The finder label of a posting. Its absence proves that there are no more postings.
    pub fn label(&self, posting: Posting) -> [u8; FINDER_LABEL_BYTES] {
        let output = self.0.clone().chain_update(posting.counter(0)).finalize().into_bytes();
        output[..FINDER_LABEL_BYTES].try_into().expect("12 of 32 bytes")
    }
}

/// A find token, ready for use.
pub struct Finder(Aes128);

impl Finder {
    /// Prepares the token.
    pub fn new(find: &Token) -> Finder {
        Finder(Aes128::new(&(*find.expose()).into()))
    }

    fn mask(&self, posting: Posting) -> [u8; 20] {
        let (first, second) = (block(&self.0, &posting.counter(0)), block(&self.0, &posting.counter(1)));
        std::array::from_fn(|i| if i < 16 { first[i] } else { second[i - 16] })
    }

    /// What the entry shows under this token.
    pub fn read(&self, posting: Posting, entry: &Entry) -> Found {
        let mask = self.mask(posting);
        let shown: [u8; 20] = std::array::from_fn(|i| entry[FINDER_LABEL_BYTES + i] ^ mask[i]);
        let row = u32::from_le_bytes(shown[..4].try_into().expect("four bytes"));
        let nonce = shown[4..].try_into().expect("16 bytes");
        match row & COMMON_BIT {
            0 => Found::Row(row, nonce),
            _ => Found::Common(row & !COMMON_BIT, nonce),
        }
    }

    /// The entry of a posting.
    pub fn entry(&self, counter: &Counter, posting: Posting, found: &Found) -> Entry {
        let (row, nonce) = match found {
            Found::Row(row, nonce) => (row & !COMMON_BIT, nonce),
            Found::Common(row, nonce) => (row | COMMON_BIT, nonce),
        };
        let mask = self.mask(posting);
        let mut entry = [0; ENTRY_BYTES];
        entry[..FINDER_LABEL_BYTES].copy_from_slice(&counter.label(posting));
        entry[FINDER_LABEL_BYTES..16].copy_from_slice(&row.to_le_bytes());
        entry[16..].copy_from_slice(nonce);
        for (byte, mask) in entry[FINDER_LABEL_BYTES..].iter_mut().zip(mask) {
            *byte ^= mask;
        }
        entry
    }

    /// Masks, or unmasks, row and nonce of a common posting: for a finder made from the
    /// `exceptional` token (spec/archive.md, "Exceptional finding").
    pub fn mask_common(&self, posting: Posting, row: u32, nonce: &Nonce) -> (u32, Nonce) {
        let mask = self.mask(posting);
        let row_mask = u32::from_le_bytes(mask[..4].try_into().expect("four bytes"));
        ((row ^ row_mask) & !COMMON_BIT, std::array::from_fn(|i| nonce[i] ^ mask[4 + i]))
    }
}

/// A test token, ready for use.
pub struct Tester(Aes128);

impl Tester {
    /// Prepares the token.
    pub fn new(test: &Token) -> Tester {
        Tester(Aes128::new(&(*test.expose()).into()))
    }

    /// The opener label of the row with `nonce`; it is in the table if the row holds the term.
    pub fn label(&self, nonce: &Nonce) -> [u8; OPENER_LABEL_BYTES] {
        block(&self.0, nonce)
    }
}

/// An open token, ready for use.
pub struct Opener(Aes128);

impl Opener {
    /// Prepares the token.
    pub fn new(open: &Token) -> Opener {
        Opener(Aes128::new(&(*open.expose()).into()))
    }

    /// The entry that lets this term open the row with `nonce` and `secret`.
    pub fn entry(&self, tester: &Tester, nonce: &Nonce, secret: &RowSecret) -> Entry {
        let mask = block(&self.0, nonce);
        let mut entry = [0; ENTRY_BYTES];
        entry[..OPENER_LABEL_BYTES].copy_from_slice(&tester.label(nonce));
        for (at, byte) in entry[OPENER_LABEL_BYTES..].iter_mut().enumerate() {
            *byte = secret.expose()[at] ^ mask[at];
        }
        entry
    }

    /// The secret of the row with `nonce`, from its opener entry.
    pub fn read(&self, nonce: &Nonce, entry: &Entry) -> RowSecret {
        let mask = block(&self.0, nonce);
        Secret::new(std::array::from_fn(|i| entry[OPENER_LABEL_BYTES + i] ^ mask[i]))
    }
}

fn block(cipher: &Aes128, input: &[u8; 16]) -> [u8; 16] {
    let mut block = (*input).into();
    cipher.encrypt_block(&mut block);
    block.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Posting = Posting { segment: 3, number: 70_000 };

    #[test]
    fn a_finder_entry_shows_its_row_under_its_own_token_and_posting_only() {
        let (count, find) = (Counter::new(&Secret::random()), Finder::new(&Secret::random()));
        let found = Found::Row(12_345, [7; 16]);
        let entry = find.entry(&count, AT, &found);
        assert_eq!(find.read(AT, &entry), found);
        assert_eq!(entry[..12], count.label(AT));
        assert_ne!(find.read(Posting { number: 70_001, ..AT }, &entry), found);
        assert_ne!(Finder::new(&Secret::random()).read(AT, &entry), found);
    }

    #[test]
    fn a_common_posting_says_so_and_shows_no_row() {
        let (count, find) = (Counter::new(&Secret::random()), Finder::new(&Secret::random()));
        let exceptional = Finder::new(&Secret::random());
        let (row, nonce) = exceptional.mask_common(AT, 99, &[4; 16]);
        let entry = find.entry(&count, AT, &Found::Common(row, nonce));
        let Found::Common(row, nonce) = find.read(AT, &entry) else { panic!("not common") };
        assert_ne!(nonce, [4; 16]);
        assert_eq!(exceptional.mask_common(AT, row, &nonce), (99, [4; 16]));
    }

    #[test]
    fn an_opener_entry_gives_the_secret_for_its_nonce_only() {
        let (test, open) = (Tester::new(&Secret::random()), Opener::new(&Secret::random()));
        let secret = RowSecret::random();
        let entry = open.entry(&test, &[1; 16], &secret);
        assert!(open.read(&[1; 16], &entry) == secret);
        assert!(open.read(&[2; 16], &entry) != secret);
        assert_ne!(test.label(&[2; 16]), entry[..16]);
    }
}
