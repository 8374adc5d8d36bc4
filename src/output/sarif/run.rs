//! All of a run but its results: the tool, the controls, the invocation and what it has to say.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Message, Notification, PropertyBag, ReportingDescriptor,
    ReportingDescriptorReference, Run, RunAutomationDetails, ToolComponent,
};

use super::{MAX_RESULTS, controls, rules, uri};
use crate::escape::printable;
use crate::home;
use crate::report::{NotJudged, Report, Verdict};

/// The kinds of notifications: a rule that could not be judged, results left out, anything else.
const NOTIFICATIONS: [(&str, &str); 3] = [
    (
        "not-judged",
        "A rule could not be judged on every application.",
    ),
    (
        "results-left-out",
        "There are more findings than code scanning accepts.",
    ),
    ("run-note", "Something that a reader should know besides."),
];

/// Returns the run, its list of results empty.
pub(super) fn without_results(report: &Report, left_out: usize) -> Run {
    Run::builder()
        .tool(driver(report))
        .taxonomies([controls::taxonomy()])
        .automation_details(RunAutomationDetails::builder().id(category(report)).build())
        .column_kind("unicodeCodePoints")
        .language("en-US")
        .original_uri_base_ids(BTreeMap::from([(uri::BASE.to_owned(), root())]))
        .invocations([invocation(report, left_out)])
        .results([])
        .build()
}

fn driver(report: &Report) -> ToolComponent {
    let notifications = NOTIFICATIONS.map(|(id, text)| {
        // Code scanning demands all three texts of any descriptor.
        ReportingDescriptor::builder()
            .id(id)
            .name(rules::pascal_case(id))
            .short_description(rules::sentence(text))
            .full_description(rules::sentence(text))
            .help(rules::sentence(text))
            .build()
    });
    ToolComponent::builder()
        .name(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .information_uri(home::REPOSITORY)
        .rules(
            report
                .rules
                .iter()
                .map(rules::descriptor)
                .collect::<Vec<_>>(),
        )
        .notifications(notifications)
        .supported_taxonomies([controls::reference()])
        .build()
}

/// Names the series of runs to which this one belongs, so that a plan's results do not close those of the tenant. Code
/// scanning splits the run from the category at the last slash.
fn category(report: &Report) -> String {
    let mut formats: Vec<_> = report.sources.iter().map(|source| source.format).collect();
    formats.sort_unstable();
    formats.dedup();
    let policy = printable(&report.policy.path);
    format!("credgate/{policy}/{}/", formats.join("+"))
}

fn root() -> ArtifactLocation {
    ArtifactLocation::builder()
        .description(Message::from("The folder in which credgate ran."))
        .build()
}

fn invocation(report: &Report, left_out: usize) -> Invocation {
    let verdict = report.verdict();
    let judged_at = Value::from(report.now.to_string());
    Invocation::builder()
        .execution_successful(verdict != Verdict::Incomplete)
        .exit_code(verdict.exit_code())
        .exit_code_description(verdict.name())
        .tool_execution_notifications(notifications(report, left_out))
        .properties(
            PropertyBag::builder()
                .additional_properties(BTreeMap::from([("judgedAt".to_owned(), judged_at)]))
                .build(),
        )
        .build()
}

fn notifications(report: &Report, left_out: usize) -> Vec<Notification> {
    let mut notifications: Vec<_> = report
        .not_judged
        .iter()
        .map(|gap| not_judged(report, gap))
        .collect();
    if left_out > 0 {
        let text = format!(
            "{left_out} findings are left out: code scanning accepts {MAX_RESULTS} results, and the worst are kept."
        );
        notifications.push(notification("results-left-out", "warning", &text));
    }
    let notes = report.notes.iter();
    notifications.extend(notes.map(|note| notification("run-note", "note", note)));
    notifications
}

fn not_judged(report: &Report, gap: &NotJudged) -> Notification {
    let rule = gap.rule.descriptor.id;
    let index = report
        .rules
        .iter()
        .position(|active| active.descriptor.id == rule)
        .and_then(|index| i64::try_from(index).ok());
    let rule = ReportingDescriptorReference::builder()
        .id(rule.0)
        .opt_index(index)
        .build();
    let level = if gap.optional {
        "note"
    } else {
        gap.rule.level.name()
    };
    let text = format!(
        "Not judged on {} applications: {}",
        gap.applications, gap.reason
    );
    let mut notification = notification("not-judged", level, &text);
    notification.associated_rule = Some(rule);
    notification
}

fn notification(kind: &str, level: &str, text: &str) -> Notification {
    let index = NOTIFICATIONS.iter().position(|(id, _)| *id == kind);
    let descriptor = ReportingDescriptorReference::builder()
        .id(kind)
        .opt_index(index.and_then(|index| i64::try_from(index).ok()))
        .build();
    Notification::builder()
        .descriptor(descriptor)
        .level(level)
        .message(Message::builder().text(printable(text)).build())
        .build()
}
