//! Records: a commitment, a sealed body, and context slots (spec/archive.md, "Records").
//!
//! ```text
//! body key    = HMAC-SHA256(P, "body" label || deposit || segment || row)
//! record      = SHA-256("commitment" label || body key) || AES-256-GCM(body key, body) || slots
//! slot key    = HMAC-SHA256(P, "context" label || context key)
//! slot        = AES-256-GCM(slot key, segment u32 | row u32 | body key of the neighbour)
//! ```
//! Every key is used once, with a nonce of zeros. The commitment makes a record open to one text
//! only: AES-GCM alone does not commit to its key.

use aes_gcm::{
    Aes256Gcm, Nonce as GcmNonce,
    aead::{Aead, KeyInit},
};
use blackbox_format::{encode::encode, merkle::sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    entry::RowSecret,
    function::{Token, hmac},
    secret::Secret,
};

/// Size of the commitment at the head of a record, in bytes.
pub const COMMITMENT_BYTES: usize = 32;
/// What AES-256-GCM adds to a body, in bytes.
pub const TAG_BYTES: usize = 16;
/// Size of one context slot in bytes: segment 4, row 4, body key 32, tag 16.
pub const SLOT_BYTES: usize = 56;
/// Largest context distance that an archive may have.
pub const MAX_CONTEXT: u8 = 3;

const BODY_LABEL: &[u8] = b"blackbox/v1/body";
const COMMITMENT_LABEL: &[u8] = b"blackbox/v1/commitment";
const CONTEXT_LABEL: &[u8] = b"blackbox/v1/context";
const NO_ROW: u32 = u32::MAX;

/// The key of one record's body.
pub type BodyKey = Secret<32>;

/// Where a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Segment number in its deposit.
    pub segment: u32,
    /// Row in the segment.
    pub row: u32,
}

/// The record is not the one that its key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the record does not belong to its key")]
pub struct RecordError;

/// A neighbour, as a context slot holds it.
pub struct Neighbour {
    /// Where its record lies.
    pub place: Place,
    /// What opens its body. Not its row secret: context does not chain.
    pub key: BodyKey,
}

/// The key of the body at `place` of `deposit`.
pub fn body_key(secret: &RowSecret, deposit: &str, place: Place) -> BodyKey {
    let (segment, row) = (place.segment.to_le_bytes(), place.row.to_le_bytes());
    hmac(secret.expose(), &encode([BODY_LABEL, deposit.as_bytes(), &segment, &row]))
}

/// Commitment and sealed body of a record.
pub fn seal_body(key: &BodyKey, body: &[u8]) -> Vec<u8> {
    let mut record = commitment(key).to_vec();
    record.extend(gcm_seal(key, body));
    record
}

/// The body of a record, without its slots.
///
/// # Errors
/// The commitment or the box is not this key's.
pub fn open_body(key: &BodyKey, record: &[u8]) -> Result<Zeroizing<Vec<u8>>, RecordError> {
    let (head, sealed) = record.split_at_checked(COMMITMENT_BYTES).ok_or(RecordError)?;
    match bool::from(commitment(key)[..].ct_eq(head)) {
        true => gcm_open(key, sealed),
        false => Err(RecordError),
    }
}

/// A context slot: the neighbour, or that there is none.
pub fn seal_slot(secret: &RowSecret, context: &Token, neighbour: Option<&Neighbour>) -> Vec<u8> {
    let mut plain = Zeroizing::new([0xff; SLOT_BYTES - TAG_BYTES]);
    if let Some(neighbour) = neighbour {
        plain[..4].copy_from_slice(&neighbour.place.segment.to_le_bytes());
        plain[4..8].copy_from_slice(&neighbour.place.row.to_le_bytes());
        plain[8..].copy_from_slice(neighbour.key.expose());
    }
    gcm_seal(&slot_key(secret, context), &plain[..])
}

/// What a context slot holds.
///
/// # Errors
/// The slot is not this key's.
pub fn open_slot(secret: &RowSecret, context: &Token, slot: &[u8]) -> Result<Option<Neighbour>, RecordError> {
    let plain = gcm_open(&slot_key(secret, context), slot)?;
    let word = |at: usize| plain[at..at + 4].try_into().map(u32::from_le_bytes).expect("four bytes");
    if plain.len() != SLOT_BYTES - TAG_BYTES {
        return Err(RecordError);
    }
    let place = Place { segment: word(0), row: word(4) };
    let key = Secret::new(plain[8..].try_into().expect("32 bytes"));
    Ok((place.row != NO_ROW).then_some(Neighbour { place, key }))
}

/// Distances of the slots of a record with context up to `context`: -1, 1, -2, 2, ...
pub fn distances(context: u8) -> impl Iterator<Item = i8> {
    (1..=context as i8).flat_map(|distance| [-distance, distance])
}

/// The literal whose `context` token opens the slots at `distance`: `context:-1`, `context:+1`.
pub fn context_literal(distance: i8) -> blackbox_format::term::Literal {
    blackbox_format::term::Literal {
        field: blackbox_format::term::Field::Context,
        term: format!("{distance:+}"),
    }
}

fn slot_key(secret: &RowSecret, context: &Token) -> Secret<32> {
    hmac(secret.expose(), &encode([CONTEXT_LABEL, context.expose()]))
}

fn commitment(key: &BodyKey) -> [u8; COMMITMENT_BYTES] {
    sha256(&Zeroizing::new([COMMITMENT_LABEL, key.expose()].concat()))
}

fn gcm_seal(key: &Secret<32>, plain: &[u8]) -> Vec<u8> {
    let cipher = Aes256Gcm::new(&(*key.expose()).into());
    cipher.encrypt(&GcmNonce::default(), plain).expect("a record is far below AES-GCM's 64 GiB")
}

fn gcm_open(key: &Secret<32>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, RecordError> {
    let cipher = Aes256Gcm::new(&(*key.expose()).into());
    cipher.decrypt(&GcmNonce::default(), sealed).map(Zeroizing::new).map_err(|_| RecordError)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { segment: 1, row: 2 };

    #[test]
    fn a_record_opens_with_its_own_secret_at_its_own_place_only() {
        let secret = RowSecret::random();
        let record = seal_body(&body_key(&secret, "d", PLACE), b"hello");
        assert_eq!(record.len(), COMMITMENT_BYTES + 5 + TAG_BYTES);
        assert_eq!(**open_body(&body_key(&secret, "d", PLACE), &record).as_ref().unwrap(), b"hello");
        let others = [
            body_key(&secret, "e", PLACE),
            body_key(&secret, "d", Place { row: 3, ..PLACE }),
            body_key(&secret, "d", Place { segment: 2, ..PLACE }),
            body_key(&RowSecret::random(), "d", PLACE),
        ];
        assert!(others.iter().all(|key| open_body(key, &record).is_err()));
    }

    #[test]
    fn a_record_without_its_commitment_does_not_open() {
        let key = body_key(&RowSecret::random(), "d", PLACE);
        let mut record = seal_body(&key, b"hello");
        record[0] ^= 1;
        assert!(open_body(&key, &record).is_err());
        assert!(open_body(&key, &record[..20]).is_err());
    }

    #[test]
    fn a_slot_gives_its_neighbour_and_an_empty_one_says_so() {
        let (secret, context) = (RowSecret::random(), Token::random());
        let neighbour = Neighbour { place: PLACE, key: Secret::random() };
        let slot = seal_slot(&secret, &context, Some(&neighbour));
        let empty = seal_slot(&secret, &context, None);
        assert_eq!((slot.len(), empty.len()), (SLOT_BYTES, SLOT_BYTES));
        let opened = open_slot(&secret, &context, &slot).unwrap().unwrap();
        assert!(opened.place == PLACE && opened.key == neighbour.key);
        assert!(open_slot(&secret, &context, &empty).unwrap().is_none());
        assert!(open_slot(&secret, &Token::random(), &slot).is_err());
        assert!(open_slot(&RowSecret::random(), &context, &slot).is_err());
    }
}
