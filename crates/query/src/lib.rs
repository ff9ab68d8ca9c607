//! The query language, its plan, and the read path.

pub mod answer;
pub mod language;
pub mod matches;
pub mod plan;
pub mod read;
