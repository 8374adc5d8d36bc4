//! `tenant-allows-new-secrets`: the tenant's app management policy does not block adding secrets.
//!
//! No source shows the tenant's policies yet, so the rule is never judged: its need is never met and it finds nothing.
//! The policies arrive with live access to Graph.

use std::fmt;

use crate::finding::{Facts, Level, Need, NextStep, RuleDefaults, RuleDescriptor, RuleId};

use super::{Rule, next_steps::step};

pub(super) struct TenantAllowsNewSecrets;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("tenant-allows-new-secrets"),
    title: "Tenant allows new client secrets",
    summary: "The tenant's app management policy does not block adding client secrets.",
    control: "APP-09",
    default_level: Level::Warning,
    security_severity: "5.0",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::TenantPolicies],
    message,
    next_steps,
};

const HELP: &str = "\
## What it finds

A tenant whose default app management policy is not enabled, or does not restrict `passwordAddition`
on applications and service principals.

## Why it matters

While anybody may add a secret, each removed one can come back. The restriction blocks additions only:
existing secrets keep working, so it breaks no workload by itself.

## How to fix

Enable `passwordAddition` in the default app management policy, and exempt the applications that cannot
move yet by a custom policy, as they have an exception here.

## Example

```yaml
rules:
  tenant-allows-new-secrets: { level: warning, evidence: optional }
```

The policies of the tenant come with live access to Graph.
";

impl Rule for TenantAllowsNewSecrets {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }
}

fn message(_facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    out.write_str("the app management policy of the tenant does not block adding client secrets")
}

fn next_steps(_facts: &Facts<'_>) -> Vec<NextStep> {
    vec![step(
        "Enable the restriction `passwordAddition` for applications and service principals in the default app \
         management policy; existing secrets keep working.",
        None,
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, current};

    #[test]
    fn it_is_not_about_applications() {
        let application = application().with_secret(current());
        assert!(application.found_by(&TenantAllowsNewSecrets).is_empty());
    }
}
