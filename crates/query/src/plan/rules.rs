//! What may find, by an archive's policy alone: part of the format, for the sealer judges by it too.

pub use blackbox_format::rules::Rules;
