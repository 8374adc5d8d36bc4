//! What a snapshot's report does not depend on: its name, the order of its lines, the instant of its collection.

use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::program::run;

/// Reads a snapshot of the stories: the first line, the policies, the objects.
fn lines() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/snapshot/every-object");
    let snapshot = fs::read_to_string(folder.join("contoso.ndjson")).unwrap();
    let mut lines: Vec<String> = snapshot.lines().map(str::to_owned).collect();
    lines.pop();
    lines
}

/// Ends a snapshot with its numbers and digest.
fn ended(lines: &[String]) -> String {
    let count = |kind: &str| {
        let kind = format!("#microsoft.graph.{kind}\"");
        lines.iter().filter(|line| line.contains(&kind)).count()
    };
    let text = lines.join("\n") + "\n";
    let digest = format!("{:x}", Sha256::digest(&text));
    let (applications, principals) = (count("application"), count("servicePrincipal"));
    assert!(applications > 1 && principals > 1);
    format!(
        r#"{text}{{"schema":"credgate-snapshot-end/1","applications":{applications},"service_principals":{principals},"sha256":"{digest}"}}"#
    ) + "\n"
}

fn reports(name: &str, snapshot: &str) -> [String; 3] {
    let folder = TempDir::new().unwrap();
    let policy = "version: 1\nextends: baseline\n";
    fs::write(folder.path().join("credgate.yaml"), policy).unwrap();
    fs::write(folder.path().join(name), snapshot).unwrap();
    ["text", "json", "sarif"].map(|report| {
        let now = "2026-11-23T00:00:00Z";
        let words = [
            "check",
            "--inventory",
            name,
            "--now",
            now,
            "--report",
            report,
        ];
        let ended = run(folder.path(), &words, b"");
        assert!(ended.code < 2, "{}", ended.stderr);
        ended.stdout
    })
}

#[test]
fn neither_its_name_nor_the_order_of_its_objects_shows() {
    let mut lines = lines();
    let first = reports("tenant.ndjson", &ended(&lines));
    assert!(first[1].contains(r#""name": "graph""#));
    let is = |line: &String, kind: &str| line.contains(&format!("#microsoft.graph.{kind}\""));
    let mut principals: Vec<String> = lines
        .extract_if(.., |line| is(line, "servicePrincipal"))
        .collect();
    let mut applications: Vec<String> = lines
        .extract_if(.., |line| is(line, "application"))
        .collect();
    for turn in 1..4 {
        principals.rotate_left(1);
        applications.rotate_left(1);
        if turn == 2 {
            principals.reverse();
            applications.reverse();
        }
        let other = [lines.clone(), principals.clone(), applications.clone()].concat();
        assert!(
            reports("other.ndjson", &ended(&other)) == first,
            "turn {turn}"
        );
    }
}

#[test]
fn the_instant_of_its_collection_does_not_show_on_the_same_day() {
    let mut lines = lines();
    let collected = |line: &str| {
        let (before, rest) = line.split_once(r#""collected_at": ""#).unwrap();
        let (_, after) = rest.split_once('"').unwrap();
        let at = |instant: &str| format!(r#"{before}"collected_at": "{instant}"{after}"#);
        [
            at("2026-11-22T23:59:59.123456789Z"),
            at("2026-11-22T22:00:00Z"),
        ]
    };
    let [one, other] = collected(&lines[0]);
    lines[0] = one;
    let first = reports("a", &ended(&lines));
    lines[0] = other;
    assert!(reports("a", &ended(&lines)) == first);
}
