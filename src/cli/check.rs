//! `credgate check`: policy + inventory → verdict, reports, exit code.

use std::path::Path;

use credgate::evaluate::Evaluation;
use credgate::policy::{self, Policy, PolicyError};
use credgate::report::{NotJudged, Report, Verdict};
use credgate::words::count;
use credgate::{rules, source};

use super::args::Check;
use super::inputs::Inputs;
use super::judge::{Heard, read};
use super::live::Voice;
use super::policy::failure as policy_failure;
use super::report_file::Stale;
use super::reports::{Looks, Reports};
use super::sources::Sources;
use super::{Exit, Failure, clock};

/// Runs the gate. Whatever becomes of it, no report of an earlier run is left.
pub(crate) fn run(arguments: &Check) -> Result<Exit, Failure> {
    let folder = std::env::current_dir().unwrap_or_default();
    let policy = load(&arguments.policy, &folder);
    let inputs = inputs(&arguments.policy, &arguments.inventory, &policy);
    let reports = arguments.report.iter();
    let stale = Stale::remove(reports.filter_map(|report| report.file.as_deref()), &inputs);
    let looks = Looks {
        quiet: arguments.quiet,
        verbose: arguments.verbose,
        colour: arguments.color,
        suppressed: arguments.sarif_suppressed,
    };
    let reports = Reports::plan(&arguments.report, looks, &inputs);
    reports
        .and_then(|reports| gate(arguments, policy, &reports, &folder))
        .map_err(|failure| stale.tell(failure))
}

fn gate(
    arguments: &Check,
    policy: Result<Policy, PolicyError>,
    reports: &Reports<Report>,
    folder: &Path,
) -> Result<Exit, Failure> {
    let policy = policy.map_err(|error| policy_failure(&error, arguments.color))?;
    let now = arguments.now.unwrap_or_else(clock);
    let start = || Evaluation::new(&policy, now, arguments.fail_on.level());
    let report = read(&sources(arguments), now, folder, &start, Heard::report)?;
    let verdict = report.verdict();
    reports.write(&report)?;
    match verdict {
        Verdict::Pass | Verdict::Fail => Ok(Exit(verdict.exit_code())),
        Verdict::Incomplete => Err(Failure::inventory(incomplete(&report))),
    }
}

const fn sources(arguments: &Check) -> Sources<'_> {
    Sources {
        names: arguments.inventory.as_slice(),
        allow_empty: arguments.allow_empty,
        max_age: arguments.max_inventory_age,
        judges_now: arguments.now.is_none(),
        voice: Voice {
            quiet: arguments.quiet,
            verbose: arguments.verbose,
        },
        live: &arguments.live,
    }
}

/// Says what is missing for a verdict, whether or not a report on the standard output says it, too.
pub(super) fn incomplete(report: &Report) -> String {
    let mut missing = report.missing();
    let Some(NotJudged {
        rule,
        applications,
        reason,
        ..
    }) = missing.next()
    else {
        return String::new();
    };
    let rule = rule.descriptor.id;
    let (what, were) = match missing.count() {
        0 => (format!("rule `{rule}`"), "was"),
        more => (format!("rule `{rule}` and {more} more"), "were"),
    };
    let applications = count(*applications, "application");
    format!("{what} {were} not judged on {applications}: {reason}")
}

/// Returns the files that the run reads, as far as a policy that may be broken tells them.
pub(super) fn inputs(
    name: &str,
    sources: &[String],
    policy: &Result<Policy, PolicyError>,
) -> Inputs {
    let mut inputs = Inputs::default();
    inputs.add(Path::new(name));
    let extended = match policy {
        Ok(policy) => policy.paths(),
        Err(error) => error.paths(),
    };
    for path in extended {
        inputs.add(path);
    }
    for source in sources {
        // Where the standard input comes from a file, this name leads to it.
        inputs.add(Path::new(if source == "-" { "/dev/stdin" } else { source }));
    }
    inputs
}

pub(super) fn load(name: &str, folder: &Path) -> Result<Policy, PolicyError> {
    let path = Path::new(name);
    policy::load(path, &source::shown(path, folder), &rules::descriptors())
}
