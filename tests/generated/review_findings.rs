//! What a review says of the findings of today, against two judgements with the same inventory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::review::Edited;
use super::{forms, program, reference, yaml};

/// The open findings of a judgement: the weight of each, and its application.
type Open = BTreeMap<String, (usize, Option<String>)>;

/// A program's exit code, and its report if there is one.
fn run(folder: &Path, arguments: &[&str]) -> (i32, Option<Value>) {
    let ended = program::run(folder, arguments, b"");
    ended.assert_told_well();
    (ended.code, serde_json::from_str(&ended.stdout).ok())
}

fn open(report: &Value) -> Open {
    let findings = report["findings"].as_array().unwrap().iter();
    let open = findings.filter(|finding| finding["disposition"] == "open");
    let named = open.map(|finding| {
        let name = finding["fingerprint"].as_str().unwrap().to_owned();
        let weight = reference::rank(finding["level"].as_str().unwrap());
        let app_id = finding["application"]["app_id"].as_str();
        (name, (weight, app_id.map(str::to_owned)))
    });
    let number = named.clone().count();
    let open: Open = named.collect();
    assert_eq!(open.len(), number, "a fingerprint stands twice");
    open
}

/// How many findings count in one judgement, and in the other do not or weigh less; on how many applications.
fn uncounted(one: &Open, other: &Open) -> [u64; 2] {
    let gone = one.iter().filter(|(name, (weight, _))| {
        let same = other.get(*name);
        same.is_none_or(|(other, _)| other < weight)
    });
    let applications = gone.clone().filter_map(|(_, (_, app_id))| app_id.as_ref());
    let applications: std::collections::BTreeSet<_> = applications.collect();
    [gone.count() as u64, applications.len() as u64]
}

fn touched(value: &Value) -> [u64; 2] {
    ["findings", "applications"].map(|key| value[key].as_u64().unwrap())
}

/// Tells whether both policies could be judged.
fn tried(seed: u64) -> bool {
    let edited = Edited::new(seed, 4);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, policy) in [("base", &edited.case.policy), ("head", &edited.head)] {
        fs::write(folder.join(format!("{name}.yaml")), yaml::write(policy)).unwrap();
    }
    let (now, inventory) = (edited.case.instant(), forms::write(&edited.case, folder));
    let mut rest = vec!["--now", &now, "--report", "json"];
    for name in &inventory {
        rest.extend(["--inventory", name]);
    }
    if edited.case.allow_empty {
        rest.push("--allow-empty");
    }
    let with = |words: &[&str]| run(folder, &[words, &rest].concat());
    let base = with(&["check", "--policy", "base.yaml"]);
    let head = with(&["check", "--policy", "head.yaml"]);
    let (code, report) = with(&["review", "--base", "base.yaml", "--head", "head.yaml"]);
    let ((_, Some(base)), (_, Some(head))) = (&base, &head) else {
        assert!(code > 1, "case {seed}: {code}");
        return false;
    };
    let report = report.unwrap_or_else(|| panic!("case {seed}: no report, {code}"));
    let loosens = report["summary"]["loosens"].as_u64().unwrap();
    assert_eq!(code, i32::from(loosens > 0), "case {seed}");
    let allowed = with(&[
        "review",
        "--base",
        "base.yaml",
        "--head",
        "head.yaml",
        "--allow-loosening",
    ]);
    assert_eq!(allowed.0, 0, "case {seed}");
    let findings = &report["findings"];
    for (side, judged) in [("base", base), ("head", head)] {
        assert_eq!(findings[side], judged["summary"]["findings"], "case {seed}");
    }
    let (before, after) = (open(base), open(head));
    let totals = [
        ("silenced", "silences", uncounted(&before, &after)),
        ("raised", "raises", uncounted(&after, &before)),
    ];
    for (total, each, counted) in totals {
        assert_eq!(touched(&findings[total]), counted, "case {seed}: {total}");
        for change in report["changes"].as_array().unwrap() {
            let [by_change, on] = touched(&change[each]);
            let is_possible = by_change <= counted[0] && on <= counted[1] && on <= by_change;
            assert!(is_possible, "case {seed}: {change:#}");
        }
    }
    true
}

#[test]
fn the_findings_of_a_review_are_those_of_two_judgements() {
    let judged = (0..60).filter(|seed| tried(*seed)).count();
    assert!(judged > 30, "hardly any case has findings: {judged}");
}

#[test]
#[ignore = "takes minutes"]
fn the_findings_of_many_reviews_are_those_of_two_judgements() {
    let judged = (1_000..3_000).filter(|seed| tried(*seed)).count();
    println!("{judged} of 2000");
}
