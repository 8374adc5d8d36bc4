//! `text`: the review for a person at a terminal.
//!
//! In: a report. Out: the answer, then every change, those that loosen first, the findings of today, and last one line
//! that somebody who searches a log finds.

use std::io;

use anstyle::{AnsiColor, Style};

use super::words;
use crate::output::text::page::{Page, Span, faint, plain, strong};
use crate::output::{Options, OutputFormat, Verbosity};
use crate::report::review::{Change, Direction, ReviewReport};

pub(super) static FORMAT: OutputFormat<ReviewReport> = OutputFormat {
    name: "text",
    summary: "what loosens and tightens, for a person",
    write,
};

fn write(report: &ReviewReport, options: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::new(writer, options);
    match options.verbosity {
        Verbosity::Quiet if report.exit_code() == 0 => return Ok(()),
        Verbosity::Quiet => {}
        Verbosity::Normal | Verbosity::Verbose => write_all(report, &mut page)?,
    }
    last_line(report, &mut page)?;
    page.finish()
}

fn write_all(report: &ReviewReport, page: &mut Page<'_>) -> io::Result<()> {
    page.line(&[strong(&words::sides(report))])?;
    for direction in Direction::ALL {
        let changes = report.changes.iter();
        let mut changes = changes.filter(|it| it.direction == direction).peekable();
        if changes.peek().is_some() {
            page.blank()?;
            let heading = match direction {
                Direction::Loosens => "Loosens",
                Direction::Neutral => "Neither loosens nor tightens",
                Direction::Tightens => "Tightens",
            };
            page.line(&[strong(heading)])?;
        }
        for change in changes {
            write_change(change, page)?;
        }
    }
    if let Some(comparison) = &report.comparison {
        page.blank()?;
        let words = words::comparison(report, comparison);
        page.paragraph(&[strong("Findings of today  ")], 2, &words)?;
    }
    for note in &report.notes {
        page.blank()?;
        page.paragraph(&[strong("Note  ")], 2, note)?;
    }
    page.blank()
}

fn write_change(change: &Change, page: &mut Page<'_>) -> io::Result<()> {
    let bullet = Span(style(change.direction), "  ● ");
    let subject = words::subject(change);
    let title = format!(" · {}", lower_first(change.kind.title()));
    page.line(&[
        bullet,
        strong(&subject),
        plain(&title),
        faint(&format!(" · {}", words::place(change))),
    ])?;
    page.paragraph(&[plain("    ")], 4, &change.text)?;
    if let Some(impact) = words::impact(&change.impact) {
        let lead = [plain("    "), strong("today: ")];
        page.paragraph(&lead, 4, &impact)?;
    }
    for caution in &change.cautions {
        let sign = Span(AnsiColor::Yellow.on_default().bold(), "! ");
        page.paragraph(&[plain("    "), sign], 6, caution)?;
    }
    Ok(())
}

fn lower_first(title: &str) -> String {
    let mut characters = title.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

const fn style(direction: Direction) -> Style {
    match direction {
        Direction::Loosens => AnsiColor::Red.on_default().bold(),
        Direction::Neutral => AnsiColor::Cyan.on_default().bold(),
        Direction::Tightens => AnsiColor::Green.on_default().bold(),
    }
}

fn last_line(report: &ReviewReport, page: &mut Page<'_>) -> io::Result<()> {
    let (style, word) = if report.is_refused() {
        (style(Direction::Loosens), "FAIL")
    } else {
        (style(Direction::Tightens), "PASS")
    };
    let mut words = format!(" {} ({})", words::answer(report), words::directions(report));
    if report.is_refused() {
        words.push_str(": ");
        words.push_str(words::REMEDY);
    }
    page.paragraph(&[Span(style, word)], 2, &words)
}
