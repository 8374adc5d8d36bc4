//! Where the verdict turns.
//!
//! In: the judgement of today, and all that changes. Out: each instant at which the verdict is another one, once everything
//! of that instant has happened: what counts is added up, as in a judgement of that instant.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::identity::GapChange;
use crate::evaluate::Active;
use crate::finding::{Disposition, Level};
use crate::internal::OrInternal as _;
use crate::policy::Evidence;
use crate::report::forecast::{Event, Turn};
use crate::report::{Report, Verdict};

/// Returns where the verdict turns.
pub(super) fn turns(
    today: &Report,
    rules: &[Active<'_>],
    events: &[Event],
    gaps: &[GapChange],
    fail_on: Level,
) -> Vec<Turn> {
    let mut tally = Tally::of(today, rules, fail_on);
    let mut changes: BTreeMap<Timestamp, Vec<Change<'_>>> = BTreeMap::new();
    for event in events {
        changes
            .entry(event.at)
            .or_default()
            .push(Change::Event(event));
    }
    for gap in gaps {
        changes.entry(gap.at).or_default().push(Change::Gap(*gap));
    }
    let mut verdict = today.verdict();
    let mut turns = Vec::new();
    for (at, changes) in changes {
        for change in changes {
            match change {
                Change::Event(event) => tally.event(event),
                Change::Gap(gap) => tally.gap(gap),
            }
        }
        if tally.verdict() != verdict {
            verdict = tally.verdict();
            turns.push(Turn { at, verdict });
        }
    }
    turns
}

enum Change<'run> {
    Event(&'run Event),
    Gap(GapChange),
}

/// What the verdict is made of.
struct Tally {
    fail_on: Level,
    /// Open findings at the failing level.
    failing: i64,
    /// On how many identities each rule that must be judged is not, by the number of the rule. That changes by itself:
    /// nobody has to own what cannot sign in, a certificate that starts has a key to show, and exceptions that cover a gap
    /// begin and end.
    missing: Vec<i64>,
    /// Whether the number of each rule may change: not where the inventory lacks something altogether.
    varies: Vec<bool>,
}

impl Tally {
    fn of(today: &Report, rules: &[Active<'_>], fail_on: Level) -> Self {
        let open = Level::ALL.iter().zip(today.summary.findings);
        let failing = open.filter(|(level, _)| **level >= fail_on);
        let failing: u64 = failing.map(|(_, number)| number).sum();
        let is_needed = |rule: &Active<'_>| {
            rule.level >= fail_on && rule.setting.evidence == Evidence::Required
        };
        let gap_of = |rule: &Active<'_>| {
            let mut gaps = today.not_judged.iter();
            gaps.find(|gap| gap.rule.descriptor.id == rule.descriptor.id)
        };
        let missing = rules.iter().map(|rule| {
            let number = gap_of(rule).map_or(0, |gap| gap.applications.max(1));
            if is_needed(rule) { signed(number) } else { 0 }
        });
        let varies = rules.iter().map(|rule| {
            let is_whole = gap_of(rule).is_some_and(|gap| gap.is_whole);
            is_needed(rule) && !is_whole
        });
        Self {
            fail_on,
            failing: signed(failing),
            missing: missing.collect(),
            varies: varies.collect(),
        }
    }

    fn gap(&mut self, change: GapChange) {
        let rule = usize::from(change.rule);
        let varies = self.varies.get(rule).or_internal(RULE);
        let number = self.missing.get_mut(rule).or_internal(RULE);
        if *varies {
            *number += change.by;
        }
    }

    fn event(&mut self, event: &Event) {
        if event.finding.level < self.fail_on {
            return;
        }
        let counts =
            |disposition: Option<Disposition>| i64::from(disposition == Some(Disposition::Open));
        self.failing += counts(event.after) - counts(event.before);
    }

    fn verdict(&self) -> Verdict {
        if self.failing > 0 {
            Verdict::Fail
        } else if self.missing.iter().any(|number| *number > 0) {
            Verdict::Incomplete
        } else {
            Verdict::Pass
        }
    }
}

/// Why there is a number for each rule.
const RULE: &str = "a change names an active rule";

fn signed(number: u64) -> i64 {
    i64::try_from(number).or_internal("what is counted is in memory")
}
