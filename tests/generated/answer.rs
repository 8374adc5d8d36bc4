//! What was judged, in the form in which the program and the reference are compared.

use serde_json::Value;

/// An exit code and, if there was a verdict, what the report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) report: Option<Told>,
}

/// The parts of a report that decide something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) verdict: String,
    /// Ordered.
    pub(crate) findings: Vec<Finding>,
    pub(crate) summary: Value,
    /// Ordered names of rules.
    pub(crate) not_judged: Vec<String>,
}

/// One finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) rule: String,
    pub(crate) level: String,
    pub(crate) disposition: String,
    pub(crate) exception: Option<String>,
    pub(crate) window: Option<String>,
    pub(crate) app_id: Option<String>,
    pub(crate) object_id: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) key_id: Option<String>,
    pub(crate) class: Option<String>,
    pub(crate) on: Option<String>,
}

impl Told {
    /// Reads the program's JSON report.
    pub(crate) fn of(report: &Value) -> Self {
        let words = |value: &Value| value.as_str().map(str::to_owned);
        let findings = report["findings"].as_array().unwrap().iter();
        let findings = findings.map(|finding| {
            let (application, credential) = (&finding["application"], &finding["credential"]);
            Finding {
                rule: words(&finding["rule"]).unwrap(),
                level: words(&finding["level"]).unwrap(),
                disposition: words(&finding["disposition"]).unwrap(),
                exception: words(&finding["exception"]),
                window: words(&finding["window"]),
                app_id: words(&application["app_id"]),
                object_id: words(&application["object_id"]),
                state: words(&application["state"]),
                key_id: words(&credential["key_id"]),
                class: words(&credential["class"]),
                on: words(&credential["on"]),
            }
        });
        let mut findings: Vec<Finding> = findings.collect();
        findings.sort();
        let not_judged = report["not_judged"].as_array().unwrap().iter();
        let mut not_judged: Vec<String> = not_judged
            .filter_map(|entry| words(&entry["rule"]))
            .collect();
        not_judged.sort();
        Self {
            verdict: words(&report["verdict"]).unwrap(),
            findings,
            summary: report["summary"].clone(),
            not_judged,
        }
    }
}

/// Says where two answers differ; `None` where they agree.
pub(crate) fn difference(expected: &Answer, actual: &Answer) -> Option<String> {
    if expected == actual {
        return None;
    }
    let mut lines = vec![format!(
        "exit code: expected {}, was {}",
        expected.code, actual.code
    )];
    match (&expected.report, &actual.report) {
        (Some(expected), Some(actual)) => {
            let missing = expected
                .findings
                .iter()
                .filter(|it| !actual.findings.contains(it));
            lines.extend(missing.map(|finding| format!("missing: {finding:?}")));
            let extra = actual
                .findings
                .iter()
                .filter(|it| !expected.findings.contains(it));
            lines.extend(extra.map(|finding| format!("extra: {finding:?}")));
            let others = [
                (
                    format!("{:?}", expected.not_judged),
                    format!("{:?}", actual.not_judged),
                ),
                (expected.summary.to_string(), actual.summary.to_string()),
                (expected.verdict.clone(), actual.verdict.clone()),
            ];
            let others = others
                .iter()
                .filter(|(expected, actual)| expected != actual);
            lines.extend(
                others.map(|(expected, actual)| format!("expected {expected}\nwas      {actual}")),
            );
        }
        (expected, actual) => lines.push(format!(
            "a report: expected {}, was {}",
            expected.is_some(),
            actual.is_some()
        )),
    }
    Some(lines.join("\n"))
}
