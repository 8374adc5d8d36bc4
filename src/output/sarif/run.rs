//! All of a run but its results: the tool, the controls, the invocation and what it has to say.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Message, Notification, PropertyBag, ReportingDescriptor,
    ReportingDescriptorReference, Run, RunAutomationDetails, ToolComponent,
};

use super::words::{cut, words};
use super::{MAX_RESULTS, controls, limits, rules, uri};
use crate::home;
use crate::report::{NotJudged, Report};
use crate::words::count;

/// The kinds of notifications: a rule that could not be judged, results left out or elsewhere, anything else.
const NOTIFICATIONS: [(&str, &str); 4] = [
    (
        "not-judged",
        "A rule could not be judged on every application.",
    ),
    (
        "results-left-out",
        "There are more findings than code scanning accepts.",
    ),
    (
        "results-elsewhere",
        "Files have names that are too long for what code scanning accepts.",
    ),
    ("run-note", "Something that a reader should know besides."),
];

/// What a log cannot hold as it is.
#[derive(Clone, Copy)]
pub(super) struct Cuts {
    /// Findings that are no results.
    pub(super) left_out: usize,
    /// Results that do not stand at their own place.
    pub(super) elsewhere: usize,
}

/// Returns the run, its list of results empty.
pub(super) fn without_results(report: &Report, cuts: Cuts) -> Run {
    Run::builder()
        .tool(driver(report))
        .taxonomies([controls::taxonomy()])
        .automation_details(automation(report))
        .column_kind("unicodeCodePoints")
        .language("en-US")
        .original_uri_base_ids(BTreeMap::from([(uri::BASE.to_owned(), root())]))
        .invocations([invocation(report, cuts)])
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

/// Names the series of runs to which this one belongs: what is gone since the last of the same series is closed. One
/// policy judging one tenant is one series, whatever the inventory is exported with; what judges something else than a
/// tenant has another word than `tenant` here.
fn automation(report: &Report) -> RunAutomationDetails {
    let tenant = report.policy.tenant.or(report.tenant);
    let tenant = tenant.map_or_else(|| "unknown".to_owned(), |tenant| tenant.to_string());
    let id = category("credgate", &report.policy.path, &format!("tenant-{tenant}"));
    RunAutomationDetails::builder().id(id).build()
}

/// Returns the id of a series. Code scanning splits the id of the run from it at the last slash, and knows no run by id.
/// The path of the policy is encoded as in locations, so that no letter of it means anything.
pub(in crate::output) fn category(tool: &str, policy: &str, subject: &str) -> String {
    let parts = [tool, &*uri::encoded(policy), subject];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("/") + "/"
}

fn root() -> ArtifactLocation {
    ArtifactLocation::builder()
        .description(Message::from("The folder in which credgate ran."))
        .build()
}

fn invocation(report: &Report, cuts: Cuts) -> Invocation {
    let verdict = report.verdict();
    let excused = &report.summary.excused;
    let properties = [
        ("judgedAt", Value::from(report.now.to_string())),
        (
            "excused",
            json!({
                "paired-password": excused.paired_password,
                "token-encryption": excused.token_encryption,
                "token-signing": excused.token_signing,
            }),
        ),
        (
            "unknownCredentials",
            Value::from(report.summary.unknown_credentials),
        ),
    ];
    let properties = properties.map(|(name, value)| (name.to_owned(), value));
    // What could not be judged has no results, so whoever closes alerts by this log would close its alerts, too.
    let is_whole = report.missing().next().is_none();
    Invocation::builder()
        .execution_successful(is_whole)
        .exit_code(verdict.exit_code())
        .exit_code_description(verdict.name())
        .tool_execution_notifications(notifications(report, cuts))
        .properties(
            PropertyBag::builder()
                .additional_properties(BTreeMap::from(properties))
                .build(),
        )
        .build()
}

fn notifications(report: &Report, cuts: Cuts) -> Vec<Notification> {
    let Cuts {
        left_out,
        elsewhere,
    } = cuts;
    let gaps = report.not_judged.iter().map(|gap| not_judged(report, gap));
    let mut notifications: Vec<_> = gaps.collect();
    if left_out > 0 {
        let text = format!(
            "{left_out} findings are left out: code scanning accepts {MAX_RESULTS} results, and the worst are kept."
        );
        notifications.push(notification("results-left-out", "warning", &text));
    }
    if elsewhere > 0 {
        let text = format!(
            "{elsewhere} results stand where the policy lists their rule: the names of their files are too long for the \
             10 MB that code scanning accepts."
        );
        notifications.push(notification("results-elsewhere", "warning", &text));
    }
    let notes = report.notes.iter().take(limits::NOTIFICATIONS);
    notifications.extend(notes.map(|note| notification("run-note", "note", note)));
    let more = report.notes.len().saturating_sub(limits::NOTIFICATIONS);
    if more > 0 {
        let text = format!("{more} more notes are in a `json` report.");
        notifications.push(notification("run-note", "note", &text));
    }
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
        "Not judged on {}: {}",
        count(gap.applications, "application"),
        gap.reason
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
    let text = cut(words(text), limits::room(1));
    Notification::builder()
        .descriptor(descriptor)
        .level(level)
        .message(Message::builder().text(text).build())
        .build()
}
