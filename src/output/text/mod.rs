//! `text`: the report for a person in front of a failing pipeline.
//!
//! In: a report. Out: the verdict, the findings of each application with one list of next steps, the findings about the
//! policy, the numbers, and last one line that somebody who searches a log finds. No line begins with foreign text.

mod findings;
mod next_steps;
pub(super) mod page;
mod summary;

use std::io;

use page::Page;

use super::tally::Tally;
use super::{Options, OutputFormat, Verbosity};
use crate::report::{Report, Verdict};

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "text",
    summary: "findings and next steps, for a person",
    write,
};

fn write(report: &Report, options: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::new(writer, options);
    let verbose = match options.verbosity {
        Verbosity::Quiet if report.verdict() == Verdict::Pass => return Ok(()),
        Verbosity::Quiet => {
            summary::last_line(report, &Tally::of(report), &mut page)?;
            return page.finish();
        }
        Verbosity::Normal => false,
        Verbosity::Verbose => true,
    };
    let tally = Tally::of(report);
    summary::first_line(report, &mut page)?;
    findings::write(report, verbose, &mut page)?;
    summary::write(report, &tally, options, &mut page)?;
    summary::last_line(report, &tally, &mut page)?;
    page.finish()
}
