//! `application-missing`: a service principal of this tenant whose application the inventory does not have.

use std::fmt;

use crate::finding::{
    Detail, Facts, Level, Need, NextStep, RuleDefaults, RuleDescriptor, RuleId, Standing,
};
use crate::model::Identity;

use super::{
    Dependence, Rule, RuleContext, Violation,
    next_steps::{self as steps, step},
};

pub(super) struct ApplicationMissing;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("application-missing"),
    title: "Service principal without its application",
    summary: "A service principal belongs to an application of this tenant that the inventory does not have.",
    control: "APP-05",
    default_level: Level::Warning,
    security_severity: "4.0",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::ServicePrincipals],
    message,
    next_steps,
};

const HELP: &str = "\
## What it finds

A service principal whose `appOwnerOrganizationId` is this tenant and whose application object is not in
the inventory. Managed identities and agent identities have none, and are left out. Which tenant this is,
is told by `tenant` in the policy, by a snapshot, or by the service principals of the applications.

## Why it matters

Either the list of applications is cut (a filter, one page, `--show-mine`), and the secrets of the rest were
not seen; or the application was deleted and its service principal was left, with credentials that may
still work. If more service principals lack their application than have it, the list is taken for cut, and
there is no verdict.

## How to fix

Export all applications of the tenant. If the application is gone from the tenant, delete its service
principal, too.

## Example

```yaml
rules:
  application-missing: { level: warning }
```

The inventory must hold the service principals (`az ad sp list --all`, or live access).
";

impl Rule for ApplicationMissing {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn dependence(&self) -> Dependence {
        Dependence::Identity
    }

    fn judge(&self, identity: &Identity, context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let owner = identity.service_principal().and_then(|it| it.owner);
        let is_own = context.own.is_some() && owner == context.own;
        if context.standing == Standing::ServicePrincipal && is_own {
            found.push(Violation::of_identity(Detail::None));
        }
    }
}

fn message(_facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    out.write_str(
        "the service principal belongs to an application of this tenant that the inventory does not have",
    )
}

fn next_steps(facts: &Facts<'_>) -> Vec<NextStep> {
    vec![
        step(
            "Look for the application in the tenant. If it is there, export all applications, without a filter.",
            steps::show_application(facts),
        ),
        step(
            "If the application was deleted, make sure that nothing signs in as it any more, and delete the service \
             principal.",
            steps::list_sign_ins(facts),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, service_principal, tenant};

    #[test]
    fn a_service_principal_of_this_tenant_that_stands_alone_is_found() {
        let alone = service_principal(Standing::ServicePrincipal).owned_by(Some(tenant()));
        assert_eq!(
            alone.messages(&ApplicationMissing),
            [
                "the service principal belongs to an application of this tenant that the inventory does not have"
            ]
        );
    }

    #[test]
    fn an_unknown_owner_is_not_this_tenant() {
        let alone = service_principal(Standing::ServicePrincipal).owned_by(None);
        assert!(alone.found_by(&ApplicationMissing).is_empty());
    }

    #[test]
    fn one_that_has_its_application_is_not_found() {
        let whole = application()
            .on_service_principal()
            .owned_by(Some(tenant()));
        assert!(whole.found_by(&ApplicationMissing).is_empty());
    }

    #[test]
    fn the_steps_change_nothing() {
        let alone = service_principal(Standing::ServicePrincipal).owned_by(Some(tenant()));
        let steps = alone.next_steps(&ApplicationMissing);
        let mut commands = steps.iter().filter_map(|step| step.azure_cli.as_deref());
        assert!(!commands.any(|command| command.contains("delete")));
    }
}
