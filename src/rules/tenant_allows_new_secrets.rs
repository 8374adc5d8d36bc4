//! `tenant-allows-new-secrets`: the tenant's app management policy does not block adding secrets.
//!
//! It is about the tenant as a whole: one finding, whatever is missing. Single applications that a custom policy exempts
//! are no finding; the report's notes name them.

use std::fmt;

use super::next_steps::{block_new_secrets, show_default_policy, step};
use super::{EntryViolation, Rule};
use crate::finding::{Detail, Facts, Level, Need, NextStep, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{Block, DefaultPolicy};

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
on all applications and all service principals, whenever they were made.

Applications that a custom app management policy exempts are no finding; the notes of the report name
them, and also the exceptions of the policy file for secrets that Entra would not let anybody renew.

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

Exports do not show the tenant's policies; a live inventory and a snapshot do, where the reader has
`Policy.Read.All`.
";

impl Rule for TenantAllowsNewSecrets {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge_tenant(&self, policy: &DefaultPolicy, found: &mut Vec<EntryViolation>) {
        if !policy.blocks_all() {
            found.push(EntryViolation::of_tenant(Detail::NewSecrets(Box::new(
                *policy,
            ))));
        }
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Detail::NewSecrets(policy) = &facts.finding.detail else {
        return Err(fmt::Error);
    };
    out.write_str("the tenant's default app management policy ")?;
    if !policy.is_enabled {
        return out.write_str("is not enabled, so nothing blocks new client secrets");
    }
    let parts = [
        (policy.applications, "applications"),
        (policy.service_principals, "service principals"),
    ];
    let open = parts.into_iter().filter(|(block, _)| *block != Block::All);
    let mut words = "does not block new client secrets of ";
    for (block, objects) in open {
        write!(out, "{words}{objects}")?;
        if let Block::CreatedAfter(instant) = block {
            write!(out, " unless they were created after {instant}")?;
        }
        words = ", nor of ";
    }
    Ok(())
}

fn next_steps(_facts: &Facts<'_>) -> Vec<NextStep> {
    vec![
        step(
            "See what the default app management policy holds: a list that is written replaces the one that is there, \
             so carry its other restrictions over.",
            Some(show_default_policy()),
        ),
        step(
            "Exempt the applications that cannot move yet by a custom app management policy, as they have an exception \
             in the policy file.",
            None,
        ),
        step(
            "Block new secrets of applications and service principals; existing ones keep working. It takes \
             `Policy.ReadWrite.ApplicationConfiguration`.",
            Some(block_new_secrets()),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Subject;
    use crate::rules::testing::{application, current, tenant_message};

    const BLOCKING: DefaultPolicy = DefaultPolicy {
        is_enabled: true,
        applications: Block::All,
        service_principals: Block::All,
        excludes_actors: false,
    };

    fn found(policy: DefaultPolicy) -> Vec<EntryViolation> {
        let mut found = Vec::new();
        TenantAllowsNewSecrets.judge_tenant(&policy, &mut found);
        found
    }

    fn said(policy: DefaultPolicy) -> String {
        let mut found = found(policy);
        assert_eq!(found.len(), 1);
        let violation = found.remove(0);
        assert_eq!(violation.subject, Subject::Tenant);
        tenant_message(&TenantAllowsNewSecrets, violation.detail)
    }

    #[test]
    fn it_is_not_about_applications() {
        let application = application().with_secret(current());
        assert!(application.found_by(&TenantAllowsNewSecrets).is_empty());
    }

    #[test]
    fn a_tenant_that_blocks_all_new_secrets_is_fine() {
        assert!(found(BLOCKING).is_empty());
    }

    #[test]
    fn a_policy_that_is_not_enabled_blocks_nothing() {
        let policy = DefaultPolicy {
            is_enabled: false,
            ..BLOCKING
        };
        assert_eq!(
            said(policy),
            "the tenant's default app management policy is not enabled, so nothing blocks new client secrets"
        );
    }

    #[test]
    fn what_is_open_is_named() {
        let policy = DefaultPolicy {
            service_principals: Block::None,
            ..BLOCKING
        };
        assert!(said(policy).ends_with("does not block new client secrets of service principals"));
        let after = Block::CreatedAfter("2024-01-01T00:00:00Z".parse().unwrap());
        let policy = DefaultPolicy {
            applications: after,
            service_principals: Block::None,
            ..BLOCKING
        };
        assert!(said(policy).ends_with(
            "of applications unless they were created after 2024-01-01T00:00:00Z, nor of service principals"
        ));
    }
}
