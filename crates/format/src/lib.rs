//! Bytes and types of a black box archive.
//!
//! This crate turns bytes into types and back: pages and their Merkle trees, record bodies,
//! manifests, signed notes, messages and the terms they are found by. It holds no secret key,
//! opens no file, asks no network and reads no clock. `spec/archive.md` is its prose.

pub mod blob;
pub mod body;
pub mod encode;
pub mod fields;
pub mod id;
pub mod manifest;
pub mod merkle;
pub mod message;
pub mod month;
pub mod note;
pub mod padme;
pub mod page;
pub mod rules;
pub mod term;
pub mod text;
pub mod threshold;

/// Version prefix of every label and document of this format.
pub const VERSION: &str = "blackbox/v1";
