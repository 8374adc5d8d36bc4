//! What GitLab makes of a Code Quality report, and what a reader of test results makes of them.

use std::collections::{BTreeMap, BTreeSet};

use credgate::escape::printable;
use credgate::finding::{Disposition, Finding};
use credgate::output::Options;
use credgate::report::{Report, Verdict};
use roxmltree::Document;
use serde_json::Value;

use super::{assert_valid, json, reports, sample, write};

const SCHEMA: &str = include_str!("gitlab-code-quality.schema.json");

fn all() -> impl Iterator<Item = Report> {
    reports().into_iter().chain([sample::large(80)])
}

fn open(report: &Report) -> impl Iterator<Item = &Finding> {
    let findings = report.findings.iter();
    findings.filter(|finding| finding.disposition == Disposition::Open)
}

#[test]
fn each_open_finding_and_gap_is_an_entry_of_code_quality() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for report in all() {
        let entries = json("gitlab", &report, &Options::default());
        assert_valid(&schema, &entries);
        let entries = entries.as_array().unwrap();
        let tolerated = report.summary.excepted + report.summary.in_window;
        let excused = report.summary.excused.total() + report.summary.unknown_credentials;
        assert_eq!(
            entries.len(),
            open(&report).count()
                + report.not_judged.len()
                + usize::from(tolerated > 0)
                + usize::from(excused > 0)
        );
        let fingerprints: BTreeSet<&str> = entries
            .iter()
            .map(|it| it["fingerprint"].as_str().unwrap())
            .collect();
        assert_eq!(fingerprints.len(), entries.len());
        for (entry, finding) in entries.iter().zip(open(&report)) {
            assert_eq!(entry["check_name"], report.rule(finding).descriptor.id.0);
            assert_eq!(
                entry["fingerprint"],
                report.fingerprint(finding).to_string()
            );
            let description = entry["description"].as_str().unwrap();
            let message = printable(&report.message(finding)).replace('<', r"\u{3c}");
            assert!(
                description.ends_with(&message.replace('>', r"\u{3e}")),
                "{description}"
            );
            assert!(!description.contains(['<', '>']) && !description.contains("%{"));
        }
    }
}

#[test]
fn gitlab_makes_no_link_to_anything_but_a_file_of_the_repository() {
    for file in [
        "/etc/passwd",
        "C:\\x.json",
        "a/../../x.json",
        "-",
        "https://evil.example",
    ] {
        let mut report = sample::tenant();
        file.clone_into(&mut report.files[0]);
        for entry in json("gitlab", &report, &Options::default())
            .as_array()
            .unwrap()
        {
            assert_eq!(
                entry["location"]["path"], "policies/credgate.yaml",
                "{file}"
            );
        }
    }
}

#[test]
fn a_gap_keeps_its_name_and_its_fingerprint_when_the_inventory_changes() {
    let report = sample::incomplete();
    let mut later = sample::incomplete();
    for gap in &mut later.not_judged {
        gap.applications += 7;
        gap.reason.push_str(" and more");
    }
    let fingerprints = |report: &Report| -> Vec<String> {
        let entries = json("gitlab", report, &Options::default());
        let entries = entries.as_array().unwrap().iter();
        entries.map(|it| it["fingerprint"].to_string()).collect()
    };
    assert_eq!(fingerprints(&report), fingerprints(&later));
    let names = |report: &Report| -> Vec<String> {
        let xml = write("junit", report);
        let document = Document::parse(&xml).unwrap();
        let cases = document
            .descendants()
            .filter(|it| it.has_tag_name("testcase"));
        cases
            .map(|it| it.attribute("name").unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&report), names(&later));
}

/// What the XML says.
#[derive(Default)]
struct Results {
    /// How often each element stands there.
    elements: BTreeMap<String, usize>,
    /// The numbers of the root.
    root: BTreeMap<String, String>,
    /// All text and all messages.
    words: String,
}

/// Reads with a parser that has no part in writing.
fn read(xml: &str) -> Results {
    let document = Document::parse(xml).unwrap();
    let mut results = Results::default();
    let attributes = document.root_element().attributes();
    results.root = attributes
        .map(|it| (it.name().to_owned(), it.value().to_owned()))
        .collect();
    for node in document.descendants() {
        if node.is_element() {
            let name = node.tag_name().name().to_owned();
            *results.elements.entry(name).or_default() += 1;
            results.words += node.attribute("message").unwrap_or_default();
        } else if node.is_text() {
            results.words += node.text().unwrap_or_default();
        }
    }
    results
}

#[test]
fn a_failure_or_error_is_there_exactly_where_the_policy_does_not_hold() {
    for report in all() {
        let results = read(&write("junit", &report));
        let number = |name| results.elements.get(name).copied().unwrap_or_default();
        let (failures, errors) = (number("failure"), number("error"));
        match report.verdict() {
            Verdict::Pass => assert_eq!((failures, errors), (0, 0)),
            Verdict::Fail => assert!(failures > 0),
            Verdict::Incomplete => assert!(failures == 0 && errors > 0),
        }
        for (attribute, element) in [
            ("tests", "testcase"),
            ("failures", "failure"),
            ("errors", "error"),
        ] {
            assert_eq!(
                results.root[attribute],
                number(element).to_string(),
                "{attribute}"
            );
        }
        let known: BTreeSet<_> = report.rules.iter().map(|it| it.descriptor.id).collect();
        let missing = report.not_judged.iter().map(|it| it.rule.descriptor.id);
        let suites: BTreeSet<_> = known.into_iter().chain(missing).collect();
        assert_eq!(number("testsuite"), suites.len() + 1);
    }
}

#[test]
fn each_finding_is_in_the_test_results() {
    for report in all() {
        let words = read(&write("junit", &report)).words;
        for finding in &report.findings {
            let line = format!("{}: {}", finding.level, report.message(finding));
            assert!(words.contains(&*printable(&line)), "{line}\n{words}");
        }
        for note in &report.notes {
            assert!(words.contains(&*printable(note)), "{note}");
        }
        for gap in &report.not_judged {
            assert!(words.contains(&*printable(&gap.reason)), "{words}");
        }
    }
}

#[test]
fn what_xml_cannot_hold_is_written_as_an_escape() {
    let mut report = sample::tenant();
    let name = "a\u{fffe}b\u{ffff}c\u{1}d]]>e<![CDATA[\u{b}&amp;\"'";
    report.applications[0].display_name = name.into();
    report.notes.clear();
    let xml = write("junit", &report);
    let forbidden = |it: char| it < ' ' && it != '\n' || matches!(it, '\u{fffe}' | '\u{ffff}');
    assert!(!xml.contains(forbidden), "{xml}");
    read(&xml);
}
