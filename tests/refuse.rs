//! One test for each thing that must be impossible.
//!
//! Attacks that need no more than the program run the program; attacks by a modified client, a
//! custodian or an operator are made with the project's own library (`support/forge.rs`).

#![allow(clippy::unwrap_used)] // in what the tests share

mod support;

mod refuse {
    mod approvals;
    mod coalition;
    mod custody;
    mod forks;
    mod leaves;
    mod liar;
    mod log;
    mod operator;
    mod plaintext;
    mod random;
    mod requests;
    mod tamper;
    mod tokens;
    mod witnesses;
}
