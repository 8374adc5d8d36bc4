//! What the changes do to the findings of today.
//!
//! In: the reports of both policies on one inventory at one instant. Out: for each change, the findings that it silences
//! and raises, and all of them together. The reports decide what is silenced or raised; only to which change that belongs
//! is worked out here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::finding::{Detail, Disposition, Finding, Fingerprint, Subject};
use crate::internal::OrInternal as _;
use crate::keyed::KeyedMap;
use crate::model::AppId;
use crate::report::Report;
use crate::report::review::{Change, ChangeSubject, Comparison, Direction, Impact, Touched};
use crate::rules;

/// Adds to each change what it does, and returns what all of them do.
pub(super) fn add(changes: &mut [Change], base: &Report, head: &Report) -> Comparison {
    let mut tallies: Vec<[Tally; 2]> = changes.iter().map(|_| Default::default()).collect();
    let mut total: [Tally; 2] = Default::default();
    let by_subject = by_subject(changes);
    let sides = [
        (base, head, Direction::Loosens),
        (head, base, Direction::Tightens),
    ];
    for (at, (counts, other, direction)) in sides.into_iter().enumerate() {
        for gone in uncounted(counts, other) {
            let note = |tallies: &mut [Tally; 2]| {
                let tally = tallies.get_mut(at);
                tally
                    .or_internal("there are two sides")
                    .add(counts, gone.finding);
            };
            note(&mut total);
            for cause in causes(&by_subject, &gone, counts, other, direction) {
                let tallies = tallies.get_mut(cause);
                note(tallies.or_internal("each change has its tallies"));
            }
        }
    }
    for (change, tallies) in changes.iter_mut().zip(tallies) {
        change.impact = impact(tallies, head.now);
    }
    Comparison {
        applications: head.summary.applications,
        base_findings: base.summary.findings,
        head_findings: head.summary.findings,
        total: impact(total, head.now),
    }
}

/// Says which rules could not be judged, so that a change of them may silence more than was found.
pub(super) fn notes(head: &Report) -> Vec<String> {
    let gaps = head.not_judged.iter();
    gaps.map(|gap| {
        format!(
            "rule `{}` could not be judged on {} applications: {}",
            gap.rule.descriptor.id, gap.applications, gap.reason
        )
    })
    .collect()
}

/// A finding that counts under one policy and less under the other.
struct Gone<'run> {
    finding: &'run Finding,
    /// The same finding under the other policy, if it is there at all.
    other: Option<&'run Finding>,
}

/// Returns the findings that count in one report, and in the other do not or only at a lower level.
fn uncounted<'run>(report: &'run Report, other: &'run Report) -> Vec<Gone<'run>> {
    let known: KeyedMap<Fingerprint, &Finding> = other
        .findings
        .iter()
        .map(|finding| (other.fingerprint(finding), finding))
        .collect();
    let open = report.findings.iter().filter(|finding| is_open(finding));
    open.filter_map(|finding| {
        let same = known.get(&report.fingerprint(finding)).copied();
        let counts = same.is_some_and(|same| is_open(same) && same.level >= finding.level);
        (!counts).then_some(Gone {
            finding,
            other: same,
        })
    })
    .collect()
}

fn is_open(finding: &Finding) -> bool {
    finding.disposition == Disposition::Open
}

/// The changes of each subject, by index, with their direction.
type BySubject = BTreeMap<ChangeSubject, Vec<(usize, Direction)>>;

fn by_subject(changes: &[Change]) -> BySubject {
    let mut by_subject = BySubject::new();
    for (at, change) in changes.iter().enumerate() {
        let of_subject = by_subject.entry(change.subject.clone()).or_default();
        of_subject.push((at, change.direction));
    }
    by_subject
}

/// Returns the changes that a difference belongs to: those about what tolerates the finding now, else about what it is
/// about, else about its rule.
fn causes(
    changes: &BySubject,
    gone: &Gone<'_>,
    report: &Report,
    other: &Report,
    direction: Direction,
) -> Vec<usize> {
    let subjects = subjects(gone, report, other);
    let about = |subject: &ChangeSubject, wanted: Option<Direction>| -> Vec<usize> {
        let changes = changes.get(subject).into_iter().flatten();
        changes
            .filter(|(_, direction)| wanted.is_none_or(|wanted| *direction == wanted))
            .map(|(at, _)| *at)
            .collect()
    };
    for wanted in [Some(direction), None] {
        for subject in &subjects {
            let found = about(subject, wanted);
            if !found.is_empty() {
                return found;
            }
        }
    }
    Vec::new()
}

/// Returns what may be the cause, the most likely first.
fn subjects(gone: &Gone<'_>, report: &Report, other: &Report) -> Vec<ChangeSubject> {
    let mut subjects = Vec::new();
    if let Some(same) = gone.other {
        match same.disposition {
            Disposition::Open => {}
            Disposition::Excepted(_) => {
                let exception = other.exception(same);
                subjects.extend(exception.map(|it| ChangeSubject::Exception(it.id.clone())));
            }
            Disposition::InWindow(_) => {
                let window = other.window(same);
                subjects.extend(window.map(|it| ChangeSubject::Window(it.id.clone())));
            }
        }
    }
    let finding = gone.finding;
    match finding.subject {
        Subject::Exception(_) => {
            let exception = report.exception(finding);
            subjects.extend(exception.map(|it| ChangeSubject::Exception(it.id.clone())));
        }
        Subject::Window(_) => {
            let window = report.window(finding);
            subjects.extend(window.map(|it| ChangeSubject::Window(it.id.clone())));
        }
        Subject::Application(_) | Subject::Tenant => {}
    }
    if let Detail::StartsInWindow(_, index) = finding.detail {
        let window = report.windows.get(index as usize);
        let window = window.or_internal("a finding names what its report lists");
        subjects.push(ChangeSubject::Window(window.id.clone()));
    }
    let rule = report.rule(finding).descriptor.id;
    subjects.push(ChangeSubject::Rule(rule));
    if rule == rules::secret_outside_window() {
        // The alternatives that secrets-only names decide which of the two rules finds a secret.
        subjects.push(ChangeSubject::Rule(rules::secrets_only()));
    }
    // Whom federated credentials may trust decides what counts as better than a secret, and so the state.
    subjects.push(ChangeSubject::Issuers);
    subjects
}

/// Findings that are being counted.
#[derive(Default)]
struct Tally {
    findings: u64,
    applications: BTreeSet<AppId>,
    oldest_secret: Option<Timestamp>,
}

impl Tally {
    fn add(&mut self, report: &Report, finding: &Finding) {
        self.findings += 1;
        let Some(application) = report.application(finding) else {
            return;
        };
        self.applications.extend(application.app_id);
        let starts = [self.oldest_secret, application.oldest_secret];
        self.oldest_secret = starts.into_iter().flatten().min();
    }

    fn touched(&self, now: Timestamp) -> Touched {
        Touched {
            findings: self.findings,
            applications: self.applications.len() as u64,
            oldest_secret: self.oldest_secret.map(|start| now.duration_since(start)),
        }
    }
}

fn impact([silences, raises]: [Tally; 2], now: Timestamp) -> Impact {
    Impact {
        silences: silences.touched(now),
        raises: raises.touched(now),
    }
}
