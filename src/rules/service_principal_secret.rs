//! `service-principal-secret`: a live client secret on the service principal, where App registrations do not show it.

use std::fmt;

use crate::finding::{Detail, Facts, Level, Need, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{CredentialClass, Holder, Identity};

use super::{Rule, RuleContext, Violation, next_steps, wording};

pub(super) struct ServicePrincipalSecret;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("service-principal-secret"),
    title: "Client secret on the service principal",
    summary: "A service principal holds a client secret of its own, which App registrations do not show.",
    control: "APP-05",
    default_level: Level::Error,
    security_severity: "7.5",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::ServicePrincipals, Need::Dates],
    message,
    next_steps: next_steps::migrate,
};

const HELP: &str = "\
## What it finds

A live client secret on the service principal itself, not on the application object. The password that
belongs to a SAML signing key is not one.

## Why it matters

App registrations in the portal shows the application object only. A secret on the service principal
signs in just as well, and owners and reviews miss it.

## How to fix

Find the workload that uses it. Move it to a certificate or to federation on the application object,
verify in the sign-in logs, then remove the secret.

## Example

```yaml
rules:
  service-principal-secret: { level: error }
```

The inventory must hold the service principals (`az ad sp list --all`, or live access).
";

impl Rule for ServicePrincipalSecret {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, _context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let secrets = identity.credentials().iter().filter(|held| {
            held.holder == Holder::ServicePrincipal
                && held.is_current(CredentialClass::ClientSecret)
        });
        found.extend(secrets.map(|secret| Violation::of(secret, Detail::None)));
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    write!(
        out,
        "{} signs in, and App registrations do not show it",
        wording::credential(facts)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Standing;
    use crate::rules::testing::{application, current, expired, future, key, service_principal};

    #[test]
    fn a_live_secret_on_the_service_principal_is_found() {
        let application = application()
            .with_secret(current())
            .on_service_principal()
            .with_secret(current());
        assert_eq!(
            application.messages(&ServicePrincipalSecret),
            [
                "secret `02020202-0202-0202-0202-020202020202` on the service principal signs in, \
                 and App registrations do not show it"
            ]
        );
    }

    #[test]
    fn a_secret_on_the_application_is_not_found() {
        let application = application().with_secret(current());
        assert!(application.found_by(&ServicePrincipalSecret).is_empty());
    }

    #[test]
    fn expired_and_future_secrets_are_not_found() {
        let application = application()
            .on_service_principal()
            .with_secret(expired())
            .with_secret(future());
        assert!(application.found_by(&ServicePrincipalSecret).is_empty());
    }

    #[test]
    fn a_service_principal_that_stands_alone_is_judged_and_a_foreign_one_is_not() {
        let alone = service_principal(Standing::ServicePrincipal).with_secret(current());
        assert_eq!(alone.keys_found_by(&ServicePrincipalSecret), [key(1)]);
        let foreign = service_principal(Standing::Foreign).with_secret(current());
        assert!(foreign.found_by(&ServicePrincipalSecret).is_empty());
    }
}
