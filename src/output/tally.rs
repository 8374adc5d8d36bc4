//! Numbers of a judgement that several formats say in words.

use crate::finding::{Disposition, Level, Subject};
use crate::internal::OrInternal as _;
use crate::report::Report;
use crate::words::count;

/// What the open findings are about.
pub(super) struct Tally {
    /// Judged applications with an open finding.
    pub(super) applications: usize,
    /// Service principals that are not judged otherwise, those of Microsoft or another tenant among them, with an open
    /// finding.
    pub(super) others: usize,
    /// Open findings about the tenant.
    pub(super) tenant: usize,
    /// Open findings about the policy.
    pub(super) policy: usize,
}

impl Tally {
    pub(super) fn of(report: &Report) -> Self {
        let mut has_findings = vec![false; report.applications.len()];
        let (mut tenant, mut policy) = (0, 0);
        for finding in &report.findings {
            match (finding.disposition, finding.subject) {
                (Disposition::Open, Subject::Application(index)) => {
                    let known = has_findings.get_mut(index as usize);
                    *known.or_internal("a finding names what its report lists") = true;
                }
                (Disposition::Open, Subject::Exception(_) | Subject::Window(_)) => policy += 1,
                (Disposition::Open, Subject::Tenant) => tenant += 1,
                (Disposition::Excepted(_) | Disposition::InWindow(_), _) => {}
            }
        }
        let (mut applications, mut others) = (0, 0);
        for (record, _) in report
            .applications
            .iter()
            .zip(has_findings)
            .filter(|(_, has_findings)| *has_findings)
        {
            if record.standing.is_own() {
                applications += 1;
            } else {
                others += 1;
            }
        }
        Self {
            applications,
            others,
            tenant,
            policy,
        }
    }
}

/// Says the open findings by level, the worst first; nothing where there are none.
pub(super) fn levels(report: &Report) -> String {
    let levels = Level::ALL.iter().zip(report.summary.findings);
    let words = levels.filter(|(_, number)| *number > 0);
    list(words.map(|(level, number)| count(number, level.name())))
}

/// Joins words with commas.
pub(super) fn list(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
