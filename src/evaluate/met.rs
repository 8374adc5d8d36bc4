//! What was met before, in as little room as it takes: a million entries of sixteen bytes are sixteen megabytes.
//!
//! In: keys with a value each. Out: whether a key came before, and with which value. A hash table would be half empty, and
//! would stand twice in memory while it grows; so only what came lately is in one, and the rest is a sorted list.

use std::collections::hash_map::Entry;

use crate::internal::OrInternal as _;
use crate::keyed::KeyedMap;

/// How many entries came lately, at least.
const RECENT: usize = 1 << 16;

/// What came lately is sorted in once it is this part of the list: then the list is sorted so often that all of that
/// takes no longer than a few times the last one.
const RECENT_PART: usize = 8;

/// Keys that were met, with a value each.
#[derive(Debug)]
pub(super) struct Met<V> {
    sorted: Vec<(u64, V)>,
    recent: KeyedMap<u64, V>,
}

impl<V> Default for Met<V> {
    fn default() -> Self {
        Self {
            sorted: Vec::new(),
            recent: KeyedMap::default(),
        }
    }
}

impl<V: Copy> Met<V> {
    /// Notes a key; returns the value with which it came before.
    pub(super) fn meet(&mut self, key: u64, value: V) -> Option<V> {
        if let Ok(at) = self.sorted.binary_search_by_key(&key, |(key, _)| *key) {
            let known = self.sorted.get(at);
            return Some(known.or_internal("a key was found where it is").1);
        }
        match self.recent.entry(key) {
            Entry::Occupied(known) => return Some(*known.get()),
            Entry::Vacant(free) => free.insert(value),
        };
        if self.recent.len() >= RECENT.max(self.sorted.len() / RECENT_PART) {
            self.sorted.extend(self.recent.drain());
            self.sorted.sort_unstable_by_key(|(key, _)| *key);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_lately_and_what_came_long_ago_are_both_known() {
        let mut met = Met::default();
        let keys =
            || (0..12 * RECENT as u64 + 7).map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for (number, key) in keys().enumerate() {
            assert_eq!(met.meet(key, number), None);
        }
        for (number, key) in keys().enumerate() {
            assert_eq!(met.meet(key, 0), Some(number));
        }
    }
}
