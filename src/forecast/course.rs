//! The credentials of one identity through time, so that no instant looks at all of them.
//!
//! In: an identity as it is now. Out: at any instant a few credentials that stand for all: of each kind the one in date
//! that ends last, and the certificate that could succeed the last one. What depends on whether there is a credential of a
//! kind, or on how long one lasts, is the same for them as for all; `rules::Dependence` says which rules that is.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::internal::OrInternal as _;
use crate::model::{
    Alternatives, ClassifiedCredential, CredentialClass, Holder, Identity, KeyId, Proof, Validity,
};

/// All that a rule about an identity as a whole asks of a credential, but for its dates.
type Kind = (CredentialClass, Holder, Proof, bool, Option<bool>);

fn kind(held: &ClassifiedCredential) -> Kind {
    let usable = held.key.map(|key| key.is_usable());
    (held.class, held.holder, held.proof, held.verifies, usable)
}

/// From when on a credential is in date, and from when on no more.
type Term = (Timestamp, Timestamp);

/// When any credential of a kind is in date.
#[derive(Debug)]
struct Presence {
    /// A credential of the kind.
    sample: ClassifiedCredential,
    /// Apart from each other and in order.
    terms: Vec<Term>,
}

impl Presence {
    fn covers(&self, at: Timestamp) -> bool {
        let begun = self.terms.partition_point(|(start, _)| *start <= at);
        let last = begun.checked_sub(1).and_then(|last| self.terms.get(last));
        last.is_some_and(|(_, end)| at < *end)
    }
}

/// The credentials of one identity.
#[derive(Debug)]
pub(super) struct Course {
    /// The identity without its stored credentials.
    pub(super) bare: Identity,
    alternatives: Alternatives,
    presence: BTreeMap<Kind, Presence>,
}

impl Course {
    pub(super) fn of(identity: &Identity, alternatives: Alternatives) -> Self {
        let mut presence: BTreeMap<Kind, Presence> = BTreeMap::new();
        for held in identity.credentials() {
            let of_kind = presence.entry(kind(held)).or_insert_with(|| Presence {
                sample: *held,
                terms: Vec::new(),
            });
            let start = held.period.start.unwrap_or(Timestamp::MIN);
            of_kind
                .terms
                .push((start, held.period.end.unwrap_or(Timestamp::MAX)));
        }
        for of_kind in presence.values_mut() {
            of_kind.terms = joined(std::mem::take(&mut of_kind.terms));
        }
        Self {
            bare: identity.without_stored(alternatives),
            alternatives,
            presence,
        }
    }

    /// Returns the identity with these credentials and no others.
    pub(super) fn holding(&mut self, credentials: Vec<ClassifiedCredential>) -> &Identity {
        self.bare.hold(credentials, self.alternatives);
        &self.bare
    }

    /// Returns the identity at an instant with one credential of each kind that is in date, which has the same state.
    pub(super) fn at(&mut self, at: Timestamp) -> &Identity {
        let present = self.presence.values().filter(|kind| kind.covers(at));
        let present = present.map(|kind| ClassifiedCredential {
            validity: Validity::Current,
            ..kind.sample
        });
        let present = present.collect();
        self.holding(present)
    }

    /// Tells whether any credential of a class is in date.
    pub(super) fn has_current(&self, class: CredentialClass, at: Timestamp) -> bool {
        let kinds = self.presence.iter();
        let mut of_class = kinds.filter(|((other, ..), _)| *other == class);
        of_class.any(|(_, kind)| kind.covers(at))
    }
}

/// Joins terms that touch.
fn joined(mut terms: Vec<Term>) -> Vec<Term> {
    terms.sort_unstable();
    let mut joined: Vec<Term> = Vec::new();
    for (start, end) in terms {
        match joined.last_mut() {
            Some((_, last)) if start <= *last => *last = end.max(*last),
            Some(_) | None => joined.push((start, end)),
        }
    }
    joined
}

/// When a credential ends; never is the last of all.
type Ends = (bool, Option<Timestamp>);

fn ends(held: &ClassifiedCredential) -> Ends {
    (held.period.end.is_none(), held.period.end)
}

/// The place of a credential among those of its kind: the one that ends last comes first; of equals, the one that a rule
/// takes.
type Rank = (Reverse<Ends>, Option<KeyId>, Reverse<usize>);

/// The credentials in date, as time goes on.
#[derive(Debug)]
pub(super) struct Sweep {
    credentials: Vec<ClassifiedCredential>,
    /// Those in date, of each kind.
    current: BTreeMap<Kind, BTreeSet<Rank>>,
    /// Certificates by their start, each with the one that ends last of those up to it.
    certificates: Vec<(Option<Timestamp>, usize)>,
}

impl Sweep {
    /// Begins at the instant at which the credentials were classified.
    pub(super) fn of(identity: &Identity) -> Self {
        let credentials = identity.credentials().to_vec();
        let mut current: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        let held = credentials.iter().enumerate();
        for (at, held) in held.filter(|(_, held)| held.validity == Validity::Current) {
            let of_kind = current.entry(kind(held)).or_default();
            of_kind.insert((Reverse(ends(held)), held.key_id, Reverse(at)));
        }
        let held = credentials.iter().enumerate();
        let certificates = held.filter(|(_, held)| held.class == CredentialClass::Certificate);
        let mut certificates: Vec<_> = certificates
            .map(|(at, held)| (held.period.start, at, ends(held)))
            .collect();
        certificates.sort_unstable();
        let mut last: Option<(Ends, usize)> = None;
        let certificates = certificates.into_iter().map(|(start, at, ends)| {
            let later = last.filter(|(known, _)| *known >= ends);
            let (ends, at) = later.unwrap_or((ends, at));
            last = Some((ends, at));
            (start, at)
        });
        Self {
            certificates: certificates.collect(),
            credentials,
            current,
        }
    }

    fn credential(&self, at: usize) -> &ClassifiedCredential {
        let held = self.credentials.get(at);
        held.or_internal("a moment names a credential of the identity")
    }

    /// Goes on to an instant at which something happens to a credential, and tells whether it is in date.
    pub(super) fn go_on(&mut self, credential: usize, at: Timestamp) -> bool {
        let held = self.credentials.get_mut(credential);
        let held = held.or_internal("a moment names a credential of the identity");
        let validity = held.period.validity(at);
        let is_current = validity == Validity::Current;
        if held.validity == validity {
            return is_current;
        }
        held.validity = validity;
        let of_kind = self.current.entry(kind(held)).or_default();
        let entry = (Reverse(ends(held)), held.key_id, Reverse(credential));
        if is_current {
            of_kind.insert(entry);
        } else {
            of_kind.remove(&entry);
        }
        is_current
    }

    /// Returns the credentials that stand for all at an instant that it has gone on to.
    pub(super) fn standing(&self, at: Timestamp) -> Vec<ClassifiedCredential> {
        let firsts = self.current.values().filter_map(BTreeSet::first);
        let mut standing: Vec<usize> = firsts.map(|&(_, _, Reverse(held))| held).collect();
        let certificates = standing.iter().map(|&at| self.credential(at));
        let certificates = certificates.filter(|held| held.class == CredentialClass::Certificate);
        if let Some(last) = certificates.max_by_key(|held| ends(held)) {
            let before = |(start, _): &(Option<Timestamp>, usize)| *start < last.period.end;
            let before = self.certificates.partition_point(before);
            let successor = before
                .checked_sub(1)
                .and_then(|at| self.certificates.get(at));
            standing.extend(successor.map(|(_, held)| *held));
        }
        standing.sort_unstable();
        standing.dedup();
        let standing = standing.into_iter().map(|held| {
            let held = self.credential(held);
            ClassifiedCredential {
                validity: held.period.validity(at),
                ..*held
            }
        });
        standing.collect()
    }
}
