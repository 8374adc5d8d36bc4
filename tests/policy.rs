//! The policy as its users meet it: what is taken, what is refused, and with which words.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "policy/edit.rs"]
mod edit;
#[path = "policy/exceptions_from.rs"]
mod exceptions_from;
#[path = "policy/extends.rs"]
mod extends;
#[path = "policy/files.rs"]
mod files;
#[path = "policy/generated.rs"]
mod generated;
#[path = "policy/mutations.rs"]
mod mutations;
#[path = "policy/refused.rs"]
mod refused;
#[path = "policy/schema.rs"]
mod schema;
#[path = "policy/speed.rs"]
mod speed;
#[path = "policy/taken.rs"]
mod taken;

use std::path::Path;
use std::sync::LazyLock;

use credgate::finding::RuleDescriptor;
use credgate::policy::{self, Policy, PolicyError};
use miette::Diagnostic as _;
use serde_json::Value;

/// A policy that shows every key.
const EVERY_KEY: &str = include_str!("policy/every-key.yaml");

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&policy::schema()).unwrap()
});

static EXCEPTIONS_SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&policy::exceptions_schema()).unwrap()
});

fn descriptors() -> Vec<&'static RuleDescriptor> {
    credgate::rules::ALL
        .iter()
        .map(|rule| rule.descriptor())
        .collect()
}

fn load(path: &Path) -> Result<Policy, PolicyError> {
    policy::load(path, "credgate.yaml", &descriptors())
}

fn load_text(text: &str) -> Result<Policy, PolicyError> {
    policy::load_text(text, "credgate.yaml", &descriptors())
}

/// Tells whether the schema takes a text; what is no YAML it does not take.
fn schema_takes(text: &str) -> bool {
    read(text).is_some_and(|value| SCHEMA.is_valid(&value))
}

/// Tells whether the schema of exceptions files takes a text.
fn exceptions_schema_takes(text: &str) -> bool {
    read(text).is_some_and(|value| EXCEPTIONS_SCHEMA.is_valid(&value))
}

/// Reads YAML independently of the library.
fn read(text: &str) -> Option<Value> {
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).ok()
}

/// One problem of a refused policy.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    code: String,
    line: u32,
    words: String,
}

fn problems(error: &PolicyError) -> Vec<Found> {
    let problems = error.problems().iter();
    problems
        .map(|problem| Found {
            code: problem.code().unwrap().to_string(),
            line: problem.line(),
            words: format!("{problem}; {}", problem.help().unwrap()),
        })
        .collect()
}
