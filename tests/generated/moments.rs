//! Instants on the edges of every limit, and their spellings.

use jiff::Timestamp;
use jiff::civil::date;
use serde_json::{Value, json};

use super::random::Random;

pub(crate) const SECOND: i128 = 1_000_000_000;
pub(crate) const DAY: i128 = 86_400 * SECOND;

/// Graph's smallest step.
const TICK: i128 = 100;

/// The UTC day of an instant, counted from 1970.
pub(crate) fn day_of(instant: i128) -> i64 {
    i64::try_from(instant.div_euclid(DAY)).unwrap()
}

/// `YYYY-MM-DD`.
pub(crate) fn spell_day(day: i64) -> String {
    let span = jiff::Span::new().days(day);
    date(1970, 1, 1).checked_add(span).unwrap().to_string()
}

/// ISO 8601, with an offset that does not change the instant.
pub(crate) fn spell(instant: i128, zone: &str) -> String {
    let shift = match zone {
        "+02:00" => 7_200 * SECOND,
        "-05:30" => -19_800 * SECOND,
        _ => 0,
    };
    let shown = Timestamp::from_nanosecond(instant + shift).unwrap();
    format!("{}{zone}", shown.to_string().trim_end_matches('Z'))
}

/// From when to when a credential is valid; `None` stands for `null`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Period(pub(crate) Option<i128>, pub(crate) Option<i128>);

/// What the moments of a case lie close to.
#[derive(Clone, Debug)]
pub(crate) struct Edges {
    pub(crate) now: i128,
    /// Days: every `max` and `within` of the policy.
    pub(crate) limits: Vec<i64>,
    /// First and last day of each migration window.
    pub(crate) windows: Vec<(i64, i64)>,
}

impl Edges {
    /// Exactly there, or a hair beside it, or some days beside it.
    pub(crate) fn near(random: &mut Random, instant: i128) -> i128 {
        let days = i128::from(random.between(-5, 5)) * DAY / 2;
        let steps = [0, 0, 0, SECOND, -SECOND, TICK, -TICK, DAY, -DAY, days];
        instant + random.pick(&steps)
    }

    pub(crate) fn limit(&self, random: &mut Random) -> i128 {
        i128::from(random.pick(&self.limits)) * DAY
    }

    fn seconds(random: &mut Random, days: i64) -> i128 {
        i128::from(random.between(1, days * 86_400)) * SECOND
    }

    /// A period of any kind, most of them in date.
    pub(crate) fn period(&self, random: &mut Random) -> Period {
        let now = self.now;
        let start = now - Self::seconds(random, 500);
        let end = now + Self::seconds(random, 500);
        let limit = self.limit(random);
        match random.below(20) {
            0..=4 => Period(Some(start), Some(end)),
            5 | 6 => self.harmless(random),
            7 => self.expired(random),
            8 => self.future(random),
            9 => {
                let start = if random.percent(30) {
                    now + Self::seconds(random, 60)
                } else {
                    now - i128::from(random.between(0, 100)) * limit / 100
                };
                let end = Self::near(random, start + limit);
                Period(Some(start), Some(end.max(start)))
            }
            10 | 11 => Period(
                Some(start),
                Some(Self::near(random, now + limit).max(start)),
            ),
            12 => Period(Some(Self::near(random, now - limit).min(end)), Some(end)),
            13 => Period(Some(start), Some(now + Self::hair(random))),
            14 => Period(Some((now + Self::hair(random)).min(end)), Some(end)),
            15 => self.of_window(random, end),
            _ => self.open_ended(random, Period(Some(start), Some(end))),
        }
    }

    fn hair(random: &mut Random) -> i128 {
        random.pick(&[0, 0, TICK, -TICK, SECOND, -SECOND])
    }

    /// A period that no default limit minds.
    pub(crate) fn harmless(&self, random: &mut Random) -> Period {
        let start = self.now - Self::seconds(random, 20);
        Period(
            Some(start),
            Some(self.now + 62 * DAY + Self::seconds(random, 5)),
        )
    }

    fn expired(&self, random: &mut Random) -> Period {
        let end = self.now - Self::seconds(random, 300);
        Period(Some(end - Self::seconds(random, 400)), Some(end))
    }

    fn future(&self, random: &mut Random) -> Period {
        let start = self.now + Self::seconds(random, 60);
        Period(Some(start), Some(start + Self::seconds(random, 400)))
    }

    /// Starts at the edges of a migration window.
    fn of_window(&self, random: &mut Random, end: i128) -> Period {
        if self.windows.is_empty() {
            return self.harmless(random);
        }
        let (opens, closes) = random.pick(&self.windows);
        let edges = [i128::from(opens) * DAY, i128::from(closes + 1) * DAY];
        let start = random.pick(&edges) + random.pick(&[0, -TICK, SECOND, -SECOND, DAY, -DAY]);
        Period(Some(start), Some(end.max(start)))
    }

    /// Without a start, without an end, without both; or no longer than an instant.
    fn open_ended(&self, random: &mut Random, Period(start, end): Period) -> Period {
        let past = self.now - i128::from(random.between(0, 50)) * DAY;
        let future = self.now + i128::from(random.between(-2, 90)) * DAY;
        match random.below(6) {
            0 => Period(start, None),
            1 => Period(Some(future), None),
            2 => Period(None, end),
            3 => Period(None, Some(past)),
            4 => Period(None, None),
            _ => {
                let point = Some(self.now + random.pick(&[0, 0, SECOND, -SECOND]));
                Period(point, point)
            }
        }
    }
}

/// The end of what never ends, as .NET writes it.
pub(crate) const NEVER: &str = "9999-12-31T23:59:59.9999999Z";

/// The same, as others write it: .NET's last day is one that other calendars do not know in every zone.
const NEVERS: [&str; 7] = [
    NEVER,
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.9Z",
    "9999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59+00:00",
    "9999-12-31T23:59:59-08:00",
    "9999-12-31T23:59:59.9999999+14:00",
];

/// The last instant as an export may write it.
pub(crate) fn written_end(random: &mut Random, instant: Option<i128>) -> Value {
    if random.percent(3) {
        return json!(random.pick(&NEVERS));
    }
    written(random, instant)
}

/// A date as an export may write it.
pub(crate) fn written(random: &mut Random, instant: Option<i128>) -> Value {
    let Some(instant) = instant else {
        return Value::Null;
    };
    let zone = if random.percent(3) {
        random.pick(&["+02:00", "-05:30", "+00:00"])
    } else {
        "Z"
    };
    let text = spell(instant, zone);
    if !text.contains('.') && random.percent(5) {
        let zeros = format!(
            "{}.{:0<2$}",
            text.trim_end_matches(zone),
            0,
            random.below(7) + 1
        );
        return json!(zeros + zone);
    }
    json!(text)
}
