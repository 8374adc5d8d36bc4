//! The findings: application by application, the worst first, then the tenant, then entry by entry of the policy.

use std::io;

use super::next_steps;
use super::page::{Page, Span, faint, of_level, plain, strong};
use crate::finding::{Finding, Subject};
use crate::internal::OrInternal as _;
use crate::output::groups::{self, groups, is_application, is_entry, listed};
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
    let rest = groups.get(shown..).unwrap_or(&[]);
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

fn write_group(report: &Report, group: &[&Finding], page: &mut Page<'_>) -> io::Result<()> {
    let first = group.first().or_internal("a group is made of findings");
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
    let kind = groups::kind(report, finding);
    page.line(&[bullet, strong(groups::name(report, finding)), plain(&kind)])?;
    let place = report.place(finding);
    let place = place.map(|place| format!("at {}:{}", place.file, place.line));
    let identity = groups::identity(report, finding);
    let identity: Vec<_> = identity.into_iter().chain(place).collect();
    page.line(&[plain("  "), faint(&identity.join(" "))])
}

fn write_finding(report: &Report, finding: &Finding, page: &mut Page<'_>) -> io::Result<()> {
    let level = format!("  {:7}  ", finding.level);
    let rule = report.rule(finding).descriptor.id.0;
    let mut sentence = report.message(finding);
    sentence.push_str(&groups::disposition(report, finding));
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
