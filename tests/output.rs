//! The laws of all report formats, over invented reports, and the pictures of one of them.
//!
//! After a change that is meant, `SNAPSHOTS=overwrite cargo test --test output` writes the pictures and the JSON Schema
//! anew; read what changed.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "output/annotations.rs"]
mod annotations;
#[path = "output/crowded.rs"]
mod crowded;
#[path = "output/machines.rs"]
mod machines;
#[path = "output/markdown.rs"]
mod markdown;
#[path = "output/sample.rs"]
mod sample;
#[path = "output/sarif.rs"]
mod sarif;

use std::io;

use credgate::escape::is_unprintable;
use credgate::finding::Disposition;
use credgate::output::{self, ALL, MAX_RESULTS, Options, Rendered as _, Suppressed, Verbosity};
use credgate::report::Report;
use serde_json::Value;
use snapbox::{assert_data_eq, file};

const SARIF_SCHEMA: &str = include_str!("output/sarif-2.1.0.schema.json");

const KEEP: Options = Options {
    colour: false,
    width: 100,
    verbosity: Verbosity::Normal,
    suppressed: Suppressed::Keep,
};

const VERBOSE: Options = Options {
    colour: false,
    width: 100,
    verbosity: Verbosity::Verbose,
    suppressed: Suppressed::Omit,
};

fn write_with(name: &str, report: &Report, options: &Options) -> String {
    let mut bytes = Vec::new();
    (Report::format(name).unwrap().write)(report, options, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn write(name: &str, report: &Report) -> String {
    write_with(name, report, &Options::default())
}

fn json(name: &str, report: &Report, options: &Options) -> Value {
    serde_json::from_str(&write_with(name, report, options)).unwrap()
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

fn assert_valid(schema: &Value, instance: &Value) {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap();
    let problems: Vec<_> = validator
        .iter_errors(instance)
        .map(|problem| format!("{}: {problem}", problem.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

fn reports() -> [Report; 6] {
    [
        sample::clean(),
        sample::tenant(),
        sample::incomplete(),
        sample::hostile(),
        sample::about_the_tenant(true),
        sample::about_the_tenant(false),
    ]
}

#[test]
fn names_are_unique_and_found() {
    for (index, format) in ALL.iter().enumerate() {
        assert!(ALL[..index].iter().all(|other| other.name != format.name));
        assert_eq!(Report::format(format.name).unwrap().name, format.name);
        assert!(!format.summary.is_empty());
    }
    assert!(Report::format("yaml").is_none());
}

#[test]
fn the_same_report_is_the_same_bytes() {
    for format in ALL {
        for (one, other) in reports().iter().zip(&reports()) {
            assert_eq!(
                write(format.name, one),
                write(format.name, other),
                "{}",
                format.name
            );
        }
    }
}

#[test]
fn every_format_says_the_same_verdict() {
    for report in reports() {
        let verdict = report.verdict();
        let document = json("json", &report, &Options::default());
        assert_eq!(document["verdict"], verdict.name());
        assert_eq!(document["exit_code"], verdict.exit_code());
        let log = json("sarif", &report, &Options::default());
        let invocation = &log["runs"][0]["invocations"][0];
        assert_eq!(invocation["exitCodeDescription"], verdict.name());
        assert_eq!(invocation["exitCode"], verdict.exit_code());
        let text = write("text", &report);
        assert!(text.starts_with(&format!("{}: ", verdict.name())), "{text}");
        for format in ["text", "github", "azure"] {
            let text = write(format, &report);
            let last = text.lines().last().unwrap();
            let result = format!("credgate: {}: ", verdict.name());
            assert!(last.starts_with(&result), "{format}: {last}");
        }
    }
}

#[test]
fn findings_in_are_results_out() {
    for report in reports() {
        let open = report
            .findings
            .iter()
            .filter(|finding| finding.disposition == Disposition::Open);
        let document = json("json", &report, &Options::default());
        assert_eq!(
            document["findings"].as_array().unwrap().len(),
            report.findings.len()
        );
        let log = json("sarif", &report, &Options::default());
        assert_eq!(results(&log).len(), open.count());
        assert_eq!(
            results(&json("sarif", &report, &KEEP)).len(),
            report.findings.len()
        );
        let text = write_with("text", &report, &VERBOSE);
        for finding in &report.findings {
            let rule = report.rule(finding).descriptor.id;
            assert!(
                text.contains(&format!("{:7}  {rule}: ", finding.level)),
                "{text}"
            );
        }
        let lines = text.lines().filter(|line| {
            ["  error    ", "  warning  ", "  note     "]
                .iter()
                .any(|level| line.starts_with(level))
        });
        assert_eq!(
            lines.count(),
            report.findings.len() + report.not_judged.len()
        );
    }
}

#[test]
fn json_is_valid_by_its_schema() {
    let schema = output::json_schema();
    for report in reports() {
        assert_valid(
            schema.as_value(),
            &json("json", &report, &Options::default()),
        );
    }
}

/// A record is written by hand, so the schema, which leaves room for more, is asked for its very members.
#[test]
fn a_finding_has_the_members_of_the_contract_and_no_other() {
    let schema = output::json_schema();
    let members = |name: &str| {
        let definition = &schema.as_value()["$defs"][name]["properties"];
        names(definition.as_object().unwrap())
    };
    for report in reports() {
        for finding in json("json", &report, &Options::default())["findings"]
            .as_array()
            .unwrap()
        {
            assert_eq!(names(finding.as_object().unwrap()), members("Finding"));
            for (member, definition) in [
                ("application", "Application"),
                ("credential", "Credential"),
                ("location", "Location"),
            ] {
                if let Some(found) = finding[member].as_object() {
                    assert_eq!(names(found), members(definition));
                }
            }
        }
    }
}

fn names(members: &serde_json::Map<String, Value>) -> Vec<&str> {
    members.keys().map(String::as_str).collect()
}

#[test]
fn sarif_is_valid_by_the_schema_of_oasis() {
    let schema = serde_json::from_str(SARIF_SCHEMA).unwrap();
    for report in reports() {
        for options in [Options::default(), KEEP] {
            assert_valid(&schema, &json("sarif", &report, &options));
        }
    }
}

#[test]
fn each_result_is_one_of_serde_sarif() {
    for report in reports() {
        let log = json("sarif", &report, &KEEP);
        let typed: serde_sarif::sarif::Sarif = serde_json::from_value(log.clone()).unwrap();
        assert_eq!(serde_json::to_value(typed).unwrap(), log);
    }
}

#[test]
fn each_finding_has_a_line_of_its_own() {
    let mut report = sample::tenant();
    report.not_judged.clear();
    for (name, key) in [("json", "{\"rule\":\""), ("sarif", "{\"ruleId\":\"")] {
        let text = write_with(name, &report, &KEEP);
        let lines = text
            .lines()
            .filter(|line| line.trim_start().starts_with(key));
        assert_eq!(lines.count(), report.findings.len(), "{text}");
    }
}

#[test]
fn locations_are_one_based_and_fingerprints_unique() {
    let log = json("sarif", &sample::hostile(), &KEEP);
    let mut fingerprints = Vec::new();
    for result in results(&log) {
        let physical = &result["locations"][0]["physicalLocation"];
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(physical["region"][key].as_u64().unwrap() > 0, "{result}");
        }
        assert_eq!(physical["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        fingerprints.push(result["partialFingerprints"]["primaryLocationLineHash"].to_string());
    }
    let all = fingerprints.len();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), all);
}

#[test]
fn a_finding_without_a_line_stands_where_the_policy_lists_its_rule() {
    let mut report = sample::tenant();
    for application in &mut report.applications {
        application.place = credgate::model::Place::default();
    }
    let log = json("sarif", &report, &Options::default());
    for result in results(&log) {
        let location = &result["locations"][0]["physicalLocation"];
        assert_eq!(
            location["artifactLocation"]["uri"],
            "policies/credgate.yaml"
        );
        assert!(location["region"]["startLine"].as_u64() > Some(1));
    }
    let document = json("json", &report, &Options::default());
    let location = &document["findings"][0]["location"];
    assert_eq!(
        (&location["line"], &location["column"]),
        (&3.into(), &3.into())
    );
}

#[test]
fn a_tolerated_result_says_why() {
    let log = json("sarif", &sample::tenant(), &KEEP);
    let suppressed: Vec<_> = results(&log)
        .iter()
        .filter_map(|result| result.get("suppressions"))
        .collect();
    assert_eq!(suppressed.len(), 2);
    for suppression in suppressed {
        assert_eq!(suppression[0]["kind"], "external");
        assert_eq!(suppression[0]["status"], "accepted");
        assert!(!suppression[0]["justification"].as_str().unwrap().is_empty());
    }
}

/// What a line of a format may begin with by itself.
fn own_sign(format: &str) -> &'static str {
    match format {
        "markdown" => "##",
        "github" => "::",
        "azure" => "##vso[",
        _ => "\0",
    }
}

#[test]
fn hostile_text_comes_out_harmless() {
    let report = sample::hostile();
    for format in ALL {
        for options in [
            KEEP,
            VERBOSE,
            Options {
                width: 40,
                ..VERBOSE
            },
        ] {
            let text = write_with(format.name, &report, &options);
            assert!(
                !text.replace('\n', "").contains(is_unprintable),
                "{}: {text:?}",
                format.name
            );
            for line in text.lines() {
                let foreign = line.strip_prefix(own_sign(format.name)).unwrap_or(line);
                assert!(!foreign.contains("##"), "{}: {line}", format.name);
                assert!(
                    !foreign.trim_start().starts_with("::"),
                    "{}: {line}",
                    format.name
                );
            }
        }
    }
}

#[test]
fn sarif_shows_no_link_and_no_control_of_foreign_text() {
    let log = json("sarif", &sample::hostile(), &KEEP);
    for result in results(&log) {
        let text = result["message"]["text"].as_str().unwrap();
        assert!(!text.contains("]("), "{text}");
        assert!(!text.contains(is_unprintable), "{text}");
        assert!(text.ends_with('.'), "{text}");
    }
}

#[test]
fn json_keeps_foreign_text_as_it_is() {
    let document = json("json", &sample::hostile(), &Options::default());
    let findings = document["findings"].as_array().unwrap();
    for name in sample::HOSTILE {
        assert!(
            findings
                .iter()
                .any(|finding| finding["application"]["display_name"] == name),
            "{name:?}"
        );
    }
}

#[test]
fn code_scanning_gets_the_worst_and_is_told_of_the_rest() {
    let applications = u32::try_from(MAX_RESULTS).unwrap() + 2;
    let mut report = sample::large(applications);
    report.findings[0].disposition = Disposition::InWindow(0);
    let log = json("sarif", &report, &KEEP);
    assert_eq!(results(&log).len(), MAX_RESULTS);
    assert!(
        results(&log)
            .iter()
            .all(|result| result.get("suppressions").is_none())
    );
    let notification = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    let text = notification["message"]["text"].as_str().unwrap();
    assert!(text.starts_with("2 findings are left out"), "{text}");
    assert!(write("text", &report).contains("25000 results"));
}

#[test]
fn a_long_tenant_is_cut_in_text_and_says_so() {
    let report = sample::large(80);
    let text = write("text", &report);
    assert!(
        text.contains("and 30 more applications with 30 findings"),
        "{text}"
    );
    assert!(!write_with("text", &report, &VERBOSE).contains("more applications"));
}

#[test]
fn quiet_text_speaks_only_when_the_policy_does_not_hold() {
    let quiet = Options {
        verbosity: Verbosity::Quiet,
        ..Options::default()
    };
    assert_eq!(write_with("text", &sample::clean(), &quiet), "");
    assert_eq!(
        write_with("text", &sample::tenant(), &quiet)
            .lines()
            .count(),
        1
    );
    assert_eq!(
        write_with("text", &sample::incomplete(), &quiet)
            .lines()
            .count(),
        1
    );
}

#[test]
fn colour_is_nothing_but_colour() {
    let coloured = Options {
        colour: true,
        ..Options::default()
    };
    let report = sample::tenant();
    let text = write_with("text", &report, &coloured);
    assert!(text.contains("\u{1b}["));
    assert_eq!(
        anstream::adapter::strip_str(&text).to_string(),
        write("text", &report)
    );
}

/// A reader that goes away in the middle.
struct Closed(usize);

impl io::Write for Closed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 {
            Err(io::ErrorKind::BrokenPipe.into())
        } else {
            Ok(taken)
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_an_error() {
    let report = sample::tenant();
    for format in ALL {
        for bytes in [0, 1, 200] {
            let error = (format.write)(&report, &VERBOSE, &mut Closed(bytes)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{}", format.name);
        }
    }
}

#[test]
fn the_json_schema_is_fresh() {
    let schema = serde_json::to_string_pretty(&output::json_schema()).unwrap() + "\n";
    assert_data_eq!(schema, file!["../schemas/report.schema.json"].raw());
    let schema = serde_json::to_string_pretty(&output::review_json_schema()).unwrap() + "\n";
    assert_data_eq!(schema, file!["../schemas/review.schema.json"].raw());
    let schema = serde_json::to_string_pretty(&output::forecast_json_schema()).unwrap() + "\n";
    assert_data_eq!(schema, file!["../schemas/forecast.schema.json"].raw());
}

#[test]
fn pictures() {
    let report = sample::tenant();
    let version = concat!('"', env!("CARGO_PKG_VERSION"), '"');
    assert_data_eq!(write("text", &report), file!["output/tenant.txt"].raw());
    assert_data_eq!(
        write("github", &report),
        file!["output/tenant.github"].raw()
    );
    assert_data_eq!(write("azure", &report), file!["output/tenant.azure"].raw());
    assert_data_eq!(
        write("gitlab", &report),
        file!["output/tenant.gitlab.json": Text].raw()
    );
    assert_data_eq!(
        write("junit", &report),
        file!["output/tenant.xml": Text].raw()
    );
    let words = concat!("credgate ", env!("CARGO_PKG_VERSION"));
    let markdown = write("markdown", &report).replace(words, "credgate 0.0.0");
    assert_data_eq!(markdown, file!["output/tenant.md": Text].raw());
    let json = write("json", &report).replace(version, "\"0.0.0\"");
    assert_data_eq!(json, file!["output/tenant.json"].raw());
    let sarif = write("sarif", &report).replace(version, "\"0.0.0\"");
    assert_data_eq!(sarif, file!["output/tenant.sarif"].raw());
}
