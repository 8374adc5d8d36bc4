//! Which of many migration windows is the first in which a day lies.
//!
//! In: windows with their index. Out: for any day the lowest index of a window that has it. The days are cut where a window
//! opens or has closed, once; so asking takes the logarithm of the number of windows, whatever asks.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Window;

/// The first window of each day.
#[derive(Clone, Debug, Default)]
pub struct WindowDays {
    /// From which day on a window is the first, or none is; in order.
    cuts: Vec<(Date, Option<usize>)>,
}

impl WindowDays {
    /// Cuts the days at these windows.
    pub fn of<'run>(windows: impl Iterator<Item = (usize, &'run Window)>) -> Self {
        let mut changes: Vec<(Date, bool, usize)> = Vec::new();
        for (index, window) in windows {
            changes.push((window.opens, true, index));
            // Where time ends nothing closes any more.
            let closed = window.closes.tomorrow();
            changes.extend(closed.map(|day| (day, false, index)));
        }
        changes.sort_unstable();
        let mut open = BTreeSet::new();
        let mut cuts = Vec::new();
        for changes in changes.chunk_by(|one, other| one.0 == other.0) {
            for &(day, opens, index) in changes {
                if opens {
                    open.insert(index);
                } else {
                    open.remove(&index);
                }
                cuts.pop_if(|(before, _)| *before == day);
                cuts.push((day, open.first().copied()));
            }
        }
        Self { cuts }
    }

    /// Returns the first window in which a day lies.
    pub fn first(&self, day: Date) -> Option<usize> {
        let after = self.cuts.partition_point(|(from, _)| *from <= day);
        let (_, first) = self.cuts.get(after.checked_sub(1)?)?;
        *first
    }

    /// Tells whether no window was given.
    pub const fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::WindowId;
    use crate::policy::{WindowScope, Written};

    fn day(day: i8) -> Date {
        jiff::civil::date(2026, 11, day)
    }

    fn window(opens: Date, closes: Date) -> Window {
        Window {
            id: WindowId("autumn".into()),
            applications: WindowScope::All,
            reason: "Cutover.".into(),
            owner: None,
            approved_by: None,
            ticket: None,
            opens,
            certificate_by: closes,
            closes,
            written: Written { file: 0, index: 0 },
        }
    }

    #[test]
    fn the_first_of_the_policy_is_named_and_not_the_first_in_time() {
        let windows = [
            window(day(5), day(6)),
            window(day(3), day(9)),
            window(day(1), day(5)),
        ];
        let days = WindowDays::of(windows.iter().enumerate());
        for date in (1..=20).map(day) {
            let simple = windows.iter().position(|it| it.is_open(date));
            assert_eq!(days.first(date), simple, "{date}");
        }
    }

    #[test]
    fn a_window_through_the_end_of_time_never_closes() {
        let windows = [window(day(1), Date::MAX)];
        let days = WindowDays::of(windows.iter().enumerate());
        assert_eq!(days.first(Date::MAX), Some(0));
        assert_eq!(days.first(jiff::civil::date(2026, 10, 31)), None);
    }

    #[test]
    fn without_windows_no_day_has_one() {
        assert_eq!(WindowDays::default().first(day(1)), None);
        assert!(WindowDays::of(std::iter::empty()).is_empty());
    }
}
