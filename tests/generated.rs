//! The program against a second implementation of the verdict, on tenants and policies that nobody thought of.
//!
//! Each case follows from its number: a tenant with every kind of credential, dates on the edges of every limit, a policy
//! with exceptions and windows, and a format in which the inventory is written. `generated/reference/` says what the
//! answer must be. A case that differs is made smaller, kept in a folder, and shown.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "generated/adopt.rs"]
mod adopt;
#[path = "generated/alerts.rs"]
mod alerts;
#[path = "generated/answer.rs"]
mod answer;
#[path = "generated/case.rs"]
mod case;
#[path = "generated/contract.rs"]
mod contract;
#[path = "generated/credentials.rs"]
mod credentials;
#[path = "generated/decisions.rs"]
mod decisions;
#[path = "generated/edits.rs"]
mod edits;
#[path = "generated/exceptions.rs"]
mod exceptions;
#[path = "generated/exporters.rs"]
mod exporters;
#[path = "generated/focus.rs"]
mod focus;
#[path = "generated/forecast.rs"]
mod forecast;
#[path = "generated/forms.rs"]
mod forms;
#[path = "generated/homes.rs"]
mod homes;
#[path = "generated/keys.rs"]
mod keys;
#[path = "generated/mangled.rs"]
mod mangled;
#[path = "generated/moments.rs"]
mod moments;
#[path = "generated/objects.rs"]
mod objects;
#[path = "generated/others.rs"]
mod others;
#[path = "generated/owner.rs"]
mod owner;
#[path = "generated/powershell.rs"]
mod powershell;
#[path = "cases/program.rs"]
mod program;
#[path = "generated/prune.rs"]
mod prune;
#[path = "generated/random.rs"]
mod random;
#[path = "generated/reference/mod.rs"]
mod reference;
#[path = "generated/review.rs"]
mod review;
#[path = "generated/review_findings.rs"]
mod review_findings;
#[path = "generated/rule_edits.rs"]
mod rule_edits;
#[path = "generated/rules.rs"]
mod rules;
#[path = "generated/shrink.rs"]
mod shrink;
#[path = "generated/signing.rs"]
mod signing;
#[path = "generated/text.rs"]
mod text;
#[path = "generated/traps.rs"]
mod traps;
#[path = "generated/trusts.rs"]
mod trusts;
#[path = "generated/window_edits.rs"]
mod window_edits;
#[path = "generated/yaml.rs"]
mod yaml;

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;

use answer::{Answer, Told, difference};
use case::Case;
use credgate::report::forecast::Cause;
use exporters::Exporter;
use serde_json::Value;
use tempfile::TempDir;

/// So many failures are shown.
const ENOUGH: usize = 5;

/// Writes a case into a folder, in one of Graph's forms, and lets the program judge it.
fn ask(case: &Case, folder: &Path) -> Answer {
    let inventory = forms::write(case, folder);
    ask_about(case, folder, &inventory)
}

/// Lets the program judge a case of which the inventory is written.
fn ask_about(case: &Case, folder: &Path, inventory: &[String]) -> Answer {
    homes::write(case, folder);
    let now = case.instant();
    let mut arguments = vec!["check", "--policy", "policy.yaml", "--now", &now];
    arguments.extend(["--fail-on", case.fail_on, "--report", "json"]);
    for name in inventory {
        arguments.extend(["--inventory", name]);
    }
    if case.allow_empty {
        arguments.push("--allow-empty");
    }
    fs::write(folder.join("command"), arguments.join("\n")).unwrap();
    let ended = program::run(folder, &arguments, b"");
    ended.assert_told_well();
    fs::write(folder.join("stderr"), &ended.stderr).unwrap();
    let report: Option<Value> = serde_json::from_str(&ended.stdout).ok();
    if let Some(report) = &report {
        assert_eq!(report["exit_code"], ended.code, "seed {}", case.seed);
    }
    Answer {
        code: ended.code,
        report: report.as_ref().map(Told::of),
    }
}

fn differs(case: &Case) -> Option<(TempDir, String)> {
    let folder = tempfile::tempdir().unwrap();
    let actual = ask(case, folder.path());
    let difference = difference(&reference::judge(case), &actual)?;
    Some((folder, difference))
}

/// Says how a case differs, in its smallest form.
fn explain(case: &Case) -> Option<String> {
    differs(case)?;
    let small = shrink::shrink(case.clone(), |case| differs(case).is_some());
    let (folder, difference) = differs(&small)?;
    let folder = folder.keep();
    Some(format!(
        "case {} in {}:\n{difference}",
        case.seed,
        folder.display()
    ))
}

/// Tries cases on all processors, until enough have failed. `fails` says how.
fn assert_none(seeds: Range<u64>, fails: impl Fn(u64) -> Option<String> + Sync) {
    let (next, failures) = (Mutex::new(seeds), Mutex::new(Vec::new()));
    let work = || {
        while failures.lock().unwrap().len() < ENOUGH
            && let Some(seed) = next.lock().unwrap().next()
        {
            let failure = fails(seed);
            failures.lock().unwrap().extend(failure);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(
        failures.is_empty(),
        "{} differ\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

/// Judges cases. Returns how many ended with each code.
fn judge(seeds: Range<u64>) -> BTreeMap<i32, usize> {
    let codes = Mutex::new(BTreeMap::new());
    assert_none(seeds, |seed| {
        let case = Case::new(seed);
        let code = reference::judge(&case).code;
        *codes.lock().unwrap().entry(code).or_default() += 1;
        explain(&case)
    });
    codes.into_inner().unwrap()
}

#[test]
fn the_program_and_the_reference_agree() {
    let codes = judge(0..1_000);
    for code in [0, 1, 2, 3] {
        assert!(codes[&code] > 20, "hardly any case ends so: {codes:?}");
    }
}

/// Writes a case as an exporter does, and says how it is judged otherwise than in Graph's words or by the reference.
fn exported(exporter: Exporter, seed: u64) -> Option<String> {
    let case = exporters::told_by(exporter, &Case::new(seed))?;
    let (graph, export) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let in_graphs_words = ask(&case, graph.path());
    let inventory = exporters::write(exporter, &case, export.path());
    let actual = ask_about(&case, export.path(), &inventory);
    let difference = difference(&in_graphs_words, &actual)
        .or_else(|| difference(&reference::judge(&case), &actual))?;
    let folder = export.keep();
    Some(format!(
        "{exporter:?} of case {seed} in {}:\n{difference}",
        folder.display()
    ))
}

#[test]
fn an_export_is_judged_as_graphs_own_words() {
    for exporter in [Exporter::EntraExporter, Exporter::AzureHound] {
        assert_none(0..100, |seed| exported(exporter, seed));
    }
}

#[test]
#[ignore = "takes minutes"]
fn many_exports_are_judged_as_graphs_own_words() {
    for exporter in [Exporter::EntraExporter, Exporter::AzureHound] {
        assert_none(1_000..6_000, |seed| exported(exporter, seed));
    }
}

#[test]
#[ignore = "takes minutes"]
fn the_program_and_the_reference_agree_on_many_cases() {
    println!("{:?}", judge(1_000..21_000));
}

/// Follows cases day by day; a case that differs is made smaller. Returns how often each cause and each turn of the verdict
/// was met.
fn foresee(seeds: Range<u64>) -> BTreeMap<&'static str, usize> {
    let next = Mutex::new(seeds);
    let (met, failures) = (Mutex::new(BTreeMap::new()), Mutex::new(Vec::new()));
    let work = || {
        while failures.lock().unwrap().len() < ENOUGH
            && let Some(seed) = next.lock().unwrap().next()
        {
            let case = Case::new(seed);
            let Some(followed) = forecast::follow(&case) else {
                continue;
            };
            for word in followed.causes.into_iter().chain(followed.turns) {
                *met.lock().unwrap().entry(word).or_default() += 1;
            }
            if followed.difference.is_none() {
                continue;
            }
            let small = shrink::shrink(case, |case| forecast::difference(case).is_some());
            let difference = forecast::difference(&small).unwrap();
            let policy = yaml::write(&small.policy);
            let failure = format!("case {seed}: {difference}\n{policy}\n{:?}", small.listings);
            failures.lock().unwrap().push(failure);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    met.into_inner().unwrap()
}

#[test]
fn a_forecast_says_of_every_day_what_the_judgement_of_that_day_says() {
    let met = foresee(0..150);
    for word in Cause::NAMES.iter().chain(&["pass", "fail"]) {
        assert!(met.contains_key(word), "no case has `{word}`: {met:?}");
    }
}

#[test]
#[ignore = "takes minutes"]
fn many_forecasts_say_of_every_day_what_the_judgement_of_that_day_says() {
    println!("{:?}", foresee(1_000..11_000));
}
