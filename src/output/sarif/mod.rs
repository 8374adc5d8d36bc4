//! `sarif`: SARIF 2.1.0 for code scanning and other dashboards.
//!
//! In: a report. Out: one log with one run. All but the results is small and made of the types of `serde-sarif`; the
//! results are written one at a time, so that memory does not grow with their number. Every result has a physical
//! location, because code scanning refuses those without.

mod controls;
mod result;
mod rules;
mod run;
mod uri;

use std::io::{self, Write as _};

use serde_sarif::sarif::Sarif;

use super::{Options, OutputFormat, Suppressed, lines};
use crate::finding::{Disposition, Finding};
use crate::report::Report;
use result::ResultWriter;
pub(super) use rules::{pascal_case, sentence};
pub(super) use uri::location;

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "sarif",
    summary: "SARIF 2.1.0, for code scanning",
    write,
};

/// How many results code scanning accepts; the worst are kept.
pub const MAX_RESULTS: usize = 25_000;

pub(super) const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Where the results go. Nothing else in a log reads like this: inside a string the quotes would have backslashes.
const NO_RESULTS: &str = r#""results": []"#;

fn write(report: &Report, options: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let results = findings(report, options.suppressed);
    let left_out = results.clone().count().saturating_sub(MAX_RESULTS);
    let log = empty_log(report, left_out)?;
    let (head, tail) = log.split_once(NO_RESULTS).unwrap_or((&log, ""));
    let mut writer = io::BufWriter::with_capacity(lines::BUFFER, writer);
    writer.write_all(head.as_bytes())?;
    writer.write_all(br#""results": ["#)?;
    let mut line = ResultWriter::new(report);
    let mut separator = "\n";
    for finding in results.take(MAX_RESULTS) {
        writer.write_all(separator.as_bytes())?;
        writer.write_all(line.write(finding)?)?;
        separator = ",\n";
    }
    writer.write_all(b"\n      ]")?;
    writer.write_all(tail.as_bytes())?;
    writer.flush()
}

/// Returns the text of the log without its results.
fn empty_log(report: &Report, left_out: usize) -> io::Result<String> {
    let log = Sarif::builder()
        .schema(SCHEMA)
        .version("2.1.0")
        .runs([run::without_results(report, left_out)])
        .build();
    let mut text = Vec::new();
    lines::write(&log, &mut text)?;
    String::from_utf8(text).map_err(io::Error::other)
}

/// Returns the findings that belong into the log, those that count first, each kind the worst first.
fn findings(report: &Report, suppressed: Suppressed) -> impl Iterator<Item = &Finding> + Clone {
    let all = report.findings.iter();
    let open = all.clone().filter(|finding| is_open(finding));
    let tolerated = all.filter(|finding| !is_open(finding));
    let keep = match suppressed {
        Suppressed::Omit => 0,
        Suppressed::Keep => usize::MAX,
    };
    open.chain(tolerated.take(keep))
}

fn is_open(finding: &Finding) -> bool {
    finding.disposition == Disposition::Open
}
