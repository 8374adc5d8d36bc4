//! `secret-expired`: a client secret past its end that is still stored.

use crate::finding::{Level, Need, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{CredentialClass, Identity};

use super::{Rule, RuleContext, Violation, expiry, next_steps};

pub(super) struct SecretExpired;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("secret-expired"),
    title: "Expired client secret",
    summary: "A client secret is past its end and still stored.",
    control: "APP-02",
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

A client secret past its `endDateTime` that is still stored.

## Why it matters

It signs nobody in, so it is no danger by itself. It hides the living among the dead, though: whoever
reads the list, or counts it in a script, takes the application for something it is not.

## How to fix

Remove it. The next steps name the command once the application has a certificate or federated
credential; until then it can wait, because the wrong line of the list would be an outage.

## Example

```yaml
rules:
  secret-expired: { level: note }
```
";

impl Rule for SecretExpired {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, _context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        expiry::judge_expired(
            identity,
            |held| held.class == CredentialClass::ClientSecret,
            found,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, between, current, days, expired, future, key};

    #[test]
    fn a_secret_past_its_end_is_found() {
        let application = application()
            .with_secret(current())
            .with_secret(future())
            .with_secret(expired());
        assert_eq!(application.keys_found_by(&SecretExpired), [key(3)]);
    }

    #[test]
    fn the_end_itself_is_past() {
        let application = application().with_secret(between(-days(10), days(0)));
        assert_eq!(
            application.messages(&SecretExpired),
            [
                "secret `01010101-0101-0101-0101-010101010101` ended 2026-11-23 12:00 UTC and is still stored"
            ]
        );
    }

    #[test]
    fn an_expired_certificate_is_left_to_its_own_rule() {
        let application = application().with_certificate(expired());
        assert!(application.found_by(&SecretExpired).is_empty());
    }
}
