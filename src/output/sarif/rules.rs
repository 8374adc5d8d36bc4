//! The rules that ran, as the driver lists them.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
};

use super::{controls, help};
use crate::home;
use crate::report::ActiveRule;

/// Describes a rule.
pub(super) fn descriptor(rule: &ActiveRule) -> ReportingDescriptor {
    let text = rule.descriptor;
    let help = MultiformatMessageString::builder()
        .text(help::plain(text.help))
        .markdown(help::markdown(text.help))
        .build();
    let configuration = ReportingConfiguration::builder()
        .level(rule.level.name())
        .build();
    let relationship = controls::relationship(text.control);
    ReportingDescriptor::builder()
        .id(text.id.0)
        .name(pascal_case(text.id.0))
        .short_description(sentence(&format!("{}.", text.title)))
        .full_description(sentence(&help::plain(text.summary)))
        .help(help)
        .help_uri(home::rule(text.id.0))
        .default_configuration(configuration)
        .properties(properties(rule))
        .opt_relationships(relationship.map(|relationship| vec![relationship]))
        .build()
}

/// Makes a text without Markdown.
pub(in crate::output) fn sentence(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

/// What code scanning shows and sorts by.
fn properties(rule: &ActiveRule) -> PropertyBag {
    let severity = rule.descriptor.security_severity;
    PropertyBag::builder()
        .tags(["security", "credentials", rule.descriptor.control].map(str::to_owned))
        .additional_properties(BTreeMap::from([
            ("precision".to_owned(), Value::from("very-high")),
            ("security-severity".to_owned(), Value::from(severity)),
        ]))
        .build()
}

/// Writes `secrets-only` as `SecretsOnly`.
pub(in crate::output) fn pascal_case(id: &str) -> String {
    let words = id.split('-').filter_map(|word| {
        let (first, rest) = word.split_at_checked(1)?;
        Some(first.to_ascii_uppercase() + rest)
    });
    words.collect()
}
