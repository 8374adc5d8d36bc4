//! Sentences about a judgement that several formats say in the same words.
//!
//! In: a report. Out: words, unescaped: the names in them are foreign text.

use jiff::Timestamp;

use super::tally::{Tally, levels, list};
use crate::model::State;
use crate::report::{NotJudged, Report, SourceRecord, Verdict};
use crate::words::count;

/// Says what a verdict means.
pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "the policy holds",
        Verdict::Fail => "the policy does not hold",
        Verdict::Incomplete => {
            "no verdict, because a rule at the failing level could not be judged"
        }
    }
}

/// Says the numbers that are not zero.
pub(super) fn named<const N: usize>(numbers: [(u64, &str); N]) -> String {
    let numbers = numbers.into_iter().filter(|(number, _)| *number > 0);
    list(numbers.map(|(number, what)| format!("{number} {what}")))
}

/// Says how many open findings there are, and about what.
pub(super) fn findings(report: &Report, tally: &Tally) -> String {
    let levels = levels(report);
    let judged = count(report.summary.applications, "application");
    if levels.is_empty() {
        return format!("no findings in {judged}");
    }
    let others = format!("{} of others", count(tally.others, "service principal"));
    let places = [
        (
            tally.applications,
            format!("{} of {judged}", tally.applications),
        ),
        (tally.others, others),
        (tally.tenant, "the tenant".to_owned()),
        (tally.policy, "the policy".to_owned()),
    ];
    let places = places.into_iter().filter(|(number, _)| *number > 0);
    let places: Vec<String> = places.map(|(_, place)| place).collect();
    let none = if tally.applications == 0 {
        format!(", none in {judged}")
    } else {
        String::new()
    };
    let places = match places.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    };
    format!("{levels} in {places}{none}")
}

/// Says how many findings are tolerated, and by what; nothing where none is.
pub(super) fn tolerated(report: &Report) -> String {
    let words = [
        (report.summary.excepted, "under an exception"),
        (report.summary.in_window, "in a migration window"),
    ];
    let words = words.into_iter().filter(|(number, _)| *number > 0);
    list(words.map(|(number, place)| format!("{} {place}", count(number, "finding"))))
}

/// Says how many applications were judged, by state, the worst first.
pub(super) fn applications(report: &Report) -> String {
    let summary = &report.summary;
    let states = State::ALL.iter().zip(summary.by_state).rev();
    let states = states.filter(|(_, number)| *number > 0);
    let states = list(states.map(|(state, number)| format!("{number} {}", state.name())));
    let judged = summary.applications;
    if states.is_empty() {
        format!("{judged} judged")
    } else {
        format!("{judged} judged: {states}")
    }
}

/// Says which objects were not judged; nothing where all were.
pub(super) fn skipped(report: &Report) -> String {
    let skipped = &report.summary.skipped;
    let identities = |number| {
        if number == 1 {
            "identity"
        } else {
            "identities"
        }
    };
    let managed = format!("managed {}", identities(skipped.managed_identity));
    let agents = format!("agent {}", identities(skipped.agent_identity));
    named([
        (skipped.managed_identity, &managed),
        (skipped.microsoft, "of Microsoft"),
        (skipped.foreign, "of other tenants"),
        (skipped.deleted, "deleted"),
        (skipped.agent_identity, &agents),
    ])
}

/// Says which credentials were excused because they do not authenticate, and which nobody knows; nothing where there are
/// none.
pub(super) fn excused(report: &Report) -> String {
    let excused = &report.summary.excused;
    let unknown = report.summary.unknown_credentials;
    let words = [
        (excused.token_signing, "token-signing key", ""),
        (excused.paired_password, "password", " of SAML signing keys"),
        (excused.token_encryption, "token-encryption key", ""),
        (unknown, "key", " of an unknown type (not excused)"),
    ];
    let words = words.into_iter().filter(|(number, ..)| *number > 0);
    list(words.map(|(number, thing, more)| format!("{}{more}", count(number, thing))))
}

/// Says what a source is and holds.
pub(super) fn inventory(source: &SourceRecord, now: Timestamp) -> String {
    let days = source
        .collected_at
        .map_or(0, |instant| now.duration_since(instant).as_hours() / 24);
    // Of an inventory that is new, the age says nothing, and it is not the same twice.
    let collected = if days > 0 {
        format!(", collected {} before", count(days, "day"))
    } else {
        String::new()
    };
    // What was collected from Graph has no other name.
    let format = if source.name == source.format {
        String::new()
    } else {
        format!(" ({})", source.format)
    };
    format!(
        "{}{format}: {}, {}{collected}",
        source.name,
        count(source.applications, "application"),
        count(source.service_principals, "service principal"),
    )
}

/// Says the whole result in one line.
pub(super) fn outcome(report: &Report) -> String {
    let numbers = numbers(report, &Tally::of(report));
    format!("credgate: {}: {numbers}", report.verdict().name())
}

/// Says the numbers of findings, open and tolerated, and the instant of judging.
pub(super) fn numbers(report: &Report, tally: &Tally) -> String {
    let tolerated = named([
        (report.summary.excepted, "excepted"),
        (report.summary.in_window, "in window"),
    ]);
    let separator = if tolerated.is_empty() { "" } else { "; " };
    let findings = findings(report, tally);
    format!("{findings}{separator}{tolerated}; judged at {}", report.now)
}

/// Says on what a rule could not be judged.
pub(super) fn gap(gap: &NotJudged) -> String {
    let optional = if gap.optional { ", optional" } else { "" };
    let applications = count(gap.applications, "application");
    format!("not judged on {applications}{optional}")
}
