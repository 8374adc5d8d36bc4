//! `credgate review`: base policy + head policy, perhaps an inventory → what loosens and tightens, reports, exit code.

use std::path::{Path, PathBuf};

use credgate::evaluate::{Contradiction, Evaluation, PolicyContradiction, Receiver};
use credgate::finding::Level;
use credgate::model::{Application, Place, ServicePrincipal, TenantPolicy};
use credgate::policy::{self, Disk, Files, Policy};
use credgate::report::Report;
use credgate::report::review::ReviewReport;
use credgate::review::{self, Named};
use credgate::{rules, source};
use jiff::Timestamp;

use super::args::{Review, Suppressed};
use super::git::{self, Commit};
use super::inputs::Inputs;
use super::judge::{Heard, read};
use super::live::Voice;
use super::policy::failure as policy_failure;
use super::report_file::Stale;
use super::reports::{Looks, Reports};
use super::sources::Sources;
use super::{Exit, Failure, clock};

/// The word for no base.
const NONE: &str = "none";

/// Compares the policies. Whatever becomes of it, no report of an earlier run is left.
pub(crate) fn run(arguments: &Review) -> Result<Exit, Failure> {
    let folder = std::env::current_dir().unwrap_or_default();
    let policies = Policies::load(arguments, &folder);
    let inputs = inputs(arguments, policies.as_ref().ok());
    let reports = arguments.report.iter();
    let stale = Stale::remove(reports.filter_map(|report| report.file.as_deref()), &inputs);
    let looks = Looks {
        quiet: arguments.quiet,
        verbose: arguments.verbose,
        colour: arguments.color,
        suppressed: Suppressed::Omit,
    };
    let reports = Reports::plan(&arguments.report, looks, &inputs);
    reports
        .and_then(|reports| compare(arguments, &policies?, &reports, &folder))
        .map_err(|failure| stale.tell(failure))
}

fn compare(
    arguments: &Review,
    policies: &Policies,
    reports: &Reports<ReviewReport>,
    folder: &Path,
) -> Result<Exit, Failure> {
    let now = arguments.now.unwrap_or_else(clock);
    let findings = judge(arguments, policies, now, folder)?;
    let base = policies.base.as_ref().map(|policy| Named {
        name: &arguments.base,
        policy,
    });
    let head = Named {
        name: &arguments.head,
        policy: &policies.head,
    };
    let findings = findings.as_ref().map(|(base, head)| (base, head));
    let report = review::review(base, head, now, arguments.allow_loosening, findings);
    let code = report.exit_code();
    reports.write(&report)?;
    Ok(Exit(code))
}

/// The policies on both sides.
struct Policies {
    base: Option<Policy>,
    head: Policy,
}

impl Policies {
    fn load(arguments: &Review, folder: &Path) -> Result<Self, Failure> {
        let base = if arguments.base == NONE {
            None
        } else {
            Some(load("base", &arguments.base, arguments, folder)?)
        };
        let head = load("head", &arguments.head, arguments, folder)?;
        Ok(Self { base, head })
    }
}

/// Loads the policy on one side.
fn load(side: &str, name: &str, arguments: &Review, folder: &Path) -> Result<Policy, Failure> {
    let (files, path): (Box<dyn Files>, PathBuf) = match git::split(name) {
        Some((reference, path)) => {
            let commit = Commit::find(reference).map_err(|failure| of(side, name, failure))?;
            let path = commit
                .path(path)
                .map_err(|failure| of(side, name, failure))?;
            (Box::new(commit), path)
        }
        None => (Box::new(Disk), PathBuf::from(name)),
    };
    let shown = source::shown(&path, folder);
    policy::load_from(&*files, &path, &shown, &rules::descriptors()).map_err(|error| {
        let mut failure = of(side, name, policy_failure(&error, arguments.color));
        // What is there and cannot be read is no reason to go without.
        let is_absent = error.summary().starts_with("there is no file");
        if name == arguments.base && is_absent {
            failure.add("where the head is the first policy, say `--base none`");
        }
        failure
    })
}

/// Says in which policy something is wrong; a file is named by what is wrong.
fn of(side: &str, name: &str, failure: Failure) -> Failure {
    if git::split(name).is_some() {
        failure.of(format_args!("the {side} policy, `{name}`"))
    } else {
        failure.of(format_args!("the {side} policy"))
    }
}

/// Judges the inventory under both policies, in one reading; nothing without an inventory.
fn judge(
    arguments: &Review,
    policies: &Policies,
    now: Timestamp,
    folder: &Path,
) -> Result<Option<(Report, Report)>, Failure> {
    if arguments.inventory.is_empty() {
        return Ok(None);
    }
    let evaluation = |policy| Evaluation::new(policy, now, Level::Error);
    // The first policy changes nothing: it is compared with itself.
    let base = policies.base.as_ref().unwrap_or(&policies.head);
    let start = || Both {
        base: evaluation(base),
        head: evaluation(&policies.head),
    };
    read(&sources(arguments), now, folder, &start, Heard::reports).map(Some)
}

impl Heard<Both<'_>> {
    /// Closes both judgements.
    fn reports(self) -> Result<(Report, Report), Failure> {
        let Self {
            judge: Both { base, head },
            record,
            origin,
        } = self;
        let close = |judge: Evaluation<'_>, record| {
            let report = judge.finish(record).map_err(|unfit| origin.unfit(unfit))?;
            origin.check_any(&report)?;
            Ok::<_, Failure>(report)
        };
        let base = close(base, record.clone())?;
        Ok((base, close(head, record)?))
    }
}

/// Two evaluations of one reading.
struct Both<'run> {
    base: Evaluation<'run>,
    head: Evaluation<'run>,
}

impl Receiver for Both<'_> {
    fn tenant_policy(&mut self, policy: TenantPolicy) -> Result<(), PolicyContradiction> {
        self.base.tenant_policy(policy.clone())?;
        self.head.tenant_policy(policy)
    }

    fn service_principal(
        &mut self,
        object: ServicePrincipal,
        place: Place,
    ) -> Result<(), Contradiction> {
        self.base.service_principal(object.clone(), place)?;
        self.head.service_principal(object, place)
    }

    fn application(&mut self, object: Application, place: Place) -> Result<(), Contradiction> {
        self.base.application(object.clone(), place)?;
        self.head.application(object, place)
    }
}

const fn sources(arguments: &Review) -> Sources<'_> {
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

/// Returns the files that the run reads, as far as they are known.
fn inputs(arguments: &Review, policies: Option<&Policies>) -> Inputs {
    let mut inputs = Inputs::default();
    for name in [&arguments.base, &arguments.head] {
        inputs.add(Path::new(name));
    }
    let policies = policies.into_iter();
    for policy in policies.flat_map(|both| both.base.iter().chain([&both.head])) {
        for path in policy.paths() {
            inputs.add(path);
        }
    }
    for source in &arguments.inventory {
        // Where the standard input comes from a file, this name leads to it.
        inputs.add(Path::new(if source == "-" { "/dev/stdin" } else { source }));
    }
    inputs
}
