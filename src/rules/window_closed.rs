//! `window-closed`: a migration window past its close that is still listed.

use std::fmt;

use crate::finding::{Detail, Facts, Level, NextStep, RuleDefaults, RuleDescriptor, RuleId};

use super::{EntryViolation, PolicyContext, Rule, next_steps::step};

pub(super) struct WindowClosed;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("window-closed"),
    title: "Closed migration window",
    summary: "A migration window of the policy is closed and still listed.",
    control: "policy",
    default_level: Level::Note,
    security_severity: "1.0",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[],
    message,
    next_steps,
};

const HELP: &str = "\
## What it finds

A migration window of the policy whose `closes` day has passed.

## Why it matters

It tolerates nothing any more. A policy is read by people: what no longer holds should not stand in it.

## How to fix

Delete the entry. Applications that are not through with the migration have findings of their own again.

## Example

```yaml
rules:
  secret-outside-window: { level: error }
  window-closed: { level: note }
```
";

impl Rule for WindowClosed {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge_policy(&self, context: &PolicyContext<'_>, found: &mut Vec<EntryViolation>) {
        for (index, window) in context.windows.iter().enumerate() {
            if window.closes < context.today {
                let detail = Detail::LastDay(window.closes);
                found.push(EntryViolation::of_window(index, detail));
            }
        }
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Detail::LastDay(day) = facts.finding.detail else {
        return Err(fmt::Error);
    };
    let window = facts.entry.ok_or(fmt::Error)?;
    write!(
        out,
        "migration window `{window}` closed with {day} and tolerates nothing any more"
    )
}

fn next_steps(_facts: &Facts<'_>) -> Vec<NextStep> {
    vec![step(
        "Delete the entry; what it tolerated is a finding again, with its own next steps.",
        None,
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{policy, window};

    #[test]
    fn the_closing_day_is_still_open() {
        let policy = policy().with_window(window("autumn", "2026-11-01", "2026-11-23"));
        assert!(policy.found_by(&WindowClosed).is_empty());
    }

    #[test]
    fn the_day_after_is_closed() {
        let policy = policy()
            .with_window(window("winter", "2026-12-01", "2026-12-31"))
            .with_window(window("autumn", "2026-11-01", "2026-11-22"));
        assert_eq!(
            policy.messages(&WindowClosed),
            ["migration window `autumn` closed with 2026-11-22 and tolerates nothing any more"]
        );
    }
}
