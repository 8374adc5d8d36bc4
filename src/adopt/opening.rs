//! Findings at the failing level that count, today or on a later day, each at the instant at which it begins to count.
//!
//! In: a forecast. Out: its openings, in the order of time. Whether one can be adopted is decided here, and nowhere else.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::pins::Pins;
use super::{Cause, LeftSubject, UNUSED, left};
use crate::finding::{ApplicationRecord, Detail, Disposition, Finding, Level, RuleId, Subject};
use crate::model::AppId;
use crate::policy::Policy;
use crate::report::forecast::ForecastReport;

/// A finding begins to count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening<'report> {
    pub(super) report: &'report ForecastReport,
    /// UTC; that of judging for what counts today.
    pub(super) at: Timestamp,
    pub(super) finding: &'report Finding,
    pub(super) rule: RuleId,
    /// The application as it is then.
    pub(super) record: Option<&'report ApplicationRecord>,
    /// The id of the exception or window that it is about.
    pub(super) entry: Option<&'report str>,
    /// What tolerated the finding until then.
    before: Option<Disposition>,
}

/// The last UTC days of the exceptions that are there before an adoption, by application and rule.
#[derive(Debug)]
pub(super) struct Agreed(BTreeSet<(AppId, RuleId, Date)>);

impl Agreed {
    pub(super) fn of(policy: &Policy) -> Self {
        let mut agreed = BTreeSet::new();
        for exception in policy.exceptions() {
            for app_id in &exception.applications {
                let rules = exception.rules.iter();
                agreed.extend(rules.map(|rule| (*app_id, *rule, exception.expires)));
            }
        }
        Self(agreed)
    }
}

/// What an exception has to be for.
pub(super) struct Adoptable<'report> {
    pub(super) app_id: AppId,
    pub(super) record: &'report ApplicationRecord,
    pub(super) pins: Pins,
}

/// Returns what counts at the failing level: today, then what begins to count until the last day, in the order of time.
pub(super) fn openings(report: &ForecastReport) -> impl Iterator<Item = Opening<'_>> {
    let today = &report.today;
    let fails = |level: Level| level >= today.fail_on;
    let now = today
        .findings
        .iter()
        .filter(move |finding| finding.disposition == Disposition::Open && fails(finding.level));
    let now = now.map(move |finding| Opening {
        report,
        at: today.now,
        finding,
        rule: today.rule(finding).descriptor.id,
        record: today.application(finding),
        entry: today.facts(finding).entry,
        before: None,
    });
    let later = report.events.iter();
    let later = later.filter(move |event| event.is_bad() && fails(event.finding.level));
    let later = later.map(move |event| Opening {
        report,
        at: event.at,
        finding: &event.finding,
        rule: today.rule(&event.finding).descriptor.id,
        record: report.application(event),
        entry: report.entry(event),
        before: event.before,
    });
    now.chain(later)
}

impl<'report> Opening<'report> {
    /// Returns the UTC day.
    pub(super) fn day(&self) -> Date {
        Offset::UTC.to_datetime(self.at).date()
    }

    /// Returns the UTC day of judging.
    pub(super) fn today(&self) -> Date {
        Offset::UTC.to_datetime(self.report.today.now).date()
    }

    /// Tells whether it counts at the instant of judging.
    pub(super) fn is_today(&self) -> bool {
        self.at <= self.report.today.now
    }

    /// Returns what it is about.
    pub(super) fn subject(&self) -> LeftSubject {
        left::subject(self.finding, self.record, self.entry)
    }

    /// Returns the application and the credentials that an exception has to name, or why none can cover it.
    pub(super) fn adoptable(&self, agreed: &Agreed) -> Result<Adoptable<'report>, Cause> {
        match self.finding.subject {
            Subject::Application(_) => {}
            Subject::Exception(_) | Subject::Window(_) => return Err(self.of_entry()),
            Subject::Tenant => return Err(Cause::Tenant),
        }
        let record = self.record.ok_or(Cause::NoAppId)?;
        // A policy refuses the nil GUID, because it names nothing.
        let app_id = record.app_id.filter(|app_id| !app_id.is_nil());
        let app_id = app_id.ok_or(Cause::NoAppId)?;
        if let Some(day) = self.agreed_end(agreed, app_id) {
            return Err(Cause::CoveredUntil(day));
        }
        Ok(Adoptable {
            app_id,
            record,
            pins: Pins::of(record, self.finding, self.rule, self.report.until)?,
        })
    }

    /// Returns the last day of an exception that covered the finding until now. Somebody has agreed to that day: nobody
    /// gets a later one unasked.
    fn agreed_end(&self, Agreed(agreed): &Agreed, app_id: AppId) -> Option<Date> {
        let Some(Disposition::Excepted(_)) = self.before else {
            return None;
        };
        let yesterday = self.day().yesterday().ok()?;
        let ended = agreed.contains(&(app_id, self.rule, yesterday));
        ended.then_some(yesterday)
    }

    /// Says why a finding about an entry of the policy stays.
    fn of_entry(&self) -> Cause {
        if self.is_today() {
            return Cause::Entry;
        }
        if let Detail::LastDay(day) | Detail::DaysLeft(day, _) = self.finding.detail
            && matches!(self.finding.subject, Subject::Exception(_))
        {
            Cause::Ends(day)
        } else if self.rule == UNUSED {
            Cause::Unused
        } else {
            Cause::Entry
        }
    }
}
