//! The formats of a review: one file each, and an entry in [`ALL`].
//!
//! In: a [`ReviewReport`] whose answer is already taken, and a writer. Out: bytes, the same for the same report and
//! options.

mod github;
mod json;
mod markdown;
mod sarif;
mod text;
mod words;

pub use json::schema as json_schema;

use super::OutputFormat;
use crate::report::review::ReviewReport;

/// Every format of a review, in the order in which help lists them.
pub(super) const ALL: &[&OutputFormat<ReviewReport>] = &[
    &text::FORMAT,
    &markdown::FORMAT,
    &json::FORMAT,
    &sarif::FORMAT,
    &github::FORMAT,
];
