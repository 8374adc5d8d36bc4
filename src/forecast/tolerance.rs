//! What tolerates findings, day by day: the first exception without pins and the first window, for each rule.
//!
//! In: the entries of the policy that are for an identity, or for all. Out: the first in force on any day, and the days on
//! which that is another one. However many entries there are, only those that are the first on some day matter.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::identity::{Timeline, UseChange};
use super::moments::{Moment, after};
use super::start_of;
use crate::evaluate::Active;
use crate::evaluate::cover::Cover;
use crate::internal::{OrInternal as _, narrow};
use crate::model::AppId;
use crate::policy::{FirstByDay, Policy, Window};
use crate::report::forecast::Cause;
use crate::rules::Rule;

/// What tolerates the findings of each rule on one identity, by the number of the rule.
#[derive(Debug)]
pub(super) struct Tolerances(Vec<Tolerance>);

/// What tolerates the findings of one rule.
#[derive(Debug, Default)]
pub(super) struct Tolerance {
    /// The exceptions without pins that lift the rule. All of them match whatever it finds.
    pub(super) lifting: Vec<usize>,
    /// The first of them in force.
    pub(super) exception: FirstByDay,
    /// The first window that names the application and tolerates what the rule finds.
    window: FirstByDay,
}

impl Tolerances {
    pub(super) fn of(timeline: &Timeline<'_>, app_id: AppId) -> Self {
        let (cover, policy) = (&timeline.cover, timeline.policy);
        let rules = timeline.rules.iter();
        Self(
            rules
                .map(|rule| Tolerance::of(rule, (cover, policy), app_id))
                .collect(),
        )
    }

    pub(super) fn for_rule(&self, rule: u8) -> &Tolerance {
        let tolerance = self.0.get(usize::from(rule));
        tolerance.or_internal("each active rule has a number")
    }

    /// Returns the days on which another exception without pins is the first one.
    pub(super) fn of_exceptions(&self, policy: &Policy) -> Vec<Moment> {
        let exceptions = self.0.iter().map(|tolerance| &tolerance.exception);
        exceptions
            .flat_map(|exceptions| of_exceptions(exceptions, policy))
            .collect()
    }

    /// Returns the days on which another window that names the application is the first one.
    pub(super) fn of_windows(&self, policy: &Policy) -> Vec<Moment> {
        let windows = self.0.iter().map(|tolerance| &tolerance.window);
        windows
            .flat_map(|windows| of_windows(windows, policy))
            .collect()
    }

    /// Returns which exceptions without pins match something, from the changes of how much each rule finds.
    pub(super) fn uses(&self, mut found: Vec<RuleUse>, uses: &mut Vec<UseChange>) {
        found.sort_by_key(|change| (change.rule, change.at));
        for changes in found.chunk_by(|one, other| one.rule == other.rule) {
            let Some(first) = changes.first() else {
                continue;
            };
            let lifting = &self.for_rule(first.rule).lifting;
            if lifting.is_empty() {
                continue;
            }
            let mut number = 0;
            for changes in changes.chunk_by(|one, other| one.at == other.at) {
                let was_used = number > 0;
                number += changes.iter().map(|change| change.by).sum::<i64>();
                let by = i64::from(number > 0) - i64::from(was_used);
                let Some(at) = changes.first().map(|change| change.at).filter(|_| by != 0) else {
                    continue;
                };
                uses.extend(
                    lifting
                        .iter()
                        .map(|&exception| UseChange { at, exception, by }),
                );
            }
        }
    }
}

/// How much a rule finds on an identity, from an instant on, more or less than before.
#[derive(Clone, Copy, Debug)]
pub(super) struct RuleUse {
    pub(super) at: Timestamp,
    pub(super) rule: u8,
    pub(super) by: i64,
}

impl Tolerance {
    fn of(rule: &Active<'_>, (cover, policy): (&Cover<'_>, &Policy), app_id: AppId) -> Self {
        let exceptions = policy.exceptions();
        let of = |at: usize| exceptions.get(at).or_internal(INDEX);
        let whole = cover.whole(app_id).iter().copied();
        let lifting: Vec<usize> = whole
            .filter(|at| of(*at).lifts(rule.descriptor.id))
            .collect();
        let days = lifting
            .iter()
            .map(|&at| (at, of(at).granted, of(at).expires));
        Self {
            exception: FirstByDay::of(days),
            window: tolerant(rule.rule, cover.windows_naming(app_id), policy),
            lifting,
        }
    }

    /// Returns the first window on a day, of those for this application and those for all.
    pub(super) fn window(&self, all: &FirstByDay, day: Date) -> Option<usize> {
        let first = [self.window.first(day), all.first(day)];
        first.into_iter().flatten().min()
    }
}

/// Windows of which those are looked for in which a credential starts.
#[derive(Debug)]
pub(super) struct Around {
    /// Of those with the same days, the first of the policy.
    windows: Vec<usize>,
    open: FirstByDay,
}

impl Around {
    pub(super) fn of(windows: &[usize], policy: &Policy) -> Self {
        let mut days = BTreeSet::new();
        let windows = windows.iter().copied();
        let windows: Vec<usize> = windows
            .filter(|&at| {
                let window = window(policy, at);
                days.insert((window.opens, window.closes))
            })
            .collect();
        Self {
            open: open(&windows, policy),
            windows,
        }
    }

    /// Returns the windows of some lists that have a day, in the order of the policy.
    pub(super) fn having(day: Date, lists: [&Self; 2], policy: &Policy) -> Vec<usize> {
        let lists = lists.into_iter();
        let lists = lists.filter(|around| around.open.first(day).is_some());
        let windows = lists.flat_map(|around| &around.windows).copied();
        let mut having: Vec<usize> = windows
            .filter(|&at| window(policy, at).is_open(day))
            .collect();
        having.sort_unstable();
        having
    }
}

fn window(policy: &Policy, at: usize) -> &Window {
    policy.windows().get(at).or_internal(INDEX)
}

/// Returns the first of some windows that is open.
pub(super) fn open(windows: &[usize], policy: &Policy) -> FirstByDay {
    let windows = windows.iter().map(|&at| (at, window(policy, at)));
    FirstByDay::of(windows.map(|(at, window)| (at, window.opens, window.closes)))
}

const INDEX: &str = "an entry is known by its index";

fn on(day: Date, cause: Cause) -> Moment {
    Moment {
        at: start_of(day),
        cause,
        credential: None,
    }
}

/// Returns the first of some windows that tolerates what a rule finds.
pub(super) fn tolerant(rule: &dyn Rule, windows: &[usize], policy: &Policy) -> FirstByDay {
    let windows = windows.iter().map(|&at| (at, window(policy, at)));
    FirstByDay::of(
        windows.filter_map(|(at, window)| Some((at, window.opens, last_day(rule, window)?))),
    )
}

/// Returns the last day on which a window tolerates what a rule finds, if it does at all.
fn last_day(rule: &dyn Rule, window: &Window) -> Option<Date> {
    let mut days = [window.closes, window.certificate_by].into_iter();
    days.find(|day| rule.is_tolerated_in(window, *day))
}

/// Returns the days on which another exception is the first one, as what begins or ends there.
pub(super) fn of_exceptions(exceptions: &FirstByDay, policy: &Policy) -> Vec<Moment> {
    let mut moments = Vec::new();
    for (day, before, now) in exceptions.changes() {
        let of = |at: usize| policy.exceptions().get(at).or_internal(INDEX);
        let ended = before.filter(|at| of(*at).expires.tomorrow().ok() == Some(day));
        let begins = now.filter(|at| of(*at).granted == day);
        let ended = ended.map(|at| Cause::ExceptionEnded(narrow(at)));
        let begins = begins.map(|at| Cause::ExceptionBegins(narrow(at)));
        moments.extend([ended, begins].into_iter().flatten().map(|it| on(day, it)));
    }
    moments
}

/// Returns the days on which another window is the first one, as what opens or ends there.
pub(super) fn of_windows(windows: &FirstByDay, policy: &Policy) -> Vec<Moment> {
    let mut moments = Vec::new();
    for (day, before, now) in windows.changes() {
        let of = |at: usize| window(policy, at);
        let ended = |last: Date| after(last) == Some(start_of(day));
        let opens = now
            .filter(|at| of(*at).opens == day)
            .map(|at| Cause::WindowOpens(narrow(at)));
        let passed = before.filter(|at| ended(of(*at).certificate_by));
        let passed = passed.map(|at| Cause::CertificateByPassed(narrow(at)));
        let closed = before
            .filter(|at| ended(of(*at).closes))
            .map(|at| Cause::WindowClosed(narrow(at)));
        moments.extend(
            [opens, passed, closed]
                .into_iter()
                .flatten()
                .map(|it| on(day, it)),
        );
    }
    moments
}
