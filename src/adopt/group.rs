//! Hundreds of exceptions in an order in which a person can review them.
//!
//! In: exceptions with what their order depends on. Out: groups of the same rules, the worst first, the oldest secret
//! first in each, and the comments that say so. What is granted for later days comes last, the first day first. The order
//! of an inventory changes nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::left::shortened;
use crate::finding::{ApplicationRecord, Level, RuleId};
use crate::policy::{Group, NewException};
use crate::words::count;

/// An exception and what its place depends on.
#[derive(Debug)]
pub(super) struct Entry {
    /// The worst level of what it covers.
    pub(super) level: Level,
    /// The start of the oldest live secret.
    pub(super) since: Option<Timestamp>,
    pub(super) has_secrets: bool,
    pub(super) exception: NewException,
}

/// Puts exceptions of the same rules together.
pub(super) fn group(entries: Vec<Entry>, today: Date) -> Vec<Group> {
    let mut by_rules: BTreeMap<(bool, Vec<RuleId>), Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        let is_later = entry.exception.granted > today;
        let rules = entry.exception.rules.clone();
        by_rules.entry((is_later, rules)).or_default().push(entry);
    }
    let mut groups: Vec<_> = by_rules.into_iter().collect();
    let worst = |entries: &[Entry]| entries.iter().map(|entry| entry.level).max();
    groups.sort_by(|((later, _), one), ((other_later, _), other)| {
        let order = later.cmp(other_later);
        let order = order.then_with(|| worst(other).cmp(&worst(one)));
        order.then_with(|| other.len().cmp(&one.len()))
    });
    let grouped = groups.into_iter().map(|((is_later, rules), mut entries)| {
        // A secret without a start counts as older than all, and no secret as younger.
        entries.sort_by_key(|entry| {
            let exception = &entry.exception;
            let secret = (!entry.has_secrets, entry.since);
            (exception.granted, secret, exception.application)
        });
        Group {
            heading: Some(heading(&rules, entries.len(), today, is_later)),
            exceptions: entries.into_iter().map(|entry| entry.exception).collect(),
        }
    });
    grouped.collect()
}

fn heading(rules: &[RuleId], applications: usize, today: Date, is_later: bool) -> String {
    let rules: Vec<&str> = rules.iter().map(|rule| rule.0).collect();
    let rules = rules.join(", ");
    let applications = count(applications, "application");
    let later = if is_later {
        ", each from the day on which it fails"
    } else {
        ""
    };
    format!("{rules}: {applications}, adopted on {today}{later}")
}

/// Returns what a reviewer should know of an application on a day, which is named unless it is today. The name is foreign
/// text, and in quotes: a comment that begins with certain words is an order to an editor.
pub(super) fn remark(record: &ApplicationRecord, day: Date, today: Date) -> String {
    let name = shortened(&record.display_name);
    let then = if day == today {
        String::new()
    } else {
        format!(", on {day}")
    };
    let (age, end) = (age(record, day), end(record));
    let secrets = match record.live_secret_count {
        0 => ", no live secret".to_owned(),
        1 => format!(", 1 live secret, {age}, {end}"),
        count => format!(", {count} live secrets, the oldest {age}, the last {end}"),
    };
    format!("\"{name}\"{then}{secrets}")
}

fn age(record: &ApplicationRecord, day: Date) -> String {
    let Some(since) = record.oldest_secret else {
        return "without a start".to_owned();
    };
    let days = day
        .duration_since(Offset::UTC.to_datetime(since).date())
        .as_hours()
        / 24;
    format!("{} old", count(days, "day"))
}

fn end(record: &ApplicationRecord) -> String {
    let until = record.secrets_until;
    until.map_or_else(
        || "without an end".to_owned(),
        |until| format!("ends {until}"),
    )
}
