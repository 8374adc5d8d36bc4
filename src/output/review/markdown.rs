//! `markdown`: the review as a comment on a pull request.
//!
//! In: a report. Out: the answer, a table that is read in ten seconds, then the details, folded away. Foreign text stands
//! in it as text only. It stays below what a comment may hold, and says what it leaves out.

use std::fmt::{self, Write as _};
use std::io;

use super::words;
use crate::output::markdown::{code, inline};
use crate::output::text::tally::count;
use crate::output::{Options, OutputFormat};
use crate::report::review::{Change, Direction, ReviewReport};

pub(super) static FORMAT: OutputFormat<ReviewReport> = OutputFormat {
    name: "markdown",
    summary: "a comment on a pull request",
    write,
};

/// How many changes the table shows.
const MOST_ROWS: usize = 50;

/// How long the page may become before details are left out, in bytes. GitHub takes 65,536 characters for a comment.
const MOST_BYTES: usize = 56_000;

fn write(report: &ReviewReport, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Comment(String::new());
    let sign = if report.is_refused() { "❌" } else { "✅" };
    let answer = inline(&words::answer(report));
    page.add(format_args!("## {sign} credgate review: {answer}\n\n"));
    let (sides, directions) = (words::sides(report), words::directions(report));
    page.add(format_args!("{}: {directions}.\n", code(&sides)));
    if report.is_refused() {
        page.add(format_args!("\nTo go on, {}.\n", inline(words::REMEDY)));
    }
    if let Some(comparison) = &report.comparison {
        let words = inline(&words::comparison(report, comparison));
        page.add(format_args!("\n**Findings of today.** {words}.\n"));
    }
    if !report.changes.is_empty() {
        page.table(report);
        page.details(report);
    }
    for note in &report.notes {
        page.add(format_args!("\n> {}\n", inline(note)));
    }
    writer.write_all(page.0.as_bytes())
}

struct Comment(String);

impl Comment {
    fn add(&mut self, words: fmt::Arguments<'_>) {
        let written = self.0.write_fmt(words);
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }

    fn is_full(&self) -> bool {
        self.0.len() > MOST_BYTES
    }

    fn table(&mut self, report: &ReviewReport) {
        let with_findings = report.comparison.is_some();
        self.add(format_args!("\n| | What | Change |"));
        self.add(format_args!(
            "{}\n",
            if with_findings { " Today |" } else { "" }
        ));
        let line = if with_findings { " --- |" } else { "" };
        self.add(format_args!("| --- | --- | --- |{line}\n"));
        let shown = report.changes.iter().take(MOST_ROWS);
        let mut rows = 0;
        for change in shown {
            if self.is_full() {
                break;
            }
            self.row(change, with_findings);
            rows += 1;
        }
        self.more(report.changes.len() - rows);
    }

    fn row(&mut self, change: &Change, with_findings: bool) {
        let caution = if change.cautions.is_empty() {
            ""
        } else {
            " ⚠️"
        };
        self.add(format_args!(
            "| {} {} | {} | {}{caution} |",
            sign(change.direction),
            change.direction.name(),
            inline(&words::subject(change)),
            inline(&cut(&change.text, LONGEST_CELL)),
        ));
        if with_findings {
            let today = words::impact(&change.impact);
            let today = today.map_or_else(|| "—".to_owned(), |today| inline(&today));
            self.add(format_args!(" {today} |"));
        }
        self.add(format_args!("\n"));
    }

    fn details(&mut self, report: &ReviewReport) {
        // What loosens is what the reader is here for.
        let open = if report.is_refused() { " open" } else { "" };
        self.add(format_args!(
            "\n<details{open}>\n<summary>What is different</summary>\n\n"
        ));
        let mut shown = 0;
        for change in &report.changes {
            if self.is_full() {
                break;
            }
            self.detail(change);
            shown += 1;
        }
        self.more(report.changes.len() - shown);
        self.add(format_args!("\n</details>\n"));
    }

    fn detail(&mut self, change: &Change) {
        self.add(format_args!(
            "- {} **{}** ({}, {}): {}.\n",
            sign(change.direction),
            inline(&words::subject(change)),
            inline(change.kind.name()),
            inline(&words::place(change)),
            inline(&cut(&change.text, LONGEST)),
        ));
        if let Some(impact) = words::impact(&change.impact) {
            self.add(format_args!("  - Today it {}.\n", inline(&impact)));
        }
        for caution in &change.cautions {
            self.add(format_args!("  - ⚠️ {}.\n", inline(&cut(caution, LONGEST))));
        }
    }

    /// Says what is left out.
    fn more(&mut self, changes: usize) {
        if changes > 0 {
            let more = count(changes, "more change");
            self.add(format_args!(
                "\n… and {more}: <code>--report json=FILE</code> has all of them.\n"
            ));
        }
    }
}

/// The longest sentence: a reason may be longer than a screen.
const LONGEST: usize = 400;

/// The longest sentence in a table.
const LONGEST_CELL: usize = 140;

fn cut(sentence: &str, longest: usize) -> String {
    let mut cut: String = sentence.chars().take(longest).collect();
    if cut.len() < sentence.len() {
        cut.push('…');
    }
    cut
}

const fn sign(direction: Direction) -> &'static str {
    match direction {
        Direction::Loosens => "🔓",
        Direction::Neutral => "▫️",
        Direction::Tightens => "🔒",
    }
}
