//! `ics`: a calendar with one event for each day on which something changes, RFC 5545.
//!
//! In: a report. Out: a calendar file. Its events have the same ids in every forecast of a policy, so that a calendar that
//! reads the file again moves and changes them instead of adding them. No clock: the stamp is the instant of judging.

use std::io;

use jiff::civil::Date;

use super::words;
use crate::escape::printable;
use crate::finding::{Fingerprint, RuleId};
use crate::output::{Options, OutputFormat};
use crate::report::forecast::{Day, Event, ForecastReport};
use crate::words::count;

pub(super) static FORMAT: OutputFormat<ForecastReport> = OutputFormat {
    name: "ics",
    summary: "a calendar file with one event for each day on which something changes",
    write,
};

/// How many changes the description of a day names.
const MOST_EVENTS: usize = 10;

/// The longest line in octets, without its end.
const LINE: usize = 75;

fn write(report: &ForecastReport, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let mut calendar = Calendar(writer);
    calendar.line("BEGIN:VCALENDAR")?;
    calendar.line("VERSION:2.0")?;
    calendar.line(concat!(
        "PRODID:-//credgate//credgate ",
        env!("CARGO_PKG_VERSION"),
        "//EN"
    ))?;
    calendar.line("CALSCALE:GREGORIAN")?;
    calendar.line("METHOD:PUBLISH")?;
    let stamp = report.today.now.strftime("%Y%m%dT%H%M%SZ").to_string();
    for day in report.days() {
        calendar.day(report, &day, &stamp)?;
    }
    calendar.line("END:VCALENDAR")
}

struct Calendar<'a>(&'a mut dyn io::Write);

impl Calendar<'_> {
    fn day(&mut self, report: &ForecastReport, day: &Day, stamp: &str) -> io::Result<()> {
        let date = day.date.to_string();
        let tenant = report.today.tenant.as_ref();
        let tenant = tenant.map_or(&[][..], |tenant| tenant.as_bytes());
        let policy = report.today.policy.path.as_bytes();
        let parts = [policy, tenant, date.as_bytes()];
        let id = Fingerprint::new(RuleId("forecast"), &parts, 0);
        let next = day.date.tomorrow().unwrap_or(day.date);
        self.line("BEGIN:VEVENT")?;
        self.line(&format!("UID:{id}@credgate"))?;
        self.line(&format!("DTSTAMP:{stamp}"))?;
        self.line(&format!("DTSTART;VALUE=DATE:{}", compact(day.date)))?;
        self.line(&format!("DTEND;VALUE=DATE:{}", compact(next)))?;
        self.line(&format!("SUMMARY:{}", text(&summary(report, day))))?;
        self.line(&format!("DESCRIPTION:{}", description(report, day)))?;
        self.line("TRANSP:TRANSPARENT")?;
        self.line("END:VEVENT")
    }

    /// Writes a line, folded where it is too long: never inside a character.
    fn line(&mut self, line: &str) -> io::Result<()> {
        let mut length = 0;
        for character in line.chars() {
            if length + character.len_utf8() > LINE {
                self.0.write_all(b"\r\n ")?;
                length = 1;
            }
            let mut buffer = [0; 4];
            self.0
                .write_all(character.encode_utf8(&mut buffer).as_bytes())?;
            length += character.len_utf8();
        }
        self.0.write_all(b"\r\n")
    }
}

fn summary(report: &ForecastReport, day: &Day) -> String {
    let policy = &report.today.policy.path;
    let changes = count(day.events.len(), "change");
    match words::turn(day) {
        Some(turn) => format!("credgate: {turn} ({policy}, {changes})"),
        None => format!("credgate: {changes} ({policy})"),
    }
}

/// Returns what changes on a day, line by line.
fn description(report: &ForecastReport, day: &Day) -> String {
    let events = day.events(report);
    let mut lines: Vec<String> = events
        .iter()
        .take(MOST_EVENTS)
        .map(|event| text(&sentence(report, event)))
        .collect();
    if let Some(more) = events.len().checked_sub(MOST_EVENTS).filter(|it| *it > 0) {
        lines.push(text(&format!("and {}", count(more, "more change"))));
    }
    lines.join("\\n")
}

fn sentence(report: &ForecastReport, event: &Event) -> String {
    let mut sentence = format!(
        "{}: {}; because {}",
        words::subject(report, event),
        words::change(report, event),
        event.why
    );
    if let Some(remedy) = words::remedy(report, event) {
        sentence.push_str("; before: ");
        sentence.push_str(&remedy);
    }
    sentence
}

fn compact(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

/// Escapes a value of type TEXT.
fn text(words: &str) -> String {
    let words = printable(words).replace('\\', "\\\\");
    words.replace(';', "\\;").replace(',', "\\,")
}
