//! `certificate-expired`: a certificate past its end that is still stored.

use crate::finding::{Level, Need, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{ClassifiedCredential, Identity};

use super::{Rule, RuleContext, Violation, expiry, next_steps};

pub(super) struct CertificateExpired;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("certificate-expired"),
    title: "Expired certificate",
    summary: "A certificate is past its end and still stored.",
    control: "APP-09",
    default_level: Level::Note,
    security_severity: "2.0",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::Dates],
    message: expiry::expired,
    next_steps: next_steps::clear_expired,
};

const HELP: &str = "\
## What it finds

A certificate past its `endDateTime` that is still stored.

## Why it matters

It signs nobody in. In a list, or in a script that counts keys, it makes an application look as if it
had a certificate when it lives on its secrets.

## How to fix

Remove it. The next steps name the command once the application has another certificate or a federated
credential.

## Example

```yaml
rules:
  certificate-expired: { level: note }
```
";

impl Rule for CertificateExpired {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, _context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        expiry::judge_expired(identity, ClassifiedCredential::acts_as_certificate, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, current, expired, future, key};

    #[test]
    fn a_certificate_past_its_end_is_found() {
        let application = application()
            .with_certificate(current())
            .with_certificate(future())
            .with_certificate(expired());
        assert_eq!(application.keys_found_by(&CertificateExpired), [key(3)]);
    }

    #[test]
    fn expired_secrets_and_signing_keys_are_not_found() {
        let application = application()
            .with_secret(expired())
            .with_signing_key(expired());
        assert!(application.found_by(&CertificateExpired).is_empty());
    }

    #[test]
    fn the_sentence_says_since_when() {
        let application = application().with_certificate(expired());
        assert_eq!(
            application.messages(&CertificateExpired),
            [
                "certificate `01010101-0101-0101-0101-010101010101` ended 2026-11-22 12:00 UTC \
                 and is still stored"
            ]
        );
    }
}
