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
use super::pins::{Naming, Pins};
use super::tolerance::{self, Around, RuleUse, Tolerances, tolerant};
use super::view::{Key, Part, Seen, View};
use crate::evaluate::cover::Cover;
use crate::evaluate::{Active, accepted, active_rules};
use crate::finding::{ApplicationRecord, Disposition, Finding, Standing, Subject};
use crate::internal::{OrInternal as _, narrow};
use crate::model::{Alternatives, AppId, ClassifiedCredential, Identity, Place, State, TenantId};
use crate::policy::{FirstByDay, Policy, Trust};
use crate::report::forecast::{Event, LastCertificate};

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
    pub(super) alternatives: Alternatives,
    pub(super) trust: Trust<'run>,
    pub(super) own: Option<TenantId>,
    limits: Limits,
    /// The first window for every application, by the number of the rule whose findings it tolerates.
    pub(super) for_all: Vec<FirstByDay>,
    /// The days on which that is another one.
    for_all_moments: Vec<Moment>,
    /// The windows for every application.
    around_for_all: Around,
    pub(super) applications: Vec<ApplicationRecord>,
    pub(super) certificates: Vec<LastCertificate>,
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
pub(super) struct Walk<'run> {
    pub(super) identity: &'run Identity,
    pub(super) standing: Standing,
    pub(super) place: Place,
    pub(super) course: Course,
    tolerances: Tolerances,
    /// The windows in which the credential that is looked at starts.
    windows: FirstByDay,
    /// How much each rule finds.
    found: Vec<RuleUse>,
    pins: Pins,
    pub(super) secrets: LiveSecrets,
    pub(super) name: Arc<str>,
    /// The records of how it is at some instants, for what is about one credential.
    pub(super) records: BTreeMap<Instantaneous, u32>,
}

/// How an identity is at an instant: its state, whether a certificate is usable, how many secrets are live, since when and
/// until when.
pub(super) type Instantaneous = (
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
        let cover = Cover::new(policy, day(now));
        let all = cover.windows_for_all();
        let for_all = rules
            .iter()
            .map(|active| tolerant(active.rule, all, policy));
        let for_all: Vec<FirstByDay> = for_all.collect();
        let moments = for_all
            .iter()
            .flat_map(|windows| tolerance::of_windows(windows, policy));
        Self {
            policy,
            limits: Limits::of(&rules),
            rules,
            now,
            end,
            events: Vec::new(),
            uses: Vec::new(),
            for_all_moments: moments.collect(),
            around_for_all: Around::of(all, policy),
            for_all,
            cover,
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
        let (whole, pinned) = (self.cover.whole(app_id), self.cover.pinned(app_id));
        let named = whole.len() + pinned.len() + self.cover.windows_naming(app_id).len();
        let own = moments::of_identity(identity, &self.limits, (self.now, self.end));
        if own.is_empty() && named == 0 && self.for_all_moments.is_empty() {
            return;
        }
        let tolerances = Tolerances::of(self, app_id);
        let exceptions = self.ahead(tolerances.of_exceptions(self.policy));
        let pinned = [exceptions.as_slice(), &self.days_of(pinned)].concat();
        let windows = self.ahead(tolerances.of_windows(self.policy));
        let pins = Pins::of(identity, self.naming(app_id), &self.rules);
        let mut walk = Walk {
            identity,
            standing,
            place,
            course: Course::of(identity, self.alternatives),
            tolerances,
            windows: FirstByDay::default(),
            found: Vec::new(),
            pins,
            secrets: LiveSecrets::of(identity),
            name: identity.display_name().into(),
            records: BTreeMap::new(),
        };
        let for_all = self.ahead(self.for_all_moments.clone());
        let all = self.ahead([own.as_slice(), &pinned, &windows, &for_all].concat());
        let mut whole = Look::Whole(Sweep::of(identity), Vec::new());
        self.walk(&mut walk, &mut whole, &all);
        self.walk(&mut walk, &mut Look::Rest, &self.ahead(pinned));
        walk.pins.settle(&mut self.uses);
        if let Look::Whole(_, flips) = whole {
            let late = Lateness::of(&all, flips);
            self.follow_credentials(&mut walk, (&own, &exceptions), &late);
        }
        let found = std::mem::take(&mut walk.found);
        walk.tolerances.uses(found, &mut self.uses);
        self.note_certificate(identity, standing, place);
    }

    /// Returns where the exceptions are looked up that have to do with an application.
    pub(super) const fn naming(&self, app_id: AppId) -> Naming<'_> {
        Naming {
            cover: &self.cover,
            policy: self.policy,
            app_id,
        }
    }

    /// Follows each credential by itself; `exceptions` are the moments of those without pins.
    fn follow_credentials(
        &mut self,
        walk: &mut Walk<'_>,
        (own, exceptions): (&[Moment], &[Moment]),
        late: &Lateness,
    ) {
        let app_id = walk.identity.app_id();
        let has_exceptions = !self.cover.whole(app_id).is_empty();
        let named = Around::of(self.cover.windows_naming(app_id), self.policy);
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
            let naming = self.naming(app_id);
            let pinned = walk.pins.of_credential(&self.rules, held.pin(), naming);
            let windows = held.period.start.map_or_else(Vec::new, |start| {
                Around::having(day(start), [&self.around_for_all, &named], self.policy)
            });
            walk.windows = tolerance::open(&windows, self.policy);
            let moments = [
                own,
                exceptions,
                pinned.as_deref().unwrap_or(&[]),
                &moments::around(&windows, self.policy),
                &late.of_credential(held, &self.limits),
            ];
            let moments = self.ahead(moments.concat());
            if moments.is_empty() && pinned.is_none() && !has_exceptions {
                continue;
            }
            self.walk(walk, &mut Look::Credential(held, late), &moments);
            walk.pins.settle(&mut self.uses);
        }
    }

    /// Returns the days of exceptions that lie ahead.
    fn days_of(&self, exceptions: &[usize]) -> Vec<Moment> {
        let mut moments = Vec::new();
        let exceptions = exceptions.iter().map(|&at| {
            let exception = self.policy.exceptions().get(at);
            let exception = exception.or_internal("an exception is known by its index");
            (narrow(at), exception)
        });
        moments::of_exceptions(exceptions, &mut moments);
        moments
    }

    /// Returns those of some moments that lie ahead, in the order of time.
    fn ahead(&self, mut moments: Vec<Moment>) -> Vec<Moment> {
        moments.retain(|moment| self.now <= moment.at && moment.at < self.end);
        moments.sort_by_key(|moment| moment.at);
        moments
    }

    /// Goes through the instants at which something happens to a part of an identity.
    fn walk(&mut self, walk: &mut Walk<'_>, look: &mut Look<'_>, moments: &[Moment]) {
        let mut view = self.look(walk, look, self.now, &[]);
        walk.pins
            .note(self.now, (&[], &view.pinned), &mut self.uses);
        walk.note_found(self.now, &[], &view.rules);
        for at in instants(moments, self.now, self.end) {
            let happening = happening_at(moments, at);
            let next = self.look(walk, look, at, happening);
            walk.pins
                .note(at, (&view.pinned, &next.pinned), &mut self.uses);
            walk.note_found(at, &view.rules, &next.rules);
            self.note_gaps(at, &view.gaps, &next.gaps);
            self.note_changes(walk, (at, happening), (&view, &next));
            view = next;
        }
    }

    /// Looks at a part of an identity at an instant.
    fn look(
        &mut self,
        walk: &mut Walk<'_>,
        look: &mut Look<'_>,
        at: Timestamp,
        happening: &[Moment],
    ) -> View {
        let mut flips = None;
        let (part, credentials) = match look {
            Look::Whole(sweep, known) => {
                for credential in happening.iter().filter_map(|moment| moment.credential) {
                    let is_current = sweep.go_on(credential, at);
                    walk.pins
                        .go_on(credential, (at, is_current), &mut self.uses);
                }
                walk.pins.go_to(day(at));
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
            tolerances: &walk.tolerances,
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
        self.view(&seen, &mut walk.pins)
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
}

impl Walk<'_> {
    /// Notes which rules find something that did not before, and the other way round.
    fn note_found(&mut self, at: Timestamp, before: &[u8], after: &[u8]) {
        let mut note = |list: &[u8], other: &[u8], by| {
            let only = list.iter().filter(|it| !other.contains(it));
            self.found
                .extend(only.map(|&rule| RuleUse { at, rule, by }));
        };
        note(before, after, -1);
        note(after, before, 1);
    }
}

pub(super) fn day(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}
