//! Adoption: what is wrong today becomes exceptions that end, so that the gate can be switched on and only what is new
//! fails.
//!
//! In: the report of a run, the policy that it was judged under, and the terms. Out: exceptions in groups that a person
//! can review, and what no exception can cover, with the reason. It reads and writes nothing.
//!
//! An exception is pinned to the credentials that exist: a new one fails, and so does another rule. What cannot be
//! pinned is left to fail, with one exception: a finding about a whole application without any live secret, which no
//! pin can cover, gets an exception of its own that lifts no rule about secrets.

mod group;
mod left;
mod pins;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::finding::{
    ApplicationRecord, Disposition, ExceptionId, Finding, Level, RuleId, Subject,
};
use crate::model::{AppId, KeyId};
use crate::policy::{Group, NewException, Policy};
use crate::report::Report;

use group::Entry;
pub use left::{Cause, Left, LeftSubject};
use pins::Pins;

/// What every adopted exception says.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Its first UTC day.
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

/// What comes of a report.
#[derive(Clone, Debug)]
pub struct Adoption {
    /// The exceptions, the worst group first.
    pub groups: Vec<Group>,
    /// The open findings at the failing level that no exception covers.
    pub left: Vec<Left>,
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

/// Makes exceptions of the open findings at the failing level.
pub fn adopt(report: &Report, policy: &Policy, terms: &Terms) -> Adoption {
    let mut applications: BTreeMap<AppId, Adopted<'_>> = BTreeMap::new();
    let mut left = left::Lefts::default();
    let open = report.findings.iter().filter(|finding| {
        finding.disposition == Disposition::Open && finding.level >= report.fail_on
    });
    for finding in open {
        let rule = report.rule(finding).descriptor.id;
        match adoptable(report, finding) {
            Ok((app_id, record, pins)) => {
                let adopted = applications
                    .entry(app_id)
                    .or_insert_with(|| Adopted::new(record));
                adopted.add(rule, finding.level, pins);
            }
            Err(cause) => left.add(report, finding, rule, cause),
        }
    }
    let mut ids = Ids::of(policy);
    let entries = applications
        .iter()
        .flat_map(|(app_id, adopted)| adopted.entries(*app_id, &mut ids, terms));
    Adoption {
        groups: group::group(entries.collect(), terms.granted),
        left: left.finish(),
    }
}

/// Returns the application of a finding and the credentials to pin, or why no exception can cover it.
fn adoptable<'report>(
    report: &'report Report,
    finding: &Finding,
) -> Result<(AppId, &'report ApplicationRecord, Pins), Cause> {
    let record = match finding.subject {
        Subject::Application(_) => report.application(finding).ok_or(Cause::NoAppId)?,
        Subject::Exception(_) | Subject::Window(_) => return Err(Cause::Entry),
        Subject::Tenant => return Err(Cause::Tenant),
    };
    // A policy refuses the nil GUID, because it names nothing.
    let app_id = record.app_id.filter(|app_id| !app_id.is_nil());
    let app_id = app_id.ok_or(Cause::NoAppId)?;
    Ok((app_id, record, Pins::of(record, finding)?))
}

/// What is found on one application and can be covered.
struct Adopted<'report> {
    record: &'report ApplicationRecord,
    /// What credentials can be pinned for.
    pinned: Part,
    /// What no pin can cover.
    whole: Part,
}

/// What one exception lifts.
#[derive(Default)]
struct Part {
    level: Option<Level>,
    rules: BTreeSet<RuleId>,
    credentials: BTreeSet<KeyId>,
}

impl<'report> Adopted<'report> {
    fn new(record: &'report ApplicationRecord) -> Self {
        Self {
            record,
            pinned: Part::default(),
            whole: Part::default(),
        }
    }

    fn add(&mut self, rule: RuleId, level: Level, pins: Pins) {
        let part = match pins {
            Pins::Credentials(credentials) => {
                self.pinned.credentials.extend(credentials);
                &mut self.pinned
            }
            Pins::Nothing => &mut self.whole,
        };
        part.rules.insert(rule);
        part.level = part.level.max(Some(level));
    }

    /// Returns an exception for each part that there is.
    fn entries(&self, app_id: AppId, ids: &mut Ids, terms: &Terms) -> Vec<Entry> {
        let pins: Vec<KeyId> = self.pinned.credentials.iter().copied().collect();
        let parts = [(&self.pinned, Some(pins)), (&self.whole, None)];
        let parts = parts.into_iter().filter(|(part, _)| !part.rules.is_empty());
        let entries = parts.map(|(part, credentials)| Entry {
            level: part.level,
            since: self.record.oldest_secret,
            has_secrets: !self.record.live_secrets.is_empty(),
            exception: NewException {
                id: ids.next(app_id),
                remark: Some(group::remark(self.record, terms.granted)),
                application: app_id,
                rules: part.rules.iter().copied().collect(),
                credentials,
                reason: terms.reason.clone(),
                owner: terms.owner.clone(),
                approved_by: terms.approved_by.clone(),
                ticket: terms.ticket.clone(),
                granted: terms.granted,
                expires: terms.expires,
            },
        });
        entries.collect()
    }
}

/// The ids that are taken, over all files of the policy.
struct Ids(BTreeSet<Box<str>>);

impl Ids {
    fn of(policy: &Policy) -> Self {
        let taken = policy.exceptions().iter();
        Self(taken.map(|exception| exception.id.0.clone()).collect())
    }

    /// Returns the next free id for an application, and takes it.
    fn next(&mut self, app_id: AppId) -> ExceptionId {
        let mut id: Box<str> = format!("adopted-{app_id}").into();
        let mut number = 1;
        while !self.0.insert(id.clone()) {
            number += 1;
            id = format!("adopted-{app_id}-{number}").into();
        }
        ExceptionId(id)
    }
}
