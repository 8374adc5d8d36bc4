//! The same facts in PowerShell's spelling: `Get-MgApplication | ConvertTo-Json`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::moments::NEVER;
use super::random::Random;

/// The lists of an object, in Graph's own spelling.
pub(crate) const COLLECTIONS: [&str; 4] = [
    "owners",
    "federatedIdentityCredentials",
    "passwordCredentials",
    "keyCredentials",
];

/// What holds bytes.
const BYTES: [&str; 2] = ["customKeyIdentifier", "key"];

/// How one export spells things.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spelling {
    /// Windows PowerShell 5.1: .NET's dates, single elements without their list.
    pub(crate) windows: bool,
    /// Whether identifiers of keys are shown as numbers.
    pub(crate) numbers: bool,
    /// Whether an empty list may become `null`: not where an object stands twice, and both are to be alike.
    pub(crate) nulls: bool,
}

impl Spelling {
    /// The objects of a file. PowerShell prints a property that was not asked for as `null`, and 5.1 an empty list as well:
    /// which of both is meant can be seen where another object shows the list.
    pub(crate) fn objects(self, random: &mut Random, facts: &[Value]) -> Vec<Value> {
        let of = |name: &str, object: &Value| object.get(name).cloned();
        let is_shown = COLLECTIONS.map(|name| {
            let shows = |object: &Value| of(name, object).is_some_and(|list| !list.is_null());
            let filled = |list: Value| list.as_array().is_some_and(|list| !list.is_empty());
            let fills = |object: &Value| of(name, object).is_some_and(filled);
            (
                facts.iter().any(shows),
                facts.iter().any(fills) && self.nulls,
            )
        });
        let objects = facts.iter().map(|facts| {
            let mut object = self.members(facts);
            for (name, (shown, filled)) in COLLECTIONS.into_iter().zip(is_shown) {
                let pascal = pascal_case(name);
                let is_navigation = matches!(name, "owners" | "federatedIdentityCredentials");
                match object.get_mut(&pascal) {
                    None if is_navigation && !shown && random.percent(70) => {
                        object.insert(pascal, Value::Null);
                    }
                    Some(list) if self.windows && random.percent(50) => collapse(list, filled),
                    Some(_) | None => {}
                }
            }
            object.insert("AdditionalProperties".to_owned(), json!({}));
            Value::Object(object)
        });
        objects.collect()
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
            Value::String(text) if self.numbers && BYTES.contains(&name) => STANDARD
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

/// One element stands without its list; none is nothing where another object shows that the list is there.
fn collapse(list: &mut Value, is_shown_elsewhere: bool) {
    match list.as_array().map(Vec::as_slice) {
        Some([]) if is_shown_elsewhere => *list = Value::Null,
        Some([only]) => *list = only.clone(),
        _ => {}
    }
}
