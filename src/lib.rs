//! The library behind `credgate`.

pub mod escape;
pub mod evaluate;
pub mod finding;
pub mod inventory;
pub mod model;
pub mod output;
pub mod policy;
pub mod report;
pub mod rules;
pub mod source;
