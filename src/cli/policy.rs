//! `credgate policy check`, `credgate policy prune` and `credgate policy schema`.

use std::io::{self, Write as _};
use std::path::Path;

use credgate::policy::{self, Policy, PolicyError};
use credgate::words::count;
use credgate::{rules, source};

use super::args::{Colour, PolicyCommand, SchemaOf};
use super::manual::printed;
use super::reports::{colours, width};
use super::{Exit, Failure, prune};

/// Runs one of the policy commands.
pub(crate) fn run(command: PolicyCommand) -> Result<Exit, Failure> {
    match command {
        PolicyCommand::Check { files, color } => check(&files, color),
        PolicyCommand::Prune(arguments) => prune::run(&arguments),
        PolicyCommand::Schema { of } => {
            let schema = match of {
                SchemaOf::Policy => policy::schema(),
                SchemaOf::Exceptions => policy::exceptions_schema(),
            };
            printed(&format!("{schema:#}\n"))
        }
    }
}

/// Checks every file before it fails, so that one run shows all there is to mend.
fn check(files: &[String], colour: Colour) -> Result<Exit, Failure> {
    let folder = std::env::current_dir().unwrap_or_default();
    let mut failures = Vec::new();
    let mut good = String::new();
    for file in files {
        let path = Path::new(file);
        let shown = source::shown(path, &folder);
        match policy::load(path, &shown, &rules::descriptors()) {
            Ok(policy) => good.push_str(&praise(&policy, &shown)),
            Err(error) => failures.push(failure(&error, colour)),
        }
    }
    let last = failures.pop();
    for failure in failures {
        failure.print();
    }
    match last {
        None => printed(&good),
        Some(failure) => {
            let _ = io::stdout().write_all(good.as_bytes());
            Err(failure)
        }
    }
}

/// Says what a valid policy holds, and in how many files where it has several; a shipped preset is none.
fn praise(policy: &Policy, shown: &str) -> String {
    let name = credgate::escape::printable(shown);
    let rules = rules::ALL.iter().filter(|rule| is_active(policy, **rule));
    let rules = count(rules.count(), "rule");
    let exceptions = count(policy.exceptions().len(), "exception");
    let windows = count(policy.windows().len(), "migration window");
    let files = match policy.paths().len() {
        0 | 1 => String::new(),
        files => format!(", in {files} files"),
    };
    format!("{name}: valid; {rules}, {exceptions}, {windows}{files}\n")
}

fn is_active(policy: &Policy, rule: &dyn rules::Rule) -> bool {
    policy
        .rule(rule.descriptor().id)
        .is_some_and(|setting| setting.level.is_some())
}

/// Turns a policy's problems into the end of a command.
pub(crate) fn failure(error: &PolicyError, colour: Colour) -> Failure {
    Failure::policy(
        error.summary(),
        policy::render(error, colours(colour), width(true)),
    )
}
