//! From the sources that the command line names to a report: the tenant itself, or exports of it.
//!
//! In: a policy and an instant. Out: the report, before anything is written. A source that fails half-way gives none.

use std::path::Path;
use std::sync::Arc;

use credgate::evaluate::{Evaluation, InventoryRecord, PolicyContradiction, WrongTenant};
use credgate::finding::Level;
use credgate::inventory::{Inventory, InventoryError, Object, Problem, ReadError, SourceFacts};
use credgate::policy::Policy;
use credgate::report::{Report, SourceRecord};
use jiff::Timestamp;

use super::args::{Check, FailOn};
use super::live::{self, Voice};
use super::progress::Progress;
use super::watch::Stderr;
use super::{Failure, clock};

/// The word that means the tenant itself.
const GRAPH: &str = "graph";

/// Sources that are ready to be read.
struct Opened {
    inventory: Inventory,
    /// Who watches the tenant being read; `None` for exports.
    live: Option<Arc<Stderr>>,
}

impl Opened {
    fn failure(&self, error: InventoryError) -> Failure {
        if self.live.is_some() {
            live::failure(&error)
        } else {
            Failure::inventory(error)
        }
    }
}

fn open(arguments: &Check, folder: &Path) -> Result<Opened, Failure> {
    let named = |word: &str| {
        arguments
            .inventory
            .iter()
            .filter(|source| *source == word)
            .count()
    };
    if named(GRAPH) > 0 {
        return open_live(arguments);
    }
    if named("-") > 1 {
        return Err(Failure::usage(
            "the standard input cannot be read twice; name `-` once",
        ));
    }
    let inventory = Inventory::open(&arguments.inventory, folder).map_err(Failure::inventory)?;
    Ok(Opened {
        inventory,
        live: None,
    })
}

fn open_live(arguments: &Check) -> Result<Opened, Failure> {
    if arguments.inventory.len() > 1 {
        return Err(Failure::usage(
            "`graph` is the whole tenant and cannot be judged beside another source; name it alone (a file of that name is `./graph`)",
        ));
    }
    let voice = Voice {
        quiet: arguments.quiet,
        verbose: arguments.verbose,
    };
    let compares_clocks = arguments.now.is_none();
    let (tenant, watch) = live::tenant(&arguments.live, clock(), compares_clocks, voice)?;
    Ok(Opened {
        inventory: Inventory::open_live(move || tenant.read()),
        live: Some(watch),
    })
}

/// Reads and judges.
pub(super) fn judge(
    arguments: &Check,
    policy: &Policy,
    now: Timestamp,
    folder: &Path,
) -> Result<Report, Failure> {
    let opened = open(arguments, folder)?;
    match opened.live.clone() {
        Some(watch) => watch.settle(judge_opened(arguments, policy, now, opened)),
        None => judge_opened(arguments, policy, now, opened),
    }
}

fn judge_opened(
    arguments: &Check,
    policy: &Policy,
    now: Timestamp,
    mut opened: Opened,
) -> Result<Report, Failure> {
    let evaluation = evaluate(arguments, policy, now, &mut opened)?;
    let Opened { inventory, live } = opened;
    if !arguments.allow_empty
        && let Some(empty) = inventory.empty_snapshot()
    {
        return Err(Failure::inventory(empty));
    }
    let sources = inventory.sources();
    if live.is_none() {
        check_age(arguments, &sources, now)?;
    }
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
            WrongTenant::Snapshot { found, expected } if live.is_some() => Failure::inventory(format_args!(
                "the token is of tenant {expected}, and the applications are of tenant {found}; sign in to the tenant that is to be judged"
            )),
            WrongTenant::Snapshot { found, expected } => Failure::inventory(format_args!(
                "the snapshot is of tenant {expected}, and the applications are of tenant {found}; give sources of one tenant"
            )),
        })?;
    if report.summary.applications == 0 && !arguments.allow_empty {
        return Err(Failure::inventory(nothing_to_judge(&report)));
    }
    Ok(report)
}

/// Judges as the sources are read; anew, where they say so.
fn evaluate<'run>(
    arguments: &Check,
    policy: &'run Policy,
    now: Timestamp,
    opened: &mut Opened,
) -> Result<Evaluation<'run>, Failure> {
    let mut again = false;
    loop {
        let mut evaluation = Evaluation::new(policy, now, level(arguments.fail_on));
        let progress = Progress::new(arguments.quiet || opened.live.is_some());
        let read = read(&mut opened.inventory, &mut evaluation, progress);
        if let Some(watch) = &opened.live {
            watch.clear();
        }
        match read {
            Ok(()) => return Ok(evaluation),
            Err(ReadError::Again) => {}
            Err(ReadError::Inventory(error))
                if opened.live.is_some() && !again && live::asks_again(&error) =>
            {
                again = true;
            }
            Err(ReadError::Inventory(error)) => return Err(opened.failure(error)),
        }
    }
}

fn read(
    inventory: &mut Inventory,
    evaluation: &mut Evaluation<'_>,
    mut progress: Progress,
) -> Result<(), ReadError> {
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
