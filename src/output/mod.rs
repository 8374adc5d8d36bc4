//! The formats in which a report can be written: one file each, and an entry in [`ALL`].
//!
//! In: a [`Report`] whose verdict is already taken, and a writer. Out: bytes, the same for the same report and options.
//! A format decides nothing, reads neither clock nor environment, and lets no foreign text through unescaped.

mod json;
mod lines;
mod sarif;
mod text;

use std::io;

pub use sarif::MAX_RESULTS;

use crate::report::Report;

/// One format: what it is called, and how it writes a report.
#[derive(Debug)]
pub struct OutputFormat {
    /// What `--report` calls it.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub summary: &'static str,
    /// Writes the report; an error of the writer is handed on.
    pub write: fn(&Report, &Options, &mut dyn io::Write) -> io::Result<()>,
}

/// Every format, in the order in which help lists them.
pub static ALL: &[&OutputFormat] = &[&text::FORMAT, &json::FORMAT, &sarif::FORMAT];

/// Returns the format that `--report` calls by this name.
pub fn find(name: &str) -> Option<&'static OutputFormat> {
    ALL.iter().copied().find(|format| format.name == name)
}

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
