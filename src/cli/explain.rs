//! `credgate explain RULE`: the rule's own text.

use std::fmt::Write as _;

use credgate::finding::RuleDescriptor;
use credgate::rules;

use super::args::Explain;
use super::manual::printed;
use super::{Exit, Failure};

/// Prints the text of a rule, or the list of all rules.
pub(crate) fn run(arguments: &Explain) -> Result<Exit, Failure> {
    let Some(id) = &arguments.rule else {
        return printed(&list());
    };
    // Nobody but a person reads the id here, so its letter case is no difference.
    match rules::find(&id.to_ascii_lowercase()) {
        Some(rule) => printed(&text(rule.descriptor())),
        None => Err(unknown(id)),
    }
}

fn text(rule: &RuleDescriptor) -> String {
    let RuleDescriptor {
        id,
        title,
        summary,
        control,
        default_level,
        help,
        ..
    } = rule;
    format!(
        "# {title} ({id})\n\n{summary}\nControl: {control}. Default level: {default_level}.\n\n{}\n",
        help.trim()
    )
}

fn list() -> String {
    let mut list = String::new();
    for rule in rules::ALL {
        let RuleDescriptor { id, summary, .. } = rule.descriptor();
        let _ = writeln!(list, "{id:40} {summary}");
    }
    list
}

fn unknown(id: &str) -> Failure {
    let wanted = id.to_ascii_lowercase();
    let ids = rules::ALL.iter().map(|rule| rule.descriptor().id.0);
    let nearest = ids.max_by(|one, other| {
        strsim::jaro_winkler(one, &wanted).total_cmp(&strsim::jaro_winkler(other, &wanted))
    });
    let nearest = nearest.unwrap_or_default();
    Failure::usage(format_args!(
        "there is no rule `{id}`; did you mean `{nearest}`? `credgate explain` lists all"
    ))
}
