//! The session key: all that is random about rows derives from it, so that any neighbour's secret
//! is computable while the deposit is sealed. It is erased with the subset keys.

use blackbox_format::encode::encode;
use blackbox_token::{
    Secret,
    entry::{Nonce, RowSecret},
    function::hmac,
    row::Place,
};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

const ROW_LABEL: &[u8] = b"blackbox/v1/session-row";
const ORDER_LABEL: &[u8] = b"blackbox/v1/session-order";
const NOISE_LABEL: &[u8] = b"blackbox/v1/session-noise";

/// One run of the sealer.
pub struct Session(Secret<32>);

/// The secret and nonce of a row.
pub struct RowKeys {
    /// P: opens the record.
    pub secret: RowSecret,
    /// S: joins the finder's and the opener's entries.
    pub nonce: Nonce,
}

impl Session {
    /// A fresh session.
    pub fn new() -> Session {
        Session(Secret::random())
    }

    /// Secret and nonce of the row at `place`.
    pub fn row(&self, place: Place) -> RowKeys {
        let (segment, row) = (place.segment.to_le_bytes(), place.row.to_le_bytes());
        let output = hmac(self.0.expose(), &encode([ROW_LABEL, &segment, &row]));
        let (secret, nonce) = output.expose().split_at(16);
        RowKeys {
            secret: Secret::new(secret.try_into().expect("16 bytes")),
            nonce: nonce.try_into().expect("16 bytes"),
        }
    }

    /// A random order of the rows `0..count` of a segment.
    pub fn order(&self, segment: u32, count: u32) -> Vec<u32> {
        let mut rows: Vec<u32> = (0..count).collect();
        rows.shuffle(&mut self.generator(ORDER_LABEL, segment));
        rows
    }

    /// A generator for the padding of a segment.
    pub fn noise(&self, segment: u32) -> StdRng {
        self.generator(NOISE_LABEL, segment)
    }

    fn generator(&self, label: &[u8], segment: u32) -> StdRng {
        let seed = hmac(self.0.expose(), &encode([label, &segment.to_le_bytes()]));
        StdRng::from_seed(*seed.expose())
    }
}

impl Default for Session {
    fn default() -> Session {
        Session::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_differ_and_an_order_is_a_permutation() {
        let session = Session::new();
        let (a, b) = (Place { segment: 0, row: 1 }, Place { segment: 1, row: 0 });
        assert!(session.row(a).secret != session.row(b).secret);
        assert!(session.row(a).nonce != session.row(b).nonce);
        let mut order = session.order(3, 1000);
        assert_eq!(order, session.order(3, 1000));
        assert_ne!(order, session.order(4, 1000));
        order.sort_unstable();
        assert!(order.into_iter().eq(0..1000));
    }
}
