//! `exception-expiring`: an exception that ends soon.

use std::fmt;

use crate::finding::{Days, Detail, Facts, Level, NextStep, RuleDefaults, RuleDescriptor, RuleId};
use crate::internal::OrInternal as _;

use super::{EntryViolation, LIMIT, PolicyContext, Rule, next_steps::step};

pub(super) struct ExceptionExpiring;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("exception-expiring"),
    title: "Exception about to expire",
    summary: "An exception of the policy ends soon.",
    control: "policy",
    default_level: Level::Warning,
    security_severity: "3.0",
    help: HELP,
    defaults: RuleDefaults::within(14),
    needs: &[],
    message,
    next_steps,
};

const HELP: &str = "\
## What it finds

An exception of the policy that ends within `within` (default 14 days, the limit included), counted in
calendar days of UTC.

## Why it matters

On the day after, the gate fails for what it covers. Two weeks are enough to fix it or to ask again;
the morning of that day is not.

## How to fix

Fix what it covers before that day, or have it granted anew in time.

## Example

```yaml
rules:
  secrets-only: { level: error }
  exception-expiring: { level: warning, within: 14d }

exceptions:
  - id: legacy-erp
    applications: [5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21]
    rules: [secrets-only]
    reason: The connector accepts only a shared secret until version 9.
    granted: 2026-09-01
    expires: 2026-12-31
```
";

impl Rule for ExceptionExpiring {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge_policy(&self, context: &PolicyContext<'_>, found: &mut Vec<EntryViolation>) {
        let within = context.setting.within;
        let within = within.or_internal(LIMIT);
        for (index, exception) in context.current_exceptions() {
            let days = context.days_until(exception.expires);
            if days <= within.0 {
                let detail = Detail::DaysLeft(exception.expires, days);
                found.push(EntryViolation::of_exception(index, detail));
            }
        }
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Detail::DaysLeft(day, left) = facts.finding.detail else {
        return Err(fmt::Error);
    };
    let exception = facts.entry.ok_or(fmt::Error)?;
    match left {
        0 => write!(out, "exception `{exception}` ends today, {day}"),
        _ => write!(
            out,
            "exception `{exception}` ends with {day}, in {}",
            Days(left)
        ),
    }
}

fn next_steps(_facts: &Facts<'_>) -> Vec<NextStep> {
    vec![step(
        "Fix what it covers by that day, or have it granted anew in time: the findings open again on the day after.",
        None,
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::policy;

    #[test]
    fn the_limit_is_within_and_counted_in_calendar_days() {
        let policy = policy()
            .with_exception("legacy-erp", "2026-12-07")
            .with_exception("later", "2026-12-08");
        assert_eq!(
            policy.messages(&ExceptionExpiring),
            ["exception `legacy-erp` ends with 2026-12-07, in 14 days"]
        );
    }

    #[test]
    fn the_last_day_is_today() {
        let policy = policy().with_exception("legacy-erp", "2026-11-23");
        assert_eq!(
            policy.messages(&ExceptionExpiring),
            ["exception `legacy-erp` ends today, 2026-11-23"]
        );
    }

    #[test]
    fn an_expired_one_is_left_to_exception_expired() {
        let policy = policy().with_exception("legacy-erp", "2026-11-22");
        assert!(policy.found_by(&ExceptionExpiring).is_empty());
    }
}
