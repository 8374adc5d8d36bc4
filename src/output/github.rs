//! `github`: annotations of a GitHub workflow.
//!
//! In: a report. Out: workflow commands, one a line, the worst first: open findings, and rules that could not be judged.
//! The runner shows ten of a level and step, and each of these slots goes to a finding: what is left out is said in plain
//! lines behind them, which take none, and the last line is the whole result.

use std::io;

use super::annotations::{self, Annotation};
use super::runner::annotation;
use super::{Options, OutputFormat};
use crate::escape::printable;
use crate::finding::Level;
use crate::report::Report;

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "github",
    summary: "annotations of a GitHub workflow",
    write,
};

fn write(report: &Report, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let all = annotations::by_level(report);
    for annotations in &all {
        for shown in &annotations.shown {
            let Annotation {
                rule,
                place,
                subject,
                words,
            } = shown;
            let title = format!("{rule}: {subject}");
            let line = annotation(command(annotations.level), *place, &title, words);
            writer.write_all(line.as_bytes())?;
        }
    }
    for line in annotations::last_lines(report, &all) {
        writeln!(writer, "{}", printable(&line))?;
    }
    Ok(())
}

const fn command(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    }
}
