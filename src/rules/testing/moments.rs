//! Periods of credentials, counted from one fixed instant.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use crate::model::Period;

pub(in crate::rules) const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The instant of all tests: noon, so that days and 24 hours are two things.
pub(in crate::rules) fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub(in crate::rules) fn days(number: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * number)
}

/// From one instant to another, both counted from now.
pub(in crate::rules) fn between(start: SignedDuration, end: SignedDuration) -> Period {
    Period {
        start: Some(now() + start),
        end: Some(now() + end),
    }
}

pub(in crate::rules) fn days_old(number: i64) -> Period {
    between(-days(number), days(100))
}

pub(in crate::rules) fn ending_in(number: i64) -> Period {
    between(-days(10), days(number))
}

pub(in crate::rules) fn lasting(lifetime: SignedDuration) -> Period {
    between(-days(1), lifetime - days(1))
}

pub(in crate::rules) fn current() -> Period {
    between(-days(10), days(100))
}

pub(in crate::rules) fn expired() -> Period {
    between(-days(100), -days(1))
}

pub(in crate::rules) fn future() -> Period {
    between(days(1), days(100))
}

pub(in crate::rules) fn without_start() -> Period {
    Period {
        start: None,
        ..current()
    }
}

pub(in crate::rules) fn without_end() -> Period {
    Period {
        end: None,
        ..current()
    }
}

pub(in crate::rules) fn today() -> Date {
    Offset::UTC.to_datetime(now()).date()
}
