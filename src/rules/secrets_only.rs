//! `secrets-only`: a live secret and none of the alternatives.

use std::fmt;

use crate::finding::{Detail, Facts, Level, Need, RuleDefaults, RuleDescriptor, RuleId};
use jiff::civil::Date;

use crate::model::{Identity, Known, State};
use crate::policy::Window;

use super::{Dependence, Rule, RuleContext, Violation, next_steps, wording};

pub(super) struct SecretsOnly;

pub(super) static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("secrets-only"),
    title: "Client secrets only",
    summary: "An application authenticates with client secrets and has nothing better.",
    control: "APP-09",
    default_level: Level::Error,
    security_severity: "8.0",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::State],
    message,
    next_steps: next_steps::migrate,
};

const HELP: &str = "\
## What it finds

An application that has at least one live secret, on the application or on its service principal, and
none of the `alternatives` of the policy: by default a certificate or a federated credential that is
usable today. These do not count: expired and future certificates, certificates whose public key Entra
refuses (`certificate-unusable`), keys that sign or encrypt tokens or are claimed to, and federated
credentials that trust an issuer or an audience which is not trusted (`federated-credential-broad`). A
symmetric key counts as a secret.

One finding for each application; its message names every live secret. Inside a migration window it is
tolerated through `certificate-by`.

## Why it matters

Whoever reads a client secret once, in a log, a repository or a mail, can sign in as the application
from anywhere until the secret ends. With a certificate the private key need not travel, and with
federation there is nothing stored to steal.

## How to fix

1. Use a managed identity or workload identity federation; else create a certificate.
2. Register it on the application and switch the workload to it.
3. Verify in the sign-in logs that production uses it, and only then remove the secrets.

A workload that cannot move yet needs an exception with an end date. If the message says that federated
credentials were not in the inventory, an inventory that shows them may clear the finding.

## Example

```yaml
rules:
  secrets-only: { level: error, alternatives: [certificate, federated] }
```

The finding reads:

```text
2 live secrets and no usable certificate or federated credential: secret `0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11`,
secret `3c1d9f52-8a44-4b0e-b7d3-5e0c1f7a2b90` on the service principal
```
";

impl Rule for SecretsOnly {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn dependence(&self) -> Dependence {
        Dependence::Identity
    }

    fn is_tolerated_in(&self, window: &Window, today: Date) -> bool {
        window.tolerates_secrets_only(today)
    }

    fn judge(&self, identity: &Identity, _context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        if identity.state() == Known::Known(State::SecretsOnly) {
            found.push(Violation::of_identity(Detail::None));
        }
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Some(application) = facts.application else {
        return Err(fmt::Error);
    };
    wording::count_secrets(application, out)?;
    out.write_str(
        match (
            application.has_usable_alternative,
            application.knows_federated,
        ) {
            (true, _) => " and no alternative that the policy accepts",
            (false, true) => " and no usable certificate or federated credential",
            (false, false) => " and no usable certificate",
        },
    )?;
    if !application.knows_federated {
        out.write_str(" (federated credentials were not in the inventory)")?;
    }
    wording::list_secrets(application, out)?;
    wording::uncounted(&application.uncounted, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, current, expired, future};

    #[test]
    fn a_secret_alone_is_found_once() {
        let found = application()
            .with_secret(current())
            .with_secret(current())
            .found_by(&SecretsOnly);
        assert_eq!(found, [Violation::of_identity(Detail::None)]);
    }

    #[test]
    fn a_certificate_beside_the_secret_is_enough() {
        let application = application()
            .with_secret(current())
            .with_certificate(current());
        assert!(application.found_by(&SecretsOnly).is_empty());
    }

    #[test]
    fn an_expired_or_future_certificate_is_not_enough() {
        for period in [expired(), future()] {
            let application = application()
                .with_secret(current())
                .with_certificate(period);
            assert_eq!(application.found_by(&SecretsOnly).len(), 1);
        }
    }

    #[test]
    fn an_application_without_a_live_secret_is_not_found() {
        let application = application().with_secret(expired());
        assert!(application.found_by(&SecretsOnly).is_empty());
    }

    #[test]
    fn every_live_secret_is_named_with_the_object_on_which_it_sits() {
        let application = application()
            .with_secret(current())
            .with_secret(expired())
            .with_symmetric_key(current())
            .on_service_principal()
            .with_secret(current());
        assert_eq!(
            application.messages(&SecretsOnly),
            [
                "3 live secrets and no usable certificate or federated credential: \
                 secret `01010101-0101-0101-0101-010101010101`, \
                 symmetric key `03030303-0303-0303-0303-030303030303`, \
                 secret `04040404-0404-0404-0404-040404040404` on the service principal"
            ]
        );
    }

    #[test]
    fn the_sentence_says_when_federated_credentials_were_not_to_be_seen() {
        let application = application().with_secret(current()).federated_unknown();
        assert_eq!(
            application.messages(&SecretsOnly),
            [
                "1 live secret and no usable certificate (federated credentials were not in the inventory): \
                 secret `01010101-0101-0101-0101-010101010101`"
            ]
        );
    }

    #[test]
    fn a_source_of_counts_gives_numbers_and_says_what_it_cannot_show() {
        let application = application().counting(3, 0);
        assert_eq!(
            application.messages(&SecretsOnly),
            [
                "3 secrets counted and no usable certificate or federated credential; \
                 the source shows neither dates nor keyIds"
            ]
        );
    }

    #[test]
    fn an_alternative_that_the_policy_does_not_accept_is_not_denied() {
        let application = application()
            .with_secret(current())
            .with_certificate(current())
            .set(|setting| setting.alternatives.certificate = false);
        assert_eq!(
            application.messages(&SecretsOnly),
            ["1 live secret and no alternative that the policy accepts: \
                 secret `01010101-0101-0101-0101-010101010101`"]
        );
    }

    #[test]
    fn a_secret_without_key_id_is_counted_and_said_to_have_none() {
        let application = application().with_secret(current()).without_key_ids();
        assert_eq!(
            application.messages(&SecretsOnly),
            [
                "1 live secret and no usable certificate or federated credential: a secret without keyId"
            ]
        );
    }
}
