//! iMessage: databases and exports of our own making, with people who do not exist.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "imessage/database.rs"]
mod database;
#[path = "imessage/exported.rs"]
mod exported;
#[path = "imessage/fixture.rs"]
mod fixture;
#[path = "imessage/generated.rs"]
mod generated;
#[path = "imessage/hostile.rs"]
mod hostile;
#[path = "imessage/samples.rs"]
mod samples;
#[path = "imessage/whole.rs"]
mod whole;
