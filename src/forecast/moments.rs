//! The instants at which something can change for one identity, and why.
//!
//! In: an identity, and the policy. Out: every instant at which one of its credentials starts, ends, passes a limit of any
//! active rule, or at which an exception or window that concerns it begins or ends. Which rule looks at what does not
//! matter here: an instant too many costs little, and one too few would be a wrong forecast.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::start_of;
use crate::evaluate::Active;
use crate::finding::Days;
use crate::internal::{OrInternal as _, narrow};
use crate::model::Identity;
use crate::policy::{Exception, Policy};
use crate::report::forecast::{Cause, Successor};
use crate::rules::reference;

/// The smallest step of time: what holds above a limit holds from here on.
pub(super) const TICK: SignedDuration = SignedDuration::from_nanos(1);

/// An instant, and what happens there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) at: Timestamp,
    pub(super) cause: Cause,
    /// The credential to which it happens, by its place in the identity.
    pub(super) credential: Option<usize>,
}

/// The limits of the active rules, each once.
#[derive(Debug, Default)]
pub(super) struct Limits {
    max: Vec<Days>,
    within: Vec<Days>,
}

impl Limits {
    pub(super) fn of(rules: &[Active<'_>]) -> Self {
        let once = |limits: &mut Vec<Days>| {
            limits.sort_unstable();
            limits.dedup();
        };
        let mut max: Vec<Days> = rules.iter().filter_map(|rule| rule.setting.max).collect();
        let mut within: Vec<Days> = rules
            .iter()
            .filter_map(|rule| rule.setting.within)
            .collect();
        once(&mut max);
        once(&mut within);
        Self { max, within }
    }
}

impl Limits {
    /// Returns the longest `within`.
    pub(super) fn longest_within(&self) -> Option<Days> {
        self.within.last().copied()
    }
}

/// Returns the instants after `now` and before `end` at which an identity may change, in order.
pub(super) fn of_identity(
    identity: &Identity,
    limits: &Limits,
    (now, end): (Timestamp, Timestamp),
) -> Vec<Moment> {
    let mut moments = Vec::new();
    let mut add = |at: Option<Timestamp>, cause, credential| {
        // What holds above a limit that is met now holds a tick later.
        if let Some(at) = at.filter(|at| now <= *at && *at < end) {
            moments.push(Moment {
                at,
                cause,
                credential: Some(credential),
            });
        }
    };
    for (place, held) in identity.credentials().iter().enumerate() {
        let credential = reference(held);
        if let Some(start) = held.period.start {
            add(Some(start), Cause::Starts(credential), place);
            for &max in &limits.max {
                let passes = start.checked_add(max.duration()).ok();
                add(passes, Cause::OlderThan(credential, max), place);
            }
        }
        if let Some(ends) = held.period.end {
            add(Some(ends), Cause::Ended(credential, Successor::None), place);
            for &within in &limits.within {
                let passes = ends.checked_sub(within.duration()).ok();
                add(passes, Cause::EndsWithin(credential, within), place);
            }
        }
    }
    moments
}

/// Adds the days of the exceptions that name an identity.
pub(super) fn of_exceptions<'run>(
    exceptions: impl Iterator<Item = (u32, &'run Exception)>,
    moments: &mut Vec<Moment>,
) {
    for (index, exception) in exceptions {
        let begins = Some(start_of(exception.granted));
        push(moments, begins, Cause::ExceptionBegins(index));
        let ended = after(exception.expires);
        push(moments, ended, Cause::ExceptionEnded(index));
    }
}

/// Returns from when to when something that starts in some windows is found: the first that opens makes it come, and the
/// last that closes makes it go.
pub(super) fn around(windows: &[usize], policy: &Policy) -> Vec<Moment> {
    let of = |at: &usize| {
        policy
            .windows()
            .get(*at)
            .or_internal("a window is known by its index")
    };
    let mut moments = Vec::new();
    // Of equals, the first of the policy.
    let opens = windows.iter().min_by_key(|at| of(at).opens);
    let closes = windows.iter().rev().max_by_key(|at| of(at).closes);
    if let (Some(opens), Some(closes)) = (opens, closes) {
        push(
            &mut moments,
            Some(start_of(of(opens).opens)),
            Cause::WindowOpens(narrow(*opens)),
        );
        push(
            &mut moments,
            after(of(closes).closes),
            Cause::WindowClosed(narrow(*closes)),
        );
    }
    moments
}

fn push(moments: &mut Vec<Moment>, at: Option<Timestamp>, cause: Cause) {
    moments.extend(at.map(|at| Moment {
        at,
        cause,
        credential: None,
    }));
}

/// Returns the first instant after a UTC day; none where time ends.
pub(super) fn after(day: Date) -> Option<Timestamp> {
    day.checked_add(1.day()).ok().map(start_of)
}

/// Returns each instant to look at, in order: that at which something happens, and that after it, because some limits
/// hold only above.
pub(super) fn instants(moments: &[Moment], now: Timestamp, end: Timestamp) -> Vec<Timestamp> {
    let mut instants = Vec::with_capacity(moments.len() * 2);
    for moment in moments {
        instants.push(moment.at);
        instants.extend(moment.at.checked_add(TICK));
    }
    instants.sort_unstable();
    instants.dedup();
    instants.retain(|at| now < *at && *at < end);
    instants
}

/// Returns what happens at an instant or a tick before.
pub(super) fn happening_at(moments: &[Moment], at: Timestamp) -> &[Moment] {
    let before = at.checked_sub(TICK).unwrap_or(at);
    let first = moments.partition_point(|moment| moment.at < before);
    let last = moments.partition_point(|moment| moment.at <= at);
    let happening = moments.get(first..last);
    happening.or_internal("no moment before an instant comes after it")
}

/// Returns the first of each kind of thing that happens, for those to whom it does not matter to which credential.
pub(super) fn first_of_each(happening: &[Moment]) -> Vec<Moment> {
    let mut first: Vec<Moment> = Vec::new();
    for moment in happening {
        let same = |known: &Moment| match (known.cause, moment.cause) {
            (Cause::OlderThan(_, one), Cause::OlderThan(_, other))
            | (Cause::EndsWithin(_, one), Cause::EndsWithin(_, other)) => one == other,
            (one, other) => one.name() == other.name(),
        };
        if !first.iter().any(same) {
            first.push(*moment);
        }
    }
    first
}
