//! The library behind `credgate`.

pub mod finding;
pub mod model;
pub mod policy;
pub mod report;
