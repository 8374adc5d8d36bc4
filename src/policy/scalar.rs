//! The strings of a policy that have a grammar: ids, dates, durations and the words to choose from.
//!
//! In: one string as written. Out: the value it means, or the fault that tells a person what is wrong with it. Each
//! grammar is written once, as a type with [`Grammar`]; parser, schema and error messages all follow from it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::Issuer;
use super::fault::Fault;
use crate::finding::Days;
use crate::model::{AppId, KeyId, TenantId};

/// A value that a policy writes as one string.
pub(super) trait Grammar: Sized {
    /// What the schema calls it.
    const NAME: &'static str;

    /// Reads the string.
    fn read(text: &str) -> Result<Self, Fault>;

    /// Says what to write where somebody wrote a number (this one, if it is whole) or a truth value.
    fn remedy(_number: Option<i64>) -> String {
        "put it in quotes to make it text".to_owned()
    }

    /// Describes the strings that [`read`](Self::read) takes, as closely as JSON Schema can.
    fn schema() -> Schema;
}

/// A string of the policy, read by the grammar of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scalar<T>(pub(super) T);

impl<'de, T: Grammar> Deserialize<'de> for Scalar<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(ScalarVisitor(PhantomData))
    }
}

struct ScalarVisitor<T>(PhantomData<T>);

impl<T: Grammar> Visitor<'_> for ScalarVisitor<T> {
    type Value = Scalar<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(T::NAME)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        T::read(text).map(Scalar).map_err(E::custom)
    }
}

impl<T: Grammar> JsonSchema for Scalar<T> {
    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        T::schema()
    }
}

/// Defines a word to choose from (the caller imports `Fault` and `suggestion`): the words, what each stands for, and what to call the choice.
macro_rules! words {
    ($type:ty, $name:literal, $description:literal, [$($word:literal => $value:expr),* $(,)?]) => {
        impl Grammar for $type {
            const NAME: &'static str = $name;

            fn read(text: &str) -> Result<Self, Fault> {
                match text {
                    $($word => Ok($value),)*
                    _ => Err(Fault::UnknownWord {
                        word: text.into(),
                        remedy: suggestion(text, &[$($word),*]),
                    }),
                }
            }

            fn remedy(_number: Option<i64>) -> String {
                format!("write one of `{}`", [$($word),*].join("`, `"))
            }

            fn schema() -> Schema {
                json_schema!({
                    "description": $description,
                    "type": "string",
                    "enum": [$($word),*],
                })
            }
        }
    };
}
pub(super) use words;

/// Text for a person: not blank, no control characters but line breaks and tabs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text(pub(super) Box<str>);

impl Grammar for Text {
    const NAME: &'static str = "Text";

    fn read(text: &str) -> Result<Self, Fault> {
        let is_steering = |character: char| character.is_control() && !"\n\t".contains(character);
        if text.chars().any(is_steering) {
            return Err(Fault::ControlCharacter);
        }
        // A byte order mark is a blank to JSON Schema, and nobody sees the other ones that `escape` knows.
        let is_blank =
            |character: char| character.is_whitespace() || crate::escape::is_unprintable(character);
        if text.chars().all(is_blank) {
            return Err(Fault::Blank);
        }
        Ok(Self(text.into()))
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "Text for a person; not blank.",
            "type": "string",
            "pattern": r"^[^\x00-\x08\x0b-\x1f\x7f]*$",
            "allOf": [{ "pattern": r"\S" }],
        })
    }
}

/// The `id` of an exception or window: ASCII, so that two ids that look the same are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EntryId(pub(super) Box<str>);

impl EntryId {
    const LONGEST: usize = 100;
}

impl Grammar for EntryId {
    const NAME: &'static str = "Id";

    fn read(text: &str) -> Result<Self, Fault> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let starts_well = text.starts_with(|first: char| first.is_ascii_alphanumeric());
        if starts_well && text.len() <= Self::LONGEST && text.bytes().all(is_plain) {
            Ok(Self(text.into()))
        } else {
            Err(Fault::NotAnId { text: text.into() })
        }
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "A name that is unique over all files of the policy: ASCII letters, digits, `-`, `_`, `.`.",
            "type": "string",
            "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        })
    }
}

impl Grammar for Date {
    const NAME: &'static str = "Day";

    fn read(text: &str) -> Result<Self, Fault> {
        read_date(text).ok_or_else(|| Fault::NotADay { text: text.into() })
    }

    fn remedy(_number: Option<i64>) -> String {
        "write a day as `YYYY-MM-DD`, such as `2026-12-31`".to_owned()
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "A whole day in UTC.",
            "type": "string",
            "format": "date",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        })
    }
}

/// `jiff` reads more forms than the policy has: `20260901`, or a date with a time.
fn read_date(text: &str) -> Option<Date> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let year = i16::try_from(read_digits(year, 4)?).ok()?;
    let month = i8::try_from(read_digits(month, 2)?).ok()?;
    let day = i8::try_from(read_digits(day, 2)?).ok()?;
    Date::new(year, month, day).ok()
}

fn read_digits(text: &str, length: usize) -> Option<u32> {
    let is_number = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// A hundred years: what is longer is a slip, and no limit.
const LONGEST_DURATION: u32 = 36_500;

impl Grammar for Days {
    const NAME: &'static str = "Duration";

    fn read(text: &str) -> Result<Self, Fault> {
        let fault = || Fault::NotADuration { text: text.into() };
        let days = read_duration(text).ok_or_else(fault)?;
        match days {
            1..=LONGEST_DURATION => Ok(Self(days)),
            _ => Err(fault()),
        }
    }

    fn remedy(number: Option<i64>) -> String {
        match number {
            Some(days) if (1..=i64::from(LONGEST_DURATION)).contains(&days) => {
                format!("write `{days}d` for that many days")
            }
            _ => "write whole days or weeks, such as `90d` or `26w`".to_owned(),
        }
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "Whole days: `90d`, `26w`, or ISO 8601 days such as `P90D`; not zero, at most 36500 days.",
            "type": "string",
            "pattern": "^([1-9][0-9]{0,4}d|[1-9][0-9]{0,3}w|P[1-9][0-9]{0,4}D)$",
            "examples": ["90d", "26w", "P90D"],
        })
    }
}

fn read_duration(text: &str) -> Option<u32> {
    let iso = text
        .strip_prefix('P')
        .and_then(|rest| rest.strip_suffix('D'));
    let (digits, unit) = if let Some(digits) = iso.or_else(|| text.strip_suffix('d')) {
        (digits, 1)
    } else {
        (text.strip_suffix('w')?, 7)
    };
    if digits.starts_with('0') {
        return None;
    }
    read_digits(digits, digits.len())?.checked_mul(unit)
}

macro_rules! guid {
    ($type:ident, $description:literal, $remedy:literal) => {
        impl Grammar for $type {
            const NAME: &'static str = stringify!($type);

            fn read(text: &str) -> Result<Self, Fault> {
                match text.parse::<Self>() {
                    Ok(guid) if guid.is_nil() => Err(Fault::NilGuid),
                    Ok(guid) => Ok(guid),
                    Err(_) => Err(Fault::NotAGuid {
                        text: text.into(),
                        remedy: $remedy,
                    }),
                }
            }

            fn remedy(_number: Option<i64>) -> String {
                $remedy.to_owned()
            }

            fn schema() -> Schema {
                json_schema!({
                    "description": $description,
                    "type": "string",
                    "format": "uuid",
                    "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
                    "not": { "const": "00000000-0000-0000-0000-000000000000" },
                })
            }
        }
    };
}

guid!(
    AppId,
    "An appId (client id); never a name, a pattern or an object id.",
    "write it as `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`; names and patterns are never matched, because the owner of an application chooses its name"
);
guid!(
    KeyId,
    "The keyId of one credential.",
    "write the keyId of one credential, a GUID such as `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`"
);
guid!(
    TenantId,
    "A tenant id.",
    "write the tenant's id, a GUID such as `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`; `az account show --query tenantId` prints it"
);

impl Grammar for Issuer {
    const NAME: &'static str = "Issuer";

    fn read(text: &str) -> Result<Self, Fault> {
        Self::parse(text).map_err(|_| Fault::NotAnIssuer { text: text.into() })
    }

    fn remedy(_number: Option<i64>) -> String {
        "write `https://host/path`".to_owned()
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "An issuer of federated tokens: `https://host/path`; the host may begin with `*.`, the path may end in `/*`.",
            "type": "string",
            "pattern": r"^[Hh][Tt][Tt][Pp][Ss]://(\*\.)?[A-Za-z0-9.-]+(:[0-9]+)?(/[^*?#@\\ ]*)?(/\*)?/?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> Option<u32> {
        Days::read(text).ok().map(|days| days.0)
    }

    #[test]
    fn durations_are_days_and_weeks() {
        assert_eq!(days("90d"), Some(90));
        assert_eq!(days("26w"), Some(182));
        assert_eq!(days("P90D"), Some(90));
        assert_eq!(days("36500d"), Some(36_500));
    }

    #[test]
    fn no_other_duration_is_taken() {
        for text in [
            "",
            "d",
            "0d",
            "-1d",
            "+1d",
            "1",
            "090d",
            "6m",
            "P6M",
            "p90d",
            "P26W",
            "36501d",
            "9999w",
            "4294967297d",
            "1.5d",
            "٩٠d",
            " 90d",
        ] {
            assert_eq!(days(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_has_one_form() {
        assert!(Date::read("2028-02-29").is_ok());
        for text in [
            "2026-02-29",
            "20260901",
            "2026-9-1",
            "2026-09-01T00:00:00Z",
            "",
            "+026-09-01",
        ] {
            assert!(Date::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_id_is_ascii() {
        assert!(EntryId::read("IAM-412.erp_v2").is_ok());
        for text in ["", "-a", "a b", "a/b", "erр", &"a".repeat(101)] {
            assert!(EntryId::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_reason_that_nobody_can_see_is_blank() {
        for text in ["", " \n\t", "\u{feff}", "\u{200b}\u{2060}", "\u{2800}"] {
            assert_eq!(Text::read(text), Err(Fault::Blank), "{text:?}");
        }
        assert_eq!(Text::read("\u{1b}[31mred"), Err(Fault::ControlCharacter));
        assert!(Text::read("two\nlines").is_ok());
    }

    #[test]
    fn the_nil_guid_names_nothing() {
        assert_eq!(
            AppId::read("00000000-0000-0000-0000-000000000000"),
            Err(Fault::NilGuid)
        );
        assert!(matches!(AppId::read("*"), Err(Fault::NotAGuid { .. })));
    }
}
