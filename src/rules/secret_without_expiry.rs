//! `secret-without-expiry`: a client secret that never ends.

use std::fmt;

use crate::finding::{Detail, Facts, Level, Need, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{CredentialClass, Identity};

use super::{Rule, RuleContext, Violation, next_steps, wording};

pub(super) struct SecretWithoutExpiry;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("secret-without-expiry"),
    title: "Client secret without expiry",
    summary: "A client secret never expires.",
    control: "APP-02",
    default_level: Level::Error,
    security_severity: "7.0",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::Dates],
    message,
    next_steps: next_steps::replace_secret,
};

const HELP: &str = "\
## What it finds

A live or future client secret whose `endDateTime` is `null`.

## Why it matters

It works until somebody remembers it. Nothing forces its rotation, and a copy that leaked years ago
still signs in.

## How to fix

Move the workload to a certificate or to federation. If it must keep a secret for now, add one with an
end date within the limits, switch the workload to it, and retire the endless one once the sign-in logs
show only the new one.

## Example

```yaml
rules:
  secret-without-expiry: { level: error }
```

`secret-lifetime` finds the same secret as well: no end is longer than every limit.
";

impl Rule for SecretWithoutExpiry {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, _context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let secrets = identity.credentials().iter().filter(|held| {
            held.is_current_or_future(CredentialClass::ClientSecret) && held.period.end.is_none()
        });
        found.extend(secrets.map(|secret| Violation::of(secret, Detail::None)));
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    write!(
        out,
        "{} has no end date: it never expires",
        wording::credential(facts)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, current, key, without_end};

    #[test]
    fn a_secret_without_an_end_is_found() {
        let application = application()
            .with_secret(current())
            .with_secret(without_end());
        assert_eq!(application.keys_found_by(&SecretWithoutExpiry), [key(2)]);
    }

    #[test]
    fn a_certificate_without_an_end_is_not_found() {
        let application = application().with_certificate(without_end());
        assert!(application.found_by(&SecretWithoutExpiry).is_empty());
    }

    #[test]
    fn the_sentence_says_for_how_long() {
        let application = application().with_secret(without_end());
        assert_eq!(
            application.messages(&SecretWithoutExpiry),
            ["secret `01010101-0101-0101-0101-010101010101` has no end date: it never expires"]
        );
    }
}
