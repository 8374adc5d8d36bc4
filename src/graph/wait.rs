//! How long to wait before a request is sent again.
//!
//! In: the headers of an answer, or the number of the attempt. Out: a duration that is never zero and never garbage: an
//! instant retry would be another blow for a server that asks for rest.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::time::{Duration, SystemTime};

use reqwest::header::{self, HeaderMap};

use super::limits::Limits;

/// The least that a server can mean.
const LEAST: Duration = Duration::from_secs(1);

/// An answer after which the same request may succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Busy {
    /// It asks for fewer requests.
    Throttled,
    /// It fails.
    Failing,
}

/// Tells what a status says of the server; `None` where another request would end the same way.
pub(super) const fn busy(status: u16) -> Option<Busy> {
    match status {
        429 | 509 => Some(Busy::Throttled),
        408 | 500 | 502..=504 => Some(Busy::Failing),
        _ => None,
    }
}

/// Returns how long an answer asks to wait.
pub(super) fn asked_for(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    retry_after(text(header::RETRY_AFTER), text(header::DATE))
}

/// Reads `Retry-After`: seconds, or a date, which is compared with the answer's own `Date`. `None` where it is absent or
/// garbage.
fn retry_after(value: Option<&str>, date: Option<&str>) -> Option<Duration> {
    let value = value?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are a wait that no limit allows.
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).max(LEAST));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let from = instant(date)?;
    Some(until.duration_since(from).unwrap_or_default().max(LEAST))
}

/// Reads the `Date` of an answer.
pub(super) fn instant(date: Option<&str>) -> Option<SystemTime> {
    httpdate::parse_http_date(date?.trim()).ok()
}

/// Returns how long to wait where the server does not say: twice as long each time, half of it by chance, so that many
/// clients do not come back together.
pub(super) fn back_off(attempt: u32, limits: &Limits) -> Duration {
    let doubled = 2_u32.saturating_pow(attempt.min(16));
    let whole = limits
        .first_wait
        .saturating_mul(doubled)
        .min(limits.longest_wait);
    let half = whole / 2;
    let chance = RandomState::new().build_hasher().finish() % 1_000;
    let share = u32::try_from(chance).unwrap_or_default();
    (half + half.saturating_mul(share) / 1_000).max(limits.first_wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: Option<&str> = Some("Mon, 23 Nov 2026 12:00:00 GMT");

    #[test]
    fn seconds_and_dates_are_read() {
        let seconds = |value| retry_after(Some(value), DATE).map(|wait| wait.as_secs());
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds(" 7 "), Some(7));
        assert_eq!(seconds("0"), Some(1));
        assert_eq!(seconds("99999999999999999999999999"), Some(u64::MAX));
        assert_eq!(seconds("Mon, 23 Nov 2026 12:00:09 GMT"), Some(9));
        assert_eq!(seconds("Mon, 23 Nov 2026 11:00:00 GMT"), Some(1));
    }

    #[test]
    fn garbage_is_no_wait() {
        for garbage in ["", "NaN", "-1", "1.5", "soon", "1e3", "+5", "0x10", "∞"] {
            assert_eq!(retry_after(Some(garbage), DATE), None, "{garbage}");
        }
        assert_eq!(retry_after(None, DATE), None);
    }

    #[test]
    fn a_date_without_a_clock_to_compare_it_with_says_nothing() {
        let value = Some("Mon, 23 Nov 2026 12:00:09 GMT");
        assert_eq!(retry_after(value, None), None);
    }

    #[test]
    fn the_wait_grows_and_has_an_end() {
        let limits = Limits::default();
        for attempt in 0..40 {
            let wait = back_off(attempt, &limits);
            assert!(wait >= limits.first_wait, "{attempt}");
            assert!(wait <= limits.longest_wait, "{attempt}");
        }
        assert!(back_off(10, &limits) >= limits.longest_wait / 2);
    }
}
