//! The findings: application by application, the worst first, then those about the policy.

use std::cmp::Reverse;
use std::io;

use super::page::{Page, Span, faint, of_level, plain, strong};
use super::tally::count;
use crate::finding::{ApplicationRecord, Disposition, Finding, Level, NextStep, Standing, Subject};
use crate::model::State;
use crate::report::{FilePlace, Report};

/// How many applications are shown in full unless everything is asked for.
const MOST_APPLICATIONS: usize = 50;

/// Where the sentence of a finding begins: behind `  warning  `.
const SENTENCE_INDENT: usize = 11;

/// Where a step begins: behind `    1. `.
const STEP_INDENT: usize = 7;

/// Writes the findings about applications.
pub(super) fn write(report: &Report, verbose: bool, page: &mut Page<'_>) -> io::Result<()> {
    let listed = listed(report, verbose, |subject| {
        matches!(subject, Subject::Application(_))
    });
    let mut groups: Vec<_> = listed
        .chunk_by(|one, other| one.subject == other.subject)
        .collect();
    groups.sort_by_cached_key(|group| Reverse(severity(group)));
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

/// Writes the findings about the policy's own exceptions and windows.
pub(super) fn write_policy(report: &Report, verbose: bool, page: &mut Page<'_>) -> io::Result<()> {
    let listed = listed(report, verbose, |subject| match subject {
        Subject::Exception(_) | Subject::Window(_) => true,
        Subject::Application(_) => false,
    });
    let Some(worst) = listed.iter().map(|finding| finding.level).max() else {
        return Ok(());
    };
    page.blank()?;
    page.line(&[Span(of_level(worst), "● "), strong("Policy")])?;
    for finding in &listed {
        write_finding(report, finding, page)?;
        if let Some(place) = report.place(finding) {
            let at = format!("{:SENTENCE_INDENT$}at {}", "", file_line(&place));
            page.line(&[faint(&at)])?;
        }
    }
    write_next_steps(report, &listed, page)
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
    let Some((first, application)) = group
        .first()
        .and_then(|finding| Some((finding, report.application(finding)?)))
    else {
        return Ok(());
    };
    let worst = group.iter().map(|finding| finding.level).max();
    page.blank()?;
    page.line(&[
        Span(of_level(worst.unwrap_or(Level::Note)), "● "),
        strong(name(application)),
        plain(" · "),
        plain(application.state.map_or("state not known", State::name)),
        plain(standing(application.standing)),
    ])?;
    let mut identity = identity(application);
    if let Some(place) = report.place(first) {
        identity.push_str(" at ");
        identity.push_str(&file_line(&place));
    }
    page.line(&[plain("  "), faint(&identity)])?;
    for finding in group {
        write_finding(report, finding, page)?;
    }
    write_next_steps(report, group, page)
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

/// Writes what to do about the open findings of a group.
fn write_next_steps(report: &Report, group: &[&Finding], page: &mut Page<'_>) -> io::Result<()> {
    let mut steps = Vec::new();
    for finding in group {
        if finding.disposition == Disposition::Open {
            merge(&mut steps, report.next_steps(finding));
        }
    }
    if steps.is_empty() {
        return Ok(());
    }
    page.line(&[plain("  Next steps")])?;
    for (index, step) in steps.iter().enumerate() {
        let number = format!("{:>5}. ", index + 1);
        page.paragraph(&[plain(&number)], STEP_INDENT, &step.text)?;
        write_command("$ ", step.azure_cli.as_deref(), page)?;
        write_command("PS> ", step.powershell.as_deref(), page)?;
    }
    Ok(())
}

/// Adds the steps that are not there yet, each behind the one that goes before it, so that what comes last in every list
/// still comes last.
fn merge(steps: &mut Vec<NextStep>, more: Vec<NextStep>) {
    let mut place = 0;
    for step in more {
        if let Some(same) = steps.iter().position(|known| *known == step) {
            place = place.max(same + 1);
        } else {
            steps.insert(place, step);
            place += 1;
        }
    }
}

/// Writes a command as it can be pasted: never wrapped.
fn write_command(prompt: &str, command: Option<&str>, page: &mut Page<'_>) -> io::Result<()> {
    for line in command.into_iter().flat_map(str::lines) {
        let prompt = format!("{:STEP_INDENT$}{prompt}", "");
        page.line(&[faint(&prompt), plain(line)])?;
    }
    Ok(())
}

fn file_line(place: &FilePlace) -> String {
    format!("{}:{}", place.file, place.line)
}
