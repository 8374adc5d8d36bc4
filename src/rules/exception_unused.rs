//! `exception-unused`: an exception that covered nothing.

use std::fmt;

use crate::finding::{Detail, Facts, Level, NextStep, RuleDefaults, RuleDescriptor, RuleId};

use super::{EntryViolation, PolicyContext, Rule, next_steps::step};

pub(super) struct ExceptionUnused;

pub(super) static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("exception-unused"),
    title: "Unused exception",
    summary: "An exception of the policy covered nothing.",
    control: "policy",
    default_level: Level::Warning,
    security_severity: "3.0",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[],
    message,
    next_steps,
};

const HELP: &str = "\
## What it finds

An exception of the policy, granted and not expired, that matches no finding: no active rule that it
names found anything on its applications or, if it is pinned, on its keyIds.

## Why it matters

What it covered is fixed, or it never worked. Left in place it covers the next violation before
anybody has seen it.

## How to fix

Delete it. If it should cover something, compare its `rules`, `applications` and `credentials` with the
finding: the appId is the client id, and the rule must be active.

## Example

```yaml
rules:
  secrets-only: { level: error }
  exception-unused: { level: warning }

exceptions:
  - id: legacy-erp
    applications: [5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21]
    rules: [secrets-only]
    reason: The connector accepts only a shared secret until version 9.
    granted: 2026-09-01
    expires: 2026-12-31
```
";

impl Rule for ExceptionUnused {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge_policy(&self, context: &PolicyContext<'_>, found: &mut Vec<EntryViolation>) {
        for (index, exception) in context.current_exceptions() {
            // What is granted for a later day covers nothing yet, and is not meant to.
            if exception.granted <= context.today && !context.is_used(index) {
                found.push(EntryViolation::of_exception(index, Detail::None));
            }
        }
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let exception = facts.entry.ok_or(fmt::Error)?;
    write!(
        out,
        "exception `{exception}` covered nothing: no finding of its rules on its applications"
    )
}

fn next_steps(_facts: &Facts<'_>) -> Vec<NextStep> {
    vec![
        step(
            "Delete the entry if what it covered is fixed: left behind, it would cover the next violation unseen.",
            None,
        ),
        step(
            "If it should cover something, compare its `rules`, `applications`, `credentials` and `granted` with the \
             finding.",
            None,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::policy;

    #[test]
    fn an_exception_that_covered_nothing_is_found() {
        let policy = policy()
            .with_exception("expired", "2026-11-22")
            .with_exception("needed", "2026-12-31")
            .with_exception("legacy-erp", "2026-12-31")
            .unused();
        assert_eq!(
            policy.messages(&ExceptionUnused),
            ["exception `legacy-erp` covered nothing: no finding of its rules on its applications"]
        );
    }

    #[test]
    fn an_expired_one_is_left_to_exception_expired() {
        let policy = policy().with_exception("legacy-erp", "2026-11-22").unused();
        assert!(policy.found_by(&ExceptionUnused).is_empty());
    }

    #[test]
    fn one_that_is_granted_for_a_later_day_is_not_found_before_that_day() {
        let granted = |day: &str| {
            let policy = policy().with_exception("later", "2026-12-31").unused();
            policy.granted(day).found_by(&ExceptionUnused).len()
        };
        assert_eq!((granted("2026-11-24"), granted("2026-11-23")), (0, 1));
    }
}
