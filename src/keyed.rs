//! Hash maps and digests over what other people write, keyed at random.
//!
//! In: ids and facts of an inventory. Out: maps and digests that hold within one run and never leave it. Whoever may write
//! an object chooses its ids and facts. With a key that is known beforehand they could choose ids that all fall into one
//! place of a table, or facts that differ and share a digest; so the key is drawn for each run. Nothing that is written
//! may depend on it.

use std::collections::HashMap;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::sync::LazyLock;

use foldhash::SharedSeed;
use foldhash::fast::SeedableRandomState;

/// A map over foreign keys. Its hash is fast, and what it hides is only which keys share a place in the table.
pub(crate) type KeyedMap<Key, Value> = HashMap<Key, Value, Places>;

/// Where a key has its place in a table, which nobody can foresee.
#[derive(Clone, Debug)]
pub(crate) struct Places(SeedableRandomState);

/// The seeds of all maps of this run, drawn by the operating system.
static SEEDS: LazyLock<(u64, SharedSeed)> = LazyLock::new(|| {
    let random = RandomState::new();
    let shared = SharedSeed::from_u64(random.hash_one(0));
    (random.hash_one(1), shared)
});

impl Default for Places {
    fn default() -> Self {
        let (own, shared) = &*SEEDS;
        Self(SeedableRandomState::with_seed(*own, shared))
    }
}

impl BuildHasher for Places {
    type Hasher = <SeedableRandomState as BuildHasher>::Hasher;

    #[inline]
    fn build_hasher(&self) -> Self::Hasher {
        self.0.build_hasher()
    }
}

/// The key of all digests of this run: `SipHash`, because what is equal is taken for one object.
static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// What a list holds, whatever its order: how many entries, and the sum of their digests, which never overflows. Nobody
/// can foresee the digests, so that two lists of different entries have one sum as rarely as two digests are equal,
/// however often an entry comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct InAnyOrder {
    count: usize,
    sum: u128,
}

impl<T: Hash> FromIterator<T> for InAnyOrder {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let add = |Self { count, sum }, entry| Self {
            count: count + 1,
            sum: sum + u128::from(digest(&entry)),
        };
        entries.into_iter().fold(Self::default(), add)
    }
}

/// Digests facts; only digests of one run can be compared.
pub(crate) fn digest(facts: &impl Hash) -> u64 {
    let mut written = Written::default();
    facts.hash(&mut written);
    written.finish()
}

/// How many bytes nearly all facts have at most.
const ROOM: usize = 96;

/// What is hashed, put together first: the hash takes many small parts far more slowly than one text.
struct Written {
    bytes: [u8; ROOM],
    length: usize,
    /// What came before, where there was more than fits.
    before: Option<DefaultHasher>,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            bytes: [0; ROOM],
            length: 0,
            before: None,
        }
    }
}

impl Written {
    /// Returns the hash of all that was written.
    fn hasher(&self) -> DefaultHasher {
        let mut hasher = self.before.clone().unwrap_or_else(|| KEY.build_hasher());
        hasher.write(self.bytes.get(..self.length).unwrap_or(&self.bytes));
        hasher
    }

    /// Adds so many bytes: a length that is known when the program is built makes a copy cheap.
    #[inline]
    fn add<const LENGTH: usize>(&mut self, bytes: [u8; LENGTH]) {
        let end = self.length + LENGTH;
        if let Some(free) = self.bytes.get_mut(self.length..end) {
            free.copy_from_slice(&bytes);
            self.length = end;
        } else {
            self.spill(&bytes);
        }
    }

    #[cold]
    fn spill(&mut self, bytes: &[u8]) {
        let mut hasher = self.hasher();
        hasher.write(bytes);
        self.before = Some(hasher);
        self.length = 0;
    }

    /// Adds a number that is nearly always small: a length, or which variant it is.
    #[inline]
    fn number(&mut self, number: u64) {
        match u8::try_from(number) {
            Ok(small) if small != u8::MAX => self.add([small]),
            Ok(_) | Err(_) => {
                self.add([u8::MAX]);
                self.add(number.to_le_bytes());
            }
        }
    }
}

impl Hasher for Written {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        // A GUID, which most of what is hashed is.
        if let Ok(bytes) = <[u8; 16]>::try_from(bytes) {
            return self.add(bytes);
        }
        let end = self.length + bytes.len();
        if let Some(free) = self.bytes.get_mut(self.length..end) {
            free.copy_from_slice(bytes);
            self.length = end;
        } else {
            self.spill(bytes);
        }
    }

    #[inline]
    fn write_u8(&mut self, number: u8) {
        self.add([number]);
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.add(number.to_le_bytes());
    }

    #[inline]
    fn write_i32(&mut self, number: i32) {
        self.add(number.to_le_bytes());
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.add(number.to_le_bytes());
    }

    #[inline]
    fn write_i64(&mut self, number: i64) {
        self.add(number.to_le_bytes());
    }

    #[inline]
    fn write_u128(&mut self, number: u128) {
        self.add(number.to_le_bytes());
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.number(number as u64);
    }

    #[inline]
    fn write_isize(&mut self, number: isize) {
        self.number(number.cast_unsigned() as u64);
    }

    fn finish(&self) -> u64 {
        self.hasher().finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_any_order<T: Hash>(list: impl IntoIterator<Item = T>) -> InAnyOrder {
        list.into_iter().collect()
    }

    #[test]
    fn equal_facts_have_one_digest_and_different_facts_two() {
        assert_eq!(digest(&("one", 1)), digest(&("one", 1)));
        assert_ne!(digest(&("one", 1)), digest(&("one", 2)));
    }

    #[test]
    fn another_order_is_no_other_list() {
        assert_eq!(
            in_any_order(["one", "two", "two"]),
            in_any_order(["two", "one", "two"])
        );
    }

    #[test]
    fn how_often_an_entry_comes_is_part_of_the_list() {
        let lists: [&[&str]; 6] = [
            &[],
            &["one"],
            &["one", "one"],
            &["two", "two"],
            &["one", "one", "two"],
            &["one", "two", "two"],
        ];
        let mut digests = lists.map(|list| digest(&in_any_order(list)));
        digests.sort_unstable();
        assert!(digests.is_sorted_by(|one, other| one < other));
    }

    #[test]
    fn a_list_that_comes_a_power_of_two_times_is_not_forgotten() {
        // A sum that wraps would lose a bit with each doubling of the number.
        let many = |entry: &'static str| std::iter::repeat_n(entry, 1 << 16);
        assert_ne!(in_any_order(many("one")), in_any_order(many("two")));
    }

    #[test]
    fn parts_are_digested_as_one_text_however_long_they_are() {
        for length in [0, 1, ROOM - 1, ROOM, ROOM + 1, 3 * ROOM, 10 * ROOM + 7] {
            let text = vec![7_u8; length];
            let mut expected = KEY.build_hasher();
            expected.write(&text);
            for step in [1, 3, ROOM, 5 * ROOM] {
                let mut written = Written::default();
                text.chunks(step).for_each(|part| written.write(part));
                assert_eq!(written.finish(), expected.finish());
            }
        }
    }

    #[test]
    fn numbers_are_told_apart_whatever_their_size() {
        let mut digests: Vec<u64> = [0, 1, 254, 255, 256, usize::MAX]
            .iter()
            .map(digest)
            .collect();
        digests.sort_unstable();
        assert!(digests.is_sorted_by(|one, other| one < other));
    }

    #[test]
    fn the_keys_are_drawn_for_each_run() {
        let fixed = |fact: &str| {
            let mut fixed = DefaultHasher::new();
            fixed.write(fact.as_bytes());
            fixed.write_u8(u8::MAX);
            fixed.finish()
        };
        assert_ne!(digest(&"one"), fixed("one"));
        let fixed = foldhash::fast::FixedState::default();
        assert_ne!(Places::default().hash_one("one"), fixed.hash_one("one"));
        assert_ne!(Places::default().hash_one("two"), fixed.hash_one("two"));
    }
}
