//! What exceptions and migration windows have in common: ids, signatures and lists.
//!
//! In: the entries of both policies. Out: pairs of the same id, what is only in one of them, and what two lists differ
//! in. An entry that differs in nothing but its id is the same under another name.

use std::collections::BTreeMap;
use std::hash::Hash;

use super::words::sentence;
use crate::policy::Signature;

/// An entry of a policy.
pub(super) trait Entry {
    /// All that an entry means, but for its id.
    type Meaning: Ord;

    fn id(&self) -> &str;
    fn meaning(&self) -> Self::Meaning;
    fn reason(&self) -> &str;
    fn signature(&self, signature: Signature) -> Option<&str>;
}

/// What becomes of an entry.
pub(super) enum Fate<'run, E> {
    Added(&'run E),
    Removed(&'run E),
    Renamed(&'run E, &'run E),
    Kept(&'run E, &'run E),
}

/// Pairs the entries of both policies: those of the head in their order, then those that are gone.
pub(super) fn paired<'run, E: Entry>(base: &'run [E], head: &'run [E]) -> Vec<Fate<'run, E>> {
    let known: BTreeMap<&str, &E> = base.iter().map(|entry| (entry.id(), entry)).collect();
    let kept: BTreeMap<&str, &E> = head.iter().map(|entry| (entry.id(), entry)).collect();
    let mut gone: BTreeMap<E::Meaning, Vec<&E>> = BTreeMap::new();
    for entry in base.iter().rev().filter(|it| !kept.contains_key(it.id())) {
        gone.entry(entry.meaning()).or_default().push(entry);
    }
    let mut fates = Vec::with_capacity(head.len());
    for entry in head {
        fates.push(if let Some(former) = known.get(entry.id()).copied() {
            Fate::Kept(former, entry)
        } else if let Some(former) = gone.get_mut(&entry.meaning()).and_then(Vec::pop) {
            Fate::Renamed(former, entry)
        } else {
            Fate::Added(entry)
        });
    }
    let mut removed: Vec<&E> = gone.into_values().flatten().collect();
    removed.sort_by_key(|entry| entry.id().to_owned());
    fates.extend(removed.into_iter().map(Fate::Removed));
    fates
}

/// What one list has and the other has not, in the order of the list.
pub(super) struct Difference<T> {
    pub(super) added: Vec<T>,
    pub(super) removed: Vec<T>,
}

/// Compares two lists, whatever their order.
pub(super) fn difference<T: Copy + Eq + Hash>(base: &[T], head: &[T]) -> Difference<T> {
    let only = |list: &[T], other: &[T]| -> Vec<T> {
        let other: std::collections::HashSet<&T> = other.iter().collect();
        let only = list.iter().filter(|item| !other.contains(item));
        only.copied().collect()
    };
    Difference {
        added: only(head, base),
        removed: only(base, head),
    }
}

/// The texts of all entries, for finding those that were copied.
pub(super) struct Copies {
    reasons: BTreeMap<String, Vec<String>>,
    tickets: BTreeMap<String, Vec<String>>,
}

impl Copies {
    pub(super) fn of<E: Entry>(entries: &[E]) -> Self {
        let mut copies = Self {
            reasons: BTreeMap::new(),
            tickets: BTreeMap::new(),
        };
        for entry in entries {
            let id = || entry.id().to_owned();
            let reasons = copies.reasons.entry(plain(entry.reason()));
            reasons.or_default().push(id());
            if let Some(ticket) = entry.signature(Signature::Ticket) {
                copies.tickets.entry(plain(ticket)).or_default().push(id());
            }
        }
        copies
    }

    /// Says of whom an entry's reason is a copy.
    pub(super) fn of_reason<E: Entry>(&self, entry: &E) -> Option<String> {
        let others = others(self.reasons.get(&plain(entry.reason())), entry.id())?;
        Some(format!("its reason is a copy of {others}"))
    }

    /// Says of whom an entry's ticket is a copy.
    pub(super) fn of_ticket<E: Entry>(&self, entry: &E) -> Option<String> {
        let ticket = entry.signature(Signature::Ticket)?;
        let others = others(self.tickets.get(&plain(ticket)), entry.id())?;
        Some(format!("its ticket is that of {others}"))
    }
}

fn others(ids: Option<&Vec<String>>, own: &str) -> Option<String> {
    // The own id is one of them, once.
    let ids = ids?;
    let first = ids.iter().find(|id| *id != own)?;
    Some(match ids.len() - 2 {
        0 => format!("`{first}`'s"),
        more => format!("`{first}`'s and of {more} more"),
    })
}

/// Two texts that a person would take for the same.
fn plain(text: &str) -> String {
    let words = text.split_whitespace().map(str::to_lowercase);
    let joined = words.collect::<Vec<_>>().join(" ");
    joined.trim_end_matches('.').to_owned()
}

/// The keys that say who answers for an entry.
const SIGNATURES: [Signature; 3] = [Signature::Owner, Signature::ApprovedBy, Signature::Ticket];

/// Says how the signatures and the reason differ, and whether something is not said any more.
pub(super) fn resigned<E: Entry>(base: &E, head: &E) -> Option<(String, bool)> {
    let mut words = Vec::new();
    let mut is_dropped = false;
    for signature in SIGNATURES {
        let key = signature.key();
        match (base.signature(signature), head.signature(signature)) {
            (Some(former), None) => {
                is_dropped = true;
                words.push(format!("`{key}` is gone, it was {former}"));
            }
            (None, Some(new)) => words.push(format!("`{key}` is {new}, it was not given")),
            (Some(former), Some(new)) if former != new => {
                words.push(format!("`{key}` is {new}, it was {former}"));
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    if base.reason() != head.reason() {
        let reason = sentence(head.reason());
        words.push(format!("the reason is now: {reason}"));
    }
    (!words.is_empty()).then(|| (words.join("; "), is_dropped))
}

/// Returns the signatures that are required and missing.
pub(super) fn unsigned<'run, E: Entry>(
    entry: &'run E,
    required: &'run [Signature],
) -> impl Iterator<Item = &'static str> + 'run {
    let missing = required.iter().filter(|it| entry.signature(**it).is_none());
    missing.map(|signature| signature.key())
}
