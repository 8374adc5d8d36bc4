//! `sarif`: the review for code scanning, which shows a result on a pull request where its line is in the diff.
//!
//! In: a report. Out: one log with one run, a result for each change at its line of the head policy. What loosens is an
//! error, or a warning where that was allowed; the rest are notes.

use std::io;

use serde_sarif::sarif::{
    Location, LogicalLocation, Message, PhysicalLocation, Region, ReportingDescriptor, Result,
    ResultLevel, Run, RunAutomationDetails, Sarif, ToolComponent,
};

use super::words;
use crate::escape::printable;
use crate::output::sarif::{MAX_RESULTS, SCHEMA, location, pascal_case, sentence};
use crate::output::{Options, OutputFormat, lines};
use crate::report::review::{Change, ChangeKind, Direction, ReviewReport};

pub(super) static FORMAT: OutputFormat<ReviewReport> = OutputFormat {
    name: "sarif",
    summary: "SARIF 2.1.0, for code scanning to show in the diff",
    write,
};

fn write(report: &ReviewReport, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let log = Sarif::builder()
        .schema(SCHEMA)
        .version("2.1.0")
        .runs([run(report)])
        .build();
    lines::write(&log, writer)
}

fn run(report: &ReviewReport) -> Run {
    let results = report.changes.iter().take(MAX_RESULTS);
    let results: Vec<Result> = results.map(|change| result(report, change)).collect();
    // Code scanning splits the run from the category at the last slash.
    let category = format!("credgate-review/{}/", printable(&report.head.policy.path));
    Run::builder()
        .tool(driver())
        .automation_details(RunAutomationDetails::builder().id(category).build())
        .column_kind("unicodeCodePoints")
        .language("en-US")
        .results(results)
        .build()
}

fn driver() -> ToolComponent {
    let rules: Vec<_> = ChangeKind::all().map(descriptor).collect();
    ToolComponent::builder()
        .name("credgate-review")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(rules)
        .build()
}

fn descriptor(kind: ChangeKind) -> ReportingDescriptor {
    ReportingDescriptor::builder()
        .id(kind.name())
        .name(pascal_case(kind.name()))
        .short_description(sentence(&format!("{}.", kind.title())))
        .full_description(sentence(kind.help()))
        .help(sentence(kind.help()))
        .build()
}

fn result(report: &ReviewReport, change: &Change) -> Result {
    let index = ChangeKind::all().position(|kind| kind == change.kind);
    let fingerprint = report.fingerprint(change).to_string();
    Result::builder()
        .rule_id(change.kind.name())
        .opt_rule_index(index.and_then(|index| i64::try_from(index).ok()))
        .level(level(report, change))
        .message(message(change))
        .locations([place(change)])
        .partial_fingerprints(std::collections::BTreeMap::from([(
            "primaryLocationLineHash".to_owned(),
            fingerprint,
        )]))
        .build()
}

const fn level(report: &ReviewReport, change: &Change) -> ResultLevel {
    match change.direction {
        Direction::Loosens if report.is_loosening_allowed => ResultLevel::Warning,
        Direction::Loosens => ResultLevel::Error,
        Direction::Neutral | Direction::Tightens => ResultLevel::Note,
    }
}

fn message(change: &Change) -> Message {
    let mut sentences = vec![format!("{}: {}", words::subject(change), change.text)];
    sentences.extend(words::impact(&change.impact).map(|impact| format!("Today it {impact}")));
    sentences.extend(change.cautions.iter().cloned());
    // A bracket before a parenthesis would make a link of foreign text.
    let text = printable(&(sentences.join(". ") + ".")).replace("](", "]\\u{28}");
    Message::builder().text(text).build()
}

fn place(change: &Change) -> Location {
    let (line, column) = (i64::from(change.place.line), i64::from(change.place.column));
    let region = Region::builder()
        .start_line(line)
        .start_column(column)
        .end_line(line)
        .end_column(column + 1)
        .build();
    let physical = PhysicalLocation::builder()
        .artifact_location(location(&change.place.file))
        .region(region)
        .build();
    let logical = LogicalLocation::builder()
        .name(printable(change.subject.name()))
        .kind("member")
        .build();
    Location::builder()
        .physical_location(physical)
        .logical_locations([logical])
        .build()
}
