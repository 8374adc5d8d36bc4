//! An alert of code scanning survives an export in another form: the fingerprints and the series stay.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::case::Case;
use super::exporters::{self, Exporter};
use super::{assert_none, forms, homes, program};

/// The alerts that code scanning has after a run, and their series; nothing where there is no verdict.
fn alerts(case: &Case, folder: &Path, inventory: &[String]) -> Option<BTreeSet<[String; 3]>> {
    homes::write(case, folder);
    let now = case.instant();
    let mut arguments = vec!["check", "--policy", "policy.yaml", "--now", &now];
    arguments.extend(["--report", "sarif"]);
    for name in inventory {
        arguments.extend(["--inventory", name]);
    }
    let ended = program::run(folder, &arguments, b"");
    let log: Value = serde_json::from_str(&ended.stdout).ok()?;
    let run = &log["runs"][0];
    let series = run["automationDetails"]["id"].to_string();
    let results = run["results"].as_array().unwrap().iter();
    let alerts: BTreeSet<[String; 3]> = results
        .map(|result| {
            let hash = &result["partialFingerprints"]["primaryLocationLineHash"];
            [
                series.clone(),
                result["ruleId"].to_string(),
                hash.to_string(),
            ]
        })
        .collect();
    assert_eq!(alerts.len(), run["results"].as_array().unwrap().len());
    Some(alerts)
}

fn differ(case: &Case, write_other: impl Fn(&Path) -> Vec<String>) -> Option<String> {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let inventory = forms::write(case, one.path());
    let before = alerts(case, one.path(), &inventory);
    let inventory = write_other(other.path());
    let after = alerts(case, other.path(), &inventory);
    (before != after).then(|| format!("case {}: {before:?}\n{after:?}", case.seed))
}

#[test]
fn an_alert_survives_another_form_of_graphs_words() {
    assert_none(0..80, |seed| {
        let case = Case::new(seed);
        let mut other = case.clone();
        other.seed = seed + 1_000_000;
        differ(&case, |folder| forms::write(&other, folder))
    });
}

#[test]
fn an_alert_survives_another_exporter() {
    for exporter in [Exporter::EntraExporter, Exporter::AzureHound] {
        assert_none(0..60, |seed| {
            let case = exporters::told_by(exporter, &Case::new(seed))?;
            differ(&case, |folder| exporters::write(exporter, &case, folder))
        });
    }
}
