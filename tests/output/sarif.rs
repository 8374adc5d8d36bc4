//! What code scanning takes, written down as laws: the members that it demands, what it accepts, and what it closes.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::ops::Range;

use credgate::finding::Disposition;
use credgate::model::Place;
use credgate::output::{MAX_RESULTS, Options};
use credgate::report::Report;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::{KEEP, json, reports, results, sample, write, write_with};

/// What code scanning takes, compressed.
const MOST_COMPRESSED: usize = 10_000_000;

fn text<'log>(value: &'log Value, pointer: &str) -> &'log str {
    let text = value.pointer(pointer).and_then(Value::as_str);
    assert!(text.is_some_and(|it| !it.is_empty()), "{pointer}: {value}");
    text.unwrap()
}

/// The rules of ingestion that no schema holds.
fn assert_taken(log: &Value) {
    text(log, "/$schema");
    assert_eq!(text(log, "/version"), "2.1.0");
    assert_eq!(
        log["runs"].as_array().unwrap().len(),
        1,
        "one run for a category"
    );
    let run = &log["runs"][0];
    text(run, "/tool/driver/name");
    assert!(text(run, "/automationDetails/id").ends_with('/'));
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        for member in [
            "/id",
            "/shortDescription/text",
            "/fullDescription/text",
            "/help/text",
        ] {
            text(rule, member);
        }
        let tags = &rule["properties"]["tags"];
        assert!(tags.as_array().is_none_or(|tags| tags.len() <= 10));
        if let Some(severity) = rule.pointer("/properties/security-severity") {
            let severity: f64 = severity.as_str().unwrap().parse().unwrap();
            assert!(severity > 0.0 && severity <= 10.0);
        }
    }
    let mut fingerprints = BTreeSet::new();
    for result in results(log) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let message = text(result, "/message/text");
        assert!(!message.contains(['{', '}']), "a placeholder: {message}");
        let locations = result["locations"].as_array().unwrap();
        assert_eq!(locations.len(), 1, "only the first one is used");
        let physical = &locations[0]["physicalLocation"];
        let uri = text(physical, "/artifactLocation/uri");
        let is_relative =
            !uri.starts_with('/') && !uri.contains(':') && !uri.split('/').any(|it| it == "..");
        assert!(is_relative, "{uri}");
        let at = |key| physical["region"][key].as_u64().unwrap();
        assert!(at("startLine") > 0 && at("startLine") == at("endLine"));
        assert!(at("startColumn") > 0 && at("startColumn") < at("endColumn"));
        let hash = text(result, "/partialFingerprints/primaryLocationLineHash");
        assert!(fingerprints.insert(hash.to_owned()), "{hash} stands twice");
    }
}

#[test]
fn code_scanning_takes_each_log() {
    for report in reports()
        .into_iter()
        .chain([sample::large(80), sample::clean()])
    {
        for options in [Options::default(), KEEP] {
            assert_taken(&json("sarif", &report, &options));
        }
    }
}

#[test]
fn a_log_without_results_is_whole_so_that_alerts_close() {
    let log = json("sarif", &sample::clean(), &Options::default());
    assert_taken(&log);
    assert!(results(&log).is_empty());
    assert_eq!(
        log["runs"][0]["invocations"][0]["executionSuccessful"],
        true
    );
    let log = json("sarif", &sample::incomplete(), &Options::default());
    assert_eq!(
        log["runs"][0]["invocations"][0]["executionSuccessful"],
        false
    );
}

#[test]
fn what_lies_outside_of_the_folder_stands_at_the_line_of_its_rule() {
    for file in [
        "/home/runner/_temp/apps.json",
        "C:/a/apps.json",
        "../apps.json",
        "-",
    ] {
        let mut report = sample::tenant();
        file.clone_into(&mut report.files[0]);
        let log = json("sarif", &report, &KEEP);
        assert_taken(&log);
        for result in results(&log) {
            let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            assert_eq!(uri, "policies/credgate.yaml", "{file}");
        }
        let said = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
        assert!(!said.contains("results-elsewhere"), "{said}");
    }
}

/// Text of these letters that does not compress.
fn noise(seed: &mut u64, letters: &Range<u32>, length: usize) -> String {
    let letters = (0..length).map(|_| {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        let count = u64::from(letters.end - letters.start);
        char::from_u32(letters.start + u32::try_from(*seed % count).unwrap()).unwrap()
    });
    letters.collect()
}

fn compressed(text: &str) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap().len()
}

/// The worst that a tenant can be: each application with a long name of its own, in a file of its own.
fn worst(letters: &Range<u32>) -> Report {
    let applications = u32::try_from(MAX_RESULTS).unwrap() + 10;
    let mut report = sample::large(applications);
    let mut seed = 88_172_645_463_325_252;
    for (record, index) in report.applications.iter_mut().zip(0_u16..) {
        record.display_name = noise(&mut seed, letters, 256).into();
        record.place = Place {
            file: index.into(),
            line: 1,
            column: 1,
        };
    }
    report.files = (0..applications)
        .map(|_| format!("apps/{}.json", noise(&mut seed, letters, 60)))
        .collect();
    report.notes = (0..5_000).map(|_| noise(&mut seed, letters, 200)).collect();
    report
}

#[test]
fn the_worst_log_is_taken() {
    // Letters of three bytes; the same holds for those of one, two and four, which were tried when this was written.
    let letters = 0x4e00..0x9fa5;
    let mut report = worst(&letters);
    assert_small(&write("sarif", &report), &letters);
    // A plan's applications have addresses, and a tolerated finding a reason: three texts have the same room.
    let mut seed = 1;
    for record in &mut report.applications {
        record.app_id = None;
        record.address = Some(noise(&mut seed, &letters, 256).into());
    }
    let exception = sample::tenant().exceptions.remove(0);
    for _ in &report.findings {
        let mut exception = exception.clone();
        exception.reason = noise(&mut seed, &letters, 256).into();
        report.exceptions.push(exception);
    }
    for (index, finding) in report.findings.iter_mut().enumerate() {
        finding.disposition = Disposition::Excepted(u32::try_from(index).unwrap());
    }
    assert_small(&write_with("sarif", &report, &KEEP), &letters);
}

fn assert_small(log: &str, letters: &Range<u32>) {
    let size = compressed(log);
    assert!(size < MOST_COMPRESSED, "{size} bytes of {letters:x?}");
    let log: Value = serde_json::from_str(log).unwrap();
    assert_eq!(results(&log).len(), MAX_RESULTS);
    let said = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    for cut in [
        "10 findings are left out",
        "stand where the policy lists their rule",
        "more notes",
    ] {
        assert!(said.contains(cut), "{cut}");
    }
}

#[test]
fn the_category_is_the_policy_and_the_tenant_and_nothing_else() {
    let id = |report: &Report| {
        let log = json("sarif", report, &Options::default());
        text(&log, "/runs/0/automationDetails/id").to_owned()
    };
    let report = sample::tenant();
    let tenant = report.tenant.unwrap();
    assert_eq!(
        id(&report),
        format!("credgate/policies/credgate.yaml/tenant-{tenant}/")
    );
    // Exported in another form, at another time, with another number of sources: the same series.
    let mut other = sample::tenant();
    other.sources[0].format = "powershell";
    other.sources.extend(sample::tenant().sources);
    other.now = sample::at("2026-12-24T00:00:00Z");
    assert_eq!(id(&other), id(&report));
    // A tenant that only the policy knows is the same one.
    let mut other = sample::tenant();
    (other.tenant, other.policy.tenant) = (None, Some(tenant));
    assert_eq!(id(&other), id(&report));
    other.policy.tenant = None;
    assert_eq!(
        id(&other),
        "credgate/policies/credgate.yaml/tenant-unknown/"
    );
    other.policy.path = "a/../x y/ä?.yaml".to_owned();
    assert!(!id(&other).contains([' ', '?']) && id(&other).is_ascii());
}

#[test]
fn an_alert_survives_moved_lines_other_dates_and_another_order() {
    let hashes = |report: &Report| -> BTreeSet<String> {
        let log = json("sarif", report, &KEEP);
        let hashes = results(&log).iter();
        hashes
            .map(|it| it["partialFingerprints"].to_string())
            .collect()
    };
    let before = sample::tenant();
    let mut after = sample::tenant();
    after.now = sample::at("2027-01-24T00:00:00Z");
    after.files[0] = "elsewhere/tenant.json".to_owned();
    for record in &mut after.applications {
        record.place.line += 40;
        record.display_name = "renamed".into();
    }
    after.findings.reverse();
    assert_eq!(hashes(&before), hashes(&after));
}
