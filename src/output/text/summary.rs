//! The verdict, the numbers, and the line that somebody who searches a log finds.

use std::io;

use super::super::MAX_RESULTS;
use anstyle::Style;
use jiff::Timestamp;

use super::page::{Page, Span, faint, of_level, of_verdict, plain, strong};
use super::tally::{Tally, levels, list};
use crate::model::State;
use crate::report::{NotJudged, Report, SourceRecord, Verdict};
use crate::words::count;

/// Where the words of a row begin: behind `  applications  `.
const ROW_INDENT: usize = 16;

/// Writes the verdict.
pub(super) fn first_line(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let verdict = report.verdict();
    let words = match verdict {
        Verdict::Pass => ": the policy holds",
        Verdict::Fail => ": the policy does not hold",
        Verdict::Incomplete => {
            ": no verdict, because a rule at the failing level could not be judged"
        }
    };
    page.line(&[Span(of_verdict(verdict), verdict.name()), plain(words)])
}

/// Writes the numbers, what was not judged, and the notes.
pub(super) fn write(
    report: &Report,
    tally: &Tally,
    verbose: bool,
    page: &mut Page<'_>,
) -> io::Result<()> {
    page.blank()?;
    page.line(&[strong("Summary")])?;
    row("findings", &findings(report, tally), page)?;
    let tolerated = tolerated(report);
    if !tolerated.is_empty() {
        let hint = if verbose { "" } else { " (`-v` lists them)" };
        row("tolerated", &format!("{tolerated}{hint}"), page)?;
    }
    row("applications", &applications(report), page)?;
    let skipped = skipped(report);
    if !skipped.is_empty() {
        row("not judged", &skipped, page)?;
    }
    row("policy", &report.policy.path, page)?;
    for source in &report.sources {
        row("inventory", &inventory(source, report.now), page)?;
    }
    write_not_judged(report, page)?;
    write_notes(report, page)
}

/// Writes the whole result in one line.
pub(super) fn last_line(report: &Report, tally: &Tally, page: &mut Page<'_>) -> io::Result<()> {
    let verdict = report.verdict();
    let counted = [
        (report.summary.excepted, "excepted"),
        (report.summary.in_window, "in window"),
    ];
    let counted = counted.into_iter().filter(|(number, _)| *number > 0);
    let counted = list(counted.map(|(number, word)| format!("{number} {word}")));
    let separator = if counted.is_empty() { "" } else { "; " };
    let findings = findings(report, tally);
    let rest = format!(": {findings}{separator}{counted}; judged at {}", report.now);
    page.line(&[
        plain("credgate: "),
        Span(of_verdict(verdict), verdict.name()),
        plain(&rest),
    ])
}

fn row(name: &str, words: &str, page: &mut Page<'_>) -> io::Result<()> {
    let name = format!("  {name:12}  ");
    page.paragraph(&[faint(&name)], ROW_INDENT, words)
}

fn findings(report: &Report, tally: &Tally) -> String {
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

fn tolerated(report: &Report) -> String {
    let summary = &report.summary;
    let words = [
        (summary.excepted, "under an exception"),
        (summary.in_window, "in a migration window"),
    ];
    let words = words.into_iter().filter(|(number, _)| *number > 0);
    list(words.map(|(number, place)| format!("{} {place}", count(number, "finding"))))
}

fn applications(report: &Report) -> String {
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

fn skipped(report: &Report) -> String {
    let skipped = &report.summary.skipped;
    let words = [
        (skipped.managed_identity, "managed identities"),
        (skipped.microsoft, "of Microsoft"),
        (skipped.foreign, "of other tenants"),
        (skipped.deleted, "deleted"),
    ];
    let words = words.into_iter().filter(|(number, _)| *number > 0);
    list(words.map(|(number, what)| format!("{number} {what}")))
}

fn inventory(source: &SourceRecord, now: Timestamp) -> String {
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

fn write_not_judged(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    if report.not_judged.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.line(&[strong("Could not be judged")])?;
    for gap in &report.not_judged {
        write_gap(gap, page)?;
    }
    Ok(())
}

fn write_gap(gap: &NotJudged, page: &mut Page<'_>) -> io::Result<()> {
    let level = format!("  {:7}  ", gap.rule.level);
    // What the policy calls optional has no effect, whatever the rule's level.
    let (style, optional) = if gap.optional {
        (Style::new().dimmed(), ", optional")
    } else {
        (of_level(gap.rule.level), "")
    };
    let words = format!(
        " on {}{optional}: {}",
        count(gap.applications, "application"),
        gap.reason
    );
    page.paragraph(
        &[Span(style, &level), strong(gap.rule.descriptor.id.0)],
        level.len(),
        &words,
    )
}

fn write_notes(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let beyond = beyond_sarif(report);
    let mut notes = report.notes.iter().chain(&beyond).peekable();
    page.blank()?;
    if notes.peek().is_none() {
        return Ok(());
    }
    page.line(&[strong("Notes")])?;
    for note in notes {
        page.paragraph(&[plain("  - ")], 4, note)?;
    }
    page.blank()
}

/// Says that code scanning will not have all of these findings, if so.
fn beyond_sarif(report: &Report) -> Option<String> {
    let open = report.summary.findings.iter().sum::<u64>();
    let more = usize::try_from(open).is_ok_and(|open| open > MAX_RESULTS);
    more.then(|| {
        format!(
            "code scanning accepts {MAX_RESULTS} results: a `sarif` report holds the worst {MAX_RESULTS} of these {open} \
             findings, a `json` report all of them"
        )
    })
}
