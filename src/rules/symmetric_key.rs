//! `symmetric-key`: a symmetric key credential, which is a secret under another name.

use std::fmt;

use crate::finding::{Detail, Facts, Level, Need, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{CredentialClass, Identity};

use super::{Rule, RuleContext, Violation, next_steps, wording};

pub(super) struct SymmetricKey;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("symmetric-key"),
    title: "Symmetric key",
    summary: "An application has a symmetric key, which is a shared secret under another name.",
    control: "APP-09",
    default_level: Level::Error,
    security_severity: "7.0",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::Dates],
    message,
    next_steps: next_steps::migrate,
};

const HELP: &str = "\
## What it finds

A live or future entry of `keyCredentials` whose type is `Symmetric`, whatever its usage.

## Why it matters

It stands in the list of keys, beside the certificates, and is a password all the same: both sides hold
the same value. A script that counts keys takes it for a certificate.

## How to fix

Move the workload to a certificate or to federation, verify in the sign-in logs, then remove the key.

## Example

```yaml
rules:
  symmetric-key: { level: error }
```
";

impl Rule for SymmetricKey {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, _context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let keys = identity.credentials().iter();
        let keys = keys.filter(|held| held.is_current_or_future(CredentialClass::SymmetricKey));
        found.extend(keys.map(|key| Violation::of(key, Detail::None)));
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    write!(
        out,
        "{} is a shared secret: both sides hold the same key",
        wording::credential(facts)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, current, expired, future, key};

    #[test]
    fn a_symmetric_key_is_found_now_and_later() {
        let application = application()
            .with_symmetric_key(current())
            .with_symmetric_key(future());
        assert_eq!(application.keys_found_by(&SymmetricKey), [key(1), key(2)]);
    }

    #[test]
    fn an_expired_one_is_not_found() {
        let application = application().with_symmetric_key(expired());
        assert!(application.found_by(&SymmetricKey).is_empty());
    }

    #[test]
    fn secrets_and_certificates_are_not_found() {
        let application = application()
            .with_secret(current())
            .with_certificate(current());
        assert!(application.found_by(&SymmetricKey).is_empty());
    }

    #[test]
    fn the_sentence_says_what_it_is() {
        let application = application().with_symmetric_key(current());
        assert_eq!(
            application.messages(&SymmetricKey),
            [
                "symmetric key `01010101-0101-0101-0101-010101010101` is a shared secret: \
                 both sides hold the same key"
            ]
        );
    }
}
