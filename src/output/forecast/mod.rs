//! The formats of a forecast: one file each, and an entry in [`ALL`].
//!
//! In: a [`ForecastReport`] whose verdicts are already taken, and a writer. Out: bytes, the same for the same report and
//! options.

mod ics;
mod json;
mod markdown;
mod text;
mod words;

pub use json::schema as json_schema;

use super::OutputFormat;
use crate::report::forecast::ForecastReport;

/// Every format of a forecast, in the order in which help lists them.
pub(super) const ALL: &[&OutputFormat<ForecastReport>] = &[
    &text::FORMAT,
    &markdown::FORMAT,
    &json::FORMAT,
    &ics::FORMAT,
];
