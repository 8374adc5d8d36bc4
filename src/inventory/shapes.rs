//! The shapes in which exports write Graph's values, tolerant of spelling and strict about meaning.
//!
//! In: the JSON text of one member. Out: checked values of the model. Collections may be a list, `null`, or (Windows
//! PowerShell) the one element by itself; dates may be ISO 8601 with a zone or `/Date(ms)/`. No message here ever quotes
//! a value: it could be a secret.

use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::model::{
    CustomKeyIdentifier, FederatedCredential, KeyCredential, KeyId, KeyType, KeyUsage,
    PasswordCredential, Period,
};

/// What a message of ours begins with, so that it is told from serde's, which quote values.
pub(super) const OURS: &str = "!";

/// A member of a type that it must not have after a `ConvertTo-Json` with too little `-Depth`.
pub(super) const FLATTENED: &str = "!flattened";

/// A list, `null`, or one element by itself.
pub(super) struct Collection<T>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Collection<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CollectionVisitor(PhantomData))
    }
}

struct CollectionVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for CollectionVisitor<T> {
    type Value = Collection<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Collection(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(Element(element)) = list.next_element()? {
            elements.push(element);
        }
        Ok(Collection(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|element| Collection(vec![element]))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Err(E::custom(FLATTENED))
    }
}

/// An element of a list: an object, and never the text into which PowerShell flattens one.
struct Element<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Element<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor(PhantomData))
    }
}

struct ElementVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ElementVisitor<T> {
    type Value = Element<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Element)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Err(E::custom(FLATTENED))
    }
}

/// An entry of `passwordCredentials`, as exports write it.
#[derive(serde::Deserialize)]
pub(super) struct PasswordShape {
    #[serde(
        rename = "keyId",
        alias = "KeyId",
        default,
        deserialize_with = "key_id"
    )]
    key_id: Option<KeyId>,
    #[serde(rename = "customKeyIdentifier", alias = "CustomKeyIdentifier", default)]
    custom_key_identifier: Identifier,
    #[serde(
        rename = "startDateTime",
        alias = "StartDateTime",
        alias = "startDate",
        alias = "StartDate"
    )]
    #[serde(deserialize_with = "instant")]
    start: Option<Timestamp>,
    #[serde(
        rename = "endDateTime",
        alias = "EndDateTime",
        alias = "endDate",
        alias = "EndDate"
    )]
    #[serde(deserialize_with = "instant")]
    end: Option<Timestamp>,
}

impl PasswordShape {
    pub(super) fn check(self) -> Result<PasswordCredential, &'static str> {
        let Self {
            key_id,
            custom_key_identifier,
            start,
            end,
        } = self;
        Ok(PasswordCredential {
            key_id,
            custom_key_identifier: custom_key_identifier.0,
            period: period(start, end)?,
        })
    }
}

/// An entry of `keyCredentials`, as exports write it.
#[derive(serde::Deserialize)]
pub(super) struct KeyShape {
    #[serde(
        rename = "keyId",
        alias = "KeyId",
        default,
        deserialize_with = "key_id"
    )]
    key_id: Option<KeyId>,
    #[serde(rename = "customKeyIdentifier", alias = "CustomKeyIdentifier", default)]
    custom_key_identifier: Identifier,
    #[serde(
        rename = "startDateTime",
        alias = "StartDateTime",
        alias = "startDate",
        alias = "StartDate"
    )]
    #[serde(deserialize_with = "instant")]
    start: Option<Timestamp>,
    #[serde(
        rename = "endDateTime",
        alias = "EndDateTime",
        alias = "endDate",
        alias = "EndDate"
    )]
    #[serde(deserialize_with = "instant")]
    end: Option<Timestamp>,
    #[serde(
        rename = "type",
        alias = "Type",
        default,
        deserialize_with = "key_type"
    )]
    kind: KeyType,
    #[serde(
        rename = "usage",
        alias = "Usage",
        default,
        deserialize_with = "key_usage"
    )]
    usage: KeyUsage,
}

impl KeyShape {
    pub(super) fn check(self) -> Result<KeyCredential, &'static str> {
        let Self {
            key_id,
            custom_key_identifier,
            start,
            end,
            kind,
            usage,
        } = self;
        let period = period(start, end)?;
        Ok(KeyCredential {
            key_id,
            custom_key_identifier: custom_key_identifier.0,
            period,
            kind,
            usage,
        })
    }
}

/// An entry of `federatedIdentityCredentials`, as exports write it.
#[derive(serde::Deserialize)]
pub(super) struct FederatedShape {
    #[serde(rename = "id", alias = "Id", default, deserialize_with = "key_id")]
    id: Option<KeyId>,
    #[serde(rename = "issuer", alias = "Issuer", default)]
    issuer: Option<Box<str>>,
    #[serde(rename = "subject", alias = "Subject", default)]
    subject: Option<Box<str>>,
    #[serde(
        rename = "claimsMatchingExpression",
        alias = "ClaimsMatchingExpression",
        default
    )]
    claims_matching_expression: Option<serde::de::IgnoredAny>,
}

impl FederatedShape {
    pub(super) fn check(self) -> FederatedCredential {
        let Self {
            id,
            issuer,
            subject,
            claims_matching_expression,
        } = self;
        let flexible = claims_matching_expression.is_some();
        FederatedCredential {
            id,
            issuer: issuer.unwrap_or_default(),
            subject,
            flexible,
        }
    }
}

fn period(start: Option<Timestamp>, end: Option<Timestamp>) -> Result<Period, &'static str> {
    if start.zip(end).is_some_and(|(start, end)| end < start) {
        return Err("!a credential ends before it starts");
    }
    Ok(Period { start, end })
}

fn key_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<KeyId>, D::Error> {
    deserializer.deserialize_any(TextVisitor(|text: &str| {
        text.parse()
            .map(Some)
            .map_err(|_| "!a `keyId` is not a GUID")
    }))
}

fn key_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<KeyType, D::Error> {
    deserializer.deserialize_any(TextVisitor(|text: &str| Ok(KeyType::parse(text))))
}

fn key_usage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<KeyUsage, D::Error> {
    deserializer.deserialize_any(TextVisitor(|text: &str| Ok(KeyUsage::parse(text))))
}

fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    deserializer.deserialize_any(TextVisitor(|text: &str| parse_instant(text).map(Some)))
}

/// Reads a text with a function; `null` is the default of its type.
struct TextVisitor<F>(F);

impl<T: Default, F: Fn(&str) -> Result<T, &'static str>> Visitor<'_> for TextVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }
}

/// Reads an instant: ISO 8601 with a zone, or .NET's `/Date(ms)/`.
pub(super) fn parse_instant(text: &str) -> Result<Timestamp, &'static str> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    if let Some(milliseconds) = dot_net_date(text) {
        return match Timestamp::from_millisecond(milliseconds) {
            Ok(instant) => Ok(instant),
            Err(_) if (0..=DOT_NET_MAX).contains(&milliseconds) => Ok(Timestamp::MAX),
            Err(_) => Err("!a date is out of range"),
        };
    }
    last_day_of_dot_net(text).ok_or("!a date has no zone, or is no date")
}

/// `DateTime.MaxValue` in milliseconds since 1970.
const DOT_NET_MAX: i64 = 253_402_300_799_999;

/// `DateTime.MaxValue`, which means "never", lies a few hours behind the last instant that `jiff` can hold.
fn last_day_of_dot_net(text: &str) -> Option<Timestamp> {
    let civil: DateTime = text.strip_suffix('Z')?.parse().ok()?;
    Offset::UTC
        .to_timestamp(civil)
        .ok()
        .or((civil.year() == 9999).then_some(Timestamp::MAX))
}

/// `/Date(1733963922394)/`; some exports escape its slashes twice.
fn dot_net_date(text: &str) -> Option<i64> {
    let text = text
        .strip_prefix('\\')
        .unwrap_or(text)
        .strip_prefix("/Date(")?;
    let digits = text
        .strip_suffix(")/")
        .or_else(|| text.strip_suffix(")\\/"))?;
    // `+0200` after the milliseconds says in which zone they were shown; the instant is the same.
    let zone = digits
        .get(1..)?
        .find(['+', '-'])
        .map_or(digits.len(), |at| at + 1);
    digits.get(..zone)?.parse().ok()
}

/// `customKeyIdentifier`: Graph's text, or the bytes that PowerShell's SDK decoded from it.
#[derive(Default)]
struct Identifier(Option<CustomKeyIdentifier>);

impl<'de> Deserialize<'de> for Identifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IdentifierVisitor)
    }
}

struct IdentifierVisitor;

impl<'de> Visitor<'de> for IdentifierVisitor {
    type Value = Identifier;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or bytes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Identifier, E> {
        Ok(Identifier(CustomKeyIdentifier::parse(text)))
    }

    fn visit_unit<E: Error>(self) -> Result<Identifier, E> {
        Ok(Identifier(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Identifier, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = list.next_element::<u8>()? {
            bytes.push(byte);
        }
        Ok(Identifier(CustomKeyIdentifier::from_decoded(&bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(parse_instant(text), Ok(expected), "{text}");
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
            "/Date()/",
            "/Date(x)/",
        ] {
            assert!(parse_instant(text).is_err(), "{text}");
        }
    }

    #[test]
    fn never_is_a_date_too() {
        assert_eq!(
            parse_instant("9999-12-31T23:59:59.9999999Z"),
            Ok(Timestamp::MAX)
        );
        assert_eq!(parse_instant("/Date(253402300799999)/"), Ok(Timestamp::MAX));
        assert!(parse_instant("/Date(253402300800000)/").is_err());
        assert!(parse_instant("0001-01-01T00:00:00Z").is_ok());
        assert!(parse_instant("/Date(-62135596800000)/").is_ok());
    }

    #[test]
    fn a_collection_is_a_list_or_nothing_or_its_only_element() {
        let secret = r#"{"KeyId":null,"StartDateTime":null,"EndDateTime":"2026-01-01T00:00:00Z"}"#;
        for (text, length) in [
            ("null".to_owned(), 0),
            ("[]".to_owned(), 0),
            (secret.to_owned(), 1),
            (format!("[{secret}]"), 1),
        ] {
            let list: Collection<PasswordShape> = serde_json::from_str(&text).unwrap();
            assert_eq!(list.0.len(), length, "{text}");
        }
    }

    #[test]
    fn a_text_in_place_of_a_credential_was_flattened() {
        for text in [r#""System.Object[]""#, r#"["@{KeyId=…}"]"#] {
            let error = serde_json::from_str::<Collection<PasswordShape>>(text)
                .err()
                .unwrap();
            assert!(error.to_string().starts_with(FLATTENED), "{error}");
        }
    }

    #[test]
    fn an_absent_date_is_an_error() {
        let text = r#"[{"keyId":null,"startDateTime":null}]"#;
        let error = serde_json::from_str::<Collection<PasswordShape>>(text)
            .err()
            .unwrap();
        assert!(
            error.to_string().starts_with("missing field `endDateTime`"),
            "{error}"
        );
    }
}
