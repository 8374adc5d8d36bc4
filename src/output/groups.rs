//! Findings about one subject side by side, and what that subject is called.
//!
//! In: a report. Out: groups, the worst first, and words, unescaped: the names in them are foreign text.

use std::cmp::Reverse;

use crate::finding::{ApplicationRecord, Disposition, Finding, Level, Standing, Subject};
use crate::internal::OrInternal as _;
use crate::model::State;
use crate::report::Report;

/// Tells whether a finding is about an application, or a service principal.
pub(super) fn is_application(subject: Subject) -> bool {
    match subject {
        Subject::Application(_) => true,
        Subject::Exception(_) | Subject::Window(_) | Subject::Tenant => false,
    }
}

/// Tells whether a subject is one of the policy's own exceptions and windows.
pub(super) fn is_entry(subject: Subject) -> bool {
    match subject {
        Subject::Exception(_) | Subject::Window(_) => true,
        Subject::Application(_) | Subject::Tenant => false,
    }
}

/// Returns the findings to be listed, those about one subject side by side.
pub(super) fn listed(report: &Report, verbose: bool, about: fn(Subject) -> bool) -> Vec<&Finding> {
    let findings = report.findings.iter();
    let mut listed: Vec<_> = findings
        .filter(|finding| verbose || finding.disposition == Disposition::Open)
        .filter(|finding| about(finding.subject))
        .collect();
    listed.sort_by_key(|finding| finding.subject);
    listed
}

/// Returns the findings about each subject, the worst group first; of equals, that of the lowest appId or address.
pub(super) fn groups<'listed, 'report>(
    report: &Report,
    listed: &'listed [&'report Finding],
) -> Vec<&'listed [&'report Finding]> {
    let groups = listed.chunk_by(|one, other| one.subject == other.subject);
    let mut groups: Vec<_> = groups.collect();
    groups.sort_by_cached_key(|group| {
        let first = group
            .first()
            .and_then(|finding| report.application(finding));
        let named = first.map(|record| (record.app_id, record.address.clone()));
        (Reverse(severity(group)), named)
    });
    groups
}

/// Ranks a group: by open findings of the worst level, then of the next.
fn severity(group: &[&Finding]) -> [usize; Level::ALL.len()] {
    Level::ALL.map(|level| {
        let findings = group.iter();
        findings
            .filter(|finding| finding.level == level && finding.disposition == Disposition::Open)
            .count()
    })
}

/// Returns the name of what a finding is about.
pub(super) fn name<'report>(report: &'report Report, finding: &'report Finding) -> &'report str {
    match finding.subject {
        Subject::Application(_) => match report.application(finding) {
            Some(application) if !application.display_name.is_empty() => &application.display_name,
            Some(_) | None => "without a name",
        },
        Subject::Tenant => "The tenant",
        Subject::Exception(_) | Subject::Window(_) => {
            let entry = report.facts(finding).entry;
            entry.or_internal("the finding is about an entry")
        }
    }
}

/// Says what a finding is about in one line, such as `Billing API (5f0a…)`.
pub(super) fn subject(report: &Report, finding: &Finding) -> String {
    let name = name(report, finding);
    match finding.subject {
        Subject::Application(_) => match identity(report, finding) {
            Some(identity) => format!("{name} ({identity})"),
            None => name.to_owned(),
        },
        Subject::Exception(_) => format!("exception {name}"),
        Subject::Window(_) => format!("migration window {name}"),
        Subject::Tenant => "the tenant".to_owned(),
    }
}

/// Says what a subject is, as far as its name does not, beginning with a dot; of an application its state.
pub(super) fn kind(report: &Report, finding: &Finding) -> String {
    match finding.subject {
        Subject::Application(_) => {
            let application = report.application(finding);
            let state = application.and_then(|application| application.state);
            let state = state.map_or("state not known", State::name);
            let standing = application.map_or("", |application| standing(application.standing));
            format!(" · {state}{standing}")
        }
        Subject::Tenant => String::new(),
        Subject::Exception(_) => " · exception of the policy".to_owned(),
        Subject::Window(_) => " · migration window of the policy".to_owned(),
    }
}

/// Says whose an identity is where that is not the usual.
const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Application => "",
        Standing::ServicePrincipal => " · service principal without an application here",
        Standing::Foreign => " · owned by another tenant",
        Standing::Microsoft => " · owned by Microsoft",
        Standing::ManagedIdentity => " · managed identity",
        Standing::AgentIdentity => " · agent identity",
    }
}

/// Returns the id of what a finding is about, where it has one.
pub(super) fn identity(report: &Report, finding: &Finding) -> Option<String> {
    match finding.subject {
        Subject::Application(_) => report.application(finding).map(application_identity),
        Subject::Tenant => report.tenant.map(|tenant| tenant.to_string()),
        Subject::Exception(_) | Subject::Window(_) => None,
    }
}

fn application_identity(application: &ApplicationRecord) -> String {
    match (&application.app_id, &application.address) {
        (Some(app_id), Some(address)) => format!("{app_id}, {address}"),
        (Some(app_id), None) => app_id.to_string(),
        (None, Some(address)) => address.to_string(),
        (None, None) => "without appId".to_owned(),
    }
}

/// Says why a finding does not count, if it does not.
pub(super) fn disposition(report: &Report, finding: &Finding) -> String {
    match finding.disposition {
        Disposition::Open => String::new(),
        Disposition::Excepted(_) => report.exception(finding).map_or_else(String::new, |entry| {
            format!(
                " (excepted by `{}` through {}: {})",
                entry.id, entry.expires, entry.reason
            )
        }),
        Disposition::InWindow(_) => report.window(finding).map_or_else(String::new, |entry| {
            format!(
                " (in window `{}` through {}: {})",
                entry.id, entry.closes, entry.reason
            )
        }),
    }
}
