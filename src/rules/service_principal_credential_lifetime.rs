//! `service-principal-credential-lifetime`: a credential of a service principal that lives too long.

use crate::finding::{Facts, Level, Need, NextStep, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{CredentialClass, Holder, Identity};

use super::{Rule, RuleContext, Violation, lifetime, next_steps as steps};

pub(super) struct ServicePrincipalCredentialLifetime;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("service-principal-credential-lifetime"),
    title: "Long-lived credential on the service principal",
    summary: "A credential on the service principal itself is valid for longer than the limit.",
    control: "APP-05",
    default_level: Level::Warning,
    security_severity: "5.0",
    help: HELP,
    defaults: RuleDefaults::max(90),
    needs: &[Need::ServicePrincipals, Need::Dates],
    message: lifetime::message,
    next_steps,
};

const HELP: &str = "\
## What it finds

A live or future credential on the service principal itself whose end minus start is above `max`
(default 90 days): a client secret, a certificate, a symmetric key or a key of an unknown type. What is
proven to sign or to encrypt tokens is left out; what is only marked so is not. Without a start or an
end it is above every limit.

## Why it matters

Credentials on the service principal are out of sight in App registrations. What must be there, for an
application without an object of its own in the tenant, should at least not outlive its purpose.

## How to fix

Register a new credential on the application object where there is one, or one with a shorter term here;
switch, verify, and retire the long one.

## Example

```yaml
rules:
  service-principal-credential-lifetime: { level: warning, max: 90d }
```

The inventory must hold the service principals (`az ad sp list --all`, or live access).
";

impl Rule for ServicePrincipalCredentialLifetime {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let credentials = identity.credentials().iter();
        let credentials = credentials.filter(|held| {
            held.holder == Holder::ServicePrincipal
                && held.is_unexpired()
                && held.may_authenticate()
        });
        lifetime::judge(credentials, context, found);
    }
}

fn next_steps(facts: &Facts<'_>) -> Vec<NextStep> {
    match facts.finding.credential.map(|credential| credential.class) {
        Some(CredentialClass::ClientSecret | CredentialClass::SymmetricKey) => {
            steps::replace_secret(facts)
        }
        Some(
            CredentialClass::Certificate
            | CredentialClass::UnusableCertificate
            | CredentialClass::TokenSigningKey
            | CredentialClass::PairedPassword
            | CredentialClass::TokenEncryptionKey
            | CredentialClass::FederatedCredential
            | CredentialClass::Unknown,
        )
        | None => steps::renew_certificate(facts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{SECOND, application, days, expired, key, lasting};

    #[test]
    fn exactly_the_limit_is_no_finding() {
        let application = application()
            .on_service_principal()
            .with_secret(lasting(days(90)));
        assert!(
            application
                .found_by(&ServicePrincipalCredentialLifetime)
                .is_empty()
        );
    }

    #[test]
    fn whatever_authenticates_is_found_beyond_the_limit() {
        let long = lasting(days(90) + SECOND);
        let application = application()
            .on_service_principal()
            .with_secret(long)
            .with_certificate(long)
            .with_symmetric_key(long)
            .with_unknown_key(long);
        assert_eq!(
            application
                .keys_found_by(&ServicePrincipalCredentialLifetime)
                .len(),
            4
        );
    }

    #[test]
    fn what_is_proven_to_sign_tokens_is_left_out_and_a_lone_key_is_not() {
        let triple = application()
            .on_service_principal()
            .with_saml_triple(lasting(days(1000)));
        assert!(
            triple
                .found_by(&ServicePrincipalCredentialLifetime)
                .is_empty()
        );
        let lone = application()
            .on_service_principal()
            .with_signing_key(lasting(days(1000)));
        assert_eq!(
            lone.keys_found_by(&ServicePrincipalCredentialLifetime),
            [key(1)]
        );
    }

    #[test]
    fn credentials_of_the_application_object_are_left_out() {
        let application = application()
            .with_secret(lasting(days(1000)))
            .on_service_principal()
            .with_secret(expired());
        assert!(
            application
                .found_by(&ServicePrincipalCredentialLifetime)
                .is_empty()
        );
    }

    #[test]
    fn a_certificate_is_renewed_and_a_secret_is_left_behind() {
        let long = lasting(days(100));
        let certificate = application().on_service_principal().with_certificate(long);
        let secret = application().on_service_principal().with_secret(long);
        let last = |fixture: crate::rules::testing::Fixture| {
            let steps = fixture.next_steps(&ServicePrincipalCredentialLifetime);
            steps.last().map(|step| step.text.clone()).unwrap()
        };
        assert_eq!(last(certificate), "Run the gate again.");
        assert!(last(secret).starts_with("Run the gate again: once it sees"));
    }

    #[test]
    fn the_sentence_names_the_object() {
        let application = application()
            .on_service_principal()
            .with_certificate(lasting(days(365)));
        assert_eq!(
            application.messages(&ServicePrincipalCredentialLifetime),
            [
                "certificate `01010101-0101-0101-0101-010101010101` on the service principal \
                 is valid for 365 days; the limit is 90 days"
            ]
        );
        assert_eq!(
            application.keys_found_by(&ServicePrincipalCredentialLifetime),
            [key(1)]
        );
    }
}
