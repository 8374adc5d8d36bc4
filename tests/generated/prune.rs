//! Pruning policies that nobody thought of: what is found on applications and the tenant stays as it was.

use std::collections::BTreeSet;

use serde_json::Value;

use super::adopt::Asked;
use super::case::Case;

/// What a report says of applications and the tenant, and which entries tolerate it.
fn found(report: &str) -> Option<BTreeSet<String>> {
    let report: Value = serde_json::from_str(report).ok()?;
    let findings = report["findings"].as_array()?.iter();
    let about_policy = ["exception-", "window-closed"];
    let found = findings.filter(|finding| {
        let rule = finding["rule"].as_str().unwrap();
        !about_policy.iter().any(|about| rule.starts_with(about))
    });
    let words = found.map(|finding| {
        let members = [
            "rule",
            "level",
            "disposition",
            "exception",
            "window",
            "message",
            "fingerprint",
        ];
        members.map(|member| finding[member].to_string()).join(" ")
    });
    Some(words.collect())
}

/// How many entries of the policy have their own finding by this rule.
fn named(report: &str, rule: &str) -> usize {
    report.matches(&format!("\"rule\":\"{rule}\"")).count()
        + report.matches(&format!("\"rule\": \"{rule}\"")).count()
}

#[test]
fn pruning_changes_nothing_that_is_found() {
    let (mut pruned, mut by_inventory) = (0, 0);
    for seed in 0..200 {
        let case = Case::new(seed);
        let folder = tempfile::tempdir().unwrap();
        let asked = Asked::new(&case, folder.path());
        let (before, first) = (asked.policy(), asked.check());
        let ended = asked.run(&["policy", "prune", "policy.yaml"]);
        let (after, then) = (asked.policy(), asked.check());
        let shown = format!(
            "seed {seed}\n{}{}\n{before}\n{after}",
            ended.stdout, ended.stderr
        );
        if ended.code != 0 {
            assert!(ended.code == 2 || ended.code == 3, "{shown}");
            assert_eq!(before, after, "{shown}");
            continue;
        }
        assert_eq!(found(&first.stdout), found(&then.stdout), "{shown}");
        assert_eq!(named(&then.stdout, "exception-expired"), 0, "{shown}");
        assert_eq!(named(&then.stdout, "window-closed"), 0, "{shown}");
        pruned += usize::from(before != after);
        by_inventory += usize::from(ended.stdout.contains("find nothing"));
        let again = asked.run(&["policy", "prune", "policy.yaml"]);
        assert!(
            again.stdout.contains("nothing was written"),
            "{shown}{}",
            again.stdout
        );
        assert_eq!(asked.policy(), after, "{shown}");
    }
    assert!(
        pruned > 30 && by_inventory > 5,
        "hardly any is pruned: {pruned}, {by_inventory}"
    );
}
