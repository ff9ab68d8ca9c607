//! The query language, its plan, and the read path.

pub mod answer;
