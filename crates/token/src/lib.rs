//! The threshold HMAC, and what its tokens find and open.
//!
//! `F(x) = XOR over all subsets A of HMAC-SHA256(r_{A,m}, x)` (Naor, Pinkas, Reingold 1999, by
//! replicated secret sharing). Any k custodians together hold every subset key; any k-1 lack one,
//! and to them F is pseudorandom. `spec/token.md` is this crate's prose.

pub mod ask;
pub mod board;
pub mod combine;
pub mod custody;
pub mod entry;
pub mod function;
pub mod row;
pub mod secret;

pub use secret::Secret;
