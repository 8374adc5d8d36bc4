//! The shapes in which exports write Graph's values, tolerant of spelling and strict about meaning.
//!
//! In: the JSON text of one member, which the scanner has checked against the grammar. Out: checked values of the model.
//! Collections may be a list, `null`, or (Windows PowerShell) the one element by itself; dates may be ISO 8601 with a
//! zone or `/Date(ms)/`. No message here ever quotes a value: it could be a secret.

use std::borrow::Cow;

use super::exchange::Exchange;
use super::fields::{CredentialField, Key, OwnerField, WrapperField};
use super::instant;
use super::key_material;
use super::marks;
use super::scan::{self, Fault, Members};
use crate::model::{
    CustomKeyIdentifier, KeyCredential, KeyId, KeyType, KeyUsage, PasswordCredential, Period,
};

/// What is wrong with a member. It never tells the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The value is of another type than Graph's.
    Type,
    /// `ConvertTo-Json` with too little `-Depth` has made text of an object.
    Flattened,
    /// A text that holds JSON.
    JsonText,
    /// The value, or one in it, cannot be used.
    Value(Cow<'static, str>),
}

impl Wrong {
    pub(super) const fn value(reason: &'static str) -> Self {
        Self::Value(Cow::Borrowed(reason))
    }
}

/// Who has written an object, where it makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer {
    /// Graph, or whoever passes its words on: `null` is written, and what was not asked for is absent.
    Graph,
    /// This program: Graph's words, with facts in place of the `key` of a key credential.
    Snapshot(Exchange),
    /// `AzureHound`, which reads Graph's answer into structures of Go and writes those: what was `null` has become the
    /// empty text or the GUID of zeros, and a list without elements is left out.
    AzureHound,
}

/// The text of one object, and where its wanted members stand.
pub(super) struct Fields<'text, K> {
    pub(super) text: &'text str,
    pub(super) members: &'text Members<K>,
    pub(super) writer: Writer,
}

impl<'text, K: Key> Fields<'text, K> {
    /// Returns the JSON text of a member.
    pub(super) fn raw(&self, key: K) -> Option<&'text str> {
        self.members.get(key, self.text)
    }

    /// Reads a text; absent and `null` are one where nothing depends on the difference.
    pub(super) fn words(&self, key: K) -> Result<Option<Cow<'text, str>>, Wrong> {
        self.raw(key).map_or(Ok(None), |raw| self.written(raw))
    }

    /// Reads a text; an empty one of Go's is none.
    pub(super) fn written(&self, raw: &'text str) -> Result<Option<Cow<'text, str>>, Wrong> {
        let is_zero = self.writer == Writer::AzureHound && raw == "\"\"";
        if is_zero { Ok(None) } else { words(raw) }
    }

    /// Reads a text without which the object is something else.
    pub(super) fn needed(&self, key: K) -> Result<Cow<'text, str>, Wrong> {
        self.words(key)?
            .ok_or_else(|| Wrong::Value(format!("missing field `{}`", key.name()).into()))
    }

    /// Reads a date under either of its names, of which an alias may repeat the other. Its absence is never taken for
    /// `null`.
    fn date<T: PartialEq>(
        &self,
        key: K,
        alias: K,
        read: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Result<Option<T>, Wrong> {
        let of = |raw| -> Result<Option<T>, Wrong> {
            let text = self.written(raw)?;
            text.map(|text| read(&text).map_err(Wrong::value))
                .transpose()
        };
        match (self.raw(key), self.raw(alias)) {
            (None, None) => {
                let missing = format!("missing field `{}`", key.name());
                Err(Wrong::Value(missing.into()))
            }
            (Some(raw), None) | (None, Some(raw)) => of(raw),
            (Some(raw), Some(alias)) => {
                let (date, alias) = (of(raw)?, of(alias)?);
                let differ = || format!("duplicate field `{}` with another value", key.name());
                (date == alias)
                    .then_some(date)
                    .ok_or_else(|| Wrong::Value(differ().into()))
            }
        }
    }

    pub(super) fn key_id(&self, key: K) -> Result<Option<KeyId>, Wrong> {
        let parsed = self.words(key)?.map(|text| text.trim().parse());
        let key_id: Option<KeyId> = parsed
            .transpose()
            .map_err(|_| Wrong::value("a `keyId` is not a GUID"))?;
        // Two entries that lack one would else be taken for the halves of a pair.
        let is_zero = |key_id: &KeyId| self.writer == Writer::AzureHound && key_id.is_nil();
        Ok(key_id.filter(|key_id| !is_zero(key_id)))
    }
}

/// Reads a JSON text or `null`. Nearly all texts are written as they are, without escapes.
pub(super) fn words(raw: &str) -> Result<Option<Cow<'_, str>>, Wrong> {
    let plain = raw
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match plain {
        Some(plain) if memchr::memchr(b'\\', plain.as_bytes()).is_none() => {
            Ok(Some(Cow::Borrowed(plain)))
        }
        Some(_) => serde_json::from_str(raw)
            .map(|text: String| Some(Cow::Owned(text)))
            .map_err(|_| Wrong::value("a text holds half of a character")),
        None if raw == "null" => Ok(None),
        None => Err(Wrong::Type),
    }
}

/// Reads a collection: a list of objects, `null`, or one object by itself.
pub(super) fn collection<K: Key, T>(
    raw: &str,
    writer: Writer,
    read: impl Fn(&Fields<'_, K>) -> Result<T, Wrong>,
) -> Result<Vec<T>, Wrong> {
    let mut elements = Vec::new();
    if let Some((list, count)) = wrapped(raw)? {
        let mut members = Members::<K>::default();
        scan::object(raw.as_bytes(), &mut members).map_err(of_fault)?;
        if !members.are_none() {
            return Err(Wrong::Type);
        }
        let elements = collection(list, writer, read)?;
        return match count {
            Some(count) if Some(elements.len() as u64) != count => {
                Err(Wrong::value("the `Count` beside a list does not fit"))
            }
            Some(_) | None => Ok(elements),
        };
    }
    let Some(list) = raw.strip_prefix('[') else {
        if raw != "null" {
            elements.push(element(raw, writer, &read)?.0);
        }
        return Ok(elements);
    };
    let mut rest = list.trim_ascii_start();
    while !rest.starts_with(']') {
        let (read, behind) = element(rest, writer, &read)?;
        elements.push(read);
        let behind = behind.trim_ascii_start();
        rest = behind
            .strip_prefix(',')
            .map_or(behind, str::trim_ascii_start);
    }
    Ok(elements)
}

/// Finds the list in `{"value": […], "Count": n}`, as Windows PowerShell writes some, and its count, which may be no
/// number. Whatever else such an object holds, it is not the only element of a list.
#[expect(
    clippy::type_complexity,
    reason = "a count may be absent, and may be no number"
)]
fn wrapped(raw: &str) -> Result<Option<(&str, Option<Option<u64>>)>, Wrong> {
    if !raw.starts_with('{') {
        return Ok(None);
    }
    let mut members = Members::<WrapperField>::default();
    scan::object(raw.as_bytes(), &mut members).map_err(of_fault)?;
    let list = members.get(WrapperField::Value, raw);
    let Some(list) = list.filter(|list| list.starts_with('[')) else {
        return Ok(None);
    };
    let marks = members.marks();
    if marks.next_link || marks.delta {
        return Err(Wrong::value("the list goes on on another page"));
    }
    let others = raw.replacen(list, "null", 1);
    if marks::holds_objects(&others) {
        return Err(Wrong::value("a second list stands next to the first one"));
    }
    let count = members.get(WrapperField::Count, raw);
    let stated = marks.counts.first().map(|(_, number)| *number);
    Ok(Some((list, count.map(marks::number).or(stated))))
}

/// Counts the elements of a collection; `None` where it is none.
pub(super) fn length(raw: &str) -> Option<u64> {
    if raw == "null" {
        return Some(0);
    }
    if let Some((list, _)) = wrapped(raw).ok()? {
        return length(list);
    }
    let Some(list) = raw.strip_prefix('[') else {
        return raw.starts_with('{').then_some(1);
    };
    let mut rest = list.trim_ascii_start();
    let mut found = 0;
    while !rest.starts_with(']') {
        let behind = scan::value(rest.as_bytes()).ok()?;
        found += 1;
        rest = rest.get(behind..)?.trim_ascii_start();
        rest = rest.strip_prefix(',').map_or(rest, str::trim_ascii_start);
    }
    Some(found)
}

fn of_fault((fault, _): scan::At) -> Wrong {
    match fault {
        Fault::Duplicate(name) => Wrong::Value(format!("duplicate field `{name}`").into()),
        Fault::LetterCase(name) | Fault::SnakeCase(name) => {
            Wrong::Value(format!("`{name}` is written in other letters than Graph's").into())
        }
        Fault::Cut | Fault::Malformed | Fault::TooDeep => Wrong::Type,
    }
}

/// Reads the object at the beginning of a text; returns what stands behind it.
pub(super) fn element<K: Key, T>(
    text: &str,
    writer: Writer,
    read: impl Fn(&Fields<'_, K>) -> Result<T, Wrong>,
) -> Result<(T, &str), Wrong> {
    match text.as_bytes().first() {
        Some(b'{') => {}
        Some(b'"') if holds_json(text) => return Err(Wrong::JsonText),
        Some(b'"') => return Err(Wrong::Flattened),
        _ => return Err(Wrong::Type),
    }
    let mut members = Members::default();
    let length = scan::object(text.as_bytes(), &mut members).map_err(of_fault)?;
    let (text, behind) = text.split_at_checked(length).ok_or(Wrong::Type)?;
    let fields = Fields {
        text,
        members: &members,
        writer,
    };
    Ok((read(&fields)?, behind))
}

/// Tells whether the JSON text at the beginning of another one holds JSON. ConvertTo-Json writes `@{…}` or
/// `System.Object[]` where it cuts off.
fn holds_json(text: &str) -> bool {
    let inside = text.trim_start_matches(['"', ' ', '\\']);
    inside.starts_with(['{', '[']) || inside.starts_with("null\"")
}

/// Reads an entry of `owners`: who it is decides nothing, but somebody it must be.
pub(super) fn owner(entry: &Fields<'_, OwnerField>) -> Result<(), Wrong> {
    let known = [
        OwnerField::Id,
        OwnerField::DisplayName,
        OwnerField::UserPrincipalName,
    ];
    let named = |name| entry.words(name).is_ok_and(|words| words.is_some());
    if known.into_iter().any(named) {
        Ok(())
    } else {
        Err(Wrong::value("missing field `id`"))
    }
}

/// Reads an entry of `passwordCredentials`.
pub(super) fn password(entry: &Fields<'_, CredentialField>) -> Result<PasswordCredential, Wrong> {
    Ok(PasswordCredential {
        key_id: entry.key_id(CredentialField::KeyId)?,
        custom_key_identifier: custom_key_identifier(entry)?,
        period: period(entry)?,
    })
}

/// Reads an entry of `keyCredentials`.
pub(super) fn key(entry: &Fields<'_, CredentialField>) -> Result<KeyCredential, Wrong> {
    let kind = entry.words(CredentialField::Type)?;
    let kind = kind.map_or_else(KeyType::default, |text| KeyType::parse(&text));
    let usage = entry.words(CredentialField::Usage)?;
    Ok(KeyCredential {
        key_id: entry.key_id(CredentialField::KeyId)?,
        custom_key_identifier: custom_key_identifier(entry)?,
        period: period(entry)?,
        kind,
        usage: usage.map_or_else(KeyUsage::default, |text| KeyUsage::parse(&text)),
        key: key_material::read(entry, kind)?,
    })
}

fn period(entry: &Fields<'_, CredentialField>) -> Result<Period, Wrong> {
    let (key, alias) = (CredentialField::StartDateTime, CredentialField::StartDate);
    let start = entry.date(key, alias, instant::parse)?;
    let (key, alias) = (CredentialField::EndDateTime, CredentialField::EndDate);
    let end = entry.date(key, alias, instant::parse_end)?.flatten();
    if start.zip(end).is_some_and(|(start, end)| end < start) {
        return Err(Wrong::value("a credential ends before it starts"));
    }
    Ok(Period { start, end })
}

/// Reads `customKeyIdentifier`: Graph's text, or the bytes that PowerShell's SDK decoded from it.
fn custom_key_identifier(
    entry: &Fields<'_, CredentialField>,
) -> Result<Option<CustomKeyIdentifier>, Wrong> {
    let Some(raw) = entry.raw(CredentialField::CustomKeyIdentifier) else {
        return Ok(None);
    };
    if raw.starts_with('[') {
        let bytes: Vec<u8> = serde_json::from_str(raw).map_err(|_| Wrong::Type)?;
        return Ok(CustomKeyIdentifier::from_decoded(&bytes));
    }
    let text = entry.written(raw)?;
    Ok(text.and_then(|text| CustomKeyIdentifier::parse(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords(raw: &str) -> Result<Vec<PasswordCredential>, Wrong> {
        collection(raw, Writer::Graph, password)
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
            assert_eq!(passwords(&text).unwrap().len(), length, "{text}");
        }
    }

    #[test]
    fn a_text_in_place_of_a_credential_was_flattened() {
        for text in [r#""System.Object[]""#, r#"["@{KeyId=…}"]"#] {
            assert_eq!(passwords(text), Err(Wrong::Flattened), "{text}");
        }
    }

    #[test]
    fn a_list_may_have_its_count_beside_it() {
        let secret = r#"{"KeyId":null,"StartDateTime":null,"EndDateTime":null}"#;
        for (text, found) in [
            (r#"{"value":[],"Count":0}"#.to_owned(), 0),
            (format!(r#"{{"value":[{secret}],"Count":1}}"#), 1),
            (format!(r#"{{"Count":2,"value":[{secret},{secret}]}}"#), 2),
            (format!(r#"{{"value":[{secret}]}}"#), 1),
            (
                format!(r#"{{"value":[{secret}],"@odata.nextLink":null}}"#),
                1,
            ),
        ] {
            assert_eq!(passwords(&text).unwrap().len(), found, "{text}");
            assert_eq!(length(&text), Some(found as u64), "{text}");
        }
        for text in [
            r#"{"value":[],"Count":1}"#.to_owned(),
            r#"{"value":[],"Count":"many"}"#.to_owned(),
            format!(r#"{{"value":[{secret}],"Count":0}}"#),
            format!(r#"{{"value":[],"items":[{secret}]}}"#),
            format!(r#"{{"value":[],"Value":[{secret}]}}"#),
            r#"{"value":[],"@odata.nextLink":"x"}"#.to_owned(),
            r#"{"value":[],"owners@odata.count":1,"keyId":null}"#.to_owned(),
        ] {
            assert!(passwords(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_alias_may_repeat_a_date() {
        let with = |dates: &str| passwords(&format!(r#"[{{"startDateTime":null,{dates}}}]"#));
        assert!(with(r#""EndDate":"2027-01-01T00:00:00Z""#).is_ok());
        let same = r#""endDateTime":"2027-01-01T00:00:00Z","EndDate":"/Date(1798761600000)/""#;
        assert!(with(same).is_ok());
        assert!(with(r#""endDateTime":null,"EndDate":"2027-01-01T00:00:00Z""#).is_err());
        assert!(with(r#""ENDDATETIME":null,"endDateTime":null"#).is_err());
        assert!(with(r#""ENDDATETIME":null"#).is_err());
    }

    #[test]
    fn json_inside_a_text_is_told_from_what_was_cut_off() {
        for text in [r#""[{\"keyId\":null}]""#, r#""[]""#, r#""null""#, r#""{}""#] {
            assert_eq!(passwords(text), Err(Wrong::JsonText), "{text}");
        }
        assert_eq!(passwords(r#""""#), Err(Wrong::Flattened));
    }

    #[test]
    fn an_owner_is_somebody() {
        for raw in ["{}", "[{}]", r#"{"Count":0}"#, r#"[{"id":null}]"#] {
            assert!(collection(raw, Writer::Graph, owner).is_err(), "{raw}");
        }
        let owners = collection(r#"[{"Id":"a"}]"#, Writer::Graph, owner);
        assert_eq!(owners, Ok(vec![()]));
    }

    #[test]
    fn gos_zero_values_stand_for_null() {
        let zeros = r#"[{"customKeyIdentifier":"","keyId":"00000000-0000-0000-0000-000000000000","startDateTime":"","endDateTime":"","type":"","usage":""}]"#;
        let nulls = r#"[{"customKeyIdentifier":null,"keyId":null,"startDateTime":null,"endDateTime":null,"type":null,"usage":null}]"#;
        let of_nulls = collection(nulls, Writer::Graph, key);
        assert_eq!(collection(zeros, Writer::AzureHound, key), of_nulls);
        assert!(of_nulls.is_ok());
        assert!(collection(zeros, Writer::Graph, key).is_err());
        let passwords = collection(zeros, Writer::AzureHound, password).unwrap();
        assert_eq!(passwords[0].key_id, None);
    }

    #[test]
    fn an_absent_date_is_an_error() {
        let text = r#"[{"keyId":null,"startDateTime":null}]"#;
        let missing = Wrong::Value("missing field `endDateTime`".into());
        assert_eq!(passwords(text), Err(missing));
    }

    #[test]
    fn a_member_named_twice_is_an_error() {
        let text = r#"{"keyId":null,"KeyId":null,"startDateTime":null,"endDateTime":null}"#;
        let twice = Wrong::Value("duplicate field `keyId`".into());
        assert_eq!(passwords(text), Err(twice));
    }

    #[test]
    fn a_list_with_blanks_is_read_to_its_end() {
        let secret = r#"{ "startDateTime": null, "endDateTime": null }"#;
        let text = format!("[\n  {secret} ,\n  {secret}\n]");
        assert_eq!(passwords(&text).unwrap().len(), 2);
        assert_eq!(passwords("[ ]").unwrap().len(), 0);
    }
}
