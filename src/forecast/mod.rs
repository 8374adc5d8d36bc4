//! What will change by itself: the verdict and the findings at every instant until a day.
//!
//! In: a policy, an instant, a last day, and the same stream of objects that the evaluation receives. Out: a
//! [`ForecastReport`]. The judgement of today is the evaluation's own. Of each identity only the instants are looked at
//! at which something can change for it, and there it is judged by the same code; so a forecast of a large tenant takes
//! little longer than its judgement, and it says for every instant what `check --now` would say there.

mod causes;
mod course;
mod entries;
mod identity;
mod lateness;
mod live_secrets;
mod moments;
mod pins;
mod records;
mod tolerance;
mod verdicts;
mod view;

use std::cmp::Ordering;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};

use crate::evaluate::{
    Contradiction, Evaluation, InventoryRecord, PolicyContradiction, Receiver, Unfit,
};
use crate::finding::{ApplicationRecord, Finding, Level, Standing, Subject};
use crate::internal::OrInternal as _;
use crate::model::{Application, Place, ServicePrincipal, TenantPolicy};
use crate::policy::Policy;
use crate::report::forecast::{Event, ForecastReport};

use identity::{Found, Timeline};

/// A forecast in progress.
#[derive(Debug)]
pub struct Forecast<'run> {
    policy: &'run Policy,
    evaluation: Evaluation<'run>,
    timeline: Timeline<'run>,
    fail_on: Level,
    until: Date,
}

impl<'run> Forecast<'run> {
    /// Begins a forecast from one instant through the end of a UTC day.
    pub fn new(policy: &'run Policy, now: Timestamp, until: Date, fail_on: Level) -> Self {
        Self {
            policy,
            evaluation: Evaluation::new(policy, now, fail_on),
            timeline: Timeline::new(policy, now, end_of(until)),
            fail_on,
            until,
        }
    }

    /// Looks at what is left, and closes the report.
    pub fn finish(self, inventory: InventoryRecord) -> Result<ForecastReport, Unfit> {
        let Self {
            policy,
            evaluation,
            mut timeline,
            fail_on,
            until,
        } = self;
        let unknown = if inventory.is_whole_tenant {
            evaluation.unknown()
        } else {
            Vec::new()
        };
        timeline.learn_tenant(evaluation.tenant(inventory.tenant)?);
        let today = evaluation.finish_with(inventory, &mut |identity, standing, place| {
            timeline.follow(&identity, standing, place);
        })?;
        entries::follow(policy, &mut timeline, &unknown);
        let Found {
            rules,
            mut events,
            applications,
            mut certificates,
            gaps,
        } = timeline.found();
        events.sort_by(|one, other| in_order(one, other, &applications));
        certificates.sort_by_key(|last| last.ends);
        let turns = verdicts::turns(&today, &rules, &events, &gaps, fail_on);
        Ok(ForecastReport {
            today,
            until,
            applications,
            events,
            turns,
            certificates,
            fail_by: None,
        })
    }
}

impl Receiver for Forecast<'_> {
    fn tenant_policy(&mut self, policy: TenantPolicy) -> Result<(), PolicyContradiction> {
        self.evaluation.tenant_policy(policy)
    }

    fn service_principal(
        &mut self,
        object: ServicePrincipal,
        place: Place,
    ) -> Result<(), Contradiction> {
        self.evaluation.service_principal(object, place)
    }

    fn application(&mut self, object: Application, place: Place) -> Result<(), Contradiction> {
        if let Some(identity) = self.evaluation.identity(object, place)? {
            self.timeline
                .follow(&identity, Standing::Application, place);
        }
        Ok(())
    }
}

/// Compares by time, level (worst first), rule, appId, credential: whatever the order of the inventory.
fn in_order(one: &Event, other: &Event, applications: &[ApplicationRecord]) -> Ordering {
    let named = |event: &Event| match event.finding.subject {
        Subject::Application(index) => {
            let record = applications.get(index as usize);
            let record = record.or_internal("an event names an application of its report");
            Some((record.app_id, record.object_id))
        }
        Subject::Exception(_) | Subject::Window(_) | Subject::Tenant => None,
    };
    let (first, second) = (&one.finding, &other.finding);
    let entry = |finding: &Finding| match finding.subject {
        Subject::Application(_) => None,
        Subject::Exception(_) | Subject::Window(_) | Subject::Tenant => Some(finding.subject),
    };
    let credential = |finding: &Finding| {
        let credential = finding.credential;
        credential.map(|it| (it.key_id, it.on, it.class, it.validity))
    };
    one.at
        .cmp(&other.at)
        .then_with(|| second.level.cmp(&first.level))
        .then_with(|| first.rule.cmp(&second.rule))
        .then_with(|| named(one).cmp(&named(other)))
        .then_with(|| entry(first).cmp(&entry(second)))
        .then_with(|| credential(first).cmp(&credential(second)))
        .then_with(|| first.repeat.cmp(&second.repeat))
}

/// Returns the first instant after a UTC day.
fn end_of(day: Date) -> Timestamp {
    start_of(day.checked_add(1.day()).unwrap_or(day))
}

/// Returns the first instant of a UTC day.
fn start_of(day: Date) -> Timestamp {
    let midnight = day.at(0, 0, 0, 0);
    Offset::UTC.to_timestamp(midnight).unwrap_or(Timestamp::MAX)
}
