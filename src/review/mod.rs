//! The comparison of two policies as they are meant: presets and `extends` resolved, whatever their order, comments,
//! quoting and files.
//!
//! In: the base policy, the head policy, an instant, and perhaps the reports of both on one inventory. Out: a
//! [`ReviewReport`]: every difference, whether it loosens or tightens the gate and why, and what it does to the findings
//! of today. The base policy judges: its limits hold for what the head adds. Where it cannot be told whether a
//! difference loosens, it loosens.

mod added_secrets;
mod closed_windows;
mod entries;
mod exceptions;
mod governance;
mod impact;
mod rules;
#[cfg(test)]
mod tests;
mod windows;
mod words;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::evaluate::policy_record;
use crate::internal::OrInternal as _;
use crate::policy::{EntryKind, EntryPlace, Policy, RulePlace, Written};
use crate::report::review::{
    Change, ChangeKind, ChangeSubject, Direction, Impact, ReviewReport, Side,
};
use crate::report::{FilePlace, Report};

/// A policy, and what the command line calls it.
#[derive(Clone, Copy, Debug)]
pub struct Named<'run> {
    /// A file, or `GITREF:path`.
    pub name: &'run str,
    /// The policy.
    pub policy: &'run Policy,
}

/// Compares two policies; `base` is `None` where the head is the first one. `reports` are those of the base and of the
/// head on the same inventory at the same instant.
pub fn review(
    base: Option<Named<'_>>,
    head: Named<'_>,
    now: Timestamp,
    is_loosening_allowed: bool,
    reports: Option<(&Report, &Report)>,
) -> ReviewReport {
    let mut changes = base.map_or_else(Vec::new, |base| {
        let sides = Sides {
            base: base.policy,
            head: head.policy,
            today: Offset::UTC.to_datetime(now).date(),
        };
        sides.changes()
    });
    let comparison = reports.map(|(base, head)| impact::add(&mut changes, base, head));
    let mut notes = Vec::new();
    if base.is_none() {
        notes.push(words::first_policy(head.policy));
    }
    if let Some((_, head)) = reports {
        notes.extend(impact::notes(head));
    }
    ReviewReport {
        now,
        base: base.map(side),
        head: side(head),
        is_loosening_allowed,
        changes,
        comparison,
        notes,
    }
}

fn side(named: Named<'_>) -> Side {
    Side {
        name: named.name.to_owned(),
        policy: policy_record(named.policy),
    }
}

/// Two policies, and the day on which they are compared.
#[derive(Clone, Copy)]
struct Sides<'run> {
    base: &'run Policy,
    head: &'run Policy,
    today: Date,
}

impl Sides<'_> {
    /// Returns every difference, those that loosen first.
    fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        exceptions::compare(self, &mut changes);
        windows::compare(self, &mut changes);
        rules::compare(self, &mut changes);
        rules::compare_issuers(self, &mut changes);
        governance::compare(self, &mut changes);
        changes.sort_by(|one, other| {
            let order = |change: &Change| (change.direction, change.kind);
            order(one)
                .cmp(&order(other))
                .then_with(|| one.subject.cmp(&other.subject))
        });
        changes
    }

    /// Returns the place of a key of the head policy; what it does not have stands where the key above it does.
    fn place_of(&self, key: &str) -> FilePlace {
        rule_place(self.head, self.head.place_of(key))
    }
}

/// Makes a change that concerns no findings yet.
fn change(
    kind: ChangeKind,
    direction: Direction,
    subject: ChangeSubject,
    text: String,
    place: FilePlace,
) -> Change {
    Change {
        kind,
        direction,
        subject,
        text,
        cautions: Vec::new(),
        place,
        former_place: None,
        impact: Impact::default(),
    }
}

/// Returns the place of an entry.
fn entry_place(policy: &Policy, written: Written, kind: EntryKind) -> FilePlace {
    file_place(policy.written_at(written, kind))
}

/// Returns the place of one key of an entry, or of the entry where it has no such key.
fn key_place(policy: &Policy, written: Written, kind: EntryKind, key: &str) -> FilePlace {
    file_place(policy.key_at(written, kind, key))
}

fn file_place(place: EntryPlace) -> FilePlace {
    let EntryPlace { file, line, column } = place;
    FilePlace { file, line, column }
}

fn rule_place(policy: &Policy, place: RulePlace) -> FilePlace {
    let RulePlace { file, line, column } = place;
    let file = policy.files().get(file);
    FilePlace {
        file: file
            .or_internal("a place lies in a file of its policy")
            .name
            .clone(),
        line,
        column,
    }
}
