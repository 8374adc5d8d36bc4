//! `sarif`: the review for code scanning, which shows a result on a pull request where its line is in the diff.
//!
//! In: a report. Out: one log with one run, a result for each change at its line of the head policy. What loosens is an
//! error, or a warning where that was allowed; the rest are notes.

use std::io;

use serde_sarif::sarif::{
    Invocation, Location, LogicalLocation, Message, Notification, PhysicalLocation, Region,
    ReportingDescriptor, Result, ResultLevel, Run, RunAutomationDetails, Sarif, ToolComponent,
};

use super::words as review_words;
use crate::escape::printable;
use crate::finding::Fingerprint;
use crate::home;
use crate::output::sarif::{
    MAX_RESULTS, SCHEMA, category, cut, location, pascal_case, plain, room, sentence, words,
};
use crate::output::{Options, OutputFormat, lines};
use crate::report::review::{Change, ChangeKind, Direction, ReviewReport};

pub(super) static FORMAT: OutputFormat<ReviewReport> = OutputFormat {
    name: "sarif",
    summary: "SARIF 2.1.0, for code scanning to show in the diff",
    write,
};

/// The tool is another one than `credgate`, so that its results neither close those of a judgement nor are closed by them.
const DRIVER: &str = "credgate-review";

fn write(report: &ReviewReport, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let log = Sarif::builder()
        .schema(SCHEMA)
        .version("2.1.0")
        .runs([run(report)])
        .build();
    lines::write(&log, writer)
}

fn run(report: &ReviewReport) -> Run {
    let results = report.changes.iter().zip(report.fingerprints());
    let room = room(report.changes.len().min(MAX_RESULTS));
    let results: Vec<Result> = results
        .take(MAX_RESULTS)
        .map(|(change, fingerprint)| result(report, change, fingerprint, room))
        .collect();
    let left_out = report.changes.len() - results.len();
    let category = category(DRIVER, &report.head.policy.path, "");
    Run::builder()
        .tool(driver())
        .automation_details(RunAutomationDetails::builder().id(category).build())
        .column_kind("unicodeCodePoints")
        .language("en-US")
        .invocations([invocation(report, left_out)])
        .results(results)
        .build()
}

fn invocation(report: &ReviewReport, left_out: usize) -> Invocation {
    let left_out = (left_out > 0).then(|| {
        format!(
            "{left_out} changes are left out: code scanning accepts {MAX_RESULTS} results, and what loosens comes first."
        )
    });
    let notes = report.notes.iter().cloned();
    let notifications = left_out.into_iter().chain(notes).map(|text| {
        let message = Message::builder().text(words(&text)).build();
        Notification::builder().message(message).build()
    });
    Invocation::builder()
        .execution_successful(true)
        .exit_code(report.exit_code())
        .tool_execution_notifications(notifications.collect::<Vec<_>>())
        .build()
}

fn driver() -> ToolComponent {
    let rules: Vec<_> = ChangeKind::all().map(descriptor).collect();
    ToolComponent::builder()
        .name(DRIVER)
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .information_uri(home::REPOSITORY)
        .rules(rules)
        .build()
}

fn descriptor(kind: ChangeKind) -> ReportingDescriptor {
    ReportingDescriptor::builder()
        .id(kind.name())
        .name(pascal_case(kind.name()))
        .short_description(sentence(&format!("{}.", kind.title())))
        .full_description(sentence(&plain(kind.help())))
        .help(sentence(&plain(kind.help())))
        .build()
}

fn result(report: &ReviewReport, change: &Change, fingerprint: Fingerprint, room: usize) -> Result {
    let index = ChangeKind::all().position(|kind| kind == change.kind);
    Result::builder()
        .rule_id(change.kind.name())
        .opt_rule_index(index.and_then(|index| i64::try_from(index).ok()))
        .level(level(report, change))
        .message(message(change, room))
        .locations([place(change)])
        .partial_fingerprints(std::collections::BTreeMap::from([(
            "primaryLocationLineHash".to_owned(),
            fingerprint.to_string(),
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

fn message(change: &Change, room: usize) -> Message {
    let mut sentences = vec![format!(
        "{}: {}",
        review_words::subject(change),
        change.text
    )];
    sentences
        .extend(review_words::impact(&change.impact).map(|impact| format!("Today it {impact}")));
    sentences.extend(change.cautions.iter().cloned());
    let sentences = sentences.join(". ");
    let text = cut(words(&sentences), room).into_owned() + ".";
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
