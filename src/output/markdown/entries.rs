//! The exceptions and migration windows in use, and when they end.

use jiff::civil::Date;
use jiff::tz::Offset;

use super::sheet::Sheet;
use super::{NAME, SENTENCE, room};
use crate::finding::Disposition;
use crate::internal::OrInternal as _;
use crate::report::Report;
use crate::words::count;

/// An exception or window that tolerates something.
struct Entry<'report> {
    id: &'report str,
    kind: &'static str,
    reason: &'report str,
    /// Its last day.
    ends: Date,
    /// How many findings it tolerates.
    tolerates: usize,
}

/// Writes a table of them, the nearest end first.
pub(super) fn write(report: &Report, page: &mut Sheet) {
    let entries = in_use(report);
    if entries.is_empty() {
        return;
    }
    let today = Offset::UTC.to_datetime(report.now).date();
    page.add(format_args!(
        "\n### Exceptions and windows in use\n\n| Entry | Tolerates | Last day | Left | Reason |\n| --- | --- | --- | --- | --- |\n"
    ));
    let rows = entries.iter().map(|entry| row(entry, today));
    let shown = page.fill(rows, room::ENTRIES);
    if shown < entries.len() {
        let more = count(entries.len() - shown, "more row");
        page.add(format_args!(
            "\n… and {more}: the policy lists all of them.\n"
        ));
    }
}

fn in_use(report: &Report) -> Vec<Entry<'_>> {
    let mut by_exception = vec![0; report.exceptions.len()];
    let mut by_window = vec![0; report.windows.len()];
    for finding in &report.findings {
        let counted = match finding.disposition {
            Disposition::Open => continue,
            Disposition::Excepted(index) => by_exception.get_mut(index as usize),
            Disposition::InWindow(index) => by_window.get_mut(index as usize),
        };
        *counted.or_internal("a finding names what its report lists") += 1;
    }
    let exceptions = report.exceptions.iter().zip(by_exception);
    let exceptions = exceptions.map(|(entry, tolerates)| Entry {
        id: &entry.id.0,
        kind: "exception",
        reason: &entry.reason,
        ends: entry.expires,
        tolerates,
    });
    let windows = report.windows.iter().zip(by_window);
    let windows = windows.map(|(entry, tolerates)| Entry {
        id: &entry.id.0,
        kind: "window",
        reason: &entry.reason,
        ends: entry.closes,
        tolerates,
    });
    let entries = exceptions.chain(windows);
    let mut entries: Vec<Entry<'_>> = entries.filter(|entry| entry.tolerates > 0).collect();
    entries.sort_by(|one, other| (one.ends, one.id).cmp(&(other.ends, other.id)));
    entries
}

fn row(entry: &Entry<'_>, today: Date) -> String {
    let left = today.until(entry.ends).map_or(0, |span| span.get_days());
    let left = match u64::try_from(left) {
        Ok(0) | Err(_) => "ends today".to_owned(),
        Ok(days) => count(days, "day"),
    };
    format!(
        "| {} {} | {} | {} | {left} | {} |\n",
        entry.kind,
        NAME.code(entry.id),
        count(entry.tolerates, "finding"),
        entry.ends,
        SENTENCE.inline(entry.reason),
    )
}
