//! The findings: application by application, the worst first, then the tenant, then entry by entry of the policy.

use std::cmp::Reverse;
use std::io;

use super::next_steps;
use super::page::{Page, Span, faint, of_level, plain, strong};
use crate::finding::{ApplicationRecord, Disposition, Finding, Level, Standing, Subject};
use crate::model::State;
use crate::report::Report;
use crate::words::count;

/// How many applications are shown in full unless everything is asked for.
const MOST_APPLICATIONS: usize = 50;

/// Where the sentence of a finding begins: behind `  warning  `.
const SENTENCE_INDENT: usize = 11;

/// Writes all findings that are to be seen.
pub(super) fn write(report: &Report, verbose: bool, page: &mut Page<'_>) -> io::Result<()> {
    write_applications(report, verbose, page)?;
    write_others(report, verbose, |subject| subject == Subject::Tenant, page)?;
    write_others(report, verbose, is_entry, page)
}

fn write_applications(report: &Report, verbose: bool, page: &mut Page<'_>) -> io::Result<()> {
    let listed = listed(report, verbose, is_application);
    let groups = groups(report, &listed);
    let shown = if verbose {
        groups.len()
    } else {
        MOST_APPLICATIONS
    };
    for group in groups.iter().take(shown) {
        write_group(report, group, page)?;
    }
    let rest = groups.get(shown..).unwrap_or_default();
    if rest.is_empty() {
        return Ok(());
    }
    let findings = rest.iter().map(|group| group.len()).sum::<usize>();
    let text = format!(
        "and {} with {}: `--report json=FILE` has all of them, `-v` shows them here",
        count(rest.len(), "more application"),
        count(findings, "finding"),
    );
    page.blank()?;
    page.paragraph(&[plain("… ")], 2, &text)
}

/// Writes all findings about something that is no application.
fn write_others(
    report: &Report,
    verbose: bool,
    about: fn(Subject) -> bool,
    page: &mut Page<'_>,
) -> io::Result<()> {
    let listed = listed(report, verbose, about);
    for group in groups(report, &listed) {
        write_group(report, group, page)?;
    }
    Ok(())
}

fn is_application(subject: Subject) -> bool {
    match subject {
        Subject::Application(_) => true,
        Subject::Exception(_) | Subject::Window(_) | Subject::Tenant => false,
    }
}

/// Tells whether a subject is one of the policy's own exceptions and windows.
fn is_entry(subject: Subject) -> bool {
    match subject {
        Subject::Exception(_) | Subject::Window(_) => true,
        Subject::Application(_) | Subject::Tenant => false,
    }
}

/// Returns the findings to be listed, those about one subject side by side.
fn listed(report: &Report, verbose: bool, about: fn(Subject) -> bool) -> Vec<&Finding> {
    let findings = report.findings.iter();
    let mut listed: Vec<_> = findings
        .filter(|finding| verbose || finding.disposition == Disposition::Open)
        .filter(|finding| about(finding.subject))
        .collect();
    listed.sort_by_key(|finding| finding.subject);
    listed
}

/// Returns the findings about each subject, the worst group first; of equals, that of the lowest appId or address.
fn groups<'listed, 'report>(
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

fn write_group(report: &Report, group: &[&Finding], page: &mut Page<'_>) -> io::Result<()> {
    let Some(first) = group.first() else {
        return Ok(());
    };
    page.blank()?;
    write_heading(report, first, page)?;
    for finding in group {
        write_finding(report, finding, page)?;
    }
    next_steps::write(report, group, page)
}

/// Writes what a group is about, and where that stands.
fn write_heading(report: &Report, finding: &Finding, page: &mut Page<'_>) -> io::Result<()> {
    let bullet = Span(of_level(finding.level), "● ");
    let application = report.application(finding);
    if let Some(application) = application {
        let state = application.state.map_or("state not known", State::name);
        let words = [" · ", state, standing(application.standing)].concat();
        page.line(&[bullet, strong(name(application)), plain(&words)])?;
    } else {
        let entry = match finding.subject {
            Subject::Tenant => "The tenant",
            Subject::Application(_) | Subject::Exception(_) | Subject::Window(_) => {
                report.facts(finding).entry.unwrap_or_default()
            }
        };
        page.line(&[bullet, strong(entry), plain(kind(finding.subject))])?;
    }
    let place = report.place(finding);
    let place = place.map(|place| format!("at {}:{}", place.file, place.line));
    let tenant = report.tenant.filter(|_| finding.subject == Subject::Tenant);
    let identity = application
        .map(identity)
        .or_else(|| tenant.map(|tenant| tenant.to_string()));
    let identity: Vec<_> = identity.into_iter().chain(place).collect();
    page.line(&[plain("  "), faint(&identity.join(" "))])
}

/// Says what a subject is where its name does not.
const fn kind(subject: Subject) -> &'static str {
    match subject {
        Subject::Application(_) | Subject::Tenant => "",
        Subject::Exception(_) => " · exception of the policy",
        Subject::Window(_) => " · migration window of the policy",
    }
}

fn name(application: &ApplicationRecord) -> &str {
    match &*application.display_name {
        "" => "without a name",
        name => name,
    }
}

/// Says whose an identity is where that is not the usual.
const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Application => "",
        Standing::ServicePrincipal => " · service principal without an application here",
        Standing::Foreign => " · owned by another tenant",
        Standing::Microsoft => " · owned by Microsoft",
    }
}

fn identity(application: &ApplicationRecord) -> String {
    match (&application.app_id, &application.address) {
        (Some(app_id), Some(address)) => format!("{app_id}, {address}"),
        (Some(app_id), None) => app_id.to_string(),
        (None, Some(address)) => address.to_string(),
        (None, None) => "without appId".to_owned(),
    }
}

fn write_finding(report: &Report, finding: &Finding, page: &mut Page<'_>) -> io::Result<()> {
    let level = format!("  {:7}  ", finding.level);
    let rule = report.rule(finding).descriptor.id.0;
    let mut sentence = report.message(finding);
    sentence.push_str(&disposition(report, finding));
    page.paragraph(
        &[
            Span(of_level(finding.level), &level),
            strong(rule),
            plain(": "),
        ],
        SENTENCE_INDENT,
        &sentence,
    )
}

/// Says why a finding does not count, if it does not.
fn disposition(report: &Report, finding: &Finding) -> String {
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
