//! Exceptions and migration windows: what the policy tolerates, and which exceptions were of any use.
//!
//! In: a violation and its identity. Out: its disposition. An exception beats a window; one that has ended, or that is
//! not granted yet, covers nothing.

use jiff::civil::Date;

use crate::finding::{Disposition, ExceptionId, RuleId};
use crate::internal::{OrInternal as _, narrow};
use crate::keyed::KeyedMap;
use crate::model::{AppId, ClassifiedCredential, Holder, Identity, KeyId, ObjectId};
use crate::policy::{Exception, FirstByDay, Policy, Window, WindowScope};
use crate::rules::{self, OpenWindows, Rule, UnknownApplication, Violation};

/// The policy's entries, by application, and what has become of them.
#[derive(Debug)]
pub(crate) struct Cover<'run> {
    exceptions: &'run [Exception],
    windows: &'run [Window],
    today: Date,
    by_application: KeyedMap<AppId, Named>,
    /// Indexes of the exceptions that pin a credential, in the order of the policy.
    by_key: KeyedMap<KeyId, Vec<usize>>,
    /// Indexes of the windows that name an application, in the order of the policy.
    own_windows: KeyedMap<AppId, Vec<usize>>,
    /// Indexes of the windows for every application, in the order of the policy.
    all_windows: Vec<usize>,
    /// The days of those that are open today.
    all_open: FirstByDay,
    used: Vec<bool>,
    /// What was found out about the identity that is judged.
    known: Option<(AppId, Vec<ForRule>)>,
    /// The first window for every application that tolerates what a rule finds today.
    all_tolerant: Vec<(RuleId, Option<usize>)>,
}

/// An application that exceptions name.
#[derive(Debug, Default)]
struct Named {
    /// Indexes of the exceptions without pins, in the order of the policy.
    whole: Vec<usize>,
    /// Indexes of the pinned ones, in the order of the policy.
    pinned: Vec<usize>,
    /// As what the inventory has it; an application outranks its service principal.
    seen: Option<Holder>,
    /// The appId of the object of which this is the id.
    of_object: Option<AppId>,
}

/// What tolerates today what one rule finds on one identity.
#[derive(Debug)]
struct ForRule {
    rule: RuleId,
    /// The first exception in force that covers every credential.
    whole: Option<usize>,
    /// The pinned exceptions that lift the rule.
    pinned: Vec<usize>,
    /// The first exception in force that pins a credential.
    by_key: KeyedMap<KeyId, Option<usize>>,
    /// The first window.
    window: Option<usize>,
}

impl<'run> Cover<'run> {
    pub(crate) fn new(policy: &'run Policy, today: Date) -> Self {
        let mut by_application: KeyedMap<AppId, Named> = KeyedMap::default();
        let mut by_key: KeyedMap<KeyId, Vec<usize>> = KeyedMap::default();
        for (at, exception) in policy.exceptions().iter().enumerate() {
            for app_id in &exception.applications {
                let named = by_application.entry(*app_id).or_default();
                let list = match exception.credentials {
                    Some(_) => &mut named.pinned,
                    None => &mut named.whole,
                };
                push(list, at);
            }
            for key_id in exception.credentials.iter().flatten() {
                push(by_key.entry(*key_id).or_default(), at);
            }
        }
        let mut own_windows: KeyedMap<AppId, Vec<usize>> = KeyedMap::default();
        let mut all_windows = Vec::new();
        for (at, window) in policy.windows().iter().enumerate() {
            match &window.applications {
                WindowScope::All => all_windows.push(at),
                WindowScope::Listed(applications) => {
                    for app_id in applications {
                        push(own_windows.entry(*app_id).or_default(), at);
                    }
                }
            }
        }
        let mut cover = Self {
            exceptions: policy.exceptions(),
            windows: policy.windows(),
            today,
            by_application,
            by_key,
            own_windows,
            all_windows,
            all_open: FirstByDay::default(),
            used: vec![false; policy.exceptions().len()],
            known: None,
            all_tolerant: Vec::new(),
        };
        cover.all_open = cover.open(&cover.all_windows, today);
        cover
    }

    fn exception(&self, at: usize) -> &'run Exception {
        let exception = self.exceptions.get(at);
        exception.or_internal("an exception is known by its index")
    }

    fn window(&self, at: usize) -> &'run Window {
        let window = self.windows.get(at);
        window.or_internal("a window is known by its index")
    }

    /// Returns the days of those of some windows that are open on a day.
    fn open(&self, windows: &[usize], today: Date) -> FirstByDay {
        let windows = windows.iter().map(|&at| (at, self.window(at)));
        let open = windows.filter(|(_, window)| window.is_open(today));
        FirstByDay::of(open.map(|(at, window)| (at, window.opens, window.closes)))
    }

    /// Returns the days of the windows that are open today and name an application.
    pub(super) fn open_windows_of(&self, app_id: AppId) -> FirstByDay {
        self.open(self.windows_naming(app_id), self.today)
    }

    /// Returns the windows that are open today for an application, of which these name it.
    pub(super) const fn open_windows<'a>(&'a self, own: &'a FirstByDay) -> OpenWindows<'a> {
        OpenWindows {
            all: &self.all_open,
            own,
        }
    }

    /// Returns the windows for every application, in the order of the policy.
    pub(crate) fn windows_for_all(&self) -> &[usize] {
        &self.all_windows
    }

    /// Returns the windows that name an application, in the order of the policy.
    pub(crate) fn windows_naming(&self, app_id: AppId) -> &[usize] {
        if self.own_windows.is_empty() {
            return &[];
        }
        self.own_windows.get(&app_id).map_or(&[], Vec::as_slice)
    }

    /// Notes that the inventory has an application or a service principal of this id.
    pub(super) fn saw(&mut self, app_id: AppId, object_id: Option<ObjectId>, holder: Holder) {
        if self.by_application.is_empty() {
            return;
        }
        let of_object = object_id.filter(|_| !app_id.is_nil()).and_then(|id| {
            let id = AppId::from_bytes(*id.as_bytes());
            self.by_application.get_mut(&id)
        });
        if let Some(named) = of_object {
            let first = named.of_object.map_or(app_id, |known| known.min(app_id));
            named.of_object = Some(first);
        }
        if let Some(named) = self.by_application.get_mut(&app_id) {
            named.seen = match (named.seen, holder) {
                (Some(Holder::Application), _) | (_, Holder::Application) => {
                    Some(Holder::Application)
                }
                (None | Some(Holder::ServicePrincipal), Holder::ServicePrincipal) => {
                    Some(Holder::ServicePrincipal)
                }
            };
        }
    }

    /// Tells whether each exception matched any finding.
    pub(super) fn used(&self) -> &[bool] {
        &self.used
    }

    /// Returns the applications that exceptions name and the inventory does not have, in the order of the policy.
    pub(super) fn unknown(&self) -> Vec<(usize, UnknownApplication)> {
        let named = self
            .exceptions
            .iter()
            .enumerate()
            .flat_map(|(at, exception)| {
                exception
                    .applications
                    .iter()
                    .map(move |app_id| (at, *app_id))
            });
        let unknown = named.filter_map(|(at, app_id)| {
            let named = self.by_application.get(&app_id);
            let named = named.filter(|named| named.seen.is_none())?;
            let of_object = named.of_object;
            Some((at, UnknownApplication { app_id, of_object }))
        });
        unknown.collect()
    }

    /// Returns the applications on which an exception in force tolerates secrets, with the exception and as what the
    /// inventory has them, in the order of the policy.
    pub(super) fn tolerated_secrets(
        &self,
    ) -> impl Iterator<Item = (&ExceptionId, AppId, Option<Holder>)> {
        let in_force = self.exceptions.iter().filter(|exception| {
            exception.is_in_force(self.today) && exception.rules.iter().any(is_about_secrets)
        });
        in_force.flat_map(|exception| {
            exception.applications.iter().map(|app_id| {
                let named = self.by_application.get(app_id);
                (&exception.id, *app_id, named.and_then(|named| named.seen))
            })
        })
    }

    /// Tells whether the policy tolerates a violation, and notes which exceptions match it.
    pub(super) fn disposition(
        &mut self,
        rule: &dyn Rule,
        identity: &Identity,
        violation: &Violation,
    ) -> Disposition {
        let at = self.for_rule(rule, identity.app_id());
        let exception = if let Some(credential) = violation.credential {
            self.first_in_force(at, credential.pin())
        } else {
            let matching = self.matching(rule.descriptor().id, identity, violation);
            self.use_all(&matching);
            self.excepted(identity, violation, &matching, self.today)
        };
        let known = self.known.as_ref().and_then(|(_, known)| known.get(at));
        let window = known.or_internal(KNOWN).window;
        match (exception, window) {
            (Some(exception), _) => Disposition::Excepted(narrow(exception)),
            (None, Some(window)) => Disposition::InWindow(narrow(window)),
            (None, None) => Disposition::Open,
        }
    }

    fn use_all(&mut self, exceptions: &[usize]) {
        for at in exceptions {
            let used = self.used.get_mut(*at);
            *used.or_internal("an exception is known by its index") = true;
        }
    }

    /// Tells whether an exception covers what a rule could not judge on an application, and notes which exceptions do. A
    /// pin names a credential, and nothing is known of the credentials here.
    pub(super) fn covers_gap(&mut self, rule: RuleId, app_id: AppId) -> bool {
        let whole = self.whole(app_id).iter().copied();
        let matching: Vec<usize> = whole.filter(|&at| self.exception(at).lifts(rule)).collect();
        self.use_all(&matching);
        let mut matching = matching.into_iter();
        matching.any(|at| self.exception(at).is_in_force(self.today))
    }

    /// Returns where it is known what tolerates what a rule finds on the identity that is judged. However many credentials
    /// it has, its exceptions and windows are looked through once.
    fn for_rule(&mut self, rule: &dyn Rule, app_id: AppId) -> usize {
        let id = rule.descriptor().id;
        let (known_for, mut known) = self.known.take().unwrap_or_else(|| (app_id, Vec::new()));
        if known_for != app_id {
            known.clear();
        }
        let at = known.iter().position(|known| known.rule == id);
        let at = at.unwrap_or_else(|| {
            known.push(self.look_up(rule, app_id));
            known.len() - 1
        });
        self.known = Some((app_id, known));
        at
    }

    fn look_up(&mut self, rule: &dyn Rule, app_id: AppId) -> ForRule {
        let id = rule.descriptor().id;
        let lifts = |at: &usize| self.exception(*at).lifts(id);
        let named = self.by_application.get(&app_id);
        let (whole, pinned): (Vec<usize>, Vec<usize>) = named.map_or_else(Default::default, |it| {
            let (whole, pinned) = (it.whole.iter().copied(), it.pinned.iter().copied());
            (
                whole.filter(lifts).collect(),
                pinned.filter(lifts).collect(),
            )
        });
        self.use_all(&whole);
        let mut in_force = whole.into_iter();
        let window = self.tolerant_window(rule, app_id);
        ForRule {
            rule: id,
            whole: in_force.find(|&at| self.exception(at).is_in_force(self.today)),
            pinned,
            by_key: KeyedMap::default(),
            window,
        }
    }

    /// Returns the first exception in force that covers a credential.
    fn first_in_force(&mut self, at: usize, key_id: Option<KeyId>) -> Option<usize> {
        let mut known = self.known.take();
        let lists = known.as_mut().and_then(|(_, known)| known.get_mut(at));
        let list = lists.or_internal(KNOWN);
        let pinned = key_id.filter(|_| !list.pinned.is_empty()).and_then(|key| {
            if let Some(first) = list.by_key.get(&key) {
                return *first;
            }
            let pins = self.by_key.get(&key).map_or(&[][..], Vec::as_slice);
            let pins = common(pins, &list.pinned);
            self.use_all(&pins);
            let mut pins = pins.into_iter();
            let first = pins.find(|&at| self.exception(at).is_in_force(self.today));
            list.by_key.insert(key, first);
            first
        });
        let first = [list.whole, pinned].into_iter().flatten().min();
        self.known = known;
        first
    }

    /// Returns the first window that tolerates today what a rule finds on an application.
    fn tolerant_window(&mut self, rule: &dyn Rule, app_id: AppId) -> Option<usize> {
        let id = rule.descriptor().id;
        let known = self.all_tolerant.iter().find(|(known, _)| *known == id);
        let all = if let Some((_, all)) = known {
            *all
        } else {
            let all = self.first_tolerant(&self.all_windows, rule, self.today);
            self.all_tolerant.push((id, all));
            all
        };
        let own = self.first_tolerant(self.windows_naming(app_id), rule, self.today);
        [all, own].into_iter().flatten().min()
    }

    fn first_tolerant(&self, windows: &[usize], rule: &dyn Rule, today: Date) -> Option<usize> {
        let mut windows = windows.iter().copied();
        windows.find(|&at| rule.is_tolerated_in(self.window(at), today))
    }

    /// Returns the exceptions that have to do with a violation, in force or not, in the order of the policy: all that lift
    /// the rule, but for those that are pinned to other credentials.
    fn matching(&self, rule: RuleId, identity: &Identity, violation: &Violation) -> Vec<usize> {
        let whole = self.whole(identity.app_id()).iter().copied();
        let whole: Vec<usize> = whole.filter(|&at| self.exception(at).lifts(rule)).collect();
        merged(&whole, &self.matching_pins(rule, identity, violation))
    }

    /// Returns those of them that are pinned.
    fn matching_pins(
        &self,
        rule: RuleId,
        identity: &Identity,
        violation: &Violation,
    ) -> Vec<usize> {
        let named = self.by_application.get(&identity.app_id());
        let Some(named) = named.filter(|named| !named.pinned.is_empty()) else {
            return Vec::new();
        };
        let mut pinned = match violation.credential {
            Some(credential) => self.pinning_of(credential.pin(), named),
            // A pin to a live secret has to do with what is found because of the live secrets, and with nothing else
            // about the application.
            None if !rules::is_about_live_secrets(rule) => Vec::new(),
            None => {
                let mut keys: Vec<KeyId> = secrets(identity).flatten().collect();
                keys.sort_unstable();
                keys.dedup();
                let pinned = keys
                    .iter()
                    .flat_map(|key| self.pinning_of(Some(*key), named));
                let mut pinned: Vec<usize> = pinned.collect();
                pinned.sort_unstable();
                pinned.dedup();
                pinned
            }
        };
        pinned.retain(|&at| self.exception(at).lifts(rule));
        pinned
    }

    /// Returns the exceptions that name an application and pin a credential.
    fn pinning_of(&self, key_id: Option<KeyId>, named: &Named) -> Vec<usize> {
        let pins = key_id.and_then(|key_id| self.by_key.get(&key_id));
        common(pins.map_or(&[], Vec::as_slice), &named.pinned)
    }

    /// Returns the first exception that covers a violation on a day. Of the matching ones without pins, which all cover
    /// the same, it is enough to know the first in force.
    fn excepted(
        &self,
        identity: &Identity,
        violation: &Violation,
        matching: &[usize],
        today: Date,
    ) -> Option<usize> {
        let in_force = matching.iter().map(|&at| (at, self.exception(at)));
        let in_force = in_force.filter(|(_, exception)| exception.is_in_force(today));
        let (first, _) = in_force.clone().next()?;
        // Whoever may sign in with a secret that no exception names is not excepted: exceptions cover a violation of the
        // whole identity together, or not at all.
        let covers_all = |(_, exception): (usize, &Exception)| exception.credentials.is_none();
        let covered = violation.credential.is_some() || in_force.clone().any(covers_all) || {
            let pins = in_force.flat_map(|(_, exception)| exception.credentials.iter().flatten());
            let mut pins: Vec<KeyId> = pins.copied().collect();
            pins.sort_unstable();
            secrets(identity)
                .all(|secret| secret.is_some_and(|secret| pins.binary_search(&secret).is_ok()))
        };
        covered.then_some(first)
    }

    /// Returns the exceptions that name an application and pin a credential, in the order of the policy.
    pub(crate) fn pinning(&self, app_id: AppId, key_id: Option<KeyId>) -> Vec<usize> {
        let named = self.by_application.get(&app_id);
        named.map_or_else(Vec::new, |named| self.pinning_of(key_id, named))
    }

    /// Returns the exceptions without pins that name an application, in the order of the policy.
    pub(crate) fn whole(&self, app_id: AppId) -> &[usize] {
        let named = self.by_application.get(&app_id);
        named.map_or(&[], |named| &named.whole)
    }

    /// Returns the pinned exceptions that name an application, in the order of the policy.
    pub(crate) fn pinned(&self, app_id: AppId) -> &[usize] {
        let named = self.by_application.get(&app_id);
        named.map_or(&[], |named| &named.pinned)
    }
}

/// Why there is an entry for a rule that was looked up.
const KNOWN: &str = "what was looked up is known";

/// Adds an index to a list of rising ones; an entry may name a thing twice.
fn push(list: &mut Vec<usize>, at: usize) {
    if list.last() != Some(&at) {
        list.push(at);
    }
}

/// Merges two lists of rising indexes.
fn merged(one: &[usize], other: &[usize]) -> Vec<usize> {
    let mut merged = [one, other].concat();
    merged.sort_unstable();
    merged
}

/// Returns what two lists of rising indexes have in common.
fn common(one: &[usize], other: &[usize]) -> Vec<usize> {
    let (short, long) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let common = short.iter().filter(|at| long.binary_search(at).is_ok());
    common.copied().collect()
}

/// Tells whether a rule is about client secrets, of which a symmetric key is one.
fn is_about_secrets(rule: &RuleId) -> bool {
    rule.0.starts_with("secret") || rule.0 == "symmetric-key"
}

fn secrets(identity: &Identity) -> impl Iterator<Item = Option<KeyId>> {
    identity.live_secrets().map(ClassifiedCredential::pin)
}
