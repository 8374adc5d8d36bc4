//! The JSON Schema of the policy.

use credgate::policy;

use super::{EVERY_KEY, load_text, schema_takes};

/// To write it anew: `SNAPSHOTS=overwrite cargo test --test policy`.
#[test]
fn the_schema_in_the_repository_is_fresh() {
    let schema = serde_json::to_string_pretty(&policy::schema()).unwrap() + "\n";
    snapbox::assert_data_eq!(
        schema,
        snapbox::file!["../../schemas/policy.schema.json": Text].raw()
    );
}

/// To write it anew: `SNAPSHOTS=overwrite cargo test --test policy`.
#[test]
fn the_schema_of_exceptions_files_in_the_repository_is_fresh() {
    let schema = serde_json::to_string_pretty(&policy::exceptions_schema()).unwrap() + "\n";
    snapbox::assert_data_eq!(
        schema,
        snapbox::file!["../../schemas/exceptions.schema.json": Text].raw()
    );
}

#[test]
fn the_schema_names_the_rules_that_there_are() {
    let schema = policy::schema();
    let named = schema["$defs"]["RulesDocument"]["properties"]
        .as_object()
        .unwrap();
    let mut named: Vec<&str> = named.keys().map(String::as_str).collect();
    let mut known: Vec<&str> = super::descriptors().iter().map(|rule| rule.id.0).collect();
    named.sort_unstable();
    known.sort_unstable();
    assert_eq!(named, known);
}

#[test]
fn an_exception_may_lift_each_rule_that_is_not_about_the_policy() {
    let schema = policy::schema();
    let named = schema["$defs"]["ExceptableRule"]["enum"]
        .as_array()
        .unwrap();
    let mut named: Vec<&str> = named.iter().filter_map(|name| name.as_str()).collect();
    let rules = super::descriptors().into_iter();
    let mut known: Vec<&str> = rules
        .filter(|rule| rule.control != "policy")
        .map(|rule| rule.id.0)
        .collect();
    named.sort_unstable();
    known.sort_unstable();
    assert_eq!(named, known);
}

#[test]
fn the_shipped_presets_are_valid_by_parser_and_schema() {
    for name in ["baseline", "secrets-only", "strict"] {
        let path = format!("{}/policies/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        assert!(schema_takes(&text), "{name}");
        load_text(&text).unwrap();
        load_text(&format!("version: 1\nextends: {name}\n")).unwrap();
        assert!(
            text.starts_with("# yaml-language-server: $schema=../schemas/policy.schema.json\n")
        );
    }
}

#[test]
fn a_policy_with_every_key_is_valid_by_parser_and_schema() {
    load_text(EVERY_KEY).unwrap();
    assert!(schema_takes(EVERY_KEY));
    let schema = policy::schema().to_string();
    let keys = super::mutations::keys(EVERY_KEY);
    let keys: std::collections::BTreeSet<&str> =
        keys.into_iter().map(|key| &EVERY_KEY[key]).collect();
    for definition in [
        "RulesDocument",
        "ExceptionDocument",
        "WindowDocument",
        "GovernanceDocument",
    ] {
        let properties = policy::schema()["$defs"][definition]["properties"].clone();
        for key in properties.as_object().unwrap().keys() {
            assert!(
                keys.contains(key.as_str()),
                "{key} is missing from every-key.yaml"
            );
        }
    }
    assert!(schema.contains("https://json-schema.org/draft/2020-12/schema"));
}
