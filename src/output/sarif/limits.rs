//! What code scanning accepts, and how a log stays below it.
//!
//! 25,000 results in a run, and 10 MB for a file when it is compressed. Neither may be found out by a refused upload:
//! the first is kept by leaving out the least of the findings, the second by the room that texts have. Everything else
//! in a result compresses well and is bounded, so the room for foreign text, which may not compress at all, bounds the
//! file. `tests/output/sarif.rs` measures the worst of all.

use crate::finding::{Disposition, Finding};
use crate::output::Suppressed;
use crate::report::Report;

/// How many results code scanning accepts; the worst are kept.
pub const MAX_RESULTS: usize = 25_000;

/// The bytes that the texts of all results may have together.
const TEXTS: usize = 6_500_000;

/// The bytes that a single text may have however few results there are.
const LONGEST_TEXT: usize = 4_096;

/// The bytes by which the names of files may differ, each from the one before.
pub(super) const FILE_NAMES: usize = 2_200_000;

/// How many notifications a run may have.
pub(super) const NOTIFICATIONS: usize = 1_000;

/// Returns how many bytes each of so many results has for its message and other words of others.
pub(in crate::output) fn room(results: usize) -> usize {
    (TEXTS / results.max(1)).min(LONGEST_TEXT)
}

/// Returns the findings that belong into the log, those that count first, each kind the worst first.
pub(super) fn findings(
    report: &Report,
    suppressed: Suppressed,
) -> impl Iterator<Item = &Finding> + Clone {
    let all = report.findings.iter();
    let open = all.clone().filter(|finding| is_open(finding));
    let tolerated = all.filter(|finding| !is_open(finding));
    let keep = match suppressed {
        Suppressed::Omit => 0,
        Suppressed::Keep => usize::MAX,
    };
    open.chain(tolerated.take(keep))
}

fn is_open(finding: &Finding) -> bool {
    finding.disposition == Disposition::Open
}

/// Says that a `sarif` report does not hold all of these findings, if so: what readers of other reports should know.
pub(in crate::output) fn cut(report: &Report, suppressed: Suppressed) -> Option<String> {
    let all = findings(report, suppressed).count();
    (all > MAX_RESULTS).then(|| {
        format!(
            "code scanning accepts {MAX_RESULTS} results: a `sarif` report holds the worst {MAX_RESULTS} of these {all} \
             findings, a `json` report all of them"
        )
    })
}
