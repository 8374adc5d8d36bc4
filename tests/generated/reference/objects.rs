//! Objects as they were read. Two that are equal here are the same in everything that decides.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Value;

use super::Refused;
use crate::case::Kind;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) id: Option<String>,
    pub(super) app_id: String,
    /// `None` where the list is missing.
    pub(super) passwords: Option<Vec<Credential>>,
    pub(super) keys: Option<Vec<Credential>>,
    pub(super) federated: Option<Vec<Federated>>,
    pub(super) has_owner: Option<bool>,
    pub(super) encryption_key: Option<String>,
    pub(super) preferred: Option<Label>,
    pub(super) deleted: bool,
    pub(super) owner: Option<String>,
    pub(super) managed: bool,
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
}

#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) struct Federated {
    pub(super) id: Option<String>,
    pub(super) issuer: String,
    pub(super) subject: Option<String>,
    pub(super) flexible: bool,
}

/// A `customKeyIdentifier` that can be compared.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) enum Label {
    Thumbprint(Vec<u8>),
    Text(String),
}

impl Object {
    pub(super) fn read(raw: &Value, kind: Kind) -> Result<Self, Refused> {
        let lower = |name: &str| Ok(words(raw, name)?.map(str::to_lowercase));
        let service_principal = kind == Kind::ServicePrincipal;
        Ok(Self {
            kind,
            id: lower("id")?,
            app_id: lower("appId")?.ok_or(Refused)?,
            passwords: list(raw, "passwordCredentials", Credential::read)?,
            keys: list(raw, "keyCredentials", Credential::read)?,
            federated: list(raw, "federatedIdentityCredentials", Federated::read)?,
            // Who owns a service principal decides nothing.
            has_owner: list(raw, "owners", |_| Ok(0))?
                .filter(|_| !service_principal)
                .map(|owners| !owners.is_empty()),
            encryption_key: lower("tokenEncryptionKeyId")?,
            preferred: words(raw, "preferredTokenSigningKeyThumbprint")?.and_then(Label::read),
            deleted: words(raw, "deletedDateTime")?.is_some(),
            owner: lower("appOwnerOrganizationId")?,
            managed: lower("servicePrincipalType")?.as_deref() == Some("managedidentity"),
        })
    }
}

/// A text; absent and `null` are none.
fn words<'a>(raw: &'a Value, name: &str) -> Result<Option<&'a str>, Refused> {
    match raw.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refused),
    }
}

/// The entries of a list: `null` is none, and only a property that is absent is not known.
fn list<T: PartialOrd>(
    raw: &Value,
    name: &str,
    read: impl Fn(&Value) -> Result<T, Refused>,
) -> Result<Option<Vec<T>>, Refused> {
    let entries = match raw.get(name) {
        None => return Ok(None),
        Some(Value::Null) => &[],
        Some(Value::Array(list)) => list.as_slice(),
        Some(only @ Value::Object(_)) => std::slice::from_ref(only),
        Some(_) => return Err(Refused),
    };
    if !entries.iter().all(Value::is_object) {
        return Err(Refused);
    }
    let mut list: Vec<T> = entries.iter().map(read).collect::<Result<_, _>>()?;
    list.sort_by(|one, other| one.partial_cmp(other).unwrap());
    Ok(Some(list))
}

impl Credential {
    fn read(raw: &Value) -> Result<Self, Refused> {
        let lower = |name: &str| Ok(words(raw, name)?.map(str::to_lowercase));
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
            key_id: lower("keyId")?,
            label,
            kind: lower("type")?.unwrap_or_default(),
            usage: lower("usage")?.unwrap_or_default(),
            start,
            end,
        })
    }
}

impl Federated {
    fn read(raw: &Value) -> Result<Self, Refused> {
        let expression = raw.get("claimsMatchingExpression");
        Ok(Self {
            id: words(raw, "id")?.map(str::to_lowercase),
            issuer: words(raw, "issuer")?.unwrap_or_default().to_owned(),
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
            if let Ok(instant) = text.parse::<Timestamp>() {
                return Ok(Some(instant.as_nanosecond()));
            }
            // .NET's `DateTime.MaxValue`, which `jiff` cannot hold.
            let civil: Option<DateTime> = text.strip_suffix('Z').and_then(|it| it.parse().ok());
            let never = civil.filter(|civil| civil.year() == 9999);
            let never = never.map(|_| Timestamp::MAX.as_nanosecond());
            never.map(Some).ok_or(Refused)
        }
        _ => Err(Refused),
    }
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
