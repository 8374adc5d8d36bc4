//! The formats in which a report can be written: one file each, and an entry in [`ALL`].
//!
//! In: a [`Report`] whose verdict is already taken, and a writer. Out: bytes, the same for the same report and options.
//! A format decides nothing, reads neither clock nor environment, and lets no foreign text through unescaped.

mod annotations;
mod azure;
mod forecast;
mod github;
mod gitlab;
mod groups;
mod json;
mod junit;
mod lines;
mod markdown;
mod review;
mod runner;
mod sarif;
mod steps;
mod tally;
mod text;
mod words;

use std::io;

pub use forecast::json_schema as forecast_json_schema;
pub use review::json_schema as review_json_schema;
pub use sarif::MAX_RESULTS;

use crate::report::Report;
use crate::report::forecast::ForecastReport;
use crate::report::review::ReviewReport;

/// One format: what it is called, and how it writes a report of one kind.
#[derive(Debug)]
pub struct OutputFormat<R = Report> {
    /// What `--report` calls it.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub summary: &'static str,
    /// Writes the report; an error of the writer is handed on.
    pub write: fn(&R, &Options, &mut dyn io::Write) -> io::Result<()>,
}

/// A kind of report, such as that of a judgement.
pub trait Rendered: Sized + 'static {
    /// Every format of this kind, in the order in which help lists them.
    const FORMATS: &'static [&'static OutputFormat<Self>];

    /// Returns the format that `--report` calls by this name.
    fn format(name: &str) -> Option<&'static OutputFormat<Self>> {
        let mut formats = Self::FORMATS.iter().copied();
        formats.find(|format| format.name == name)
    }
}

impl Rendered for Report {
    const FORMATS: &'static [&'static OutputFormat] = ALL;
}

impl Rendered for ForecastReport {
    const FORMATS: &'static [&'static OutputFormat<Self>] = forecast::ALL;
}

impl Rendered for ReviewReport {
    const FORMATS: &'static [&'static OutputFormat<Self>] = review::ALL;
}

/// Every format of a judgement, in the order in which help lists them.
pub const ALL: &[&OutputFormat] = &[
    &text::FORMAT,
    &markdown::FORMAT,
    &json::FORMAT,
    &sarif::FORMAT,
    &github::FORMAT,
    &gitlab::FORMAT,
    &azure::FORMAT,
    &junit::FORMAT,
];

/// What the person who asks for a report may choose about its looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether text may be coloured.
    pub colour: bool,
    /// The width of text, in columns; commands are never wrapped.
    pub width: usize,
    /// How much text says.
    pub verbosity: Verbosity,
    /// What SARIF does with findings that the policy tolerates.
    pub suppressed: Suppressed,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            colour: false,
            width: 100,
            verbosity: Verbosity::Normal,
            suppressed: Suppressed::Omit,
        }
    }
}

/// How much a report for a person says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// Nothing but the summary, and that only when the policy does not hold.
    Quiet,
    /// What there is to do.
    #[default]
    Normal,
    /// Everything, tolerated findings and long tenants included.
    Verbose,
}

/// What SARIF does with findings that an exception or a migration window tolerates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Suppressed {
    /// They are left out, because code scanning opens an alert for each all the same.
    #[default]
    Omit,
    /// They are written with their suppression.
    Keep,
}

/// Returns the JSON Schema of the `json` format, as `schemas/report.schema.json` holds it.
pub fn json_schema() -> schemars::Schema {
    json::schema()
}
