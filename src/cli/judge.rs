//! From the sources to what a command makes of them: a report, or several of one reading.
//!
//! In: sources, and a judge that receives their objects. Out: the judge with the record of the inventory, before anything
//! is written. A source that fails half-way gives none.

use std::path::Path;

use credgate::evaluate::{
    Contradiction, Evaluation, InventoryRecord, PolicyContradiction, Receiver, Unfit,
};
use credgate::inventory::{Inventory, InventoryError, Object, Problem, ReadError, SourceFacts};
use credgate::report::{Report, SourceRecord};
use jiff::Timestamp;

use super::Failure;
use super::live;
use super::progress::Progress;
use super::sources::{Opened, Sources};

/// A judge that has received everything, and the inventory that it came from.
pub(super) struct Heard<J> {
    pub(super) judge: J,
    pub(super) record: InventoryRecord,
    pub(super) origin: Origin,
}

/// What an error about the inventory as a whole has to know of its sources.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// What errors call the first source.
    first: String,
    is_live: bool,
    allow_empty: bool,
}

/// Reads the sources, and closes the judgement: what was said of a live tenant comes after any error, that of closing, too.
pub(super) fn read<J: Receiver, T>(
    sources: &Sources<'_>,
    now: Timestamp,
    folder: &Path,
    start: &dyn Fn() -> J,
    close: impl FnOnce(Heard<J>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let opened = sources.open(folder)?;
    let live = opened.live.clone();
    let closed = read_opened(sources, now, start, opened).and_then(close);
    match live {
        Some(watch) => watch.settle(closed),
        None => closed,
    }
}

fn read_opened<J: Receiver>(
    sources: &Sources<'_>,
    now: Timestamp,
    start: &dyn Fn() -> J,
    mut opened: Opened,
) -> Result<Heard<J>, Failure> {
    let judge = read_all(sources, start, &mut opened)?;
    let Opened { inventory, live } = opened;
    if !sources.allow_empty
        && let Some(empty) = inventory.empty_snapshot()
    {
        return Err(Failure::inventory(empty));
    }
    if let Some(later) = inventory.deleted_after(now) {
        return Err(Failure::inventory(later));
    }
    let facts = inventory.sources();
    if !sources.allow_empty {
        check_applications(&facts)?;
    }
    if live.is_none() {
        check_age(sources, &facts, now)?;
    }
    let first = facts.first().ok_or_else(Failure::internal)?;
    let first = first.shown.clone();
    Ok(Heard {
        judge,
        record: record(&inventory, facts),
        origin: Origin {
            first,
            is_live: live.is_some(),
            allow_empty: sources.allow_empty,
        },
    })
}

/// Refuses sources without a single application: service principals alone do not show the secrets of applications.
fn check_applications(sources: &[SourceFacts]) -> Result<(), Failure> {
    if sources.iter().any(|source| source.applications > 0) {
        return Ok(());
    }
    let held = match sources.iter().map(|source| source.service_principals).sum() {
        0_u64 => "no applications".to_owned(),
        1 => "1 service principal and no application objects".to_owned(),
        number => format!("{number} service principals and no application objects"),
    };
    Err(Failure::inventory(format_args!(
        "the inventory holds {held}; export the applications, for example with `az ad app list --all --output json`, or pass --allow-empty if the tenant has none"
    )))
}

/// Reads all of it; anew, where the sources say so.
fn read_all<J: Receiver>(
    sources: &Sources<'_>,
    start: &dyn Fn() -> J,
    opened: &mut Opened,
) -> Result<J, Failure> {
    let mut again = false;
    loop {
        let mut judge = start();
        let progress = Progress::new(sources.voice.quiet || opened.live.is_some());
        let read = read_once(&mut opened.inventory, &mut judge, progress);
        if let Some(watch) = &opened.live {
            watch.clear();
        }
        match read {
            Ok(()) => return Ok(judge),
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

fn read_once(
    inventory: &mut Inventory,
    judge: &mut impl Receiver,
    mut progress: Progress,
) -> Result<(), ReadError> {
    let read = inventory.read(&mut |object, place| {
        progress.step();
        let received = match object {
            Object::TenantPolicy(policy) => {
                let received = judge.tenant_policy(policy);
                return received.map_err(|PolicyContradiction| Problem::PolicyContradiction);
            }
            Object::Application(application) => judge.application(application, place),
            Object::ServicePrincipal(service_principal) => {
                judge.service_principal(service_principal, place)
            }
        };
        received.map_err(|Contradiction(app_id)| Problem::Contradiction { app_id })
    });
    progress.clear();
    read
}

impl Origin {
    /// Says what is wrong where the lists of the inventory are not those that should be judged.
    pub(super) fn unfit(&self, unfit: Unfit) -> Failure {
        match unfit {
            Unfit::Cut { missing, joined } => Failure::inventory(format_args!(
                "the list of applications is cut: {missing} of {} service principals of this tenant lack their application; export all applications, for example with `az ad app list --all`",
                missing + joined
            )),
            Unfit::Policy { found, expected } => Failure::inventory(InventoryError {
                file: self.first.clone(),
                line: None,
                problem: Problem::Tenant { found, expected },
            }),
            Unfit::Snapshot { found, expected } if self.is_live => {
                Failure::inventory(format_args!(
                    "the token is of tenant {expected}, and the applications are of tenant {found}; sign in to the tenant that is to be judged"
                ))
            }
            Unfit::Snapshot { found, expected } => Failure::inventory(format_args!(
                "the snapshot is of tenant {expected}, and the applications are of tenant {found}; give sources of one tenant"
            )),
        }
    }

    /// Refuses an inventory without anything to judge, unless that was allowed.
    pub(super) fn check_any(&self, report: &Report) -> Result<(), Failure> {
        if self.allow_empty || report.summary.applications > 0 && report.has_applications {
            return Ok(());
        }
        Err(Failure::inventory(nothing_to_judge(report)))
    }
}

impl Heard<Evaluation<'_>> {
    /// Closes the judgement.
    pub(super) fn report(self) -> Result<Report, Failure> {
        let Self {
            judge,
            record,
            origin,
        } = self;
        let report = judge.finish(record).map_err(|unfit| origin.unfit(unfit))?;
        origin.check_any(&report)?;
        Ok(report)
    }
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

fn check_age(wanted: &Sources<'_>, sources: &[SourceFacts], now: Timestamp) -> Result<(), Failure> {
    let Some(limit) = wanted.max_age else {
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
    if report.summary.applications > 0 {
        return "all application objects of the inventory are deleted; export the applications, for example with `az ad app list --all --output json`, or pass --allow-empty if the tenant has none".to_owned();
    }
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
