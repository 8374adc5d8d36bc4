//! `github`: annotations on the lines that changed.
//!
//! In: a report. Out: workflow commands, one a line: errors for what loosens, warnings where that was allowed, notices
//! for the rest. The runner shows ten of each; a line says how many more there are.

use std::io;

use super::words;
use crate::output::runner::{MOST_ANNOTATIONS, annotation};
use crate::output::{Options, OutputFormat};
use crate::report::review::{Change, Direction, ReviewReport};
use crate::words::count;

pub(super) static FORMAT: OutputFormat<ReviewReport> = OutputFormat {
    name: "github",
    summary: "annotations of a GitHub workflow",
    write,
};

fn write(report: &ReviewReport, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    for command in ["error", "warning", "notice"] {
        let changes = report.changes.iter();
        let changes: Vec<&Change> = changes
            .filter(|change| self::command(report, change) == command)
            .collect();
        for change in changes.iter().take(MOST_ANNOTATIONS) {
            let place = Some(change.place.location());
            let line = annotation(command, place, &title(change), &sentence(change));
            writer.write_all(line.as_bytes())?;
        }
        if let Some(more) = changes.len().checked_sub(MOST_ANNOTATIONS + 1) {
            let more = count(more + 1, &format!("more {command}"));
            writeln!(writer, "{more}: --report text or json has all changes")?;
        }
    }
    let answer = if report.is_refused() { "FAIL" } else { "PASS" };
    writeln!(
        writer,
        "{answer} {} ({})",
        words::answer(report),
        words::directions(report)
    )
}

const fn command(report: &ReviewReport, change: &Change) -> &'static str {
    match change.direction {
        Direction::Loosens if report.is_loosening_allowed => "warning",
        Direction::Loosens => "error",
        Direction::Neutral | Direction::Tightens => "notice",
    }
}

fn title(change: &Change) -> String {
    format!("{}: {}", words::subject(change), change.kind.title())
}

fn sentence(change: &Change) -> String {
    let mut sentences = vec![change.text.clone()];
    sentences.extend(words::impact(&change.impact).map(|impact| format!("today it {impact}")));
    sentences.extend(change.cautions.iter().cloned());
    sentences.join(". ")
}
