//! What to do about the findings of one group: one list, each step once.

use std::collections::HashMap;

use crate::finding::{Disposition, Finding, NextStep};
use crate::report::Report;

/// How many steps are shown for a group: more than anybody takes, however many credentials there are.
const MOST: usize = 1_000;

/// How many of them come from one finding, so that those of the others have room.
const MOST_OF_FINDING: usize = MOST / 2;

/// What a list says that is cut.
pub(super) const MORE: &str = "and more: `--report json=FILE` has all of them";

/// The steps of one group.
#[derive(Default)]
pub(super) struct Steps {
    /// In order, each once.
    pub(super) list: Vec<NextStep>,
    /// Whether there are more.
    pub(super) is_cut: bool,
    places: HashMap<NextStep, usize>,
}

/// Returns what to do about the open findings of a group, in order.
pub(super) fn of(report: &Report, group: &[&Finding]) -> Steps {
    let mut steps = Steps::default();
    for finding in group {
        if finding.disposition == Disposition::Open {
            steps.merge(report.next_steps(finding));
        }
    }
    steps
}

impl Steps {
    /// Adds the steps that are not there yet, each beside its neighbour in the list that it comes from, so that what comes
    /// last in every list still comes last. A list that shares no step comes behind the others.
    fn merge(&mut self, mut more: Vec<NextStep>) {
        self.is_cut |= more.len() > MOST_OF_FINDING;
        more.truncate(MOST_OF_FINDING);
        let shared = more.iter().filter_map(|step| self.places.get(step)).min();
        let mut place = shared.copied().unwrap_or(self.list.len());
        for step in more {
            if let Some(same) = self.places.get(&step) {
                place = place.max(same + 1);
            } else if self.list.len() == MOST {
                self.is_cut = true;
            } else {
                self.insert(place, step);
                place += 1;
            }
        }
    }

    fn insert(&mut self, place: usize, step: NextStep) {
        let behind = self.places.values_mut().filter(|at| **at >= place);
        behind.for_each(|at| *at += 1);
        self.places.insert(step.clone(), place);
        self.list.insert(place, step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(texts: &str) -> Vec<NextStep> {
        let texts = texts.split(' ');
        texts
            .map(|text| NextStep {
                text: text.to_owned(),
                powershell: None,
                azure_cli: None,
            })
            .collect()
    }

    fn merged(lists: &[&str]) -> String {
        let mut all = Steps::default();
        for list in lists {
            all.merge(steps(list));
        }
        let texts: Vec<_> = all.list.into_iter().map(|step| step.text).collect();
        texts.join(" ")
    }

    #[test]
    fn a_step_of_two_lists_stands_once() {
        assert_eq!(merged(&["upload switch", "upload switch"]), "upload switch");
    }

    #[test]
    fn what_comes_last_in_both_lists_comes_last() {
        assert_eq!(
            merged(&["upload switch remove", "upload switch fallback remove"]),
            "upload switch fallback remove"
        );
        assert_eq!(
            merged(&["switch remove", "upload switch remove"]),
            "upload switch remove"
        );
    }

    #[test]
    fn a_list_of_its_own_comes_behind() {
        assert_eq!(merged(&["switch remove", "owner"]), "switch remove owner");
    }

    #[test]
    fn a_finding_with_too_many_steps_leaves_room_for_the_others() {
        let many = |first: usize| {
            let steps = (first..first + 700).map(|number| format!("remove-{number}"));
            steps.collect::<Vec<_>>().join(" ")
        };
        let mut all = Steps::default();
        all.merge(steps(&many(0)));
        assert!(all.is_cut && all.list.len() == MOST_OF_FINDING);
        all.merge(steps("owner"));
        assert_eq!(all.list.last().unwrap().text, "owner");
        all.merge(steps(&many(1_000)));
        all.merge(steps("remove-3"));
        assert_eq!(all.list.len(), MOST);
    }
}
