//! What the log of a pipeline shows of a report: a few annotations of each level, and how many are left out.
//!
//! In: a report. Out: places and words, foreign ones too, of the open findings and of what could not be judged. The two
//! formats that are read by a runner put their own escaping on top.

use super::runner::MOST_ANNOTATIONS;
use super::{groups, words};
use crate::finding::{Disposition, Finding, Level};
use crate::report::{Location, NotJudged, Report};
use crate::words::count;

/// One finding, or one rule that could not be judged.
pub(super) struct Annotation<'report> {
    /// The rule's id.
    pub(super) rule: &'static str,
    /// Where it stands.
    pub(super) place: Option<Location<'report>>,
    /// What it is about.
    pub(super) subject: String,
    /// What is to be said.
    pub(super) words: String,
}

/// The annotations of one level.
pub(super) struct Annotations<'report> {
    /// How bad they are.
    pub(super) level: Level,
    /// No more than a runner shows of one level and step, findings first.
    pub(super) shown: Vec<Annotation<'report>>,
    /// How many more there are.
    pub(super) left_out: usize,
}

/// Returns the annotations of each level, the worst first.
///
/// Findings come before what could not be judged: where that alone decides, there are no findings of its level.
pub(super) fn by_level(report: &Report) -> [Annotations<'_>; Level::ALL.len()] {
    Level::ALL.map(|level| {
        let findings = report.findings.iter();
        let findings = findings
            .filter(|finding| finding.level == level && finding.disposition == Disposition::Open);
        let gaps = report.not_judged.iter();
        let gaps = gaps.filter(|gap| gap.level() == level);
        let all = findings.clone().count() + gaps.clone().count();
        let findings = findings.map(|finding| of_finding(report, finding));
        let gaps = gaps.map(|gap| of_gap(report, gap));
        Annotations {
            level,
            shown: findings.chain(gaps).take(MOST_ANNOTATIONS).collect(),
            left_out: all.saturating_sub(MOST_ANNOTATIONS),
        }
    })
}

/// Returns the plain lines behind the annotations: what was left out, the notes, and last the whole result.
pub(super) fn last_lines(report: &Report, all: &[Annotations<'_>]) -> Vec<String> {
    let cut = all.iter().filter(|annotations| annotations.left_out > 0);
    let cut = cut.map(|annotations| {
        format!(
            "and {} (of a level, {MOST_ANNOTATIONS} are shown here): a text, json or junit report has all of them",
            count(annotations.left_out, &format!("more {}", annotations.level))
        )
    });
    let notes = report.notes.iter().take(MOST_ANNOTATIONS);
    let notes = notes.map(|note| format!("besides: {note}"));
    let more = report.notes.len().saturating_sub(MOST_ANNOTATIONS);
    let more = (more > 0).then(|| format!("and {}", count(more, "more remark")));
    let excused = words::excused(report);
    let excused = (!excused.is_empty()).then(|| format!("excused credentials: {excused}"));
    let last = words::outcome(report);
    cut.chain(notes)
        .chain(more)
        .chain(excused)
        .chain([last])
        .collect()
}

fn of_finding<'report>(report: &'report Report, finding: &Finding) -> Annotation<'report> {
    Annotation {
        rule: report.rule(finding).descriptor.id.0,
        place: report.place(finding),
        subject: groups::subject(report, finding),
        words: report.message(finding),
    }
}

fn of_gap<'report>(report: &'report Report, gap: &'report NotJudged) -> Annotation<'report> {
    Annotation {
        rule: gap.rule.descriptor.id.0,
        place: report.rule_place(&gap.rule),
        subject: words::gap(gap),
        words: gap.reason.clone(),
    }
}
