//! `gitlab`: a Code Quality report, which GitLab shows in a merge request.
//!
//! In: a report. Out: a JSON list with an entry for each open finding and each rule that could not be judged, the worst
//! first. GitLab drops all but the first of the same fingerprint, so each has its own, which no moved line and no passing
//! of time changes.

use std::io::{self, Write as _};

use super::lines::{BUFFER, Record};
use super::{Options, OutputFormat, groups, words};
use crate::escape::printable;
use crate::finding::{Disposition, Finding, Fingerprint, Level, RuleId};
use crate::report::{Location, NotJudged, Report};

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "gitlab",
    summary: "a Code Quality report for GitLab",
    write,
};

fn write(report: &Report, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let mut writer = io::BufWriter::with_capacity(BUFFER, writer);
    let mut separator = "\n  ";
    let mut line = Record::default();
    writer.write_all(b"[")?;
    let findings = report.findings.iter();
    for finding in findings.filter(|finding| finding.disposition == Disposition::Open) {
        line.clear();
        entry(&mut line, report, &of_finding(report, finding))?;
        writer.write_all(separator.as_bytes())?;
        writer.write_all(line.bytes())?;
        separator = ",\n  ";
    }
    for gap in &report.not_judged {
        line.clear();
        entry(&mut line, report, &of_gap(report, gap))?;
        writer.write_all(separator.as_bytes())?;
        writer.write_all(line.bytes())?;
        separator = ",\n  ";
    }
    for about in tolerated(report).into_iter().chain(excused(report)) {
        line.clear();
        entry(&mut line, report, &about)?;
        writer.write_all(separator.as_bytes())?;
        writer.write_all(line.bytes())?;
        separator = ",\n  ";
    }
    let end = if separator.starts_with(',') {
        "\n]\n"
    } else {
        "]\n"
    };
    writer.write_all(end.as_bytes())?;
    writer.flush()
}

/// One entry of the list.
struct Entry<'report> {
    rule: &'static str,
    level: Level,
    description: String,
    fingerprint: Fingerprint,
    place: Option<Location<'report>>,
}

fn of_finding<'report>(report: &'report Report, finding: &Finding) -> Entry<'report> {
    let (subject, message) = (groups::subject(report, finding), report.message(finding));
    Entry {
        rule: report.rule(finding).descriptor.id.0,
        level: finding.level,
        description: format!("{subject}: {message}"),
        fingerprint: report.fingerprint(finding),
        place: report.place(finding),
    }
}

fn of_gap<'report>(report: &'report Report, gap: &NotJudged) -> Entry<'report> {
    let rule = gap.rule.descriptor.id;
    Entry {
        rule: rule.0,
        level: gap.level(),
        description: format!("{}: {}", words::gap(gap), gap.reason),
        // Of a rule there is one gap, whose reason names what is in the inventory today.
        fingerprint: Fingerprint::new(rule, &[b"not judged"], 0),
        place: report.rule_place(&gap.rule),
    }
}

/// Says how many findings are left out because something tolerates them, if any is: one by one they would be new in a
/// merge request on the day when their exception ends, as they should be.
fn tolerated(report: &Report) -> Option<Entry<'_>> {
    let tolerated = words::tolerated(report);
    (!tolerated.is_empty()).then(|| Entry {
        rule: "tolerated",
        level: Level::Note,
        description: format!("left out here: {tolerated}"),
        fingerprint: Fingerprint::new(RuleId("tolerated"), &[], 0),
        place: None,
    })
}

/// Says how many credentials were excused because they do not authenticate, if any was.
fn excused(report: &Report) -> Option<Entry<'_>> {
    let excused = words::excused(report);
    (!excused.is_empty()).then(|| Entry {
        rule: "excused",
        level: Level::Note,
        description: format!("excused credentials: {excused}"),
        fingerprint: Fingerprint::new(RuleId("excused"), &[], 0),
        place: None,
    })
}

fn entry(line: &mut Record, report: &Report, entry: &Entry<'_>) -> io::Result<()> {
    let whole = Location {
        file: &report.policy.path,
        line: 1,
        column: 1,
    };
    let place = entry.place.filter(|place| is_within(place.file));
    let place = place.unwrap_or(whole);
    line.literal(r#"{"description":"#);
    line.text(&harmless(&entry.description))?;
    line.literal(r#","check_name":""#);
    line.literal(entry.rule);
    line.literal(r#"","fingerprint":""#);
    line.plain(entry.fingerprint);
    line.literal(r#"","severity":""#);
    line.literal(severity(entry.level));
    line.literal(r#"","location":{"path":"#);
    line.text(&harmless(place.file))?;
    line.literal(r#","lines":{"begin":"#);
    line.number(place.line);
    line.literal("}}}");
    Ok(())
}

/// Tells whether a path leads to a file of the repository, to which GitLab makes a link.
fn is_within(file: &str) -> bool {
    let is_relative = !file.starts_with(['/', '\\', '-']) && !file.contains(':');
    is_relative && file.split(['/', '\\']).all(|part| part != "..")
}

/// Makes foreign text harmless. GitLab puts it into HTML, and takes `%{…}` for a placeholder.
fn harmless(text: &str) -> String {
    let text = printable(text).replace('<', r"\u{3c}");
    text.replace('>', r"\u{3e}").replace("%{", r"%\u{7b}")
}

/// GitLab's words, of which `blocker` would say that nothing else may be done.
const fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "critical",
        Level::Warning => "minor",
        Level::Note => "info",
    }
}
