//! `credgate check`: policy + inventory → verdict, reports, exit code.

use std::path::Path;

use credgate::evaluate::{Evaluation, InventoryRecord, PolicyContradiction, WrongTenant};
use credgate::finding::Level;
use credgate::inventory::{Inventory, InventoryError, Object, Problem, ReadError, SourceFacts};
use credgate::policy::{self, Policy, PolicyError};
use credgate::report::{NotJudged, Report, SourceRecord, Verdict};
use credgate::{rules, source};
use jiff::Timestamp;

use super::args::{Check, FailOn};
use super::inputs::Inputs;
use super::policy::failure as policy_failure;
use super::progress::Progress;
use super::report_file::Stale;
use super::reports::Reports;
use super::{Exit, Failure};

/// Runs the gate. Whatever becomes of it, no report of an earlier run is left.
pub(crate) fn run(arguments: &Check) -> Result<Exit, Failure> {
    let folder = std::env::current_dir().unwrap_or_default();
    let policy = load(&arguments.policy, &folder);
    let inputs = inputs(arguments, &policy);
    let reports = arguments.report.iter();
    let stale = Stale::remove(reports.filter_map(|report| report.file.as_deref()), &inputs);
    let reports = Reports::plan(arguments, &inputs);
    reports
        .and_then(|reports| gate(arguments, policy, &reports, &folder))
        .map_err(|failure| stale.tell(failure))
}

fn gate(
    arguments: &Check,
    policy: Result<Policy, PolicyError>,
    reports: &Reports<'_>,
    folder: &Path,
) -> Result<Exit, Failure> {
    let policy = policy.map_err(|error| policy_failure(&error, arguments.color))?;
    let now = arguments.now.unwrap_or_else(now);
    let report = judge(arguments, &policy, now, folder)?;
    let verdict = report.verdict();
    reports.write(&report)?;
    match verdict {
        Verdict::Pass | Verdict::Fail => Ok(Exit(verdict.exit_code())),
        Verdict::Incomplete => Err(Failure::inventory(incomplete(&report))),
    }
}

/// Says what is missing for a verdict, whether or not a report on the standard output says it, too.
fn incomplete(report: &Report) -> String {
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
    let plural = if *applications == 1 { "" } else { "s" };
    format!("{what} {were} not judged on {applications} application{plural}: {reason}")
}

/// Returns the files that the run reads, as far as a policy that may be broken tells them.
fn inputs(arguments: &Check, policy: &Result<Policy, PolicyError>) -> Inputs {
    let mut inputs = Inputs::default();
    inputs.add(Path::new(&arguments.policy));
    let extended = match policy {
        Ok(policy) => policy.paths(),
        Err(error) => error.paths(),
    };
    for path in extended {
        inputs.add(path);
    }
    for source in &arguments.inventory {
        // Where the standard input comes from a file, this name leads to it.
        inputs.add(Path::new(if source == "-" { "/dev/stdin" } else { source }));
    }
    inputs
}

#[expect(
    clippy::disallowed_methods,
    reason = "the instant enters here, once, and everything below receives it"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

fn load(name: &str, folder: &Path) -> Result<Policy, PolicyError> {
    let path = Path::new(name);
    policy::load(path, &source::shown(path, folder), &rules::descriptors())
}

fn judge(
    arguments: &Check,
    policy: &Policy,
    now: Timestamp,
    folder: &Path,
) -> Result<Report, Failure> {
    if arguments.inventory.iter().any(|source| source == "graph") {
        return Err(Failure::usage(
            "this version reads exported inventories only, not `graph`; name a file (or `./graph`)",
        ));
    }
    if arguments
        .inventory
        .iter()
        .filter(|source| *source == "-")
        .count()
        > 1
    {
        return Err(Failure::usage(
            "the standard input cannot be read twice; name `-` once",
        ));
    }
    let mut inventory =
        Inventory::open(&arguments.inventory, folder).map_err(Failure::inventory)?;
    let evaluation = loop {
        let mut evaluation = Evaluation::new(policy, now, level(arguments.fail_on));
        match read(&mut inventory, &mut evaluation, arguments.quiet) {
            Ok(()) => break evaluation,
            Err(ReadError::Again) => {}
            Err(ReadError::Inventory(error)) => return Err(Failure::inventory(error)),
        }
    };
    if !arguments.allow_empty
        && let Some(empty) = inventory.empty_snapshot()
    {
        return Err(Failure::inventory(empty));
    }
    let sources = inventory.sources();
    check_age(arguments, &sources, now)?;
    let first = sources
        .first()
        .map(|source| source.shown.clone())
        .unwrap_or_default();
    let record = record(&inventory, sources);
    let report = evaluation
        .finish(record)
        .map_err(|wrong| match wrong {
            WrongTenant::Policy { found, expected } => Failure::inventory(InventoryError {
                file: first,
                line: None,
                problem: Problem::Tenant { found, expected },
            }),
            WrongTenant::Snapshot { found, expected } => Failure::inventory(format_args!(
                "the snapshot is of tenant {expected}, and the applications are of tenant {found}; give sources of one tenant"
            )),
        })?;
    if report.summary.applications == 0 && !arguments.allow_empty {
        return Err(Failure::inventory(nothing_to_judge(&report)));
    }
    Ok(report)
}

fn read(
    inventory: &mut Inventory,
    evaluation: &mut Evaluation<'_>,
    quiet: bool,
) -> Result<(), ReadError> {
    let mut progress = Progress::new(quiet);
    let read = inventory.read(&mut |object, place| {
        progress.step();
        let received = match object {
            Object::TenantPolicy(policy) => {
                let received = evaluation.tenant_policy(policy);
                return received.map_err(|PolicyContradiction| Problem::PolicyContradiction);
            }
            Object::Application(application) => evaluation.application(application, place),
            Object::ServicePrincipal(service_principal) => {
                evaluation.service_principal(service_principal, place)
            }
        };
        received.map_err(|contradiction| Problem::Contradiction {
            app_id: contradiction.0,
        })
    });
    progress.clear();
    read
}

fn record(inventory: &Inventory, sources: Vec<SourceFacts>) -> InventoryRecord {
    let sources = sources.into_iter().map(|facts| {
        let SourceFacts {
            name,
            shown: _,
            format,
            applications,
            service_principals,
            coverage,
            collected_at,
        } = facts;
        SourceRecord {
            name,
            format,
            sha256: None,
            applications,
            service_principals,
            coverage,
            collected_at,
        }
    });
    InventoryRecord {
        sources: sources.collect(),
        files: inventory.files(),
        tenant: inventory.tenant(),
        tenant_policies: inventory.policy_coverage(),
        is_whole_tenant: true,
        notes: inventory.notes(),
    }
}

/// Two machines' clocks may differ by so much.
const CLOCK_SKEW: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

fn check_age(arguments: &Check, sources: &[SourceFacts], now: Timestamp) -> Result<(), Failure> {
    let Some(limit) = arguments.max_inventory_age else {
        return Ok(());
    };
    for source in sources {
        let name = &source.shown;
        let Some(collected_at) = source.collected_at else {
            return Err(Failure::inventory(format_args!(
                "`{name}` does not say when it was collected, so --max-inventory-age cannot be checked; use a snapshot"
            )));
        };
        let age = now.duration_since(collected_at);
        if -age > CLOCK_SKEW {
            return Err(Failure::inventory(format_args!(
                "`{name}` says it was collected at {collected_at}, after the instant of judging; check the clock or --now"
            )));
        }
        if age > limit {
            return Err(Failure::inventory(format_args!(
                "`{name}` was collected at {collected_at}, longer ago than --max-inventory-age allows; collect it again"
            )));
        }
    }
    Ok(())
}

fn nothing_to_judge(report: &Report) -> String {
    let what = match report.summary.skipped.total() {
        0 => "the inventory holds no applications".to_owned(),
        1 => "the inventory holds nothing to judge: its only object is deleted, a managed identity, Microsoft's or another tenant's"
            .to_owned(),
        skipped => format!(
            "the inventory holds nothing to judge: its {skipped} objects are deleted, managed identities, Microsoft's or another tenant's"
        ),
    };
    format!("{what}; export all of them, or say --allow-empty if there are none")
}

const fn level(fail_on: FailOn) -> Level {
    match fail_on {
        FailOn::Error => Level::Error,
        FailOn::Warning => Level::Warning,
        FailOn::Note => Level::Note,
    }
}
