//! From needs to exceptions.
//!
//! In: what is needed, the policy and the terms. Out: exceptions in groups that a person can review.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::group::{self, Entry};
use super::needs::{About, Layout, Need, Needs, Wanted};
use super::opening::openings;
use super::{Terms, UNUSED};
use crate::finding::{ExceptionId, Level, RuleId, Subject};
use crate::model::{AppId, KeyId};
use crate::policy::{Group, NewException, Policy};
use crate::report::forecast::ForecastReport;

/// The exceptions that are to be added.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) groups: Vec<Group>,
    /// For which application each is.
    applications: BTreeMap<ExceptionId, AppId>,
}

impl Plan {
    pub(super) fn of(needs: &Needs, policy: &Policy, terms: &Terms) -> Self {
        let mut ids = Ids::of(policy);
        let mut entries = Vec::new();
        let mut applications = BTreeMap::new();
        for (app_id, wanted) in &needs.0 {
            for part in parts(wanted) {
                let entry = part.entry(*app_id, &mut ids, terms);
                applications.insert(entry.exception.id.clone(), *app_id);
                entries.push(entry);
            }
        }
        Self {
            groups: group::group(entries, terms.granted),
            applications,
        }
    }

    /// Lays out again what fails because it matches nothing. Returns whether anything changes by that.
    pub(super) fn widen(&self, needs: &mut Needs, report: &ForecastReport) -> bool {
        let mut applications = BTreeSet::new();
        for opening in openings(report) {
            if opening.rule == UNUSED
                && matches!(opening.finding.subject, Subject::Exception(_))
                && let Some(id) = opening.entry
            {
                applications.extend(self.applications.get(&ExceptionId(id.into())));
            }
        }
        let mut is_new = false;
        for app_id in applications {
            if let Some(wanted) = needs.0.get_mut(app_id) {
                is_new |= widen(wanted);
            }
        }
        is_new
    }
}

/// Takes the next layout that makes another exception of it.
fn widen(wanted: &mut Wanted) -> bool {
    let (pinned, whole) = (days(&wanted.pinned), days(&wanted.whole));
    if wanted.layout == Layout::ByDay && (pinned > 1 || whole > 1) {
        wanted.layout = Layout::Together;
        return true;
    }
    let pinned = wanted.pinned.values().flat_map(|need| &need.credentials);
    let is_found_later = pinned
        .into_iter()
        .any(|key_id| wanted.expired.contains_key(key_id));
    let is_new = wanted.layout < Layout::UntilRemoved && is_found_later;
    if is_new {
        wanted.layout = Layout::UntilRemoved;
    }
    is_new
}

fn days(part: &BTreeMap<RuleId, Need>) -> usize {
    let days: BTreeSet<Date> = part.values().map(|need| need.from).collect();
    days.len()
}

/// What one exception lifts.
struct Part<'needs> {
    from: Date,
    level: Level,
    rules: BTreeSet<RuleId>,
    credentials: Option<BTreeSet<KeyId>>,
    about: &'needs About,
}

/// Returns what each exception of an application lifts, in the order of their days.
fn parts(wanted: &Wanted) -> Vec<Part<'_>> {
    let mut parts = parts_of(&wanted.pinned, wanted.layout, true);
    if wanted.layout == Layout::UntilRemoved {
        for part in &mut parts {
            let pins = part.credentials.iter().flatten();
            let found = pins.filter_map(|key_id| wanted.expired.get(key_id));
            part.rules.extend(found.flatten());
        }
    }
    parts.extend(parts_of(&wanted.whole, wanted.layout, false));
    parts.sort_by_key(|part| part.from);
    parts
}

fn parts_of(needs: &BTreeMap<RuleId, Need>, layout: Layout, is_pinned: bool) -> Vec<Part<'_>> {
    let first = needs.values().map(|need| need.from).min();
    let mut parts: BTreeMap<Date, Part<'_>> = BTreeMap::new();
    for (rule, need) in needs {
        let from = match layout {
            Layout::ByDay => need.from,
            Layout::Together | Layout::UntilRemoved => first.unwrap_or(need.from),
        };
        let part = parts.entry(from).or_insert_with(|| Part {
            from,
            level: need.level,
            rules: BTreeSet::new(),
            credentials: is_pinned.then(BTreeSet::new),
            about: &need.about,
        });
        part.rules.insert(*rule);
        part.level = part.level.max(need.level);
        if need.from == from {
            part.about = &need.about;
        }
        if let Some(credentials) = &mut part.credentials {
            credentials.extend(&need.credentials);
        }
    }
    parts.into_values().collect()
}

impl Part<'_> {
    fn entry(self, app_id: AppId, ids: &mut Ids, terms: &Terms) -> Entry {
        Entry {
            level: self.level,
            since: self.about.since,
            has_secrets: self.about.has_secrets,
            exception: NewException {
                id: ids.next(app_id),
                remark: Some(self.about.remark.clone()),
                application: app_id,
                rules: self.rules.into_iter().collect(),
                credentials: self.credentials.map(|pins| pins.into_iter().collect()),
                reason: terms.reason.clone(),
                owner: terms.owner.clone(),
                approved_by: terms.approved_by.clone(),
                ticket: terms.ticket.clone(),
                granted: self.from,
                expires: terms.expires,
            },
        }
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
