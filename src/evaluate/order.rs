//! The order of findings in a report, which no order of the inventory changes.
//!
//! In: findings as they were made. Out: one order of them, and a number for those that are alike.

use std::cmp::Ordering;

use crate::finding::{ApplicationRecord, Detail, Finding, Subject};
use crate::internal::OrInternal as _;

/// Compares by level (worst first), rule, appId, address or object id, keyId; most findings differ before all is looked
/// up.
pub(super) fn in_order(
    one: &Finding,
    other: &Finding,
    applications: &[ApplicationRecord],
) -> Ordering {
    let named = |finding: &Finding| match finding.subject {
        Subject::Application(index) => {
            let record = applications.get(index as usize);
            let record = record.or_internal("a finding names an application of its report");
            Some((record.app_id, record.address.as_deref(), record.object_id))
        }
        Subject::Exception(_) | Subject::Window(_) | Subject::Tenant => None,
    };
    let credential = |finding: &Finding| {
        let credential = finding.credential;
        credential.map(|it| (it.key_id, it.on, it.class, it.validity))
    };
    other
        .level
        .cmp(&one.level)
        .then_with(|| one.rule.cmp(&other.rule))
        .then_with(|| named(one).cmp(&named(other)))
        .then_with(|| credential(one).cmp(&credential(other)))
        .then_with(|| one.subject.cmp(&other.subject))
        .then_with(|| one.detail.cmp(&other.detail))
}

/// Numbers the findings that rule, application and keyId do not tell apart; the order has made them neighbours.
pub(super) fn number_repeats(findings: &mut [Finding]) {
    let key_id = |finding: &Finding| finding.credential.and_then(|credential| credential.key_id);
    for at in 1..findings.len() {
        if let Some([before, finding]) = findings.get_mut(at - 1..=at)
            && before.rule == finding.rule
            && before.subject == finding.subject
            && key_id(before) == key_id(finding)
            && !matches!(finding.detail, Detail::UnknownApplication(..))
        {
            let number = before.repeat.checked_add(1);
            finding.repeat = number.or_internal("a report has fewer than four billion findings");
        }
    }
}
