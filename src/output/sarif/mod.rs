//! `sarif`: SARIF 2.1.0 for code scanning and other dashboards.
//!
//! In: a report. Out: one log with one run. All but the results is small and made of the types of `serde-sarif`; the
//! results are written one at a time, so that memory does not grow with their number. Every result has a physical
//! location, because code scanning refuses those without.

mod controls;
mod help;
mod limits;
mod place;
mod result;
mod rules;
mod run;
mod uri;
mod words;

use std::io::{self, Write as _};

use serde_sarif::sarif::Sarif;

use super::{Options, OutputFormat, lines};
use crate::internal::OrInternal as _;
use crate::report::Report;
pub(super) use help::plain;
pub use limits::MAX_RESULTS;
pub(super) use limits::{cut as cut_of, room};
use place::Places;
use result::ResultWriter;
pub(super) use rules::{pascal_case, sentence};
use run::Cuts;
pub(super) use run::category;
pub(super) use uri::location;
pub(super) use words::{cut, words};

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "sarif",
    summary: "SARIF 2.1.0, for code scanning",
    write,
};

pub(super) const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Where the results go. Nothing else in a log reads like this: inside a string the quotes would have backslashes.
const NO_RESULTS: &str = r#""results": []"#;

fn write(report: &Report, options: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let results = limits::findings(report, options.suppressed);
    let all = results.clone().count();
    let results = results.take(MAX_RESULTS);
    let cuts = Cuts {
        left_out: all.saturating_sub(MAX_RESULTS),
        elsewhere: Places::elsewhere(report, results.clone()),
    };
    let log = empty_log(report, cuts)?;
    let parts = log.split_once(NO_RESULTS);
    let (head, tail) = parts.or_internal("an empty log has a place for results");
    let mut writer = io::BufWriter::with_capacity(lines::BUFFER, writer);
    writer.write_all(head.as_bytes())?;
    writer.write_all(br#""results": ["#)?;
    let mut line = ResultWriter::new(report, all.min(MAX_RESULTS));
    let mut separator = "\n";
    for finding in results {
        writer.write_all(separator.as_bytes())?;
        writer.write_all(line.write(finding)?)?;
        separator = ",\n";
    }
    writer.write_all(b"\n      ]")?;
    writer.write_all(tail.as_bytes())?;
    writer.flush()
}

/// Returns the text of the log without its results.
fn empty_log(report: &Report, cuts: Cuts) -> io::Result<String> {
    let log = Sarif::builder()
        .schema(SCHEMA)
        .version("2.1.0")
        .runs([run::without_results(report, cuts)])
        .build();
    let mut text = Vec::new();
    lines::write(&log, &mut text)?;
    String::from_utf8(text).map_err(io::Error::other)
}
