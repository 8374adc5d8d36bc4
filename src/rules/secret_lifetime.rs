//! `secret-lifetime`: a client secret that is made to live longer than the limit.

use crate::finding::{Level, Need, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{CredentialClass, Identity};

use super::{Rule, RuleContext, Violation, lifetime, next_steps};

pub(super) struct SecretLifetime;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("secret-lifetime"),
    title: "Long-lived client secret",
    summary: "A client secret is valid for longer than the limit.",
    control: "APP-02",
    default_level: Level::Error,
    security_severity: "6.5",
    help: HELP,
    defaults: RuleDefaults::max(366),
    needs: &[Need::Dates],
    message: lifetime::message,
    next_steps: next_steps::replace_secret,
};

const HELP: &str = "\
## What it finds

A live or future client secret whose end minus start is above `max` (default 366 days: twelve months,
leap years included). Exactly the limit is no finding. A secret without a start or an end is above
every limit.

## Why it matters

The lifetime is how long a leaked secret works for whoever found it. Graph gives a new secret two years
when nobody says otherwise, and older ones may last for decades.

## How to fix

Move the workload to a certificate or to federation. If it must keep a secret for now, add one that
ends within the limit, switch the workload to it, and retire the long one once the sign-in logs show
only the new one.

## Example

```yaml
rules:
  secret-lifetime: { level: error, max: 366d }
```

The finding reads:

```text
secret `0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11` is valid for 731 days; the limit is 366 days
```
";

impl Rule for SecretLifetime {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let secrets = identity.credentials().iter();
        let secrets =
            secrets.filter(|held| held.is_current_or_future(CredentialClass::ClientSecret));
        lifetime::judge(secrets, context, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{
        SECOND, application, days, expired, key, lasting, without_end, without_start,
    };

    #[test]
    fn exactly_the_limit_is_no_finding() {
        let application = application().with_secret(lasting(days(366)));
        assert!(application.found_by(&SecretLifetime).is_empty());
    }

    #[test]
    fn a_second_more_than_the_limit_is_found() {
        let application = application().with_secret(lasting(days(366) + SECOND));
        assert_eq!(
            application.messages(&SecretLifetime),
            [
                "secret `01010101-0101-0101-0101-010101010101` is valid for 366 days and 1 min; \
                 the limit is 366 days"
            ]
        );
    }

    #[test]
    fn without_a_start_or_an_end_it_is_longer_than_every_limit() {
        let application = application()
            .with_secret(without_start())
            .with_secret(without_end());
        assert_eq!(application.keys_found_by(&SecretLifetime), [key(1), key(2)]);
    }

    #[test]
    fn the_sentence_says_which_date_is_missing() {
        let mut without_both = without_start();
        without_both.end = None;
        let application = application()
            .with_secret(without_start())
            .with_secret(without_end())
            .with_secret(without_both);
        let messages = application.messages(&SecretLifetime);
        for (message, lacking) in messages.iter().zip([
            "has no start date, which counts",
            "has no end date, which counts",
            "has neither a start nor an end date, which counts",
        ]) {
            assert!(message.contains(lacking), "{message}");
        }
        assert_eq!(messages.len(), 3);
    }

    #[test]
    fn an_expired_secret_is_left_to_secret_expired() {
        let mut period = expired();
        period.start = None;
        let application = application().with_secret(period);
        assert!(application.found_by(&SecretLifetime).is_empty());
    }

    #[test]
    fn certificates_are_left_to_their_own_rule() {
        let application = application().with_certificate(lasting(days(1000)));
        assert!(application.found_by(&SecretLifetime).is_empty());
    }
}
