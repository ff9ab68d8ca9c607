//! Brakes before the key: limits of requests, and what review tells a custodian.

#![allow(clippy::unwrap_used)] // in what the tests share

mod support;
mod world;

mod brakes {
    mod bound;
    mod limits;
    mod review;
}
