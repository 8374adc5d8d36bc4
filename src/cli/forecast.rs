//! `credgate forecast`: policy + inventory → what changes by itself until a day, reports, exit code.

use std::path::Path;

use credgate::forecast;
use credgate::policy::{Policy, PolicyError};
use credgate::report::Verdict;
use credgate::report::forecast::ForecastReport;
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};

use super::args::{Forecast, Suppressed, Until};
use super::check::{incomplete, inputs, load};
use super::judge::{Heard, read};
use super::live::Voice;
use super::policy::failure as policy_failure;
use super::report_file::Stale;
use super::reports::{Looks, Reports};
use super::sources::Sources;
use super::{Exit, Failure, clock};

/// Makes the forecast. Whatever becomes of it, no report of an earlier run is left.
pub(crate) fn run(arguments: &Forecast) -> Result<Exit, Failure> {
    let folder = std::env::current_dir().unwrap_or_default();
    let policy = load(&arguments.policy, &folder);
    let inputs = inputs(&arguments.policy, &arguments.inventory, &policy);
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
        .and_then(|reports| look_ahead(arguments, policy, &reports, &folder))
        .map_err(|failure| stale.tell(failure))
}

fn look_ahead(
    arguments: &Forecast,
    policy: Result<Policy, PolicyError>,
    reports: &Reports<ForecastReport>,
    folder: &Path,
) -> Result<Exit, Failure> {
    let policy = policy.map_err(|error| policy_failure(&error, arguments.color))?;
    let now = arguments.now.unwrap_or_else(clock);
    let until = until(arguments.until, now)?;
    let fail_by = arguments.fail_within.map(|term| limit(now, term, until));
    let fail_by = fail_by.transpose()?;
    let start = || forecast::Forecast::new(&policy, now, until, arguments.fail_on.level());
    let mut report = read(&sources(arguments), now, folder, &start, |heard| {
        let Heard {
            judge,
            record,
            origin,
        } = heard;
        let report = judge.finish(record).map_err(|unfit| origin.unfit(unfit))?;
        origin.check_any(&report.today)?;
        Ok(report)
    })?;
    report.fail_by = fail_by;
    reports.write(&report)?;
    match report.first_without_verdict() {
        _ if report.fails_too_soon() => Ok(Exit(Verdict::Fail.exit_code())),
        None => Ok(Exit(report.exit_code())),
        Some(_) if report.verdict() == Verdict::Incomplete => {
            Err(Failure::inventory(incomplete(&report.today)))
        }
        Some(at) => Err(Failure::inventory(format_args!(
            "from {at} on a rule that must be judged cannot be, so there will be no verdict; export what it needs, or let it have `evidence: optional`"
        ))),
    }
}

/// Returns the last day to look at.
fn until(until: Until, now: Timestamp) -> Result<Date, Failure> {
    let today = Offset::UTC.to_datetime(now).date();
    let day = match until {
        Until::Day(day) => day,
        Until::Days(days) => today.checked_add(days.days()).map_err(|_| {
            Failure::usage("`--until` lies behind the end of time; name an earlier day")
        })?,
    };
    if day < today {
        return Err(Failure::usage(format_args!(
            "`--until {day}` lies before the day on which the forecast begins, {today}; name a later day"
        )));
    }
    Ok(day)
}

/// Returns the instant through which the gate must hold, which the forecast must reach.
fn limit(now: Timestamp, term: jiff::SignedDuration, until: Date) -> Result<Timestamp, Failure> {
    let limit = now.checked_add(term).unwrap_or(Timestamp::MAX);
    if Offset::UTC.to_datetime(limit).date() > until {
        return Err(Failure::usage(format_args!(
            "`--fail-within` reaches beyond `--until`, which is {until}; name a later day there"
        )));
    }
    Ok(limit)
}

const fn sources(arguments: &Forecast) -> Sources<'_> {
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
