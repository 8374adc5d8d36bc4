//! Which of many entries of the policy is the first in force on a day: exceptions, or migration windows.
//!
//! In: entries with their index, and the days from and through which they hold. Out: for any day the lowest index of one
//! that holds. The days are cut where an entry begins or has ended, once; so asking takes the logarithm of the number of
//! entries, whatever asks.

use std::collections::BTreeSet;

use jiff::civil::Date;

/// The first entry of each day.
#[derive(Clone, Debug, Default)]
pub struct FirstByDay {
    /// From which day on an entry is the first, or none is; in order, each another one than the last.
    cuts: Vec<(Date, Option<usize>)>,
}

impl FirstByDay {
    /// Cuts the days at these entries: the index of each, its first day, and its last one.
    pub fn of(entries: impl Iterator<Item = (usize, Date, Date)>) -> Self {
        let mut changes: Vec<(Date, bool, usize)> = Vec::new();
        for (index, first, last) in entries {
            changes.push((first, true, index));
            // Where time ends nothing ends any more.
            let ended = last.tomorrow();
            changes.extend(ended.map(|day| (day, false, index)));
        }
        changes.sort_unstable();
        let mut in_force = BTreeSet::new();
        let mut cuts: Vec<(Date, Option<usize>)> = Vec::new();
        for changes in changes.chunk_by(|one, other| one.0 == other.0) {
            for &(_, begins, index) in changes {
                if begins {
                    in_force.insert(index);
                } else {
                    in_force.remove(&index);
                }
            }
            let first = in_force.first().copied();
            let before = cuts.last().and_then(|(_, before)| *before);
            cuts.extend(
                changes
                    .first()
                    .filter(|_| first != before)
                    .map(|(day, ..)| (*day, first)),
            );
        }
        Self { cuts }
    }

    /// Returns the first entry that holds on a day.
    pub fn first(&self, day: Date) -> Option<usize> {
        let after = self.cuts.partition_point(|(from, _)| *from <= day);
        let (_, first) = self.cuts.get(after.checked_sub(1)?)?;
        *first
    }

    /// Returns the days on which another entry is the first one than the day before, with both.
    pub fn changes(&self) -> impl Iterator<Item = (Date, Option<usize>, Option<usize>)> {
        let before = std::iter::once(None).chain(self.cuts.iter().map(|(_, first)| *first));
        let cuts = self.cuts.iter().zip(before);
        cuts.map(|((day, after), before)| (*day, before, *after))
    }

    /// Tells whether no entry was given.
    pub const fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i8) -> Date {
        jiff::civil::date(2026, 11, day)
    }

    const ENTRIES: [(i8, i8); 4] = [(5, 6), (3, 9), (1, 5), (9, 12)];

    fn entries() -> impl Iterator<Item = (usize, Date, Date)> + Clone {
        let entries = ENTRIES.iter().enumerate();
        entries.map(|(index, (first, last))| (index, day(*first), day(*last)))
    }

    fn simple(date: Date) -> Option<usize> {
        let found = entries().find(|(_, first, last)| *first <= date && date <= *last);
        found.map(|(index, ..)| index)
    }

    #[test]
    fn the_first_of_the_policy_is_named_and_not_the_first_in_time() {
        let days = FirstByDay::of(entries());
        for date in (1..=20).map(day) {
            assert_eq!(days.first(date), simple(date), "{date}");
        }
    }

    #[test]
    fn the_changes_are_the_days_on_which_another_one_is_first() {
        let days = FirstByDay::of(entries());
        let changed = (2..=20).map(|it| (day(it), simple(day(it - 1)), simple(day(it))));
        let mut all = vec![(day(1), None, simple(day(1)))];
        all.extend(changed.filter(|(_, before, after)| before != after));
        assert_eq!(days.changes().collect::<Vec<_>>(), all);
    }

    #[test]
    fn an_entry_through_the_end_of_time_never_ends() {
        let days = FirstByDay::of(std::iter::once((0, day(1), Date::MAX)));
        assert_eq!(days.first(Date::MAX), Some(0));
        assert_eq!(days.first(jiff::civil::date(2026, 10, 31)), None);
    }

    #[test]
    fn without_entries_no_day_has_one() {
        assert_eq!(FirstByDay::default().first(day(1)), None);
        assert!(FirstByDay::of(std::iter::empty()).is_empty());
    }
}
