//! One identity through time.
//!
//! In: an identity as it is now. Out: what changes for it until the end: findings that come, go, or are tolerated in
//! another way, which exceptions match it, and what cannot be judged.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::causes::{Changed, cause, words};
use super::moments::{self, Limits, Moment, TICK};
use crate::evaluate::cover::Cover;
use crate::evaluate::evidence::Shown;
use crate::evaluate::{Active, accepted, active_rules, record};
use crate::finding::{ApplicationRecord, CredentialRef, Disposition, Finding, Standing, Subject};
use crate::internal::{OrInternal as _, narrow};
use crate::model::{
    Alternatives, ClassifiedCredential, CredentialClass, Holder, Identity, KeyId, Place, TenantId,
};
use crate::policy::{Policy, Trust, WindowDays};
use crate::report::forecast::{Event, LastCertificate};
use crate::rules::{OpenWindows, RuleContext, Violation, reference};

/// What a change of the number of identities on which a rule cannot be judged is.
#[derive(Clone, Copy, Debug)]
pub(super) struct GapChange {
    pub(super) at: Timestamp,
    /// The number of the rule.
    pub(super) rule: u8,
    pub(super) by: i64,
}

/// How often an exception matches something, from an instant on.
#[derive(Clone, Copy, Debug)]
pub(super) struct UseChange {
    pub(super) at: Timestamp,
    pub(super) exception: usize,
    pub(super) by: i64,
}

/// What the timelines of all identities add up to.
pub(super) struct Found<'run> {
    pub(super) rules: Vec<Active<'run>>,
    pub(super) events: Vec<Event>,
    pub(super) applications: Vec<ApplicationRecord>,
    pub(super) certificates: Vec<LastCertificate>,
    pub(super) gaps: Vec<GapChange>,
}

/// The timelines of all identities so far.
pub(super) struct Timeline<'run> {
    pub(super) policy: &'run Policy,
    pub(super) rules: Vec<Active<'run>>,
    pub(super) now: Timestamp,
    /// The first instant that is not looked at.
    pub(super) end: Timestamp,
    pub(super) events: Vec<Event>,
    pub(super) uses: Vec<UseChange>,
    cover: Cover<'run>,
    alternatives: Alternatives,
    trust: Trust<'run>,
    own: Option<TenantId>,
    limits: Limits,
    applications: Vec<ApplicationRecord>,
    certificates: Vec<LastCertificate>,
    gaps: Vec<GapChange>,
}

impl std::fmt::Debug for Timeline<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Timeline")
            .field("events", &self.events.len())
            .finish_non_exhaustive()
    }
}

/// What tells a finding of an identity from its others: a credential's validity changes, and it stays the same one.
type Key = (u8, Option<(Option<KeyId>, Holder, CredentialClass)>, usize);

/// What is found at one instant.
#[derive(Default)]
struct View {
    found: Vec<(Key, Violation, Disposition)>,
    /// Exceptions that match something, in order.
    used: Vec<usize>,
    /// Rules that cannot be judged.
    gaps: Vec<u8>,
}

impl<'run> Timeline<'run> {
    pub(super) fn new(policy: &'run Policy, now: Timestamp, end: Timestamp) -> Self {
        let rules = active_rules(policy);
        Self {
            policy,
            limits: Limits::of(&rules),
            rules,
            now,
            end,
            events: Vec::new(),
            uses: Vec::new(),
            cover: Cover::new(policy, day(now)),
            alternatives: accepted(policy),
            trust: policy.trust(None),
            own: policy.tenant(),
            applications: Vec::new(),
            certificates: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// Learns which tenant this is. What depends on it is followed only then.
    pub(super) fn learn_tenant(&mut self, own: Option<TenantId>) {
        self.own = self.policy.tenant().or(own);
        self.trust = self.policy.trust(self.own);
    }

    /// Returns what was found, once all identities were followed.
    pub(super) fn found(self) -> Found<'run> {
        let Self {
            rules,
            events,
            applications,
            certificates,
            gaps,
            ..
        } = self;
        Found {
            rules,
            events,
            applications,
            certificates,
            gaps,
        }
    }

    /// Follows an identity from now until the end.
    pub(super) fn follow(&mut self, identity: &Identity, standing: Standing, place: Place) {
        let moments = self.moments(identity);
        if moments.is_empty() && self.cover.naming(identity.app_id()).is_empty() {
            return;
        }
        let mut view = self.view(identity, standing, self.now);
        self.note_use(self.now, &[], &view.used);
        for at in instants(&moments, self.now, self.end) {
            let then = identity.at(at, self.alternatives);
            let next = self.view(&then, standing, at);
            let happening = happening_at(&moments, at);
            self.note_use(at, &view.used, &next.used);
            self.note_gaps(at, &view.gaps, &next.gaps);
            self.note_changes((at, happening), &then, (standing, place), (&view, &next));
            view = next;
        }
        self.note_certificate(identity, standing, place);
    }

    /// Returns all that happens to an identity, in the order of time.
    fn moments(&self, identity: &Identity) -> Vec<Moment> {
        let span = (self.now, self.end);
        let mut moments = moments::of_identity(identity, &self.limits, span);
        let exceptions = self.cover.naming(identity.app_id()).into_iter();
        let exceptions = exceptions.map(|at| {
            let exception = self.policy.exceptions().get(at);
            let exception = exception.or_internal("an exception is known by its index");
            (narrow(at), exception)
        });
        moments::of_exceptions(exceptions, &mut moments);
        let windows = self.cover.windows_for(identity.app_id()).into_iter();
        let windows = windows.map(|at| {
            let window = self.policy.windows().get(at);
            let window = window.or_internal("a window is known by its index");
            (narrow(at), window)
        });
        moments::of_windows(windows, &mut moments);
        moments.retain(|moment| self.now <= moment.at && moment.at < self.end);
        moments.sort_by_key(|moment| moment.at);
        moments
    }

    /// Judges an identity at an instant.
    fn view(&self, identity: &Identity, standing: Standing, at: Timestamp) -> View {
        let mut view = View::default();
        let shown = Shown::by(identity);
        let today = day(at);
        let windows = self.cover.windows_for(identity.app_id());
        let windows = self.cover.open(&windows, today);
        let mut violations = Vec::new();
        for active in &self.rules {
            if !active.rule.is_about(standing) {
                continue;
            }
            let needs = active.descriptor.needs;
            let lack = shown
                .lacks(needs)
                .filter(|_| standing != Standing::AgentIdentity);
            if lack.or_else(|| shown.lacks_in_part(needs)).is_some() {
                let matching = self
                    .cover
                    .matching_gap(active.descriptor.id, identity.app_id());
                if !self.cover.tolerates_gap(&matching, today) {
                    view.gaps.push(active.number);
                }
                view.used.extend(matching);
            }
            if lack.is_some() {
                continue;
            }
            let context = RuleContext {
                now: at,
                today,
                setting: active.setting,
                windows: OpenWindows {
                    all: &windows,
                    own: &WindowDays::default(),
                },
                standing,
                trust: self.trust,
                own: self.own,
            };
            active.rule.judge(identity, &context, &mut violations);
            for violation in violations.drain(..) {
                let id = active.descriptor.id;
                let matching = self.cover.matching(id, identity, &violation);
                let disposition =
                    self.cover
                        .tolerance(active.rule, identity, &violation, &matching, today);
                view.used.extend(matching);
                let key = key(&view.found, active.number, violation.credential);
                view.found.push((key, violation, disposition));
            }
        }
        view.used.sort_unstable();
        view.used.dedup();
        view
    }

    fn note_use(&mut self, at: Timestamp, before: &[usize], after: &[usize]) {
        let mut note = |list: &[usize], other: &[usize], by| {
            let only = list.iter().filter(|it| other.binary_search(it).is_err());
            self.uses
                .extend(only.map(|&exception| UseChange { at, exception, by }));
        };
        note(before, after, -1);
        note(after, before, 1);
    }

    fn note_gaps(&mut self, at: Timestamp, before: &[u8], after: &[u8]) {
        let mut note = |list: &[u8], other: &[u8], by| {
            let only = list.iter().filter(|it| !other.contains(it));
            self.gaps
                .extend(only.map(|&rule| GapChange { at, rule, by }));
        };
        note(before, after, -1);
        note(after, before, 1);
    }

    fn note_changes(
        &mut self,
        (at, happening): (Timestamp, &[Moment]),
        identity: &Identity,
        (standing, place): (Standing, Place),
        (before, after): (&View, &View),
    ) {
        let mut record = None;
        let come = after.found.iter().map(|(key, violation, disposition)| {
            let former = before.found.iter().find(|(other, ..)| other == key);
            let former = former.map(|(_, _, disposition)| *disposition);
            (*key, violation, former, Some(*disposition))
        });
        let gone = before.found.iter().filter(|(key, ..)| {
            let mut kept = after.found.iter();
            !kept.any(|(other, ..)| other == key)
        });
        let gone =
            gone.map(|(key, violation, disposition)| (*key, violation, Some(*disposition), None));
        for ((rule, _, nth), violation, former, latter) in come.chain(gone) {
            if former == latter {
                continue;
            }
            let active = self.rules.get(usize::from(rule));
            let active = active.or_internal("a finding names an active rule");
            let changed = Changed {
                rule: active,
                credential: violation.credential,
                before: former,
                after: latter,
            };
            let cause = cause(happening, &changed, identity);
            let cause = cause.or_internal("nothing changes where nothing happens");
            let index = *record.get_or_insert_with(|| {
                self.applications.push(record::of(
                    identity,
                    self.alternatives,
                    self.trust,
                    standing,
                    place,
                ));
                narrow(self.applications.len() - 1)
            });
            self.events.push(Event {
                at,
                finding: Finding {
                    rule,
                    level: active.level,
                    repeat: narrow(nth),
                    disposition: latter.or(former).unwrap_or(Disposition::Open),
                    subject: Subject::Application(index),
                    credential: violation.credential,
                    detail: violation.detail.clone(),
                },
                before: former,
                after: latter,
                cause,
                why: words(cause, self.policy),
            });
        }
    }

    /// Notes when an application is left without a certificate.
    fn note_certificate(&mut self, identity: &Identity, standing: Standing, place: Place) {
        if !standing.is_own() {
            return;
        }
        let certificates = identity.credentials().iter();
        let certificates =
            certificates.filter(|held| held.is_current_or_future(CredentialClass::Certificate));
        let last = certificates.max_by_key(|held| (held.period.end.is_none(), held.period.end));
        let Some((last, ends)) = last.and_then(|held: &ClassifiedCredential| {
            let ends = held.period.end.filter(|ends| *ends < self.end)?;
            Some((held, ends))
        }) else {
            return;
        };
        self.applications.push(record::of(
            identity,
            self.alternatives,
            self.trust,
            standing,
            place,
        ));
        self.certificates.push(LastCertificate {
            application: narrow(self.applications.len() - 1),
            credential: reference(last),
            ends,
        });
    }
}

/// Returns each instant to look at, in order: that at which something happens, and that after it, because some limits
/// hold only above.
fn instants(moments: &[Moment], now: Timestamp, end: Timestamp) -> Vec<Timestamp> {
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
fn happening_at(moments: &[Moment], at: Timestamp) -> &[Moment] {
    let before = at.checked_sub(TICK).unwrap_or(at);
    let first = moments.partition_point(|moment| moment.at < before);
    let last = moments.partition_point(|moment| moment.at <= at);
    let happening = moments.get(first..last);
    happening.or_internal("no moment before an instant comes after it")
}

fn key(
    found: &[(Key, Violation, Disposition)],
    rule: u8,
    credential: Option<CredentialRef>,
) -> Key {
    let credential = credential.map(|it| (it.key_id, it.on, it.class));
    let same = found.iter();
    let same = same.filter(|((other, own, _), ..)| *other == rule && *own == credential);
    (rule, credential, same.count())
}

pub(super) fn day(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}
