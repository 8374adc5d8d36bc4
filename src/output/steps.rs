//! What to do about the findings of one group: one list, each step once.

use crate::finding::{Disposition, Finding, NextStep};
use crate::report::Report;

/// Returns what to do about the open findings of a group, in order.
pub(super) fn of(report: &Report, group: &[&Finding]) -> Vec<NextStep> {
    let mut steps = Vec::new();
    for finding in group {
        if finding.disposition == Disposition::Open {
            merge(&mut steps, report.next_steps(finding));
        }
    }
    steps
}

/// Adds the steps that are not there yet, each beside its neighbour in the list that it comes from, so that what comes
/// last in every list still comes last. A list that shares no step comes behind the others.
fn merge(steps: &mut Vec<NextStep>, more: Vec<NextStep>) {
    let shared = steps.iter().position(|known| more.contains(known));
    let mut place = shared.unwrap_or(steps.len());
    for step in more {
        if let Some(same) = steps.iter().position(|known| *known == step) {
            place = place.max(same + 1);
        } else {
            steps.insert(place, step);
            place += 1;
        }
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
        let mut all = Vec::new();
        for list in lists {
            merge(&mut all, steps(list));
        }
        let texts: Vec<_> = all.into_iter().map(|step| step.text).collect();
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
}
