//! `text`: the forecast for a person at a terminal.
//!
//! In: a report. Out: when the gate fails first, then day by day what changes, why, and what to do before; last one line
//! that somebody who searches a log finds.

use std::io;

use super::words::{self, Group};
use crate::output::text::page::{Page, Span, faint, of_level, of_verdict, plain, strong};
use crate::output::{Options, OutputFormat, Verbosity};
use crate::report::Verdict;
use crate::report::forecast::{Day, Event, ForecastReport};
use crate::words::count;

pub(super) static FORMAT: OutputFormat<ForecastReport> = OutputFormat {
    name: "text",
    summary: "what changes day by day, and what to do before, for a person",
    write,
};

/// How many applications and entries of a day are shown unless everything is asked for.
const MOST_GROUPS: usize = 20;

fn write(report: &ForecastReport, options: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::new(writer, options);
    let days = report.days();
    let is_quiet = match options.verbosity {
        Verbosity::Quiet if report.turns.is_empty() && report.verdict() == Verdict::Pass => {
            return Ok(());
        }
        Verbosity::Quiet => true,
        Verbosity::Normal | Verbosity::Verbose => false,
    };
    if !is_quiet {
        let verdict = report.verdict();
        page.line(&[
            plain("today: "),
            Span(of_verdict(verdict), verdict.name()),
            plain(&format!(", judged at {}", report.today.now)),
        ])?;
        let verbose = options.verbosity == Verbosity::Verbose;
        for day in &days {
            write_day(report, day, verbose, &mut page)?;
        }
        write_gaps(report, &mut page)?;
        page.blank()?;
    }
    last_line(report, &days, &mut page)?;
    page.finish()
}

fn write_day(
    report: &ForecastReport,
    day: &Day,
    verbose: bool,
    page: &mut Page<'_>,
) -> io::Result<()> {
    page.blank()?;
    let date = day.date.to_string();
    match words::turn(day) {
        None => page.line(&[strong(&date)])?,
        Some(turn) => {
            let verdict = if day.fails { Verdict::Fail } else { day.after };
            page.line(&[strong(&date), plain("  "), Span(of_verdict(verdict), &turn)])?;
        }
    }
    let events = day.events(report);
    let (loud, rest): (Vec<&Event>, Vec<&Event>) = events
        .iter()
        .partition(|event| verbose || event.is_bad() || event.is_good());
    let groups = words::groups(report, loud);
    let most = if verbose { usize::MAX } else { MOST_GROUPS };
    for group in groups.iter().take(most) {
        write_group(report, group, page)?;
    }
    let left_out = groups.iter().skip(most);
    let more = left_out.map(|group| group.events.len()).sum::<usize>() + rest.len();
    if more > 0 {
        let more = count(more, "further change");
        page.paragraph(&[plain("  … ")], 4, &format!("{more}: `-v` shows all"))?;
    }
    Ok(())
}

fn write_group(report: &ForecastReport, group: &Group<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let (style, sign) = match group.level() {
        Some(level) => (of_level(level), "  ● "),
        None => (of_verdict(Verdict::Pass), "  ○ "),
    };
    let app_id = group.app_id;
    let app_id = app_id.map_or_else(String::new, |app_id| format!(" · {app_id}"));
    page.line(&[Span(style, sign), strong(&group.subject), faint(&app_id)])?;
    page.paragraph(&[plain("    ")], 4, group.why)?;
    for event in &group.events {
        let sign = if event.is_bad() { "    + " } else { "    - " };
        page.paragraph(&[plain(sign)], 6, &words::change(report, event))?;
    }
    if let Some(remedy) = group.remedy(report) {
        page.paragraph(&[strong("    before: ")], 6, &remedy)?;
    }
    Ok(())
}

/// Says which rules a forecast cannot tell anything about.
fn write_gaps(report: &ForecastReport, page: &mut Page<'_>) -> io::Result<()> {
    for gap in &report.today.not_judged {
        page.blank()?;
        let rule = gap.rule.descriptor.id;
        let applications = count(gap.applications, "application");
        let words = format!("{rule} on {applications}: {}", gap.reason);
        page.paragraph(&[strong("Not looked at  ")], 2, &words)?;
    }
    Ok(())
}

fn last_line(report: &ForecastReport, days: &[Day], page: &mut Page<'_>) -> io::Result<()> {
    let words = format!(
        " {} ({} through {})",
        words::outlook(report),
        words::extent(report, days),
        report.until
    );
    let verdict = if report.first_failure().is_some() {
        Verdict::Fail
    } else {
        report.verdict()
    };
    page.paragraph(
        &[Span(of_verdict(verdict), "credgate forecast:")],
        2,
        &words,
    )
}
