//! `markdown`: the review as a comment on a pull request.
//!
//! In: a report. Out: the answer, a table that is read in ten seconds, then the details, folded away. Foreign text stands
//! in it as text only. It stays below what a comment may hold, and says what it leaves out.

use std::fmt::{self, Write as _};
use std::io;

use super::words;
use crate::output::markdown::{code, inline};
use crate::output::{Options, OutputFormat};
use crate::report::review::{Change, Direction, ReviewReport};
use crate::words::count;

pub(super) static FORMAT: OutputFormat<ReviewReport> = OutputFormat {
    name: "markdown",
    summary: "a comment on a pull request",
    write,
};

/// How many changes the table shows.
const MOST_ROWS: usize = 50;

/// How long the page may become with changes, in bytes. GitHub takes 65,536 characters for a comment.
const MOST_BYTES: usize = 56_000;

/// How much of that the table may take.
const MOST_BYTES_OF_TABLE: usize = 28_000;

/// How long the page may become with what stands behind the changes.
const MOST_BYTES_IN_ALL: usize = 65_000;

fn write(report: &ReviewReport, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Comment(String::new());
    let sign = if report.is_refused() { "❌" } else { "✅" };
    let answer = inline(&words::answer(report));
    page.add(format_args!("## {sign} credgate review: {answer}\n\n"));
    let sides = cut(&words::sides(report), LONGEST);
    let directions = words::directions(report);
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
    let notes = report.notes.iter();
    let notes = notes.map(|note| format!("\n> {}\n", inline(&cut(note, LONGEST))));
    let shown = page.push_all(notes, MOST_BYTES_IN_ALL);
    page.more(report.notes.len() - shown, "more note");
    writer.write_all(page.0.as_bytes())
}

struct Comment(String);

impl Comment {
    fn add(&mut self, words: fmt::Arguments<'_>) {
        let written = self.0.write_fmt(words);
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }

    /// Adds what fits, and says whether it does.
    fn push(&mut self, words: &str, most: usize) -> bool {
        let fits = self.0.len() + words.len() <= most;
        if fits {
            self.0.push_str(words);
        }
        fits
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
        let rows = report.changes.iter().take(MOST_ROWS);
        let rows = rows.map(|change| row(change, with_findings));
        let shown = self.push_all(rows, MOST_BYTES_OF_TABLE);
        self.more(report.changes.len() - shown, "more change");
    }

    /// Adds parts until one does not fit, and returns how many were added.
    fn push_all(&mut self, parts: impl Iterator<Item = String>, most: usize) -> usize {
        parts.take_while(|part| self.push(part, most)).count()
    }

    fn details(&mut self, report: &ReviewReport) {
        // What loosens is what the reader is here for.
        let open = if report.is_refused() { " open" } else { "" };
        self.add(format_args!(
            "\n<details{open}>\n<summary>What is different</summary>\n\n"
        ));
        let details = report.changes.iter().map(detail);
        let shown = self.push_all(details, MOST_BYTES);
        self.more(report.changes.len() - shown, "more change");
        self.add(format_args!("\n</details>\n"));
    }

    /// Says what is left out.
    fn more(&mut self, number: usize, thing: &str) {
        if number > 0 {
            let more = count(number, thing);
            self.add(format_args!(
                "\n… and {more}: <code>--report json=FILE</code> has all of them.\n"
            ));
        }
    }
}

/// One change in the table.
fn row(change: &Change, with_findings: bool) -> String {
    let caution = if change.cautions.is_empty() {
        ""
    } else {
        " ⚠️"
    };
    let mut row = Comment(String::new());
    row.add(format_args!(
        "| {} {} | {} | {}{caution} |",
        sign(change.direction),
        change.direction.name(),
        inline(&cut(&words::subject(change), LONGEST_CELL)),
        inline(&cut(&change.text, LONGEST_CELL)),
    ));
    if with_findings {
        let today = words::impact(&change.impact);
        let today = today.map_or_else(|| "—".to_owned(), |today| inline(&today));
        row.add(format_args!(" {today} |"));
    }
    row.0 + "\n"
}

/// All about one change.
fn detail(change: &Change) -> String {
    let mut detail = Comment(String::new());
    detail.add(format_args!(
        "- {} **{}** ({}, {}): {}.\n",
        sign(change.direction),
        inline(&cut(&words::subject(change), LONGEST_CELL)),
        inline(change.kind.name()),
        inline(&cut(&words::place(change), LONGEST)),
        inline(&cut(&change.text, LONGEST)),
    ));
    if let Some(impact) = words::impact(&change.impact) {
        detail.add(format_args!("  - Today it {}.\n", inline(&impact)));
    }
    for caution in &change.cautions {
        detail.add(format_args!("  - ⚠️ {}.\n", inline(&cut(caution, LONGEST))));
    }
    detail.0
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
