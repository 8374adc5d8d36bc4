//! Hundreds of exceptions in an order in which a person can review them.
//!
//! In: exceptions with what their order depends on. Out: groups of the same rules, the worst first, the oldest secret
//! first in each, and the comments that say so. The order of an inventory changes nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::finding::{ApplicationRecord, Level, RuleId};
use crate::policy::{Group, NewException};
use crate::words::count;

/// An exception and what its place depends on.
#[derive(Debug)]
pub(super) struct Entry {
    /// The worst level of what it covers.
    pub(super) level: Option<Level>,
    /// The start of the oldest live secret.
    pub(super) since: Option<Timestamp>,
    pub(super) has_secrets: bool,
    pub(super) exception: NewException,
}

/// Puts exceptions of the same rules together.
pub(super) fn group(entries: Vec<Entry>, today: Date) -> Vec<Group> {
    let mut by_rules: BTreeMap<Vec<RuleId>, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        let rules = entry.exception.rules.clone();
        by_rules.entry(rules).or_default().push(entry);
    }
    let mut groups: Vec<(Vec<RuleId>, Vec<Entry>)> = by_rules.into_iter().collect();
    let worst = |entries: &[Entry]| entries.iter().filter_map(|entry| entry.level).max();
    groups.sort_by(|(_, one), (_, other)| {
        let levels = worst(other).cmp(&worst(one));
        levels.then_with(|| other.len().cmp(&one.len()))
    });
    let grouped = groups.into_iter().map(|(rules, mut entries)| {
        // A secret without a start counts as older than all, and no secret as younger.
        entries.sort_by_key(|entry| (!entry.has_secrets, entry.since, entry.exception.application));
        Group {
            heading: Some(heading(&rules, entries.len(), today)),
            exceptions: entries.into_iter().map(|entry| entry.exception).collect(),
        }
    });
    grouped.collect()
}

fn heading(rules: &[RuleId], applications: usize, today: Date) -> String {
    let rules: Vec<&str> = rules.iter().map(|rule| rule.0).collect();
    let rules = rules.join(", ");
    format!(
        "{rules}: {}, adopted on {today}",
        count(applications, "application")
    )
}

/// As many characters of a name as a reader needs.
const LONGEST_NAME: usize = 100;

/// Returns what a reviewer should know of an application. The name is foreign text, and in quotes: a comment that begins
/// with certain words is an order to an editor.
pub(super) fn remark(record: &ApplicationRecord, today: Date) -> String {
    let mut name: String = record.display_name.chars().take(LONGEST_NAME).collect();
    if name.len() < record.display_name.len() {
        name.push('…');
    }
    let mut remark = format!("\"{name}\"");
    let (age, end) = (age(record, today), end(record));
    let added = match record.live_secrets.len() {
        0 => write!(remark, ", no live secret"),
        1 => write!(remark, ", 1 live secret, {age}, {end}"),
        count => write!(
            remark,
            ", {count} live secrets, the oldest {age}, the last {end}"
        ),
    };
    debug_assert!(added.is_ok(), "writing to a string does not fail");
    remark
}

fn age(record: &ApplicationRecord, today: Date) -> String {
    let Some(since) = record.oldest_secret else {
        return "without a start".to_owned();
    };
    let days = today
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
