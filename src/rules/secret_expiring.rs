//! `secret-expiring`: a live client secret that ends soon, with no successor.

use crate::finding::{Level, Need, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{CredentialClass, Identity};

use super::{
    Dependence, Rule, RuleContext, Violation,
    expiry::{self, Horizon},
    next_steps,
};

pub(super) struct SecretExpiring;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("secret-expiring"),
    title: "Client secret about to expire",
    summary: "A client secret ends soon and no other one takes over.",
    control: "APP-02",
    default_level: Level::Warning,
    security_severity: "4.0",
    help: HELP,
    defaults: RuleDefaults::within(30),
    needs: &[Need::Dates],
    message: expiry::expiring,
    next_steps: next_steps::replace_secret,
};

const HELP: &str = "\
## What it finds

A live client secret that ends within `within` (default 30 days, the limit included), where no other
live secret of the application or its service principal ends later than that.

## Why it matters

On that day the workload stops. The usual repair, in a hurry, is another secret.

## How to fix

Take the date as the day of the migration: move the workload to a certificate or to federation before
it. If it must keep a secret for now, add the next one in time.

## Example

```yaml
rules:
  secret-expiring: { level: warning, within: 30d }
```

The finding reads:

```text
secret `0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11` ends 2026-12-10 08:15 UTC, within 30 days, and has no successor
```
";

impl Rule for SecretExpiring {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn dependence(&self) -> Dependence {
        Dependence::LiveSecrets
    }

    fn judge(&self, identity: &Identity, context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let horizon = Horizon::of(context);
        let live = || {
            let secrets = identity.credentials().iter();
            secrets.filter(|held| held.is_current(CredentialClass::ClientSecret))
        };
        if live().any(|secret| horizon.is_outlived_by(secret)) {
            return;
        }
        found.extend(live().filter_map(|secret| horizon.violation(secret)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{
        SECOND, application, between, days, ending_in, future, key, without_end,
    };

    #[test]
    fn the_limit_itself_is_within() {
        let application = application().with_secret(ending_in(30));
        assert_eq!(
            application.messages(&SecretExpiring),
            [
                "secret `01010101-0101-0101-0101-010101010101` ends 2026-12-23 12:00 UTC, within 30 days, \
                 and has no successor"
            ]
        );
    }

    #[test]
    fn a_second_beyond_the_limit_is_no_finding() {
        let application = application().with_secret(between(-days(10), days(30) + SECOND));
        assert!(application.found_by(&SecretExpiring).is_empty());
    }

    #[test]
    fn another_live_secret_takes_over_on_either_object() {
        let application = application()
            .with_secret(ending_in(5))
            .on_service_principal()
            .with_secret(without_end());
        assert!(application.found_by(&SecretExpiring).is_empty());
    }

    #[test]
    fn a_successor_must_be_in_date_already_and_end_beyond_the_limit() {
        let application = application()
            .with_secret(ending_in(5))
            .with_secret(ending_in(20))
            .with_secret(future());
        assert_eq!(application.keys_found_by(&SecretExpiring), [key(1), key(2)]);
    }

    #[test]
    fn a_certificate_is_no_successor_of_a_secret() {
        let application = application()
            .with_secret(ending_in(5))
            .with_certificate(without_end());
        assert_eq!(application.keys_found_by(&SecretExpiring), [key(1)]);
    }
}
