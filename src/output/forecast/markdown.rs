//! `markdown`: the forecast as a page or the summary of a job.
//!
//! In: a report. Out: when the gate fails first, a table of days, and a picture of windows, exceptions and last
//! certificates as a Mermaid gantt. Foreign text stands in it as text only. It stays below what a summary may hold, and
//! says what it leaves out.

use std::fmt::{self, Write as _};
use std::io;

use jiff::civil::Date;
use jiff::tz::Offset;

use super::words;
use crate::output::markdown::{code, inline};
use crate::output::{Options, OutputFormat};
use crate::report::Verdict;
use crate::report::forecast::{Day, Event, ForecastReport};
use crate::words::count;

pub(super) static FORMAT: OutputFormat<ForecastReport> = OutputFormat {
    name: "markdown",
    summary: "a page with a table and a picture of the time to come",
    write,
};

/// How long the page may become before days are left out, in bytes.
const MOST_BYTES: usize = 600_000;

/// How many applications and entries of a day are shown.
const MOST_GROUPS: usize = 20;

/// How many bars of one kind the picture shows; more are no picture.
const MOST_BARS: usize = 20;

fn write(report: &ForecastReport, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let days = report.days();
    let mut page = Sheet(String::new());
    let sign = match (report.first_failure(), report.verdict()) {
        (Some(_), _) => "❌",
        (None, Verdict::Incomplete) => "⚠️",
        (None, Verdict::Pass | Verdict::Fail) => "✅",
    };
    let outlook = inline(&words::outlook(report));
    page.add(format_args!("## {sign} credgate forecast: {outlook}\n\n"));
    let extent = inline(&words::extent(report, &days));
    let policy = code(&report.today.policy.path);
    let (now, until) = (report.today.now, report.until);
    page.add(format_args!(
        "{policy} from {now} through {until}: {extent}.\n"
    ));
    page.gantt(report);
    page.table(report, &days);
    writer.write_all(page.0.as_bytes())
}

struct Sheet(String);

impl Sheet {
    fn add(&mut self, words: fmt::Arguments<'_>) {
        let written = self.0.write_fmt(words);
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }

    fn table(&mut self, report: &ForecastReport, days: &[Day]) {
        if days.is_empty() {
            return;
        }
        self.add(format_args!(
            "\n| Day | Verdict | What changes | Why | Before |\n| --- | --- | --- | --- | --- |\n"
        ));
        let mut shown = 0;
        for day in days {
            if self.0.len() > MOST_BYTES {
                break;
            }
            self.day(report, day);
            shown += 1;
        }
        if days.len() > shown {
            let more = count(days.len() - shown, "more day");
            self.add(format_args!(
                "\n… and {more}: <code>--report json=FILE</code> has all of them.\n"
            ));
        }
    }

    fn day(&mut self, report: &ForecastReport, day: &Day) {
        let turn = words::turn(day).map_or_else(String::new, |turn| format!("**{turn}**"));
        let events = day.events(report);
        let loud: Vec<&Event> = events
            .iter()
            .filter(|event| event.is_bad() || event.is_good())
            .collect();
        let mut first = format!("{} | {turn}", day.date);
        let groups = words::groups(report, loud);
        let mut shown = 0;
        for group in groups.iter().take(MOST_GROUPS) {
            let remedy = group.remedy(report).unwrap_or_default();
            let changes = group.events.iter();
            let changes = changes.map(|event| inline(&words::change(report, event)));
            let changes: Vec<String> = changes.collect();
            self.add(format_args!(
                "| {first} | {} {}: {} | {} | {} |\n",
                words::sign(group.level()),
                inline(&group.subject),
                changes.join("<br>"),
                inline(group.why),
                inline(&remedy),
            ));
            " | ".clone_into(&mut first);
            shown += group.events.len();
        }
        let more = events.len() - shown;
        if more > 0 || events.is_empty() {
            let more = count(more, "further change");
            self.add(format_args!("| {first} | {more} | | |\n"));
        }
    }

    /// Draws the picture.
    fn gantt(&mut self, report: &ForecastReport) {
        let today = day(report.today.now);
        let windows = report.today.windows.iter().filter(|it| it.closes >= today);
        let exceptions = report.today.exceptions.iter();
        let exceptions = exceptions.filter(|it| it.expires >= today);
        let bars = [
            (
                "Migration windows",
                windows
                    .map(|it| Bar::new(&it.id.0, it.opens.max(today), it.closes))
                    .collect::<Vec<_>>(),
            ),
            (
                "Exceptions",
                exceptions
                    .map(|it| Bar::new(&it.id.0, it.granted.max(today), it.expires))
                    .collect(),
            ),
            (
                "Last certificates",
                report
                    .certificates
                    .iter()
                    .filter_map(|last| {
                        let record = report.applications.get(last.application as usize)?;
                        // It is not valid at the instant at which it ends.
                        let last = last.ends.checked_sub(jiff::SignedDuration::from_nanos(1));
                        Some(Bar::new(&record.display_name, today, day(last.ok()?)))
                    })
                    .collect(),
            ),
        ];
        if bars.iter().all(|(_, bars)| bars.is_empty()) {
            return;
        }
        self.add(format_args!(
            "\n```mermaid\ngantt\n  dateFormat YYYY-MM-DD\n  axisFormat %Y-%m-%d\n"
        ));
        for (section, mut bars) in bars {
            if bars.is_empty() {
                continue;
            }
            bars.sort_by(|one, other| (one.to, &one.name).cmp(&(other.to, &other.name)));
            self.add(format_args!("  section {section}\n"));
            for bar in bars.iter().take(MOST_BARS) {
                let (name, from, to) = (&bar.name, bar.from, bar.to);
                self.add(format_args!("  {name} : {from}, {}\n", next(to)));
            }
            if bars.len() > MOST_BARS {
                let more = bars.len() - MOST_BARS;
                self.add(format_args!("  and {more} more : {today}, 1d\n"));
            }
        }
        self.add(format_args!("```\n"));
    }
}

/// A bar of the picture, whole days, the last one included.
struct Bar {
    name: String,
    from: Date,
    to: Date,
}

impl Bar {
    fn new(name: &str, from: Date, to: Date) -> Self {
        Self {
            name: label(name),
            from,
            to: to.max(from),
        }
    }
}

/// Leaves of a foreign name what the language of the picture takes for a name: letters, digits and a few signs.
fn label(name: &str) -> String {
    let kept = name.chars().map(|character| {
        let is_plain = character.is_alphanumeric() || "-_. ".contains(character);
        if is_plain { character } else { ' ' }
    });
    let kept: String = kept.take(40).collect();
    let words: Vec<&str> = kept.split_whitespace().collect();
    let label = words.join(" ");
    // Words that begin a line of that language would be more than a name.
    if label.is_empty() {
        "without a name".to_owned()
    } else {
        format!("‘{label}’")
    }
}

fn next(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

fn day(at: jiff::Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}
