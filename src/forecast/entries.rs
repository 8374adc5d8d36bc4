//! The policy's own exceptions and windows through time.
//!
//! In: the policy, and from when to when each exception matches something. Out: what the rules about the policy find on
//! each day. Each entry is judged by itself, on the days on which something changes for it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan as _};

use super::causes::words;
use super::identity::{Timeline, UseChange, day};
use super::moments::after;
use super::start_of;
use crate::finding::{Detail, Disposition, Finding, Subject};
use crate::internal::{OrInternal as _, narrow};
use crate::model::AppId;
use crate::policy::{Exception, Policy, Window};
use crate::report::forecast::{Cause, Event};
use crate::rules::{self, EntryViolation, PolicyContext, UnknownApplication};

/// Adds what changes about the entries of the policy.
pub(super) fn follow(
    policy: &Policy,
    timeline: &mut Timeline<'_>,
    mut unknown: &[(usize, UnknownApplication)],
) {
    let uses = uses(&timeline.uses);
    for (index, exception) in policy.exceptions().iter().enumerate() {
        // They are in the order of the policy.
        let (own, rest) = unknown.split_at(unknown.partition_point(|(at, _)| *at <= index));
        let own = own.iter().map(|(_, unknown)| (0, *unknown));
        let own: Vec<(usize, UnknownApplication)> = own.collect();
        unknown = rest;
        let uses = uses.get(&index).map_or(&[][..], Vec::as_slice);
        let entry = Entry::Exception(exception, &own, uses);
        follow_entry(timeline, &entry, index);
    }
    for (index, window) in policy.windows().iter().enumerate() {
        follow_entry(timeline, &Entry::Window(window), index);
    }
}

/// One entry of the policy.
enum Entry<'run> {
    /// With the applications that the inventory does not have, and from when on it is used or not.
    Exception(
        &'run Exception,
        &'run [(usize, UnknownApplication)],
        &'run [(Timestamp, bool)],
    ),
    Window(&'run Window),
}

type Uses = BTreeMap<usize, Vec<(Timestamp, bool)>>;

/// Returns from when on each exception matches something, and from when on nothing.
fn uses(changes: &[UseChange]) -> Uses {
    let mut changes = changes.to_vec();
    changes.sort_by_key(|change| (change.exception, change.at));
    let mut uses = Uses::new();
    for changes in changes.chunk_by(|one, other| one.exception == other.exception) {
        let mut number = 0;
        let mut list: Vec<(Timestamp, bool)> = Vec::new();
        for changes in changes.chunk_by(|one, other| one.at == other.at) {
            number += changes.iter().map(|change| change.by).sum::<i64>();
            let is_used = number > 0;
            if let Some(first) = changes.first()
                && list.last().is_none_or(|(_, before)| *before != is_used)
            {
                list.push((first.at, is_used));
            }
        }
        if let Some(first) = changes.first() {
            uses.insert(first.exception, list);
        }
    }
    uses
}

impl Entry<'_> {
    /// Tells whether something matches it at an instant.
    fn is_used(&self, at: Timestamp) -> bool {
        match self {
            Self::Exception(_, _, uses) => {
                let before = uses.partition_point(|(from, _)| *from <= at);
                let last = before.checked_sub(1).and_then(|last| uses.get(last));
                last.is_some_and(|(_, is_used)| *is_used)
            }
            Self::Window(_) => false,
        }
    }

    /// Returns the instants at which something may change for it, and why.
    fn moments(&self, index: u32, within: &[u32]) -> Vec<(Timestamp, Cause)> {
        let mut moments = Vec::new();
        match self {
            Self::Exception(exception, _, uses) => {
                let soon = within.iter().filter_map(|&days| {
                    let day = exception.expires.checked_sub(i64::from(days).days());
                    Some((start_of(day.ok()?), Cause::ExceptionEndsSoon(index)))
                });
                moments.extend(soon);
                // One that covers nothing is of no use from its first day on, and not before.
                let begins = start_of(exception.granted);
                moments.push((begins, Cause::ExceptionBegins(index)));
                let ended = after(exception.expires);
                moments.extend(ended.map(|at| (at, Cause::ExceptionEnded(index))));
                moments.extend(uses.iter().map(|(at, is_used)| {
                    let cause = if *is_used {
                        Cause::ExceptionUsed(index)
                    } else {
                        Cause::ExceptionUnused(index)
                    };
                    (*at, cause)
                }));
            }
            Self::Window(window) => {
                let closed = after(window.closes);
                moments.extend(closed.map(|at| (at, Cause::WindowClosed(index))));
            }
        }
        moments
    }
}

fn follow_entry(timeline: &mut Timeline<'_>, entry: &Entry<'_>, index: usize) {
    let limits = timeline.rules.iter().filter_map(|rule| rule.setting.within);
    let within: Vec<u32> = limits.map(|limit| limit.0).collect();
    let mut moments = entry.moments(narrow(index), &within);
    moments.retain(|(at, _)| timeline.now < *at && *at < timeline.end);
    moments.sort_by_key(|(at, _)| *at);
    let mut before = found(timeline, entry, timeline.now);
    for moments in moments.chunk_by(|(one, _), (other, _)| one == other) {
        let Some(&(at, _)) = moments.first() else {
            continue;
        };
        let after = found(timeline, entry, at);
        for (rule, violation) in changed(&after, &before) {
            note(timeline, (at, moments), (*rule, violation), index, true);
        }
        for (rule, violation) in changed(&before, &after) {
            note(timeline, (at, moments), (*rule, violation), index, false);
        }
        before = after;
    }
}

type Violations = Vec<(u8, EntryViolation)>;

/// Returns what one list has and the other has not. How many days are left makes no other finding.
fn changed<'list>(
    list: &'list Violations,
    other: &'list Violations,
) -> impl Iterator<Item = &'list (u8, EntryViolation)> {
    let key = |(rule, violation): &(u8, EntryViolation)| (*rule, named(violation));
    let known: BTreeSet<_> = other.iter().map(key).collect();
    list.iter()
        .filter(move |entry| !known.contains(&key(entry)))
}

/// Returns the application that a finding about an entry names, if it is about one.
fn named(violation: &EntryViolation) -> Option<AppId> {
    if let Detail::UnknownApplication(app_id, _) = violation.detail {
        Some(app_id)
    } else {
        None
    }
}

/// Judges an entry by itself at an instant.
fn found(timeline: &Timeline<'_>, entry: &Entry<'_>, at: Timestamp) -> Violations {
    let used = [entry.is_used(at)];
    let (exceptions, unknown, windows): (&[Exception], &[(usize, UnknownApplication)], &[Window]) =
        match entry {
            Entry::Exception(exception, unknown, _) => {
                (std::slice::from_ref(*exception), unknown, &[])
            }
            Entry::Window(window) => (&[], &[], std::slice::from_ref(*window)),
        };
    let mut violations = Vec::new();
    let mut found = Vec::new();
    for active in &timeline.rules {
        let context = PolicyContext {
            today: day(at),
            setting: active.setting,
            exceptions,
            used: if exceptions.is_empty() { &[] } else { &used },
            unknown,
            windows,
        };
        active.rule.judge_policy(&context, &mut found);
        violations.extend(found.drain(..).map(|violation| (active.number, violation)));
    }
    violations
}

fn note(
    timeline: &mut Timeline<'_>,
    (at, moments): (Timestamp, &[(Timestamp, Cause)]),
    (rule, violation): (u8, &EntryViolation),
    index: usize,
    comes: bool,
) {
    let active = timeline.rules.get(usize::from(rule));
    let active = active.or_internal("a finding names an active rule");
    let index = narrow(index);
    let subject = match violation.subject {
        Subject::Window(_) => Subject::Window(index),
        Subject::Exception(_) | Subject::Application(_) | Subject::Tenant => {
            Subject::Exception(index)
        }
    };
    let finding = Finding {
        subject,
        ..active.finding(violation.clone())
    };
    let about_use = active.descriptor.id == rules::exception_unused();
    let causes = moments.iter().map(|(_, cause)| *cause);
    let Some(cause) = causes.min_by_key(|cause| rank(*cause, about_use && comes)) else {
        return;
    };
    let (open, none) = (Some(Disposition::Open), None);
    timeline.events.push(Event {
        at,
        finding,
        before: if comes { none } else { open },
        after: if comes { open } else { none },
        cause,
        why: words(cause, timeline.policy),
    });
}

/// Ranks what happens to an entry at one instant as the reason why a finding about it changes.
const fn rank(cause: Cause, about_use: bool) -> u8 {
    match cause {
        Cause::ExceptionUnused(_) | Cause::ExceptionUsed(_) if about_use => 0,
        Cause::ExceptionEnded(_) | Cause::WindowClosed(_) => 1,
        Cause::ExceptionEndsSoon(_) => 2,
        Cause::ExceptionUnused(_) | Cause::ExceptionUsed(_) => 3,
        Cause::ExceptionBegins(_)
        | Cause::WindowOpens(_)
        | Cause::CertificateByPassed(_)
        | Cause::Starts(_)
        | Cause::Ended(..)
        | Cause::OlderThan(..)
        | Cause::EndsWithin(..) => 4,
    }
}
