//! `exception-expired`: an exception past its last day that is still listed.

use std::fmt;

use crate::finding::{Detail, Facts, Level, NextStep, RuleDefaults, RuleDescriptor, RuleId};

use super::{EntryViolation, PolicyContext, Rule, next_steps::step};

pub(super) struct ExceptionExpired;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("exception-expired"),
    title: "Expired exception",
    summary: "An exception of the policy is past its last day and covers nothing any more.",
    control: "policy",
    default_level: Level::Error,
    security_severity: "5.0",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[],
    message,
    next_steps,
};

const HELP: &str = "\
## What it finds

An exception of the policy whose `expires` day has passed. It is valid through that day, in UTC, and
covers nothing from the next day on.

## Why it matters

The findings it covered count again, and the entry still reads as if they were allowed.

## How to fix

Fix what it covered and delete the entry. If the reason still holds, have it granted anew: new `granted`
and `expires` days, in a pull request that somebody approves.

## Example

```yaml
rules:
  secrets-only: { level: error }
  exception-expired: { level: error }

exceptions:
  - id: legacy-erp
    applications: [5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21]
    rules: [secrets-only]
    reason: The connector accepts only a shared secret until version 9.
    granted: 2026-09-01
    expires: 2026-12-31
```

From 2027-01-01 on the finding reads:

```text
exception `legacy-erp` ended with 2026-12-31 and covers nothing any more
```
";

impl Rule for ExceptionExpired {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge_policy(&self, context: &PolicyContext<'_>, found: &mut Vec<EntryViolation>) {
        for (index, exception) in context.exceptions.iter().enumerate() {
            if exception.is_expired(context.today) {
                let detail = Detail::LastDay(exception.expires);
                found.push(EntryViolation::of_exception(index, detail));
            }
        }
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Detail::LastDay(day) = facts.finding.detail else {
        return Err(fmt::Error);
    };
    let exception = facts.entry.ok_or(fmt::Error)?;
    write!(
        out,
        "exception `{exception}` ended with {day} and covers nothing any more"
    )
}

fn next_steps(_facts: &Facts<'_>) -> Vec<NextStep> {
    vec![
        step(
            "Fix what it covered: those findings are open again and carry their own next steps.",
            None,
        ),
        step(
            "Delete the entry or, if the reason still holds, have it granted anew: new `granted` and `expires` days.",
            None,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::policy;

    #[test]
    fn the_last_day_is_still_covered() {
        let policy = policy().with_exception("legacy-erp", "2026-11-23");
        assert!(policy.found_by(&ExceptionExpired).is_empty());
    }

    #[test]
    fn the_day_after_is_not() {
        let policy = policy()
            .with_exception("other", "2026-12-31")
            .with_exception("legacy-erp", "2026-11-22");
        assert_eq!(
            policy.messages(&ExceptionExpired),
            ["exception `legacy-erp` ended with 2026-11-22 and covers nothing any more"]
        );
    }
}
