//! What pinned exceptions tolerate on one identity, day by day, and which of them match anything.
//!
//! In: the exceptions that name the identity and pin credentials. Out: the first in force that covers what is found about
//! a credential, and the first that covers what is found because of the live secrets, which they cover together or not at
//! all. However many exceptions and secrets there are, an instant looks only at those to which something happens.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use jiff::Timestamp;
use jiff::civil::Date;

use super::identity::UseChange;
use super::moments::Moment;
use super::tolerance;
use crate::evaluate::Active;
use crate::evaluate::cover::Cover;
use crate::finding::RuleId;
use crate::internal::OrInternal as _;
use crate::model::{AppId, CredentialClass, Identity, KeyId};
use crate::policy::{Exception, FirstByDay, Policy};
use crate::rules::is_about_live_secrets;

/// What a pinned exception matches: what a rule, known by its number, finds about one credential, or, without a key, what
/// it finds because of the live secrets.
pub(super) type Pinned = (u8, Option<KeyId>);

/// Where the exceptions are looked up that have to do with an identity.
#[derive(Clone, Copy)]
pub(super) struct Naming<'run> {
    pub(super) cover: &'run Cover<'run>,
    pub(super) policy: &'run Policy,
    pub(super) app_id: AppId,
}

impl<'run> Naming<'run> {
    fn exception(&self, at: usize) -> &'run Exception {
        let exception = self.policy.exceptions().get(at);
        exception.or_internal("an exception is known by its index")
    }
}

/// The exceptions that lift a rule and pin a credential.
#[derive(Debug)]
struct OfKey {
    lifting: Vec<usize>,
    /// The first of them in force.
    first: FirstByDay,
}

/// From an instant on, something is found about a credential, or no more.
#[derive(Clone, Copy, Debug)]
struct KeyUse {
    pinned: (u8, KeyId),
    at: Timestamp,
    by: i64,
}

/// The pinned exceptions of one identity.
#[derive(Debug)]
pub(super) struct Pins {
    /// Whether there are any.
    is_named: bool,
    /// Those that lift a rule which finds something because of the live secrets.
    of_secrets: BTreeMap<u8, Ledger>,
    of_keys: BTreeMap<(u8, KeyId), OfKey>,
    found: Vec<KeyUse>,
}

impl Pins {
    pub(super) fn of(identity: &Identity, naming: Naming<'_>, rules: &[Active<'_>]) -> Self {
        let is_named = !naming.cover.pinned(naming.app_id).is_empty();
        let rules = rules.iter();
        let rules = rules.filter(|rule| is_named && is_about_live_secrets(rule.descriptor.id));
        let of_secrets = rules.map(|rule| {
            let ledger = Ledger::of(identity, naming, rule.descriptor.id);
            (rule.number, ledger)
        });
        Self {
            is_named,
            of_secrets: of_secrets.collect(),
            of_keys: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    /// Returns the days on which another exception that pins a credential is the first that lifts one of some rules; nothing
    /// where none pins it.
    pub(super) fn of_credential(
        &mut self,
        rules: &[Active<'_>],
        key_id: Option<KeyId>,
        naming: Naming<'_>,
    ) -> Option<Vec<Moment>> {
        let key_id = key_id?;
        let mut moments = None;
        for rule in rules {
            let rule = (rule.number, rule.descriptor.id);
            let of_key = self.of_key(rule, key_id, naming)?;
            let moments = moments.get_or_insert_with(Vec::new);
            moments.extend(tolerance::of_exceptions(&of_key.first, naming.policy));
        }
        moments
    }

    /// Returns the exceptions that lift a rule and pin a credential, if any pins it.
    fn of_key(
        &mut self,
        (number, rule): (u8, RuleId),
        key_id: KeyId,
        naming: Naming<'_>,
    ) -> Option<&OfKey> {
        if !self.is_named {
            return None;
        }
        match self.of_keys.entry((number, key_id)) {
            Entry::Occupied(known) => Some(known.into_mut()),
            Entry::Vacant(place) => {
                let pinning = naming.cover.pinning(naming.app_id, Some(key_id));
                (!pinning.is_empty()).then(|| place.insert(OfKey::of(rule, pinning, naming)) as &_)
            }
        }
    }

    /// Goes on to an instant, in the order of time.
    pub(super) fn go_to(&mut self, today: Date) {
        for ledger in self.of_secrets.values_mut() {
            ledger.go_to(today);
        }
    }

    /// Notes that a credential, by its place in the identity, is in date from an instant on, or no more.
    pub(super) fn go_on(
        &mut self,
        credential: usize,
        (at, is_current): (Timestamp, bool),
        uses: &mut Vec<UseChange>,
    ) {
        for ledger in self.of_secrets.values_mut() {
            ledger.go_on(credential, (at, is_current), uses);
        }
    }

    /// Returns the first exceptions that cover what a rule finds about a credential, if any pins it.
    pub(super) fn for_key(
        &mut self,
        rule: (u8, RuleId),
        key_id: KeyId,
        naming: Naming<'_>,
    ) -> Option<&FirstByDay> {
        let of_key = self.of_key(rule, key_id, naming)?;
        Some(&of_key.first)
    }

    /// Returns the first exception that covers what a rule finds because of the live secrets, where `whole` is the first
    /// in force without pins.
    pub(super) fn first_of_secrets(&self, rule: u8, whole: Option<usize>) -> Option<usize> {
        let ledger = self.of_secrets.get(&rule);
        let pinned = ledger.and_then(|ledger| ledger.first(whole.is_some()));
        [whole, pinned].into_iter().flatten().min()
    }

    /// Notes what is found from an instant on that was not found before, and the other way round. Both lists are in order.
    pub(super) fn note(
        &mut self,
        at: Timestamp,
        (before, after): (&[Pinned], &[Pinned]),
        uses: &mut Vec<UseChange>,
    ) {
        for (list, other, by) in [(before, after, -1), (after, before, 1)] {
            for &(rule, key_id) in list.iter().filter(|it| other.binary_search(it).is_err()) {
                if let Some(key_id) = key_id {
                    let pinned = (rule, key_id);
                    self.found.push(KeyUse { pinned, at, by });
                } else if let Some(ledger) = self.of_secrets.get_mut(&rule) {
                    ledger.is_found = by > 0;
                    let matching = ledger.matching();
                    uses.extend(matching.map(|exception| UseChange { at, exception, by }));
                }
            }
        }
    }

    /// Returns which exceptions match what was found about credentials, and forgets these.
    pub(super) fn settle(&mut self, uses: &mut Vec<UseChange>) {
        for found in self.found.drain(..) {
            let of_key = self.of_keys.get(&found.pinned);
            let (at, by) = (found.at, found.by);
            let lifting = of_key.or_internal("what is noted is pinned").lifting.iter();
            uses.extend(lifting.map(|&exception| UseChange { at, exception, by }));
        }
        self.of_keys.clear();
    }
}

impl OfKey {
    fn of(rule: RuleId, mut pinning: Vec<usize>, naming: Naming<'_>) -> Self {
        pinning.retain(|&at| naming.exception(at).lifts(rule));
        let days = pinning.iter().map(|&at| {
            let exception = naming.exception(at);
            (at, exception.granted, exception.expires)
        });
        Self {
            first: FirstByDay::of(days),
            lifting: pinning,
        }
    }
}

/// What the pinned exceptions that lift one rule have to do with the live secrets.
#[derive(Debug)]
struct Ledger {
    /// In the order of the policy.
    exceptions: Vec<Counted>,
    /// Which of them pin a secret, by its place in the identity.
    secrets: BTreeMap<usize, Secret>,
    /// How many live secrets no exception in force pins.
    uncovered: usize,
    /// Those in force that pin a live secret.
    in_force: BTreeSet<usize>,
    /// The days on which one begins, or has ended, the last day first.
    days: Vec<(Date, bool, usize)>,
    is_found: bool,
}

#[derive(Debug)]
struct Counted {
    /// Its index in the policy.
    index: usize,
    secrets: Vec<usize>,
    /// How many of them are live.
    live: usize,
    is_in_force: bool,
}

#[derive(Debug, Default)]
struct Secret {
    exceptions: Vec<usize>,
    /// How many of them are in force.
    covering: usize,
    is_live: bool,
}

impl Ledger {
    fn of(identity: &Identity, naming: Naming<'_>, rule: RuleId) -> Self {
        let mut pinned: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut secrets: BTreeMap<usize, Secret> = BTreeMap::new();
        let classes = [CredentialClass::ClientSecret, CredentialClass::SymmetricKey];
        let held = identity.credentials().iter().enumerate();
        for (place, held) in held.filter(|(_, held)| classes.contains(&held.class)) {
            secrets.insert(
                place,
                Secret {
                    is_live: held.is_live_secret(),
                    ..Secret::default()
                },
            );
            for index in naming.cover.pinning(naming.app_id, held.pin()) {
                if naming.exception(index).lifts(rule) {
                    pinned.entry(index).or_default().push(place);
                }
            }
        }
        let mut days = Vec::new();
        let mut exceptions = Vec::new();
        for (index, places) in pinned {
            let number = exceptions.len();
            let exception = naming.exception(index);
            days.push((exception.granted, true, number));
            // Where time ends nothing ends any more.
            let ended = exception.expires.tomorrow();
            days.extend(ended.map(|day| (day, false, number)));
            let mut live = 0;
            for place in &places {
                let secret = secrets.get_mut(place).or_internal(PLACE);
                secret.exceptions.push(number);
                live += usize::from(secret.is_live);
            }
            exceptions.push(Counted {
                index,
                secrets: places,
                live,
                is_in_force: false,
            });
        }
        days.sort_unstable_by(|one, other| other.cmp(one));
        let uncovered = secrets.values().filter(|secret| secret.is_live).count();
        Self {
            exceptions,
            secrets,
            uncovered,
            in_force: BTreeSet::new(),
            days,
            is_found: false,
        }
    }

    fn go_to(&mut self, today: Date) {
        while let Some((_, begins, number)) = self.days.pop_if(|(day, ..)| *day <= today) {
            let entry = self.exceptions.get_mut(number).or_internal(NUMBER);
            entry.is_in_force = begins;
            for place in &entry.secrets {
                let secret = self.secrets.get_mut(place).or_internal(PLACE);
                let was_uncovered = secret.is_uncovered();
                secret.covering = if begins {
                    secret.covering + 1
                } else {
                    secret.covering - 1
                };
                let is_uncovered = secret.is_uncovered();
                self.uncovered =
                    self.uncovered + usize::from(is_uncovered) - usize::from(was_uncovered);
            }
            self.sort_in(number);
        }
    }

    fn go_on(
        &mut self,
        credential: usize,
        (at, is_live): (Timestamp, bool),
        uses: &mut Vec<UseChange>,
    ) {
        let Some(secret) = self.secrets.get_mut(&credential) else {
            return;
        };
        if secret.is_live == is_live {
            return;
        }
        let was_uncovered = secret.is_uncovered();
        secret.is_live = is_live;
        let is_uncovered = secret.is_uncovered();
        self.uncovered = self.uncovered + usize::from(is_uncovered) - usize::from(was_uncovered);
        let numbers = std::mem::take(&mut secret.exceptions);
        for &number in &numbers {
            let entry = self.exceptions.get_mut(number).or_internal(NUMBER);
            let matched = entry.live > 0;
            entry.live = if is_live {
                entry.live + 1
            } else {
                entry.live - 1
            };
            let by = i64::from(entry.live > 0) - i64::from(matched);
            if self.is_found && by != 0 {
                let exception = entry.index;
                uses.push(UseChange { at, exception, by });
            }
            self.sort_in(number);
        }
        let secret = self.secrets.get_mut(&credential).or_internal(PLACE);
        secret.exceptions = numbers;
    }

    /// Keeps an exception among those in force that pin a live secret, or not.
    fn sort_in(&mut self, number: usize) {
        let entry = self.exceptions.get(number).or_internal(NUMBER);
        if entry.is_in_force && entry.live > 0 {
            self.in_force.insert(entry.index);
        } else {
            self.in_force.remove(&entry.index);
        }
    }

    /// Returns those that pin a live secret.
    fn matching(&self) -> impl Iterator<Item = usize> {
        let exceptions = self.exceptions.iter();
        exceptions
            .filter(|entry| entry.live > 0)
            .map(|entry| entry.index)
    }

    /// Returns the first in force. Whoever may sign in with a secret that none of them pins is covered only by an
    /// exception without pins.
    fn first(&self, is_covered: bool) -> Option<usize> {
        let first = self.in_force.first().copied();
        first.filter(|_| is_covered || self.uncovered == 0)
    }
}

impl Secret {
    const fn is_uncovered(&self) -> bool {
        self.is_live && self.covering == 0
    }
}

const PLACE: &str = "a secret is known by its place";
const NUMBER: &str = "an exception is known by its number";
