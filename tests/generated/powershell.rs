//! The same facts in PowerShell's spelling: `Get-MgApplication | ConvertTo-Json`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::moments::NEVER;
use super::random::Random;

const NAVIGATION: [&str; 2] = ["Owners", "FederatedIdentityCredentials"];

const COLLECTIONS: [&str; 4] = [
    "Owners",
    "FederatedIdentityCredentials",
    "PasswordCredentials",
    "KeyCredentials",
];

/// How one export spells things.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spelling {
    /// Windows PowerShell 5.1: .NET's dates, single elements without their list.
    pub(crate) windows: bool,
    /// Whether identifiers of keys are shown as numbers.
    pub(crate) numbers: bool,
}

impl Spelling {
    /// An object of a listing. PowerShell prints navigation properties that were not asked for as `null`, so there are
    /// none where `[]` stands.
    pub(crate) fn object(self, random: &mut Random, facts: &Value) -> Value {
        let mut object = self.members(facts);
        for name in NAVIGATION {
            match object.get(name) {
                Some(Value::Null) => object[name] = json!([]),
                None if random.percent(70) => {
                    object.insert(name.to_owned(), Value::Null);
                }
                Some(_) | None => {}
            }
        }
        if self.windows {
            for name in COLLECTIONS {
                if let Some(list) = object.get_mut(name).filter(|_| random.percent(50)) {
                    collapse(list, NAVIGATION.contains(&name));
                }
            }
        }
        object.insert("AdditionalProperties".to_owned(), json!({}));
        Value::Object(object)
    }

    fn members(self, facts: &Value) -> Map<String, Value> {
        let members = facts.as_object().into_iter().flatten();
        let members = members.filter(|(name, _)| !name.starts_with('@'));
        members
            .map(|(name, member)| (pascal_case(name), self.value(name, member)))
            .collect()
    }

    fn value(self, name: &str, value: &Value) -> Value {
        match value {
            Value::Object(_) => Value::Object(self.members(value)),
            Value::Array(list) => list.iter().map(|element| self.value("", element)).collect(),
            Value::String(text) if self.numbers && name == "customKeyIdentifier" => STANDARD
                .decode(text)
                .map_or_else(|_| value.clone(), |bytes| json!(bytes)),
            Value::String(text) if self.windows && name.ends_with("DateTime") => {
                dot_net(text).map_or_else(|| value.clone(), Value::String)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }
}

fn pascal_case(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().into_iter();
    first.flat_map(char::to_uppercase).chain(letters).collect()
}

/// `/Date(ms)/`, where the date has no finer steps.
fn dot_net(text: &str) -> Option<String> {
    if text == NEVER {
        return Some("/Date(253402300799999)/".to_owned());
    }
    let instant: Timestamp = text.parse().ok()?;
    let milliseconds = instant.as_millisecond();
    let shown = Timestamp::from_millisecond(milliseconds).ok()?;
    (shown == instant).then(|| format!("/Date({milliseconds})/"))
}

fn collapse(list: &mut Value, is_navigation: bool) {
    match list.as_array().map(Vec::as_slice) {
        Some([]) if !is_navigation => *list = Value::Null,
        Some([only]) => *list = only.clone(),
        _ => {}
    }
}
