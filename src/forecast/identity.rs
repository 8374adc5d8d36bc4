//! One identity through time.
//!
//! In: an identity as it is now. Out: what changes for it until the end: findings that come, go, or are tolerated in
//! another way, which exceptions match it, and what cannot be judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::causes::{Changed, cause, words};
use super::course::{Course, Sweep};
use super::lateness::Lateness;
use super::live_secrets::LiveSecrets;
use super::moments::{self, Limits, Moment, happening_at, instants};
use super::view::{Key, Part, Seen, View};
use crate::evaluate::cover::Cover;
use crate::evaluate::{Active, accepted, active_rules, record};
use crate::finding::{ApplicationRecord, Disposition, Finding, Standing, Subject};
use crate::internal::{OrInternal as _, narrow};
use crate::model::{
    Alternatives, ClassifiedCredential, CredentialClass, Identity, Place, State, TenantId,
};
use crate::policy::{Policy, Trust};
use crate::report::forecast::{Event, LastCertificate};
use crate::rules::reference;

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
    pub(super) cover: Cover<'run>,
    alternatives: Alternatives,
    pub(super) trust: Trust<'run>,
    pub(super) own: Option<TenantId>,
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

/// An identity that is followed.
struct Walk<'run> {
    identity: &'run Identity,
    standing: Standing,
    place: Place,
    course: Course,
    /// The windows that matter.
    windows: Vec<usize>,
    secrets: LiveSecrets,
    name: Arc<str>,
    /// The records of how it is at some instants, for what is about one credential.
    records: BTreeMap<Instantaneous, u32>,
}

/// How an identity is at an instant: its state, whether a certificate is usable, how many secrets are live, since when and
/// until when.
type Instantaneous = (
    Option<State>,
    bool,
    (usize, Option<Timestamp>, Option<Timestamp>),
);

/// What is looked at, and what must be known for that.
enum Look<'run> {
    /// The identity as a whole. From when on secrets end soon and none ends late, and from when on not, is found on the way.
    Whole(Sweep, Vec<(Timestamp, bool)>),
    /// What has no dates.
    Rest,
    /// One credential.
    Credential(&'run ClassifiedCredential, &'run Lateness),
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

    /// Follows an identity from now until the end: first as a whole, then what has no dates, then each credential by itself,
    /// so that what happens to one of them is no reason to look at the others.
    pub(super) fn follow(&mut self, identity: &Identity, standing: Standing, place: Place) {
        let app_id = identity.app_id();
        let windows = self.cover.windows_for(app_id);
        let naming = self.cover.naming(app_id);
        let entries = self.entries(&naming, &windows);
        let own = moments::of_identity(identity, &self.limits, (self.now, self.end));
        if own.is_empty() && entries.is_empty() && naming.is_empty() {
            return;
        }
        let mut walk = Walk {
            identity,
            standing,
            place,
            course: Course::of(identity, self.alternatives),
            windows,
            secrets: LiveSecrets::of(identity),
            name: identity.display_name().into(),
            records: BTreeMap::new(),
        };
        let mut all = [own.as_slice(), &entries].concat();
        all.sort_by_key(|moment| moment.at);
        let mut whole = Look::Whole(self.sweep(identity), Vec::new());
        self.walk(&mut walk, &mut whole, &all);
        self.walk(&mut walk, &mut Look::Rest, &entries);
        if let Look::Whole(_, flips) = whole {
            self.follow_credentials(&mut walk, &own, &Lateness::of(&all, flips));
        }
        self.note_certificate(identity, standing, place);
    }

    fn sweep(&self, identity: &Identity) -> Sweep {
        let app_id = identity.app_id();
        Sweep::of(identity, &|key_id| self.cover.pinning(app_id, key_id))
    }

    /// Follows each credential by itself.
    fn follow_credentials(&mut self, walk: &mut Walk<'_>, own: &[Moment], late: &Lateness) {
        let app_id = walk.identity.app_id();
        let all_windows = std::mem::take(&mut walk.windows);
        let mut rest = own;
        for (at, held) in walk.identity.credentials().iter().enumerate() {
            let is_own = |moment: &Moment| moment.credential == Some(at);
            let own = rest.partition_point(|moment| moment.credential <= Some(at));
            let (own, others) = rest.split_at(own);
            rest = others;
            debug_assert!(
                own.iter().all(is_own),
                "the moments of a credential are neighbours"
            );
            let exceptions = self.cover.concerning(app_id, held.key_id);
            walk.windows = self.cover.around(&all_windows, held.period.start);
            let entries = self.entries(&exceptions, &walk.windows);
            let mut moments = [own, &entries, &late.of_credential(held, &self.limits)].concat();
            if moments.is_empty() && exceptions.is_empty() {
                continue;
            }
            moments.sort_by_key(|moment| moment.at);
            self.walk(walk, &mut Look::Credential(held, late), &moments);
        }
    }

    /// Returns the days of exceptions and windows that lie ahead, in the order of time.
    fn entries(&self, exceptions: &[usize], windows: &[usize]) -> Vec<Moment> {
        let mut moments = Vec::new();
        let exceptions = exceptions.iter().map(|&at| {
            let exception = self.policy.exceptions().get(at);
            let exception = exception.or_internal("an exception is known by its index");
            (narrow(at), exception)
        });
        moments::of_exceptions(exceptions, &mut moments);
        let windows = windows.iter().map(|&at| {
            let window = self.policy.windows().get(at);
            let window = window.or_internal("a window is known by its index");
            (narrow(at), window)
        });
        moments::of_windows(windows, &mut moments);
        moments.retain(|moment| self.now <= moment.at && moment.at < self.end);
        moments.sort_by_key(|moment| moment.at);
        moments
    }

    /// Goes through the instants at which something happens to a part of an identity.
    fn walk(&mut self, walk: &mut Walk<'_>, look: &mut Look<'_>, moments: &[Moment]) {
        let mut view = self.look(walk, look, self.now, &[]);
        self.note_use(self.now, &[], &view.used);
        for at in instants(moments, self.now, self.end) {
            let happening = happening_at(moments, at);
            let next = self.look(walk, look, at, happening);
            self.note_use(at, &view.used, &next.used);
            self.note_gaps(at, &view.gaps, &next.gaps);
            self.note_changes(walk, (at, happening), (&view, &next));
            view = next;
        }
    }

    /// Looks at a part of an identity at an instant.
    fn look(
        &self,
        walk: &mut Walk<'_>,
        look: &mut Look<'_>,
        at: Timestamp,
        happening: &[Moment],
    ) -> View {
        let mut flips = None;
        let (part, credentials) = match look {
            Look::Whole(sweep, known) => {
                for credential in happening.iter().filter_map(|moment| moment.credential) {
                    sweep.go_on(credential, at);
                }
                flips = Some(known);
                (Part::Whole, sweep.standing(at))
            }
            Look::Rest => (Part::Rest, Vec::new()),
            Look::Credential(held, late) => {
                let none_ends_late = late.none_ends_late(at);
                let validity = held.period.validity(at);
                let held = ClassifiedCredential { validity, ..**held };
                (Part::Credential { none_ends_late }, vec![held])
            }
        };
        let seen = Seen {
            at,
            standing: walk.standing,
            part,
            identity: walk.course.holding(credentials),
            windows: &walk.windows,
        };
        if let Some(flips) = flips {
            let none_ends_late = self.none_ends_late(&seen);
            if flips
                .last()
                .is_none_or(|(_, known)| *known != none_ends_late)
            {
                flips.push((at, none_ends_late));
            }
        }
        self.view(&seen)
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
        walk: &mut Walk<'_>,
        (at, happening): (Timestamp, &[Moment]),
        (before, after): (&View, &View),
    ) {
        let found = |view: &'_ View| -> BTreeMap<Key, Disposition> {
            let found = view.found.iter();
            found
                .map(|(key, _, disposition)| (*key, *disposition))
                .collect()
        };
        let (known, kept) = (found(before), found(after));
        let come = after.found.iter().map(|(key, violation, disposition)| {
            (*key, violation, known.get(key).copied(), Some(*disposition))
        });
        let gone = before
            .found
            .iter()
            .filter(|(key, ..)| !kept.contains_key(key));
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
            let has_current = |class| walk.course.has_current(class, at);
            let cause = cause(happening, &changed, &has_current);
            let cause = cause.or_internal("nothing changes where nothing happens");
            let level = active.level;
            let index = match violation.credential {
                Some(_) => self.record_of_state(walk, at),
                None => self.record(walk, &walk.identity.at(at, self.alternatives)),
            };
            self.events.push(Event {
                at,
                finding: Finding {
                    rule,
                    level,
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

    /// Makes the record of an identity at an instant.
    fn record(&mut self, walk: &Walk<'_>, then: &Identity) -> u32 {
        self.applications.push(record::of(
            then,
            self.alternatives,
            self.trust,
            walk.standing,
            walk.place,
        ));
        narrow(self.applications.len() - 1)
    }

    /// Returns the record of an identity for what is about one of its credentials: it says how the identity is at that
    /// instant, and names no secrets. Where nothing of that has changed, it is the last one.
    fn record_of_state(&mut self, walk: &mut Walk<'_>, at: Timestamp) -> u32 {
        let secrets = &walk.secrets;
        let live = (secrets.count(at), secrets.oldest(at), secrets.until(at));
        let certificate = walk.course.has_current(CredentialClass::Certificate, at);
        let state = walk.course.at(at).state().as_option().copied();
        let state = (state, certificate, live);
        if let Some(index) = walk.records.get(&state) {
            return *index;
        }
        let index = self.record(walk, &walk.course.bare);
        let record = self.applications.last_mut();
        let record = record.or_internal("a record was made");
        record.display_name = Arc::clone(&walk.name);
        let (count, oldest, until) = live;
        record.live_secret_count = narrow(count);
        record.oldest_secret = oldest;
        record.secrets_until = until.map(day);
        record.live_secrets = Box::default();
        record.future_secrets = Box::default();
        walk.records.insert(state, index);
        index
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

pub(super) fn day(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}
