//! `owner-missing`: an application that has credentials and no owner.

use std::fmt;

use crate::finding::{Detail, Facts, Level, Need, NextStep, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{Identity, Known};

use super::{
    Dependence, Rule, RuleContext, Violation,
    next_steps::{self as steps, step},
};

pub(super) struct OwnerMissing;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("owner-missing"),
    title: "Application without an owner",
    summary: "An application has credentials and nobody owns it.",
    control: "APP-01",
    default_level: Level::Warning,
    security_severity: "3.0",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::Owners],
    message,
    next_steps,
};

const HELP: &str = "\
## What it finds

An application object that has a credential in date and no owner. A key or password that is proven to
sign or to encrypt tokens does not count.

## Why it matters

Nobody is asked before its secret ends, and nobody answers when it leaks. Every other finding about the
application waits for somebody to care.

## How to fix

Name an owner, better two. An owner can add credentials to the application, so choose people who may.

## Example

```yaml
rules:
  owner-missing: { level: warning }
```

The inventory must show the owners of the applications.
";

impl Rule for OwnerMissing {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn dependence(&self) -> Dependence {
        Dependence::Identity
    }

    fn judge(&self, identity: &Identity, _context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let application = identity.application();
        if identity.has_credentials()
            && application.is_some_and(|it| it.has_owner == Known::Known(false))
        {
            found.push(Violation::of_identity(Detail::None));
        }
    }
}

fn message(_facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    out.write_str("the application has credentials and no owner")
}

fn next_steps(facts: &Facts<'_>) -> Vec<NextStep> {
    vec![step(
        "Name an owner who answers for the application and its credentials, better two: owners leave.",
        steps::add_owner(facts),
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Standing;
    use crate::rules::testing::{application, current, expired, service_principal};

    #[test]
    fn an_application_with_credentials_and_without_owner_is_found() {
        let application = application()
            .with_certificate(current())
            .owned(Known::Known(false));
        assert_eq!(
            application.messages(&OwnerMissing),
            ["the application has credentials and no owner"]
        );
    }

    #[test]
    fn one_owner_is_enough() {
        let application = application().with_secret(current());
        assert!(application.found_by(&OwnerMissing).is_empty());
    }

    #[test]
    fn an_application_without_credentials_needs_no_owner() {
        let application = application()
            .with_secret(expired())
            .owned(Known::Known(false));
        assert!(application.found_by(&OwnerMissing).is_empty());
    }

    #[test]
    fn an_unknown_owner_is_not_a_missing_one() {
        let application = application().with_secret(current()).owned(Known::Unknown);
        assert!(application.found_by(&OwnerMissing).is_empty());
    }

    #[test]
    fn a_service_principal_that_stands_alone_has_no_application_to_own() {
        let alone = service_principal(Standing::ServicePrincipal).with_secret(current());
        assert!(alone.found_by(&OwnerMissing).is_empty());
    }
}
