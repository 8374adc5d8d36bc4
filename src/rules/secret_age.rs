//! `secret-age`: a live client secret that started longer ago than the limit.

use std::fmt;

use crate::finding::{Detail, Facts, Level, Need, RuleDefaults, RuleDescriptor, RuleId, Span};
use crate::internal::OrInternal as _;
use crate::model::{CredentialClass, Identity};

use super::{LIMIT, Rule, RuleContext, Violation, next_steps, wording};

pub(super) struct SecretAge;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("secret-age"),
    title: "Old client secret",
    summary: "A client secret is older than the limit.",
    control: "APP-02",
    default_level: Level::Error,
    security_severity: "6.0",
    help: HELP,
    defaults: RuleDefaults::max(180),
    needs: &[Need::Dates],
    message,
    next_steps: next_steps::replace_secret,
};

const HELP: &str = "\
## What it finds

A live client secret that started longer ago than `max` (default 180 days). Exactly the limit is no
finding. A secret without a start is older than every limit.

## Why it matters

The older a secret is, the more places hold a copy of it: machines, pipelines, mailboxes, former
colleagues. Its age says how long a leak may have gone unnoticed.

## How to fix

Move the workload to a certificate or to federation. If it must keep a secret for now, rotate it: add a
new one, switch the workload, and retire the old one once the sign-in logs show only the new one.

## Example

```yaml
rules:
  secret-age: { level: error, max: 180d }
```

The finding reads:

```text
secret `0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11` is 412 days old; the limit is 180 days
```
";

impl Rule for SecretAge {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let limit = context.setting.max;
        let limit = limit.or_internal(LIMIT);
        let secrets = identity.credentials().iter();
        for secret in secrets.filter(|held| held.is_current(CredentialClass::ClientSecret)) {
            let age = secret.period.age(context.now);
            if age.is_none_or(|age| age > limit.duration()) {
                found.push(Violation::of(secret, Detail::Age(age, limit)));
            }
        }
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Detail::Age(age, limit) = facts.finding.detail else {
        return Err(fmt::Error);
    };
    let secret = wording::credential(facts);
    match age {
        Some(age) => write!(out, "{secret} is {} old; the limit is {limit}", Span(age)),
        None => write!(
            out,
            "{secret} has no start date, so its age is unknown; the limit is {limit}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{SECOND, application, between, days, days_old, key, without_start};

    #[test]
    fn exactly_the_limit_is_no_finding() {
        let application = application().with_secret(days_old(180));
        assert!(application.found_by(&SecretAge).is_empty());
    }

    #[test]
    fn a_second_more_than_the_limit_is_found() {
        let application = application().with_secret(between(-days(180) - SECOND, days(100)));
        assert_eq!(application.keys_found_by(&SecretAge), [key(1)]);
    }

    #[test]
    fn the_sentence_gives_the_age_and_the_limit() {
        let application = application().with_secret(days_old(412));
        assert_eq!(
            application.messages(&SecretAge),
            [
                "secret `01010101-0101-0101-0101-010101010101` is 412 days old; the limit is 180 days"
            ]
        );
    }

    #[test]
    fn a_secret_without_a_start_is_older_than_every_limit() {
        let application = application().with_secret(without_start());
        assert_eq!(
            application.messages(&SecretAge),
            [
                "secret `01010101-0101-0101-0101-010101010101` has no start date, so its age is unknown; \
                 the limit is 180 days"
            ]
        );
    }

    #[test]
    fn an_old_secret_on_the_service_principal_is_found_there() {
        let application = application()
            .on_service_principal()
            .with_secret(days_old(200));
        assert_eq!(
            application.messages(&SecretAge),
            [
                "secret `01010101-0101-0101-0101-010101010101` on the service principal is 200 days old; \
                 the limit is 180 days"
            ]
        );
    }

    #[test]
    fn an_expired_secret_does_not_age() {
        let application = application().with_secret(between(-days(500), -days(1)));
        assert!(application.found_by(&SecretAge).is_empty());
    }
}
