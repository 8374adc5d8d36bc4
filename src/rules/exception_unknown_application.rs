//! `exception-unknown-application`: an exception that names an application the inventory does not have.

use std::fmt;

use crate::finding::{Detail, Facts, Level, NextStep, RuleDefaults, RuleDescriptor, RuleId};
use crate::internal::OrInternal as _;

use super::{EntryViolation, PolicyContext, Rule, next_steps::step};

pub(super) struct ExceptionUnknownApplication;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("exception-unknown-application"),
    title: "Exception for an unknown application",
    summary: "An exception of the policy names an application that the inventory does not have.",
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

An exception of the policy, not expired, that names an appId which the inventory does not have. One
finding for each such appId. It is judged only when the inventory is the whole tenant, not for a plan.

## Why it matters

The id is mistyped, so that the exception does not cover what it should, or the application is gone and
the entry waits for one that must not come back unseen.

## How to fix

Check the id: it is the appId (client id), not the object id. Where it is the id of an object of the
inventory, the message names the appId that belongs to it. If the application is gone, delete its id
from the entry.

## Example

```yaml
rules:
  secrets-only: { level: error }
  exception-unknown-application: { level: warning }

exceptions:
  - id: legacy-erp
    applications: [5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21]
    rules: [secrets-only]
    reason: The connector accepts only a shared secret until version 9.
    granted: 2026-09-01
    expires: 2026-12-31
```
";

impl Rule for ExceptionUnknownApplication {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge_policy(&self, context: &PolicyContext<'_>, found: &mut Vec<EntryViolation>) {
        for (index, unknown) in context.unknown {
            let exception = context.exceptions.get(*index);
            let exception = exception.or_internal("an exception is known by its index");
            if !exception.is_expired(context.today) {
                let detail =
                    Detail::UnknownApplication(unknown.app_id, unknown.of_object.map(Box::new));
                found.push(EntryViolation::of_exception(*index, detail));
            }
        }
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Detail::UnknownApplication(app_id, of_object) = &facts.finding.detail else {
        return Err(fmt::Error);
    };
    let exception = facts.entry.ok_or(fmt::Error)?;
    match of_object {
        Some(own) => write!(
            out,
            "exception `{exception}` names `{app_id}`, which is the id of an object and no appId: the appId that \
             belongs to it is `{own}`"
        ),
        None => write!(
            out,
            "exception `{exception}` names the application `{app_id}`, which the inventory does not have"
        ),
    }
}

fn next_steps(facts: &Facts<'_>) -> Vec<NextStep> {
    if let Detail::UnknownApplication(_, Some(_)) = &facts.finding.detail {
        let text = "Write the appId of the message in place of the object id.";
        return vec![step(text, None)];
    }
    vec![
        step(
            "Check the id: `applications` takes the appId (client id), not the object id.",
            None,
        ),
        step(
            "If the application is gone, delete its id from the entry.",
            None,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::policy;

    #[test]
    fn an_application_that_the_inventory_lacks_is_found() {
        let policy = policy()
            .with_exception("other", "2026-12-31")
            .with_exception("legacy-erp", "2026-12-31")
            .unknown();
        assert_eq!(
            policy.messages(&ExceptionUnknownApplication),
            [
                "exception `legacy-erp` names the application `5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21`, \
                 which the inventory does not have"
            ]
        );
    }

    #[test]
    fn of_the_id_of_an_object_the_app_id_is_named() {
        let own = "00000001-5c1e-4a00-8b00-c0de9e3779b1".parse().unwrap();
        let policy = policy()
            .with_exception("legacy-erp", "2026-12-31")
            .unknown_object(Some(own));
        assert_eq!(
            policy.messages(&ExceptionUnknownApplication),
            [
                "exception `legacy-erp` names `5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21`, which is the id of an object and \
                 no appId: the appId that belongs to it is `00000001-5c1e-4a00-8b00-c0de9e3779b1`"
            ]
        );
    }

    #[test]
    fn each_application_is_a_finding_of_its_own() {
        let policy = policy()
            .with_exception("legacy-erp", "2026-12-31")
            .unknown()
            .unknown();
        assert_eq!(policy.found_by(&ExceptionUnknownApplication).len(), 2);
    }

    #[test]
    fn an_expired_one_is_left_to_exception_expired() {
        let policy = policy()
            .with_exception("legacy-erp", "2026-11-22")
            .unknown();
        assert!(policy.found_by(&ExceptionUnknownApplication).is_empty());
    }
}
