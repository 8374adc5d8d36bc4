//! Adoption: what is wrong becomes exceptions that end, so that the gate can be switched on and only what is new fails,
//! today and on every later day of the term.
//!
//! In: forecasts of the term, the policy that the first one was made under, and the terms. Out: exceptions in groups that a
//! person can review, what no exception can cover, with the reason, and through which day the gate passes. It reads and
//! writes nothing, and judges nothing: what fails on which day is the forecast's to say, with the exceptions as without.
//!
//! An exception is pinned to the credentials that exist: a new one fails, and so does another rule. What fails only later
//! is granted for the day on which it does. What cannot be pinned is left to fail, with one exception: a finding about a
//! whole application that no pin can cover gets an exception of its own that lifts no rule about secrets.

mod group;
mod left;
mod needs;
mod opening;
mod pins;
mod plan;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::finding::RuleId;
use crate::model::AppId;
use crate::policy::{Group, Policy};
use crate::report::Verdict;
use crate::report::forecast::ForecastReport;

pub use left::{Cause, Later, Left, LeftSubject};
use needs::Needs;
use opening::Agreed;
use plan::Plan;

/// The rule that finds exceptions which match nothing.
const UNUSED: RuleId = RuleId("exception-unused");

/// What comes of a forecast so often that more would not help.
const MOST_ROUNDS: usize = 8;

/// What every adopted exception says.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The first UTC day, for what fails on that day.
    pub granted: Date,
    /// Its last UTC day, included.
    pub expires: Date,
    /// Why it is granted.
    pub reason: Box<str>,
    /// Who owns it.
    pub owner: Option<Box<str>>,
    /// Who approved it.
    pub approved_by: Option<Box<str>>,
    /// Where it was discussed.
    pub ticket: Option<Box<str>>,
}

/// What comes of a tenant.
#[derive(Clone, Debug)]
pub struct Adoption {
    /// The exceptions, the worst group first, and what is granted for later days behind the others.
    pub groups: Vec<Group>,
    /// The findings at the failing level that count today, and that no exception covers.
    pub left: Vec<Left>,
    /// Those that begin to count on a later day of the term, in the order of time.
    pub later: Vec<Later>,
    /// The first instant after now from which a rule that must be judged cannot be.
    pub unjudged: Option<Timestamp>,
    /// The last UTC day through which the gate passes, at most the last one of the term; `None` where it does not pass at
    /// some instant of today.
    pub passes_through: Option<Date>,
}

impl Adoption {
    /// Returns how many exceptions there are.
    pub fn exceptions(&self) -> usize {
        self.groups.iter().map(|group| group.exceptions.len()).sum()
    }

    /// Returns how many applications they are for.
    pub fn applications(&self) -> usize {
        let exceptions = self.groups.iter().flat_map(|group| &group.exceptions);
        let applications: BTreeSet<AppId> = exceptions.map(|it| it.application).collect();
        applications.len()
    }
}

/// Makes exceptions of what fails within the term at the failing level. `first` is the forecast of the term under the
/// policy, and `again` makes the same with these exceptions added: until that shows nothing more to adopt.
pub fn adopt<E>(
    first: ForecastReport,
    policy: &Policy,
    terms: &Terms,
    again: &mut dyn FnMut(&[Group]) -> Result<ForecastReport, E>,
) -> Result<Adoption, E> {
    let agreed = Agreed::of(policy);
    let mut needs = Needs::default();
    let mut is_new = needs.add(&first, &agreed);
    needs.note_expired(&first);
    let (mut plan, mut report) = (Plan::default(), first);
    for _ in 0..MOST_ROUNDS {
        if !is_new {
            break;
        }
        plan = Plan::of(&needs, policy, terms);
        report = again(&plan.groups)?;
        is_new = needs.add(&report, &agreed);
        is_new |= plan.widen(&mut needs, &report);
    }
    Ok(Adoption {
        groups: plan.groups,
        left: left::today(&report, &agreed),
        later: left::later(&report, &agreed),
        unjudged: report
            .turns
            .iter()
            .find(|turn| turn.verdict == Verdict::Incomplete)
            .map(|turn| turn.at),
        passes_through: passes_through(&report),
    })
}

/// Returns the last UTC day on which the gate passes at every instant, and on all days before it.
fn passes_through(report: &ForecastReport) -> Option<Date> {
    if report.verdict() != Verdict::Pass {
        return None;
    }
    let mut turns = report.turns.iter();
    let Some(turn) = turns.find(|turn| turn.verdict != Verdict::Pass) else {
        return Some(report.until);
    };
    let day = |at: Timestamp| Offset::UTC.to_datetime(at).date();
    let last = day(turn.at).yesterday().ok();
    last.filter(|last| *last >= day(report.today.now))
}
