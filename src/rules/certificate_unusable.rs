//! `certificate-unusable`: a registered certificate with which Entra refuses the sign-in.

use std::fmt;

use crate::finding::{Detail, Facts, Level, Need, NextStep, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{Identity, PublicKey};

use super::{
    Rule, RuleContext, Violation,
    next_steps::{self as steps, step},
    wording,
};

pub(super) struct CertificateUnusable;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("certificate-unusable"),
    title: "Certificate that cannot sign in",
    summary: "A registered certificate has a public key with which Entra refuses the sign-in.",
    control: "APP-09",
    default_level: Level::Warning,
    security_severity: "4.5",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::Dates, Need::PublicKeys],
    message,
    next_steps,
};

const HELP: &str = "\
## What it finds

A live or future certificate, on the application or its service principal, whose public key is not RSA
of at least 2048 bits: an elliptic curve, a shorter RSA key, or a `key` that is no certificate.

Such a certificate is no alternative to a secret: an application that has nothing else beside its
secrets is `secrets-only`.

## Why it matters

Entra stores any certificate without an error and refuses the sign-in (AADSTS700027 for short RSA keys).
The migration looks finished, and fails on the day on which the secret goes.

## How to fix

Create a certificate with an RSA key of 2048 bits or more, upload it, switch, verify in production, and
remove the one that never worked.

## Example

```yaml
rules:
  certificate-unusable: { level: warning }
```

The inventory must show the `key` of the certificates: a live inventory and a snapshot of one do, most
exports do not.
";

impl Rule for CertificateUnusable {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, _context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        for held in identity.credentials() {
            let refused = held.key.filter(|key| !key.is_usable());
            if let Some(key) = refused
                && held.acts_as_certificate()
                && held.is_unexpired()
            {
                found.push(Violation::of(held, Detail::Refused(key.public_key)));
            }
        }
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Detail::Refused(key) = facts.finding.detail else {
        return Ok(());
    };
    let credential = wording::credential(facts);
    match key {
        PublicKey::Rsa { bits } => write!(
            out,
            "{credential} has an RSA key of {bits} bits; Entra accepts a sign-in with 2048 bits or more"
        ),
        PublicKey::Other => write!(
            out,
            "{credential} has a public key that is not RSA; Entra accepts a sign-in with RSA only"
        ),
        PublicKey::NoCertificate => write!(
            out,
            "{credential} holds no certificate that can be read; Entra cannot accept a sign-in with it"
        ),
    }
}

fn next_steps(facts: &Facts<'_>) -> Vec<NextStep> {
    let mut steps = vec![
        step(
            "Create a certificate with an RSA key of 2048 bits or more, within the limits of the policy.",
            None,
        ),
        step(
            "Upload the public part. Keep `--append`, and in PowerShell the keys that are there: without them the \
             existing credentials are overwritten.",
            steps::upload_certificate(facts),
        ),
    ];
    steps.extend(steps::switch_and_verify(facts));
    steps.push(step("Run the gate again.", None));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, current, expired, future, key};

    #[test]
    fn short_and_foreign_keys_are_found_and_rsa_is_not() {
        let application = application()
            .with_certificate_of(current(), PublicKey::Rsa { bits: 1024 })
            .with_certificate_of(current(), PublicKey::Rsa { bits: 2048 })
            .with_certificate_of(future(), PublicKey::Other)
            .with_certificate_of(current(), PublicKey::NoCertificate);
        assert_eq!(
            application.keys_found_by(&CertificateUnusable),
            [key(1), key(3), key(4)]
        );
    }

    #[test]
    fn an_expired_one_is_left_to_certificate_expired() {
        let application = application().with_certificate_of(expired(), PublicKey::Other);
        assert!(application.found_by(&CertificateUnusable).is_empty());
    }

    #[test]
    fn a_key_that_is_not_shown_is_not_found() {
        let application = application().with_certificate(current());
        assert!(application.found_by(&CertificateUnusable).is_empty());
    }

    #[test]
    fn the_sentence_gives_the_size() {
        let application =
            application().with_certificate_of(current(), PublicKey::Rsa { bits: 1024 });
        assert_eq!(
            application.messages(&CertificateUnusable),
            [
                "certificate `01010101-0101-0101-0101-010101010101` has an RSA key of 1024 bits; \
                 Entra accepts a sign-in with 2048 bits or more"
            ]
        );
    }

    #[test]
    fn nothing_is_removed_before_the_next_one_works() {
        let application = application().with_certificate_of(current(), PublicKey::Other);
        let steps = application.next_steps(&CertificateUnusable);
        let mut commands = steps.iter().filter_map(|step| step.azure_cli.as_deref());
        assert!(!commands.any(|command| command.contains("delete")));
    }
}
