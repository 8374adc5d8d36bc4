//! `markdown`: the report as the summary of a job and as a comment on a pull request.
//!
//! In: a report. Out: the verdict and the numbers, what could not be judged, the notes, a table of the open findings, the
//! worst first, the next steps folded away, a picture of the states, the exceptions and windows in use, and what was
//! judged. Foreign text stands in it as text only. Each part has its own room, and so has each row, so that neither a part
//! nor an application drives another one out; what does not fit is counted.

mod entries;
mod escape;
mod findings;
mod picture;
mod sheet;

use std::io;

use escape::Room;
pub(super) use escape::{code, inline};
use sheet::Sheet;

use super::tally::Tally;
use super::{Options, OutputFormat, sarif, words};
use crate::report::{NotJudged, Report, Verdict};
use crate::words::count;

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "markdown",
    summary: "a page for the summary of a job or a comment on a pull request",
    write,
};

/// Room for each part, in bytes. A comment on GitHub may have 65,536 characters, a summary 1 MiB; with everything full,
/// the page has less than 60,000.
mod room {
    pub(super) const GAPS: usize = 8_000;
    pub(super) const NOTES: usize = 5_000;
    pub(super) const FINDINGS: usize = 16_000;
    /// The steps take what the parts before them left, up to here.
    pub(super) const THROUGH_STEPS: usize = 44_000;
    pub(super) const ENTRIES: usize = 8_000;
    pub(super) const SOURCES: usize = 3_000;
}

/// A sentence.
const SENTENCE: Room = Room {
    characters: 400,
    bytes: 1_250,
};

/// A name: one without blanks makes its column as wide as it is.
const NAME: Room = Room {
    characters: 50,
    bytes: 250,
};

fn write(report: &Report, options: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Sheet::default();
    head(report, &mut page);
    gaps(report, &mut page);
    notes(report, options, &mut page);
    findings::write(report, &mut page);
    picture::write(report, &mut page);
    entries::write(report, &mut page);
    foot(report, &mut page);
    writer.write_all(page.into_text().as_bytes())
}

fn head(report: &Report, page: &mut Sheet) {
    let verdict = report.verdict();
    let sign = match verdict {
        Verdict::Pass => "✅",
        Verdict::Fail => "❌",
        Verdict::Incomplete => "❓",
    };
    let meaning = inline(words::verdict(verdict));
    page.add(format_args!("## {sign} credgate: {meaning}\n\n"));
    let found = words::findings(report, &Tally::of(report));
    page.add(format_args!("**{}**", inline(&found)));
    let tolerated = words::tolerated(report);
    if !tolerated.is_empty() {
        page.add(format_args!("; tolerated: {}", inline(&tolerated)));
    }
    page.add(format_args!(".\n"));
}

/// Says which rules could not be judged, those first for which there is no verdict.
fn gaps(report: &Report, page: &mut Sheet) {
    if report.not_judged.is_empty() {
        return;
    }
    page.add(format_args!("\n### Could not be judged\n\n"));
    let (optional, required): (Vec<_>, Vec<_>) =
        report.not_judged.iter().partition(|gap| gap.optional);
    let gaps = required.into_iter().chain(optional).map(gap);
    let shown = page.fill(gaps, room::GAPS);
    page.more(report.not_judged.len() - shown, "more rule");
}

fn gap(gap: &NotJudged) -> String {
    let (sign, optional) = if gap.optional {
        ("▫", " (optional)")
    } else {
        ("❓", "")
    };
    format!(
        "- {sign} {} on {}{optional}: {}\n",
        code(gap.rule.descriptor.id.0),
        count(gap.applications, "application"),
        SENTENCE.inline(&gap.reason),
    )
}

/// Says what a reader should know besides; first that a report beside this one has not all.
fn notes(report: &Report, options: &Options, page: &mut Sheet) {
    let beyond = sarif::cut_of(report, options.suppressed);
    let notes = beyond.iter().chain(&report.notes);
    let lines = notes.map(|note| format!("\n> {}\n", SENTENCE.inline(note)));
    let all = report.notes.len() + beyond.iter().len();
    let shown = page.fill(lines, room::NOTES);
    page.more(all - shown, "more note");
}

/// Says what was judged, by what and when.
fn foot(report: &Report, page: &mut Sheet) {
    page.add(format_args!("\n### What was judged\n\n"));
    page.add(format_args!(
        "- Applications: {}\n",
        inline(&words::applications(report))
    ));
    let skipped = words::skipped(report);
    if !skipped.is_empty() {
        page.add(format_args!("- Not judged: {}\n", inline(&skipped)));
    }
    let excused = words::excused(report);
    if !excused.is_empty() {
        page.add(format_args!(
            "- Excused credentials: {}\n",
            inline(&excused)
        ));
    }
    if let Some(tenant) = report.tenant {
        page.add(format_args!("- Tenant: {}\n", code(&tenant.to_string())));
    }
    let sources = report.sources.iter();
    let sources = sources.map(|source| {
        let words = words::inventory(source, report.now);
        format!("- Inventory: {}\n", SENTENCE.inline(&words))
    });
    let shown = page.fill(sources, room::SOURCES);
    page.more(report.sources.len() - shown, "more source");
    let path = SENTENCE.code(&report.policy.path);
    page.add(format_args!(
        "- Policy: {path}, failing at {}\n",
        report.fail_on
    ));
    page.add(format_args!(
        "- Judged at {} by credgate {}\n",
        report.now,
        env!("CARGO_PKG_VERSION")
    ));
}
