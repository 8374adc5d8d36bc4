//! Policies made at random.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use credgate::policy::{EntryKind, Exception, Policy, Written};

use super::exceptions_from::Memory;
use super::{load_text, schema_takes};

fn guid() -> impl Strategy<Value = String> {
    (1..u128::MAX).prop_map(|number| uuid::Uuid::from_u128(number).to_string())
}

fn duration() -> impl Strategy<Value = String> {
    prop_oneof![
        (1..=36_500_u32).prop_map(|days| format!("{days}d")),
        (1..=5_214_u32).prop_map(|weeks| format!("{weeks}w")),
        (1..=36_500_u32).prop_map(|days| format!("P{days}D")),
    ]
}

fn day() -> impl Strategy<Value = jiff::civil::Date> {
    (2020..2040_i16, 1..=12_i8, 1..=28_i8)
        .prop_map(|(year, month, day)| jiff::civil::date(year, month, day))
}

fn level() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({}),
        json!({ "level": "error" }),
        json!({ "level": "off", "evidence": "optional" }),
    ])
}

fn rules() -> impl Strategy<Value = Value> {
    let names: Vec<&str> = super::descriptors().iter().map(|rule| rule.id.0).collect();
    let listed = prop::collection::btree_map(prop::sample::select(names), level(), 0..8);
    (listed, duration()).prop_map(|(listed, max)| {
        let mut rules: Map<_, _> = listed
            .into_iter()
            .map(|(name, setting)| (name.to_owned(), setting))
            .collect();
        rules.insert("secret-age".to_owned(), json!({ "max": max }));
        Value::Object(rules)
    })
}

fn exception() -> impl Strategy<Value = Value> {
    let days = (day(), 0..900_i64, prop::bool::ANY);
    (
        "[A-Za-z0-9][A-Za-z0-9._-]{5,20}",
        guid(),
        prop::option::of(guid()),
        "\\PC{0,10}[a-z]",
        days,
    )
        .prop_map(|(id, application, key, reason, (granted, term, is_extended))| {
            let expires = granted.checked_add(jiff::Span::new().days(term)).unwrap();
            let mut exception = json!({
                "id": id, "applications": [application], "rules": ["secret-age"], "reason": reason,
                "granted": granted.to_string(), "expires": expires.to_string(),
            });
            if is_extended && term > 1 {
                let before = [granted.tomorrow().unwrap(), expires.yesterday().unwrap()];
                let ends = if term > 2 { &before[..] } else { &before[..1] };
                let ends: Vec<String> = ends.iter().map(ToString::to_string).collect();
                exception["extended"] = json!(ends);
            }
            if let Some(key) = key {
                exception["credentials"] = json!([key]);
            }
            exception
        })
}

fn policy() -> impl Strategy<Value = Value> {
    (rules(), prop::collection::vec(exception(), 0..4), any::<bool>()).prop_map(|(rules, mut exceptions, windows)| {
        for (index, exception) in exceptions.iter_mut().enumerate() {
            exception["id"] = format!("{index}-{}", exception["id"].as_str().unwrap()).into();
        }
        let mut policy = json!({ "version": 1, "rules": rules, "exceptions": exceptions });
        if windows {
            policy["governance"] = json!({ "window-max-term": "P90D" });
            policy["migration-windows"] = json!([{
                "id": "w", "applications": "all", "reason": "r", "opens": "2026-11-01", "closes": "2026-11-30",
            }]);
        }
        policy
    })
}

/// Something that stands where something else belongs.
fn stranger() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(1.5),
        json!(""),
        json!(" "),
        json!("all"),
        json!("*"),
        json!("off"),
        json!("error"),
        json!("0d"),
        json!("90d"),
        json!("2026-02-30"),
        json!("2026-11-05"),
        json!("owner"),
        json!("baseline"),
        json!("00000000-0000-0000-0000-000000000000"),
        json!("\u{feff}"),
        json!("\u{1b}[0m"),
        json!([]),
        json!({}),
        json!(["owner"]),
        json!(["secret-age"]),
        json!([[]]),
        json!({ "level": "note" }),
        json!({ "error": null }),
        json!(["error", "required"]),
        json!([1]),
        json!("1"),
    ])
}

#[derive(Clone, Debug)]
enum Change {
    Replace(Value),
    Remove,
    Add(&'static str, Value),
    Repeat,
}

fn change() -> impl Strategy<Value = Change> {
    let key = prop::sample::select(vec![
        "level",
        "max",
        "owner",
        "tenant",
        "certificate-by",
        "credentials",
        "issuers",
        "extended",
        "x",
        "<<",
    ]);
    prop_oneof![
        4 => stranger().prop_map(Change::Replace),
        1 => Just(Change::Remove),
        2 => (key, stranger()).prop_map(|(key, value)| Change::Add(key, value)),
        1 => Just(Change::Repeat),
    ]
}

/// Returns the JSON pointers of everything in a value.
fn pointers(value: &Value, prefix: &str, into: &mut Vec<String>) {
    into.push(prefix.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{prefix}/{index}"), into);
            }
        }
        Value::Object(entries) => {
            for (key, item) in entries {
                pointers(item, &format!("{prefix}/{key}"), into);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn apply(policy: &mut Value, at: prop::sample::Index, change: Change) {
    let mut all = Vec::new();
    pointers(policy, "", &mut all);
    let pointer = at.get(&all).clone();
    match change {
        Change::Replace(value) => *policy.pointer_mut(&pointer).unwrap() = value,
        Change::Add(key, value) => {
            if let Some(Value::Object(entries)) = policy.pointer_mut(&pointer) {
                entries.insert(key.to_owned(), value);
            }
        }
        Change::Repeat => {
            if let Some(Value::Array(items)) = policy.pointer_mut(&pointer) {
                items.extend(items.first().cloned());
            }
        }
        Change::Remove => {
            let Some((parent, key)) = pointer.rsplit_once('/') else {
                return;
            };
            match policy.pointer_mut(parent) {
                Some(Value::Object(entries)) => {
                    entries.remove(key);
                }
                Some(Value::Array(items)) => {
                    items.remove(key.parse().unwrap());
                }
                _ => {}
            }
        }
    }
}

/// Writes a value as YAML, one key a line, with plain strings where that is safe.
fn block(value: &Value, indent: usize) -> String {
    let pad = "  ".repeat(indent);
    let lines = |lines: Vec<String>| lines.concat();
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            let entry = |(key, value)| format!("\n{pad}{key}:{}", block(value, indent + 1));
            lines(entries.iter().map(entry).collect())
        }
        Value::Array(items) if !items.is_empty() => {
            let item = |value| format!("\n{pad}-{}", block(value, indent + 1));
            lines(items.iter().map(item).collect())
        }
        Value::String(text) if is_plain(text) => format!(" {text}"),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => format!(" {value}"),
    }
}

fn is_plain(text: &str) -> bool {
    let is_safe = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    text.len() > 5 && text.chars().all(is_safe) && text.parse::<f64>().is_err()
}

fn both_forms(policy: &Value) -> [String; 2] {
    [policy.to_string(), block(policy, 0)]
}

/// Where an exception is moved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    Policy,
    Yaml(usize),
    Json(usize),
}

fn home() -> impl Strategy<Value = Home> {
    prop::sample::select(vec![
        Home::Policy,
        Home::Yaml(0),
        Home::Yaml(1),
        Home::Json(0),
        Home::Json(1),
    ])
}

/// Returns the exceptions of a policy, whatever their order and wherever they are written.
fn exceptions(policy: &Policy) -> Vec<Exception> {
    let mut exceptions = policy.exceptions().to_vec();
    for exception in &mut exceptions {
        exception.written = Written { file: 0, index: 0 };
    }
    exceptions.sort_by_key(|exception| exception.id.to_string());
    exceptions
}

/// Writes a policy whose exceptions live in several files.
fn split(policy: &Value, homes: &[Home]) -> Memory {
    let mut policy = policy.clone();
    let all = policy["exceptions"].as_array().unwrap().clone();
    let living = |home: Home| -> Vec<Value> {
        let homes = all.iter().zip(homes);
        let inside = homes.filter(|(_, own)| **own == home);
        inside.map(|(exception, _)| exception.clone()).collect()
    };
    policy["exceptions"] = living(Home::Policy).into();
    policy["exceptions-from"] = json!(["teams/*.yaml", "*.json"]);
    let mut files = Memory::default().with("credgate.yaml", block(&policy, 0));
    for number in 0..2 {
        let file = |home| json!({ "version": 1, "exceptions": living(home) });
        let yaml = block(&file(Home::Yaml(number)), 0);
        let json = serde_json::to_string_pretty(&file(Home::Json(number))).unwrap();
        files = files
            .with(&format!("teams/{number}.yaml"), yaml)
            .with(&format!("{number}.json"), json);
    }
    files
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_valid_policy_is_taken_by_parser_and_schema(policy in policy()) {
        for text in both_forms(&policy) {
            if let Err(error) = load_text(&text) {
                prop_assert!(false, "{text}\n{error}");
            }
            prop_assert!(schema_takes(&text), "{text}");
        }
    }

    #[test]
    fn what_the_parser_takes_the_schema_takes(
        policy in policy(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), change()), 1..3),
    ) {
        let mut policy = policy;
        for (at, change) in changes {
            apply(&mut policy, at, change);
        }
        for text in both_forms(&policy) {
            prop_assert!(load_text(&text).is_err() || schema_takes(&text), "{text}");
        }
    }

    #[test]
    fn exceptions_mean_the_same_wherever_they_are_written(
        policy in policy(),
        homes in prop::collection::vec(home(), 4),
    ) {
        let together = load_text(&policy.to_string()).unwrap();
        let apart = split(&policy, &homes).load().unwrap();
        prop_assert_eq!(exceptions(&together), exceptions(&apart));
        prop_assert_eq!(together.rules(), apart.rules());
        prop_assert_eq!(together.windows(), apart.windows());
        prop_assert_eq!(together.tenant(), apart.tenant());
        for exception in apart.exceptions() {
            let place = apart.written_at(exception.written, EntryKind::Exception);
            prop_assert_eq!(&place.file, &apart.files()[exception.written.file].name);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[a-z:&*!<>|\\[\\]{}\"'#%@`?, \n\t\u{feff}-]{0,60}") {
        let _ = load_text(&text).map_err(|error| credgate::policy::render(&error, false, 80));
    }
}
