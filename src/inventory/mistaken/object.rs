//! What an object is that is neither an application nor a service principal.
//!
//! In: its JSON text, checked against the grammar. Out: what it is, by the names of its members.

use std::collections::BTreeMap;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Mistaken;
use crate::inventory::marks;

/// The members in which tools put a list, as each of them spells it.
const WRAPPERS: [&str; 22] = [
    "Value",
    "VALUE",
    "Results",
    "results",
    "result",
    "Rows",
    "rows",
    "Items",
    "items",
    "Data",
    "data",
    "Records",
    "records",
    "applications",
    "Applications",
    "servicePrincipals",
    "body",
    "Body",
    "response",
    "Content",
    "content",
    "d",
];

/// Names what an object is; `None` if its members do not tell.
pub(in crate::inventory) fn of_object(text: &str) -> Option<Mistaken> {
    let members = Members::of(text)?;
    let raw = |name: &str| members.0.get(name).map(|raw| raw.get());
    let is_object = |name: &str| raw(name).is_some_and(|raw| raw.starts_with('{'));
    let is_list = |name: &str| raw(name).is_some_and(|raw| raw.starts_with('['));
    if text.contains("\"app_id\"") {
        return Some(Mistaken::SnakeCase("appId"));
    }
    if is_object("application") && is_object("servicePrincipal") {
        return Some(Mistaken::Template);
    }
    if is_list("responses") {
        return Some(Mistaken::Batch);
    }
    if is_list("tables") || (is_list("columns") && raw("rows").is_some_and(has_bare_rows)) {
        return Some(Mistaken::QueryTable);
    }
    if is_list("value") {
        return Some(Mistaken::Answers);
    }
    if is_object("value") {
        return Some(Mistaken::Nested);
    }
    let wraps = |name: &&&str| raw(name).is_some_and(marks::holds_objects);
    if let Some(name) = WRAPPERS.iter().find(wraps) {
        return Some(Mistaken::Wrapped(name));
    }
    let is_text = |name: &&&str| raw(name).is_some_and(holds_json);
    if let Some(name) = ["value"].iter().chain(&WRAPPERS).find(is_text) {
        return Some(Mistaken::TextIn(name));
    }
    let has = |name: &str| members.0.keys().any(|key| key.eq_ignore_ascii_case(name));
    let has_date = has("endDateTime") || has("endDate") || has("startDateTime");
    (has("keyId") && has_date).then_some(Mistaken::CredentialRows)
}

/// Tells whether a value is a text in which an object or a list begins.
fn holds_json(value: &str) -> bool {
    let inside = value.strip_prefix('"').map(str::trim_start);
    inside.is_some_and(|inside| inside.starts_with(['{', '[']))
}

/// Tells whether the rows of a table are lists of values.
fn has_bare_rows(rows: &str) -> bool {
    let inside = rows.strip_prefix('[').map(str::trim_ascii_start);
    inside.is_some_and(|inside| inside.starts_with('['))
}

/// The members of an object, of which the last of one name counts.
struct Members<'text>(BTreeMap<String, &'text RawValue>);

/// More members than this no wrapper has.
const MOST: usize = 64;

impl<'text> Members<'text> {
    fn of(text: &'text str) -> Option<Self> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    if members.len() < MOST {
                        members.insert(name, map.next_value::<&RawValue>()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Members(members))
            }
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        reader.deserialize_map(Read).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappers_are_named() {
        use Mistaken as M;
        for (text, name) in [
            (
                r#"{"responses":[{"id":"1","body":{"value":[{}]}}]}"#,
                M::Batch,
            ),
            (
                r#"{"Results":[{"appId":"x"}],"Metadata":{}}"#,
                M::Wrapped("Results"),
            ),
            (r#"{"rows":[{"appId":"x"}]}"#, M::Wrapped("rows")),
            (r#"{"Value":[{"appId":"x"}]}"#, M::Wrapped("Value")),
            (
                r#"{"statusCode":200,"body":{"value":[{}]}}"#,
                M::Wrapped("body"),
            ),
            (
                r#"{"statusCode":200,"body":"{\"value\":[{}]}"}"#,
                M::TextIn("body"),
            ),
            (
                r#"{"StatusCode":200,"Content":" [{}]"}"#,
                M::TextIn("Content"),
            ),
            (r#"{"value":"[{}]"}"#, M::TextIn("value")),
            (r#"{"value":{"value":[{}]}}"#, M::Nested),
            (r#"{"value":[]}"#, M::Answers),
            (
                r#"{"columns":[{"name":"app_id"}],"rows":[{"app_id":"x"}]}"#,
                M::SnakeCase("appId"),
            ),
            (r#"{"tables":[{"rows":[]}]}"#, M::QueryTable),
            (r#"{"columns":["appId"],"rows":[["x"]]}"#, M::QueryTable),
            (
                r#"{"application":{"appId":"x"},"servicePrincipal":{}}"#,
                M::Template,
            ),
            (r#"{"keyId":"x","endDateTime":null}"#, M::CredentialRows),
        ] {
            assert_eq!(of_object(text), Some(name), "{text}");
        }
        for text in [
            "{}",
            r#"{"id":"x"}"#,
            r#"{"items":[]}"#,
            r#"{"body":"no JSON"}"#,
            r#"{"keyId":"x"}"#,
            "[]",
        ] {
            assert_eq!(of_object(text), None, "{text}");
        }
    }
}
