//! The sentences that several formats share.

use crate::finding::Level;
use crate::report::review::{Change, Comparison, Direction, Impact, ReviewReport, Touched};
use crate::words::count;

/// Says the answer in a few words.
pub(super) fn answer(report: &ReviewReport) -> String {
    let loosening = report.count(Direction::Loosens);
    let verb = if loosening == 1 { "loosens" } else { "loosen" };
    let what = format!("{} {verb} the gate", count(loosening, "change"));
    if report.base.is_none() {
        "this is the first policy".to_owned()
    } else if report.changes.is_empty() {
        "the policies are the same".to_owned()
    } else if loosening == 0 {
        "nothing loosens the gate".to_owned()
    } else if report.is_loosening_allowed {
        format!("{what}, which was allowed")
    } else {
        what
    }
}

/// Says what to do about a change that is refused.
pub(super) const REMEDY: &str =
    "take back what loosens, or have it approved and run with `--allow-loosening`";

/// Says how many changes have each direction.
pub(super) fn directions(report: &ReviewReport) -> String {
    let words = Direction::ALL.map(|direction| {
        let verb = match direction {
            Direction::Loosens => "loosening",
            Direction::Neutral => "neutral",
            Direction::Tightens => "tightening",
        };
        (report.count(direction), verb)
    });
    let words = words.into_iter().filter(|(number, _)| *number > 0);
    let words: Vec<String> = words
        .map(|(number, verb)| format!("{number} {verb}"))
        .collect();
    if words.is_empty() {
        "no changes".to_owned()
    } else {
        words.join(", ")
    }
}

/// Names both policies.
pub(super) fn sides(report: &ReviewReport) -> String {
    let base = report.base.as_ref().map_or("none", |base| &base.name);
    format!("{base} → {}", report.head.name)
}

/// Says what a change is about.
pub(super) fn subject(change: &Change) -> String {
    let (kind, name) = (change.subject.kind(), change.subject.name());
    if kind == name {
        kind.to_owned()
    } else {
        format!("{kind} `{name}`")
    }
}

/// Says what a change does to the findings of today; nothing where it does nothing.
pub(super) fn impact(impact: &Impact) -> Option<String> {
    let words = [("silences", &impact.silences), ("raises", &impact.raises)];
    let words = words.into_iter().filter(|(_, touched)| !touched.is_none());
    let words: Vec<String> = words
        .map(|(verb, touched)| format!("{verb} {}", findings(touched)))
        .collect();
    (!words.is_empty()).then(|| words.join("; "))
}

fn findings(touched: &Touched) -> String {
    let mut words = count(touched.findings, "finding");
    match touched.applications {
        0 => {
            words.push_str(" about the policy or the tenant");
            return words;
        }
        number => {
            words.push_str(" on ");
            words.push_str(&count(number, "application"));
        }
    }
    if let Some(age) = touched.oldest_secret {
        let holder = if touched.applications == 1 {
            "it"
        } else {
            "one"
        };
        let days = count(
            u64::try_from(age.as_hours() / 24).unwrap_or_default(),
            "day",
        );
        words.push_str("; ");
        words.push_str(holder);
        words.push_str(" holds a secret of ");
        words.push_str(&days);
    }
    words
}

/// Says what the findings of today are under both policies.
pub(super) fn comparison(report: &ReviewReport, comparison: &Comparison) -> String {
    let applications = count(comparison.applications, "application");
    let head = levels(comparison.head_findings);
    if report.base.is_none() {
        return format!("{applications}: {head} under this policy");
    }
    let base = levels(comparison.base_findings);
    let total = impact(&comparison.total);
    let total = total.map_or_else(String::new, |total| format!("; the change {total}"));
    format!("{applications}: {base} under the base policy, {head} under the head policy{total}")
}

fn levels(findings: [u64; 3]) -> String {
    let levels = Level::ALL.iter().zip(findings);
    let words = levels.filter(|(_, number)| *number > 0);
    let words: Vec<String> = words
        .map(|(level, number)| count(number, level.name()))
        .collect();
    if words.is_empty() {
        "no findings".to_owned()
    } else {
        words.join(", ")
    }
}

/// Returns where a change stands: in the head, or where it stood in the base.
pub(super) fn place(change: &Change) -> String {
    match &change.former_place {
        Some(former) => format!("was at {}:{}", former.file, former.line),
        None => format!("at {}:{}", change.place.file, change.place.line),
    }
}
