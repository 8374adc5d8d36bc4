//! Instants, as exports write them.
//!
//! In: the text of a date. Out: the instant, or why there is none; never the text.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

/// Reads the end of a period; `None` where it is one of the last instants that can be written, which mean «never».
pub(super) fn parse_end(text: &str) -> Result<Option<Timestamp>, &'static str> {
    let instant = parse(text)?;
    // Only an instant that is out of reach can be one of them.
    let is_never = instant >= LAST_DAYS && is_never(&shortened(text));
    Ok(if is_never { None } else { Some(instant) })
}

/// Reads an instant: ISO 8601 with a zone, or .NET's `/Date(ms)/`.
pub(super) fn parse(text: &str) -> Result<Timestamp, &'static str> {
    if let Some(civil) = as_graph_writes(text) {
        return in_utc(civil).ok_or("a date is out of range");
    }
    let text = &shortened(text);
    // `jiff` also reads a zone's name behind the offset, which nothing writes and which may contradict it.
    if !text.contains('[')
        && let Ok(instant) = text.parse::<Timestamp>()
    {
        return Ok(instant);
    }
    if written(text).is_some_and(|(civil, _)| civil.year() == 9999) {
        // Nearly every offset leads behind the last instant that `jiff` can hold, or to it.
        return Ok(Timestamp::MAX);
    }
    if let Some((milliseconds, _)) = dot_net_date(text) {
        return match Timestamp::from_millisecond(milliseconds) {
            Ok(instant) => Ok(instant),
            Err(_) if (0..=DOT_NET_MAX).contains(&milliseconds) => Ok(Timestamp::MAX),
            Err(_) => Err("a date is out of range"),
        };
    }
    Err("a date has no zone, or is no date")
}

/// Cuts a fraction of a second to the nine digits that `jiff` reads.
fn shortened(text: &str) -> Cow<'_, str> {
    let cut = text.find(['.', ',']).and_then(|point| {
        let digits = text.get(point + 1..)?;
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        let (kept, behind) = (text.get(..point + 10)?, digits.get(count..)?);
        (count > 9).then(|| format!("{kept}{behind}"))
    });
    cut.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// `DateTime.MaxValue`, which means "never", lies a few hours behind the last instant that `jiff` can hold.
fn in_utc(civil: DateTime) -> Option<Timestamp> {
    let instant = Offset::UTC.to_timestamp(civil).ok();
    instant.or((civil.year() == 9999).then_some(Timestamp::MAX))
}

/// Twelve days before the year 10000: all that may be «never», in any zone, comes later.
const LAST_DAYS: Timestamp = Timestamp::constant(253_401_264_000, 0);

/// Tells whether a date is the last second that can be written, in its own zone or in UTC.
fn is_never(text: &str) -> bool {
    let is_last = |seconds: i64| seconds >= DOT_NET_MAX / 1000;
    if let Some((milliseconds, offset)) = dot_net_date(text) {
        return is_last(milliseconds / 1000) || is_last(milliseconds / 1000 + offset);
    }
    let Some((civil, offset)) = written(text) else {
        return false;
    };
    let date = civil.date();
    let is_last_day = (date.year(), date.month(), date.day()) == (9999, 12, 31);
    let of_day =
        i64::from(civil.hour()) * 3600 + i64::from(civil.minute()) * 60 + i64::from(civil.second());
    let past = of_day - 86_399;
    is_last_day && (past >= 0 || past - offset >= 0)
}

/// Reads a date and its offset in seconds, also where both together are no instant that `jiff` can hold.
fn written(text: &str) -> Option<(DateTime, i64)> {
    if text.contains('[') {
        return None;
    }
    let pieces = Pieces::parse(text).ok()?;
    let offset = pieces.to_numeric_offset()?;
    Some((
        pieces.date().to_datetime(pieces.time()?),
        i64::from(offset.seconds()),
    ))
}

/// `DateTime.MaxValue` in milliseconds since 1970.
const DOT_NET_MAX: i64 = 253_402_300_799_999;

/// Reads `/Date(1733963922394)/`, and the offset in seconds of the zone in which it was shown: `+0200` behind the
/// milliseconds changes nothing about the instant. Some exports escape its slashes twice.
fn dot_net_date(text: &str) -> Option<(i64, i64)> {
    let text = text
        .strip_prefix('\\')
        .unwrap_or(text)
        .strip_prefix("/Date(")?;
    let digits = text
        .strip_suffix(")/")
        .or_else(|| text.strip_suffix(")\\/"))?;
    let zone = digits
        .get(1..)?
        .find(['+', '-'])
        .map_or(digits.len(), |at| at + 1);
    let (milliseconds, zone) = digits.split_at_checked(zone)?;
    Some((milliseconds.parse().ok()?, offset(zone).unwrap_or_default()))
}

/// Reads `+0200`.
fn offset(zone: &str) -> Option<i64> {
    let (sign, digits) = zone.split_at_checked(1)?;
    let (hours, minutes) = digits.split_at_checked(2)?;
    let seconds = 3600 * hours.parse::<i64>().ok()? + 60 * minutes.parse::<i64>().ok()?;
    Some(if sign == "-" { -seconds } else { seconds })
}

/// Reads `2026-11-23T00:00:00.1234567Z`, the one form in which Graph writes dates: a quarter of what it costs to find out
/// which of all forms it is, and two of them stand in every credential. Everything else is left to `jiff`.
fn as_graph_writes(text: &str) -> Option<DateTime> {
    let (whole, fraction) = text.strip_suffix('Z')?.as_bytes().split_at_checked(19)?;
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        i1,
        i2,
        b':',
        s1,
        s2,
    ] = whole
    else {
        return None;
    };
    let two = |tens: u8, ones: u8| i8::try_from(10 * digit(tens)? + digit(ones)?).ok();
    let year = 100 * i16::from(two(y1, y2)?) + i16::from(two(y3, y4)?);
    let civil = DateTime::new(
        year,
        two(m1, m2)?,
        two(d1, d2)?,
        two(h1, h2)?,
        two(i1, i2)?,
        two(s1, s2)?,
        nanoseconds(fraction)?,
    );
    civil.ok()
}

/// Reads nothing, or a point and one to nine digits.
fn nanoseconds(fraction: &[u8]) -> Option<i32> {
    let digits = match fraction {
        [] => return Some(0),
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => digits,
        _ => return None,
    };
    let read = |sum: i32, byte: &u8| Some(10 * sum + i32::try_from(digit(*byte)?).ok()?);
    let read = digits.iter().try_fold(0, read)?;
    // At most nine digits, so the missing ones are at most eight.
    let missing = u32::try_from(9 - digits.len()).ok()?;
    Some(read * 10_i32.pow(missing))
}

fn digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_instants_with_a_zone() {
        let expected: Timestamp = "2024-12-12T00:38:42.394Z".parse().unwrap();
        for text in [
            "2024-12-12T00:38:42.394Z",
            "2024-12-12T00:38:42.3940000Z",
            "2024-12-12T01:38:42.394+01:00",
            "/Date(1733963922394)/",
            "\\/Date(1733963922394)\\/",
            "/Date(1733963922394+0200)/",
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_date_without_a_zone_is_none() {
        for text in [
            "2024-12-12T00:38:42",
            "2024-12-12",
            "12/12/2024",
            "",
            "2024-02-30T00:00:00Z",
            "2027-01-01T00:00:00+01:00Z",
            "2027-01-01Z",
            "2027-01-01T00:00:00-05:00[Europe/Berlin]",
            "/Date()/",
            "/Date(x)/",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn never_is_a_date_too() {
        assert_eq!(parse("9999-12-31T23:59:59.9999999Z"), Ok(Timestamp::MAX));
        assert_eq!(parse("/Date(253402300799999)/"), Ok(Timestamp::MAX));
        assert!(parse("/Date(253402300800000)/").is_err());
        assert!(parse("0001-01-01T00:00:00Z").is_ok());
        assert!(parse("/Date(-62135596800000)/").is_ok());
    }

    #[test]
    fn never_is_the_last_second_of_its_own_zone_or_of_utc() {
        for never in [
            "/Date(253402300799000)/",
            "/Date(253402300799000-0800)/",
            "/Date(253402300799999+0200)/",
            "/Date(253402293599000+0200)/",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59+14:00",
            "9999-12-31T15:59:59-08:00",
        ] {
            assert!(is_never(never), "{never}");
        }
        for date in [
            "/Date(253402293599000)/",
            "/Date(253402293599000-0200)/",
            "/Date(253402293598000+0200)/",
            "9999-12-31T23:59:58Z",
            "9999-12-30T23:59:59Z",
            "9999-12-31T15:59:58-08:00",
        ] {
            assert!(!is_never(date), "{date}");
        }
    }

    proptest! {
        /// The short way is only shorter: it says nothing that `jiff` does not say.
        #[test]
        fn the_short_way_leads_to_the_same_instant(
            text in "[0-9]{3,4}-[01][0-9]-[0-3][0-9][Tt ][012][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,10})?(Z|z|\\+00:00)?"
        ) {
            if let Some(civil) = as_graph_writes(&text)
                && let Ok(instant) = Offset::UTC.to_timestamp(civil)
            {
                prop_assert_eq!(text.parse::<Timestamp>().ok(), Some(instant));
            }
        }

        #[test]
        fn what_graph_writes_is_read_the_short_way(second in 0_i64..253_402_000_000, nanosecond in 0_i32..1_000_000_000) {
            let instant = Timestamp::new(second, nanosecond).unwrap();
            prop_assert_eq!(as_graph_writes(&instant.to_string()).and_then(in_utc), Some(instant));
        }
    }
}
