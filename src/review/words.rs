//! The words that the sentences about changes share.

use std::fmt::Display;

use jiff::civil::Date;

use crate::policy::Policy;
use crate::words::count;

/// How many items a sentence names.
const MOST_NAMED: usize = 3;

/// Names items in backticks, with commas; the first ones of many.
pub(super) fn named<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<T> = items.into_iter().collect();
    let mut words: Vec<String> = items
        .iter()
        .take(MOST_NAMED)
        .map(|item| format!("`{item}`"))
        .collect();
    if let Some(more) = items.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        words.push(format!("{more} more"));
    }
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}

/// Returns somebody else's sentence as the end of one of ours.
pub(super) fn sentence(text: &str) -> &str {
    text.trim_end().trim_end_matches('.')
}

/// Says how far one day lies from an earlier one.
pub(super) fn days_between(earlier: Date, later: Date) -> String {
    count(days(earlier, later), "day")
}

/// Returns how many days one day lies behind an earlier one.
pub(super) fn days(earlier: Date, later: Date) -> usize {
    usize::try_from(later.duration_since(earlier).as_hours() / 24).unwrap_or_default()
}

/// Says that there is nothing to compare with.
pub(super) fn first_policy(head: &Policy) -> String {
    format!(
        "this is the first policy, so there is nothing that it could loosen: it has {} and {}",
        count(head.exceptions().len(), "exception"),
        count(head.windows().len(), "migration window"),
    )
}
