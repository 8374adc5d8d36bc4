//! `junit`: test results, as Jenkins, Azure Pipelines and GitLab show them.
//!
//! In: a report. Out: a test suite for each rule, in it a test case for each application or other subject with findings of
//! that rule. What fails the gate is a failure; a finding below that level passes and says so in its output; a tolerated
//! one is skipped; a rule without which there is no verdict is an error. So there is a failure or an error exactly where
//! the policy does not hold.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::lines::BUFFER;
use super::{Options, OutputFormat, groups, words};
use crate::escape;
use crate::finding::{Disposition, Finding, RuleId};
use crate::report::{NotJudged, Report};
use crate::words::count;

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "junit",
    summary: "test results for Jenkins, Azure Pipelines and GitLab",
    write,
};

/// How a test case ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Passed,
    Failed,
    Error,
    Skipped,
}

/// What is said about one subject under one rule.
struct Case {
    name: String,
    ending: Ending,
    /// One line that stands in lists of results.
    message: String,
    /// Everything.
    text: String,
}

fn write(report: &Report, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let suites = suites(report);
    let mut writer = io::BufWriter::with_capacity(BUFFER, writer);
    let mut xml = Writer::new_with_indent(&mut writer, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let numbers = numbers(suites.values().flatten());
    let root = xml.create_element("testsuites");
    root.with_attributes([("name", env!("CARGO_PKG_NAME")), ("time", "0")])
        // The schema of Jenkins' xUnit plugin knows no `skipped` here.
        .with_attributes(attributes(&numbers).filter(|(name, _)| *name != "skipped"))
        .write_inner_content(|xml| {
            suites
                .iter()
                .try_for_each(|(rule, cases)| suite(xml, report, *rule, cases))
        })?;
    writer.write_all(b"\n")?;
    writer.flush()
}

/// Returns the cases of each rule that ran or could not be judged, in the order of their ids.
fn suites(report: &Report) -> BTreeMap<RuleId, Vec<Case>> {
    let mut suites: BTreeMap<RuleId, Vec<Case>> = BTreeMap::new();
    for rule in &report.rules {
        suites.insert(rule.descriptor.id, Vec::new());
    }
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    // Stable: the worst and lowest stay first.
    findings.sort_by_key(|finding| (finding.rule, finding.subject));
    for group in
        findings.chunk_by(|one, other| (one.rule, one.subject) == (other.rule, other.subject))
    {
        if let Some(first) = group.first() {
            let id = report.rule(first).descriptor.id;
            suites
                .entry(id)
                .or_default()
                .push(of_findings(report, first, group));
        }
    }
    for gap in &report.not_judged {
        let id = gap.rule.descriptor.id;
        suites.entry(id).or_default().push(of_gap(report, gap));
    }
    for cases in suites.values_mut().filter(|cases| cases.is_empty()) {
        cases.push(Case {
            name: "no findings".to_owned(),
            ending: Ending::Passed,
            message: String::new(),
            text: String::new(),
        });
    }
    suites
}

fn of_findings(report: &Report, first: &Finding, group: &[&Finding]) -> Case {
    let open = || {
        group
            .iter()
            .filter(|it| it.disposition == Disposition::Open)
    };
    let ending = if open().any(|finding| finding.level >= report.fail_on) {
        Ending::Failed
    } else if open().next().is_some() {
        Ending::Passed
    } else {
        Ending::Skipped
    };
    let lines: Vec<String> = group.iter().map(|finding| line(report, finding)).collect();
    let message = match lines.as_slice() {
        [line] => line.clone(),
        _ => format!(
            "{}, such as: {}",
            count(lines.len(), "finding"),
            line(report, first)
        ),
    };
    Case {
        name: groups::subject(report, first),
        ending,
        message,
        text: lines.join("\n"),
    }
}

/// One finding on one line, with its level, its place, and why it does not count.
fn line(report: &Report, finding: &Finding) -> String {
    let tolerated = groups::disposition(report, finding);
    let place = report.place(finding);
    let place = place.map(|place| format!(" ({}:{})", place.file, place.line));
    let line = format!(
        "{}: {}{tolerated}{}",
        finding.level,
        report.message(finding),
        place.unwrap_or_default()
    );
    printable(&line)
}

fn of_gap(report: &Report, gap: &NotJudged) -> Case {
    let reason = printable(&gap.reason);
    Case {
        name: words::gap(gap),
        ending: if report.is_missing(gap) {
            Ending::Error
        } else {
            Ending::Skipped
        },
        message: reason.clone(),
        text: reason,
    }
}

/// Makes foreign text harmless; two characters more than elsewhere, because XML can hold them in no form.
fn printable(text: &str) -> String {
    let text = escape::printable(text);
    text.replace('\u{fffe}', r"\u{fffe}")
        .replace('\u{ffff}', r"\u{ffff}")
}

/// Tests, failures, errors and skipped ones, as attributes name them.
fn numbers<'case>(cases: impl Iterator<Item = &'case Case>) -> [(&'static str, String); 4] {
    let mut numbers = [0_u64; 4];
    for case in cases {
        let [tests, failures, errors, skipped] = &mut numbers;
        *tests += 1;
        match case.ending {
            Ending::Passed => {}
            Ending::Failed => *failures += 1,
            Ending::Error => *errors += 1,
            Ending::Skipped => *skipped += 1,
        }
    }
    let [tests, failures, errors, skipped] = numbers.map(|number| number.to_string());
    [
        ("tests", tests),
        ("failures", failures),
        ("errors", errors),
        ("skipped", skipped),
    ]
}

fn attributes<'a>(
    numbers: &'a [(&'static str, String)],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let numbers = numbers.iter();
    numbers.map(|(name, number)| (*name, number.as_str()))
}

type Xml<'a, 'b> = Writer<&'a mut io::BufWriter<&'b mut dyn io::Write>>;

fn suite(xml: &mut Xml<'_, '_>, report: &Report, rule: RuleId, cases: &[Case]) -> io::Result<()> {
    let numbers = numbers(cases.iter());
    // Without a zone, as the schema of Ant has it; the instant is UTC.
    let seconds = report.now.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let fixed = [("name", rule.0), ("time", "0"), ("timestamp", &seconds)];
    xml.create_element("testsuite")
        .with_attributes(fixed)
        .with_attributes(attributes(&numbers))
        .write_inner_content(|xml| cases.iter().try_for_each(|it| case(xml, rule, it)))?;
    Ok(())
}

fn case(xml: &mut Xml<'_, '_>, rule: RuleId, case: &Case) -> io::Result<()> {
    let (class, name) = (format!("credgate.{rule}"), printable(&case.name));
    let fixed = [
        ("classname", class.as_str()),
        ("name", &name),
        ("time", "0"),
    ];
    let element = xml.create_element("testcase").with_attributes(fixed);
    let text = BytesText::new(&case.text);
    let message = [("message", case.message.as_str())];
    match case.ending {
        Ending::Passed if case.text.is_empty() => element.write_empty()?,
        Ending::Passed => element.write_inner_content(|xml| {
            xml.create_element("system-out").write_text_content(text)?;
            Ok(())
        })?,
        Ending::Failed => element.write_inner_content(|xml| {
            let failure = xml.create_element("failure").with_attributes(message);
            let failure = failure.with_attribute(("type", rule.0));
            failure.write_text_content(text)?;
            Ok(())
        })?,
        Ending::Error => element.write_inner_content(|xml| {
            let error = xml.create_element("error").with_attributes(message);
            let error = error.with_attribute(("type", "not-judged"));
            error.write_text_content(text)?;
            Ok(())
        })?,
        Ending::Skipped => element.write_inner_content(|xml| {
            let skipped = xml.create_element("skipped").with_attributes(message);
            skipped.write_empty()?;
            Ok(())
        })?,
    };
    Ok(())
}
