//! Objects as they were read. Two that are equal here are the same in everything that decides.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Refused;
use super::decided::decide;
use crate::case::Kind;
use crate::keys::SAMPLES;

/// The lists of which `null` says something only where the file shows them elsewhere.
const LISTS: [&str; 4] = [
    "passwordCredentials",
    "keyCredentials",
    "federatedIdentityCredentials",
    "owners",
];

/// An instant behind all others.
pub(super) const NEVER: i128 = i128::MAX / 4;

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) id: Option<String>,
    /// Every object but an agent identity has one.
    pub(super) app_id: Option<String>,
    /// `None` where the list is not known.
    pub(super) passwords: Option<Vec<Credential>>,
    pub(super) keys: Option<Vec<Credential>>,
    pub(super) federated: Option<Vec<Federated>>,
    pub(super) has_owner: Option<bool>,
    pub(super) encryption_key: Option<String>,
    pub(super) preferred: Option<Label>,
    pub(super) signs_on_by_saml: bool,
    pub(super) deleted: bool,
    pub(super) owner: Option<String>,
    pub(super) managed: bool,
    pub(super) agent: bool,
}

#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) struct Credential {
    pub(super) key_id: Option<String>,
    pub(super) label: Option<Label>,
    pub(super) kind: String,
    pub(super) usage: String,
    /// Nanoseconds since 1970.
    pub(super) start: Option<i128>,
    pub(super) end: Option<i128>,
    /// What `key` is, where it is shown.
    pub(super) key: Option<Key>,
}

/// A public key.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) struct Key {
    pub(super) is_usable: bool,
    pub(super) digest: Option<Label>,
}

#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) struct Federated {
    pub(super) id: Option<String>,
    pub(super) issuer: String,
    pub(super) audiences: Vec<String>,
    pub(super) subject: Option<String>,
    pub(super) flexible: bool,
}

/// A `customKeyIdentifier` that can be compared.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) enum Label {
    Thumbprint(Vec<u8>),
    Text(String),
}

/// The lists that some object of a file shows.
pub(super) fn shown(file: &[&Value]) -> BTreeSet<&'static str> {
    let shows = |name: &&str| {
        file.iter()
            .any(|object| object.get(*name).is_some_and(|list| !list.is_null()))
    };
    LISTS.into_iter().filter(shows).collect()
}

impl Object {
    /// Reads an object of a file that shows some lists.
    pub(super) fn read(
        raw: &Value,
        kind: Kind,
        shown: &BTreeSet<&str>,
        now: i128,
    ) -> Result<Self, Refused> {
        let members = raw.as_object().ok_or(Refused)?;
        refuse_marks(members)?;
        let lower = |name: &str| Ok(words(raw, name)?.map(str::to_lowercase));
        let service_principal = kind == Kind::ServicePrincipal;
        let agent = service_principal && is_agent(raw)?;
        let app_id = lower("appId")?;
        let nameless = agent && app_id.is_none();
        if app_id.is_none() && !decide("an agent identity without appId", nameless, false) {
            return Err(Refused);
        }
        let mode = lower("preferredSingleSignOnMode")?;
        Ok(Self {
            kind,
            id: lower("id")?,
            app_id,
            passwords: list(raw, "passwordCredentials", shown, Credential::read)?,
            keys: list(raw, "keyCredentials", shown, Credential::read)?,
            federated: list(raw, "federatedIdentityCredentials", shown, Federated::read)?,
            // Who owns a service principal decides nothing.
            has_owner: list(raw, "owners", shown, |_| Ok(0))?
                .filter(|_| !service_principal)
                .map(|owners| !owners.is_empty()),
            encryption_key: lower("tokenEncryptionKeyId")?,
            preferred: words(raw, "preferredTokenSigningKeyThumbprint")?.and_then(Label::read),
            signs_on_by_saml: mode.as_deref() == Some("saml"),
            deleted: is_deleted(raw, now)?,
            owner: lower("appOwnerOrganizationId")?,
            managed: lower("servicePrincipalType")?.as_deref() == Some("managedidentity"),
            agent,
        })
    }
}

fn is_agent(raw: &Value) -> Result<bool, Refused> {
    let kind = words(raw, "@odata.type")?.unwrap_or_default();
    let by_type = kind == "#microsoft.graph.agentIdentity";
    let by_blueprint =
        words(raw, "agentIdentityBlueprintId")?.is_some_and(|it| !it.trim().is_empty());
    let by_type = decide("an agent identity by type", by_type, false);
    let by_blueprint = decide("an agent identity by blueprint", by_blueprint, false);
    Ok(by_type || by_blueprint)
}

/// An object that will have been deleted says that the clock is wrong, or the file.
fn is_deleted(raw: &Value, now: i128) -> Result<bool, Refused> {
    let deleted = match raw.get("deletedDateTime") {
        None => None,
        stated => instant(stated)?,
    };
    let Some(deleted) = deleted else {
        return Ok(false);
    };
    if decide("deleted later", deleted > now, false) {
        return Err(Refused);
    }
    Ok(decide("deleted now", true, deleted != now))
}

/// What is left of the name of a mark: letters without case, and without the signs of `OData`.
pub(super) fn plain(name: &str) -> String {
    let name = name.to_lowercase().replace(['@', '.', '_'], "");
    name.replace("odata", "")
}

/// No name stands twice, in whatever letters.
pub(super) fn refuse_doubles(members: &Map<String, Value>) -> Result<(), Refused> {
    let lower: BTreeSet<String> = members.keys().map(|name| name.to_lowercase()).collect();
    let doubled = lower.len() < members.len();
    if decide("a member in two cases", doubled, false) {
        return Err(Refused);
    }
    Ok(())
}

/// An object of a list of changes, one whose own lists go on elsewhere, and one that says a thing twice.
fn refuse_marks(members: &Map<String, Value>) -> Result<(), Refused> {
    refuse_doubles(members)?;
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        let name = plain(name);
        if decide(
            "next link of a member",
            name.len() > "nextlink".len() && name.ends_with("nextlink"),
            false,
        ) || decide("next link", name == "nextlink", false)
            || decide("delta link", name == "deltalink", false)
            || decide("removed mark", name == "removed", false)
        {
            return Err(Refused);
        }
        if name == "objectid" {
            let agrees = words(members, "id")?.map(str::to_lowercase)
                == value.as_str().map(str::to_lowercase);
            if decide("an alias that differs", !agrees, false)
                || decide("an alias that agrees", false, agrees)
            {
                return Err(Refused);
            }
        }
    }
    Ok(())
}

/// Members of an object, by name.
pub(super) trait Members {
    fn member(&self, name: &str) -> Option<&Value>;
}

impl Members for Value {
    fn member(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }
}

impl Members for Map<String, Value> {
    fn member(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }
}

/// A text; absent and `null` are none.
fn words<'a>(raw: &'a impl Members, name: &str) -> Result<Option<&'a str>, Refused> {
    match raw.member(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refused),
    }
}

/// The entries of a list: one that is absent is not known; `null` is none where the file shows the list elsewhere.
fn list<T: PartialOrd>(
    raw: &Value,
    name: &str,
    shown: &BTreeSet<&str>,
    read: impl Fn(&Value) -> Result<T, Refused>,
) -> Result<Option<Vec<T>>, Refused> {
    let entries = match raw.get(name) {
        None => return Ok(None),
        Some(Value::Null) => {
            let known = if shown.contains(name) {
                decide("null lists that some show", true, false)
            } else {
                decide("null lists that no object shows", false, true)
            };
            return Ok(known.then(Vec::new));
        }
        Some(Value::Array(list)) => list.as_slice(),
        Some(only @ Value::Object(_)) => std::slice::from_ref(only),
        Some(_) => return Err(Refused),
    };
    for entry in entries {
        refuse_doubles(entry.as_object().ok_or(Refused)?)?;
    }
    let mut list: Vec<T> = entries.iter().map(read).collect::<Result<_, _>>()?;
    list.sort_by(|one, other| one.partial_cmp(other).unwrap());
    Ok(Some(list))
}

impl Credential {
    fn read(raw: &Value) -> Result<Self, Refused> {
        let plain = |name: &str| {
            let text = words(raw, name)?.unwrap_or_default().to_lowercase();
            let trimmed = text.trim().to_owned();
            Ok(decide("blanks around a value", trimmed, text))
        };
        // An empty list is the bytes of none, as PowerShell shows them.
        let identifier = &raw["customKeyIdentifier"];
        let label = if identifier.as_array().is_some_and(Vec::is_empty) {
            None
        } else {
            words(raw, "customKeyIdentifier")?.and_then(Label::read)
        };
        let start = instant(raw.get("startDateTime"))?;
        let end = instant(raw.get("endDateTime"))?;
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            return Err(Refused);
        }
        Ok(Self {
            key_id: words(raw, "keyId")?.map(str::to_lowercase),
            label,
            kind: plain("type")?,
            usage: plain("usage")?,
            start,
            end,
            key: words(raw, "key")?.map(Key::of),
        })
    }

    /// Without an end, or with the last of all instants.
    pub(super) fn never_ends(&self) -> bool {
        self.end.is_none_or(|end| end == NEVER)
    }
}

impl Key {
    /// Looks up what a text is; what is not there is no certificate.
    fn of(text: &str) -> Self {
        let sample = SAMPLES.iter().find(|sample| sample.text == text);
        Self {
            is_usable: sample.is_some_and(|sample| sample.is_usable),
            digest: sample.and_then(|sample| Label::read(sample.sha1)),
        }
    }
}

impl Federated {
    fn read(raw: &Value) -> Result<Self, Refused> {
        let expression = raw.get("claimsMatchingExpression");
        let audiences = match raw.get("audiences") {
            None | Some(Value::Null) => &[],
            Some(Value::Array(list)) => list.as_slice(),
            Some(_) => return Err(Refused),
        };
        let audiences = audiences.iter().map(Value::as_str);
        let audiences: Option<Vec<&str>> = audiences.collect();
        Ok(Self {
            id: words(raw, "id")?.map(str::to_lowercase),
            issuer: words(raw, "issuer")?.unwrap_or_default().to_owned(),
            audiences: audiences
                .ok_or(Refused)?
                .into_iter()
                .map(str::to_owned)
                .collect(),
            subject: words(raw, "subject")?.map(str::to_owned),
            flexible: expression.is_some_and(|expression| !expression.is_null()),
        })
    }
}

/// A date that is `null` is none; one that is absent, that has no zone or that does not exist is no date.
fn instant(raw: Option<&Value>) -> Result<Option<i128>, Refused> {
    match raw {
        Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            let parsed = text.parse::<Timestamp>().ok();
            let parsed = parsed.map(Timestamp::as_nanosecond);
            let never = is_never(text).then_some(NEVER).or(parsed);
            let answer = decide("never, in any spelling", never, parsed);
            answer.map(Some).ok_or(Refused)
        }
        _ => Err(Refused),
    }
}

/// The last second of .NET's calendar, with any fraction, in any zone.
fn is_never(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("9999-12-31T23:59:59") else {
        return false;
    };
    let zone = rest.strip_prefix('.').map_or(rest, |fraction| {
        fraction.trim_start_matches(|digit: char| digit.is_ascii_digit())
    });
    let offset = zone.strip_prefix(['+', '-']);
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|it| it.is_ascii_digit());
    let offset = offset.and_then(|offset| offset.split_once(':'));
    zone == "Z" || offset.is_some_and(|(hours, minutes)| digits(hours) && digits(minutes))
}

impl Label {
    fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let bytes = hex(text).or_else(|| base64(text));
        let thumbprint = bytes.filter(|bytes| bytes.len() == 20);
        Some(thumbprint.map_or_else(|| Self::Text(text.to_owned()), Self::Thumbprint))
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() == 40)?;
    let pairs = digits.chunks(2);
    pairs
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok())
        .collect()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut width, mut bytes) = (0_usize, 0, Vec::new());
    for letter in text.trim_end_matches('=').chars() {
        bits = bits << 6 | letters.find(letter)?;
        width += 6;
        if width >= 8 {
            width -= 8;
            bytes.push(u8::try_from(bits >> width).ok()?);
            bits &= (1 << width) - 1;
        }
    }
    Some(bytes)
}
