//! The terms of adopted exceptions: what the command line says, held against what the policy asks of exceptions.
//!
//! In: arguments, the policy and the instant. Out: terms that the policy takes, and under which it holds today.

use credgate::adopt::Terms;
use credgate::finding::{Days, Level, RuleId};
use credgate::policy::{Policy, Signature};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::Failure;
use super::args::TermArguments;

/// Returns the terms, before anything is read that takes time.
pub(super) fn terms(
    arguments: &TermArguments,
    policy: &Policy,
    fail_on: Level,
    now: Timestamp,
) -> Result<Terms, Failure> {
    let granted = Offset::UTC.to_datetime(now).date();
    let expires = expires(arguments, granted)?;
    check_term(policy, granted, expires)?;
    check_warning(policy, fail_on, granted, expires)?;
    let boxed = |text: &Option<String>| text.as_deref().map(Box::from);
    let terms = Terms {
        granted,
        expires,
        reason: boxed(&arguments.reason)
            .unwrap_or_else(|| format!("It was there on {granted}, before the gate.").into()),
        owner: boxed(&arguments.owner),
        approved_by: boxed(&arguments.approved_by),
        ticket: boxed(&arguments.ticket),
    };
    check_signatures(policy, &terms)?;
    Ok(terms)
}

fn expires(arguments: &TermArguments, granted: Date) -> Result<Date, Failure> {
    let expires = match (arguments.expires, arguments.term) {
        (Some(day), _) => day,
        (None, Some(term)) => granted
            .checked_add(term)
            .map_err(|_| Failure::usage("the term ends beyond the calendar; give a shorter one"))?,
        (None, None) => {
            return Err(Failure::usage(
                "nothing says when the exceptions end; give --expires with their last day, or --term, such as 90d",
            ));
        }
    };
    if expires < granted {
        return Err(Failure::usage(format_args!(
            "exceptions that end on {expires} are over; give {granted} or a later day"
        )));
    }
    Ok(expires)
}

fn check_term(policy: &Policy, granted: Date, expires: Date) -> Result<(), Failure> {
    let Some(limit) = policy.governance().exception_max_term() else {
        return Ok(());
    };
    let Days(limit) = limit;
    if days(granted, expires) <= i64::from(limit) {
        return Ok(());
    }
    let latest = granted.checked_add(Days(limit).duration());
    let latest = latest.map_or_else(|_| "an earlier day".to_owned(), |day| day.to_string());
    Err(Failure::usage(format_args!(
        "the policy allows exceptions of at most {limit} days (`exception-max-term`); give {latest} or an earlier day"
    )))
}

/// An exception that ends soon is a finding itself, which may fail the gate at once.
fn check_warning(
    policy: &Policy,
    fail_on: Level,
    granted: Date,
    expires: Date,
) -> Result<(), Failure> {
    let rule = policy.rule(RuleId("exception-expiring"));
    let Some((setting, within)) = rule.and_then(|setting| Some((setting, setting.within?))) else {
        return Ok(());
    };
    let fails = setting.level.is_some_and(|level| level >= fail_on);
    if !fails || days(granted, expires) > i64::from(within.0) {
        return Ok(());
    }
    let earliest = granted.checked_add(Days(within.0 + 1).duration());
    let earliest = earliest.map_or_else(|_| "a later day".to_owned(), |day| day.to_string());
    Err(Failure::usage(format_args!(
        "exceptions that end on {expires} fail at once under the rule `exception-expiring`; give {earliest} or a later day"
    )))
}

fn check_signatures(policy: &Policy, terms: &Terms) -> Result<(), Failure> {
    let is_missing = |signature: &&Signature| match signature {
        Signature::Owner => terms.owner.is_none(),
        Signature::ApprovedBy => terms.approved_by.is_none(),
        Signature::Ticket => terms.ticket.is_none(),
    };
    let required = policy.governance().require().iter();
    let missing: Vec<String> = required
        .filter(is_missing)
        .map(|signature| format!("--{}", signature.key()))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format_args!(
        "the policy requires more of every exception (`governance.require`); give {}",
        missing.join(" and ")
    )))
}

fn days(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}
