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
use super::steps::{self, Steps};
use super::{Options, OutputFormat, groups, words};
use crate::escape::printable;
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
            about(xml, report)?;
            let mut suites = suites.iter();
            suites.try_for_each(|(rule, cases)| suite(xml, report, *rule, cases))
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
    let mut with_steps = 0;
    // Stable: the worst and lowest stay first.
    findings.sort_by_key(|finding| (finding.rule, finding.subject));
    for group in
        findings.chunk_by(|one, other| (one.rule, one.subject) == (other.rule, other.subject))
    {
        if let Some(first) = group.first() {
            let id = report.rule(first).descriptor.id;
            let mut case = of_findings(report, first, group);
            if case.ending == Ending::Failed && with_steps < CASES_WITH_STEPS {
                with_steps += 1;
                case.text += &next_steps(report, group);
            }
            suites.entry(id).or_default().push(case);
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

/// How many failures say what to do: steps take ten times the room of everything else.
const CASES_WITH_STEPS: usize = 100;

fn next_steps(report: &Report, group: &[&Finding]) -> String {
    let Steps { list, is_cut, .. } = steps::of(report, group);
    let lines = (1..).zip(&list).flat_map(|(number, step)| {
        let text = format!("{number}. {}", step.text);
        let commands = [&step.azure_cli, &step.powershell].into_iter().flatten();
        let commands = commands.flat_map(|it| it.lines().map(|line| format!("   {line}")));
        std::iter::once(text).chain(commands)
    });
    let more = is_cut.then(|| format!("… {}", steps::MORE));
    let lines = lines.chain(more);
    let lines: Vec<String> = lines.map(|line| printable(&line).into_owned()).collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("\nNext steps\n{}", lines.join("\n"))
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
    let speaker = line(report, open().next().unwrap_or(&first));
    let message = match open().count() {
        0 | 1 => speaker,
        many => format!("{}, such as: {speaker}", count(many, "finding")),
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
    printable(&line).into_owned()
}

fn of_gap(report: &Report, gap: &NotJudged) -> Case {
    let reason = printable(&gap.reason).into_owned();
    Case {
        // The same whatever the number, so that its history is one.
        name: "not judged everywhere".to_owned(),
        ending: if report.is_missing(gap) {
            Ending::Error
        } else {
            Ending::Skipped
        },
        message: format!("{}: {reason}", words::gap(gap)),
        text: reason,
    }
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

/// Writes what was judged and what a reader should know besides, in a suite without tests.
fn about(xml: &mut Xml<'_, '_>, report: &Report) -> io::Result<()> {
    let tenant = report.tenant.map(|tenant| tenant.to_string());
    let excused = words::excused(report);
    let properties = [
        ("verdict", report.verdict().name().to_owned()),
        ("policy", printable(&report.policy.path).into_owned()),
        ("tenant", tenant.unwrap_or_else(|| "not known".to_owned())),
        ("fail-on", report.fail_on.to_string()),
        ("judged-at", report.now.to_string()),
        (
            "excused-credentials",
            if excused.is_empty() {
                "none".to_owned()
            } else {
                excused
            },
        ),
    ];
    let lines = std::iter::once(words::outcome(report)).chain(report.notes.iter().cloned());
    let lines: Vec<String> = lines.map(|line| printable(&line).into_owned()).collect();
    let none = [("tests", "0"), ("failures", "0"), ("errors", "0")];
    xml.create_element("testsuite")
        .with_attributes([("name", env!("CARGO_PKG_NAME")), ("time", "0")])
        .with_attributes(none)
        .write_inner_content(|xml| {
            xml.create_element("properties")
                .write_inner_content(|xml| {
                    properties.iter().try_for_each(|(name, value)| {
                        let property = xml.create_element("property");
                        let property =
                            property.with_attributes([("name", *name), ("value", value)]);
                        property.write_empty().map(|_| ())
                    })
                })?;
            let text = lines.join("\n");
            let output = xml.create_element("system-out");
            output.write_text_content(BytesText::new(&text))?;
            Ok(())
        })?;
    Ok(())
}

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
    // Some readers show the name alone.
    let name = format!("{rule}: {}", printable(&case.name));
    let class = format!("credgate.{rule}");
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
