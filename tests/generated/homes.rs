//! The policy of a case, in one file or in several: where an exception is written decides nothing.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::case::Case;
use super::random::Random;
use super::yaml;

/// Writes the policy, every other one with exceptions files. The exceptions keep their order, because the first one that
/// covers a finding is named.
pub(crate) fn write(case: &Case, folder: &Path) {
    let mut random = Random::new(case.seed ^ 0xE8CE_9710);
    let mut policy = case.policy.clone();
    let exceptions = policy.get_mut("exceptions").and_then(Value::as_array_mut);
    if let Some(exceptions) = exceptions
        && random.percent(50)
    {
        let moved = exceptions.split_off(random.below(exceptions.len() + 1));
        let names = write_exceptions(&mut random, moved, folder);
        policy["exceptions-from"] = json!(names);
    }
    fs::write(folder.join("policy.yaml"), yaml::write(&policy)).unwrap();
}

/// Writes exceptions into files of both forms, at least one, and returns what names them in their order.
fn write_exceptions(random: &mut Random, mut exceptions: Vec<Value>, folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    while names.is_empty() || !exceptions.is_empty() {
        let rest = exceptions.split_off(random.below(exceptions.len() + 1));
        let file = json!({ "version": 1, "exceptions": exceptions });
        exceptions = rest;
        let number = names.len();
        let (name, text) = match random.below(3) {
            0 => (format!("exceptions-{number}.json"), file.to_string()),
            1 => (
                format!("exceptions-{number}.json"),
                serde_json::to_string_pretty(&file).unwrap(),
            ),
            _ => (format!("exceptions-{number}.yaml"), yaml::write(&file)),
        };
        fs::write(folder.join(&name), text).unwrap();
        names.push(if random.percent(50) {
            name.replace("exceptions", "exc*s")
        } else {
            name
        });
    }
    names
}
