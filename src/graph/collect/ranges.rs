//! Ranges of creation, so that several parts of one list are read at the same time.
//!
//! In: when the objects of one page were made. Out: the ranges into which the list is cut. Neighbours
//! share their bound, because Graph has "at or after" and "at or before" only; what stands at a bound comes twice and is
//! dropped by its id. Nothing depends on good cuts but the time it takes.

use jiff::Timestamp;

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// Made from one instant through another; `None` is the end of time on that side.
    Between(Option<Timestamp>, Option<Timestamp>),
    /// Without an instant of creation.
    Undated,
}

/// Everything that has a date.
pub(super) const WHOLE: Range = Range::Between(None, None);

/// Earlier than anything in Entra.
const FIRST: &str = "0001-01-01T00:00:00Z";
/// Later than anything in Entra.
const LAST: &str = "9999-12-31T00:00:00Z";

/// 2012-01-01T00:00:00Z. Before this nothing was registered, but for what bears no true date.
const BEGINNING: i64 = 1_325_376_000;

impl Range {
    /// Returns the `$filter` of the part, ready for a URL.
    pub(super) fn filter(self) -> String {
        match self {
            Self::Undated => "createdDateTime%20eq%20null".to_owned(),
            Self::Between(from, to) => {
                let text = |bound: Option<Timestamp>, end: &str| {
                    bound.map_or_else(|| end.to_owned(), |bound| bound.to_string())
                };
                let (from, to) = (text(from, FIRST), text(to, LAST));
                format!("createdDateTime%20ge%20{from}%20and%20createdDateTime%20le%20{to}")
            }
        }
    }

    /// Tells whether an object can be in the part. Servers compare seconds or texts: a second more or less is no matter.
    pub(super) fn holds(self, created: Option<Timestamp>) -> bool {
        match (self, created) {
            (Self::Undated, created) => created.is_none(),
            (Self::Between(..), None) => false,
            (Self::Between(from, to), Some(created)) => {
                let created = created.as_second();
                from.is_none_or(|from| created >= from.as_second() - 1)
                    && to.is_none_or(|to| created <= to.as_second() + 1)
            }
        }
    }
}

/// Cuts a range into about so many parts; `now` is the end of what can have been made. One part means that it cannot be
/// cut.
///
/// The sample is in the order of its page. In no order, it is taken for a fair one, and its dates are cut into parts of the
/// same number. In order, the page holds the oldest or the newest objects: the time that it leaves is cut into parts of
/// the same length.
pub(super) fn cut(range: Range, sample: &[Timestamp], parts: usize, now: Timestamp) -> Vec<Range> {
    let Range::Between(from, to) = range else {
        return vec![range];
    };
    let mut dates: Vec<Timestamp> = sample.to_vec();
    dates.retain(|instant| range.holds(Some(*instant)));
    dates.sort_unstable();
    let (Some(&oldest), Some(&newest)) = (dates.first(), dates.last()) else {
        return vec![range];
    };
    let beginning = Timestamp::from_second(BEGINNING).unwrap_or_default();
    let begin = from.unwrap_or(beginning).max(beginning).min(oldest);
    let end = to.unwrap_or(now).min(now).max(newest);
    let cuts = if sample.is_sorted() {
        evenly(newest, end, parts)
    } else if sample.is_sorted_by(|one, other| one >= other) {
        evenly(begin, oldest, parts)
    } else {
        let place = |number: usize| dates.len() * number / parts;
        (1..parts)
            .filter_map(|number| dates.get(place(number)).copied())
            .collect()
    };
    bounded(from, to, cuts)
}

/// Cuts a stretch of time into parts of the same length.
fn evenly(from: Timestamp, to: Timestamp, parts: usize) -> Vec<Timestamp> {
    let length = to.as_second().saturating_sub(from.as_second());
    let parts = i64::try_from(parts).unwrap_or(1).max(1);
    let cuts = (0..parts).map(|number| from.as_second() + length * number / parts);
    cuts.filter_map(|second| Timestamp::from_second(second).ok())
        .collect()
}

/// Makes ranges of cuts, at whole seconds within the bounds.
fn bounded(from: Option<Timestamp>, to: Option<Timestamp>, cuts: Vec<Timestamp>) -> Vec<Range> {
    let whole = |instant: Timestamp| Timestamp::from_second(instant.as_second()).ok();
    let mut cuts: Vec<Timestamp> = cuts.into_iter().filter_map(whole).collect();
    cuts.retain(|instant| {
        from.is_none_or(|from| *instant > from) && to.is_none_or(|to| *instant < to)
    });
    cuts.sort_unstable();
    cuts.dedup();
    let mut ranges = Vec::with_capacity(cuts.len() + 1);
    let mut begin = from;
    for cut in cuts {
        ranges.push(Range::Between(begin, Some(cut)));
        begin = Some(cut);
    }
    ranges.push(Range::Between(begin, to));
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const NOW: &str = "2026-11-23T00:00:00Z";

    fn days(from: &str, count: i64) -> Vec<Timestamp> {
        let from = at(from).as_second();
        (0..count)
            .map(|day| Timestamp::from_second(from + day * 86_400).unwrap())
            .collect()
    }

    /// The ranges touch one another and reach from end to end.
    fn assert_seamless(range: Range, ranges: &[Range]) {
        let Range::Between(from, to) = range else {
            panic!()
        };
        let mut expected = from;
        for range in ranges {
            let Range::Between(begin, end) = *range else {
                panic!()
            };
            assert_eq!(begin, expected);
            assert!(begin.is_none() || end.is_none() || end > begin);
            expected = end;
        }
        assert_eq!(expected, to);
    }

    #[test]
    fn a_fair_sample_gives_parts_of_the_same_number() {
        let mut sample = days("2020-01-01T00:00:00Z", 2_500);
        sample.swap(3, 2_000);
        sample.swap(4, 5);
        let ranges = cut(WHOLE, &sample, 10, at(NOW));
        assert_seamless(WHOLE, &ranges);
        let most = ranges
            .iter()
            .map(|range| {
                sample
                    .iter()
                    .filter(|instant| range.holds(Some(**instant)))
                    .count()
            })
            .max();
        assert!(most.unwrap() <= 260, "{most:?}");
    }

    #[test]
    fn the_oldest_page_leaves_the_rest_of_time_in_even_parts() {
        let sample = days("2016-01-01T00:00:00Z", 300);
        let ranges = cut(WHOLE, &sample, 12, at(NOW));
        assert_seamless(WHOLE, &ranges);
        let longest = ranges
            .iter()
            .filter_map(|range| match range {
                Range::Between(Some(from), Some(to)) if *from > at("2016-10-01T00:00:00Z") => {
                    Some(to.as_second() - from.as_second())
                }
                Range::Between(..) | Range::Undated => None,
            })
            .max();
        assert!(longest.unwrap() < 500 * 86_400, "{longest:?}");
    }

    #[test]
    fn the_newest_page_leaves_the_time_before_in_even_parts() {
        let mut sample = days("2026-01-01T00:00:00Z", 300);
        sample.reverse();
        let ranges = cut(WHOLE, &sample, 12, at(NOW));
        assert_seamless(WHOLE, &ranges);
        assert_eq!(ranges.len(), 13);
        let last = Range::Between(Some(at("2024-10-31T20:00:00Z")), None);
        assert_eq!(ranges.last(), Some(&last));
    }

    #[test]
    fn what_was_made_in_one_second_cannot_be_cut() {
        let range = Range::Between(
            Some(at("2026-01-01T00:00:00Z")),
            Some(at("2026-01-01T00:00:01Z")),
        );
        let sample = vec![at("2026-01-01T00:00:00.5Z"); 999];
        assert_eq!(cut(range, &sample, 8, at(NOW)), [range]);
        assert_eq!(cut(Range::Undated, &[], 8, at(NOW)), [Range::Undated]);
    }

    #[test]
    fn the_filter_is_the_one_that_graph_documents() {
        let range = Range::Between(
            Some(at("2026-01-01T00:00:00Z")),
            Some(at("2026-02-01T00:00:00Z")),
        );
        assert_eq!(
            range.filter(),
            "createdDateTime%20ge%202026-01-01T00:00:00Z%20and%20createdDateTime%20le%202026-02-01T00:00:00Z"
        );
    }

    #[test]
    fn a_second_at_the_bounds_is_no_matter() {
        let range = Range::Between(
            Some(at("2026-01-01T00:00:00Z")),
            Some(at("2026-02-01T00:00:00Z")),
        );
        assert!(range.holds(Some(at("2026-02-01T00:00:00.9Z"))));
        assert!(!range.holds(Some(at("2026-02-02T00:00:00Z"))));
        assert!(!range.holds(None));
        assert!(Range::Undated.holds(None));
    }
}
