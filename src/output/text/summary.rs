//! The verdict, the numbers, and the line that somebody who searches a log finds.

use std::io;

use anstyle::Style;

use super::page::{Page, Span, faint, of_level, of_verdict, plain, strong};
use crate::output::tally::Tally;
use crate::output::{Options, Verbosity, sarif, words};
use crate::report::{NotJudged, Report};
use crate::words::count;

/// Where the words of a row begin: behind `  applications  `.
const ROW_INDENT: usize = 16;

/// Writes the verdict.
pub(super) fn first_line(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let verdict = report.verdict();
    page.line(&[
        Span(of_verdict(verdict), verdict.name()),
        plain(": "),
        plain(words::verdict(verdict)),
    ])
}

/// Writes the numbers, what was not judged, and the notes.
pub(super) fn write(
    report: &Report,
    tally: &Tally,
    options: &Options,
    page: &mut Page<'_>,
) -> io::Result<()> {
    page.blank()?;
    page.line(&[strong("Summary")])?;
    row("findings", &words::findings(report, tally), page)?;
    let tolerated = words::tolerated(report);
    if !tolerated.is_empty() {
        let hint = if options.verbosity == Verbosity::Verbose {
            ""
        } else {
            " (`-v` lists them)"
        };
        row("tolerated", &format!("{tolerated}{hint}"), page)?;
    }
    row("applications", &words::applications(report), page)?;
    let skipped = words::skipped(report);
    if !skipped.is_empty() {
        row("not judged", &skipped, page)?;
    }
    let excused = words::excused(report);
    if !excused.is_empty() {
        row("excused", &excused, page)?;
    }
    row("policy", &report.policy.path, page)?;
    for source in &report.sources {
        row("inventory", &words::inventory(source, report.now), page)?;
    }
    write_not_judged(report, page)?;
    write_notes(report, options, page)
}

/// Writes the whole result in one line.
pub(super) fn last_line(report: &Report, tally: &Tally, page: &mut Page<'_>) -> io::Result<()> {
    let verdict = report.verdict();
    let rest = format!(": {}", words::numbers(report, tally));
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

fn write_notes(report: &Report, options: &Options, page: &mut Page<'_>) -> io::Result<()> {
    let beyond = sarif::cut_of(report, options.suppressed);
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
