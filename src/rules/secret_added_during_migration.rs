//! `secret-added-during-migration`: a secret whose start lies inside an open migration window.

use std::fmt;

use crate::finding::{Detail, Facts, Level, Need, RuleDefaults, RuleDescriptor, RuleId};
use crate::internal::narrow;
use crate::model::{CredentialClass, Identity};

use super::{Rule, RuleContext, Violation, next_steps, wording};

pub(super) struct SecretAddedDuringMigration;

pub(super) static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("secret-added-during-migration"),
    title: "Client secret added during a migration",
    summary: "A client secret was added inside a migration window, which is there to remove secrets.",
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

A live or future client secret whose `startDateTime` lies from the opening day through the closing day
of a migration window that is open now and is for the application.

## Why it matters

A window is there to bring certificates in and take secrets out. A secret that starts inside it goes
the other way, and the window would hide it.

## How to fix

Find out who added it and why. Move its workload to a certificate or to federation, verify, then remove
the secret. If it was renewed for a workload that cannot move, that workload needs an exception pinned
to the new keyId, not a window.

## Example

```yaml
rules:
  secret-added-during-migration: { level: error }
```

The finding reads:

```text
secret `0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11` starts 2026-11-10 08:15 UTC, inside the migration window
`autumn-certificates`, which is there to remove secrets
```
";

impl Rule for SecretAddedDuringMigration {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        for secret in identity.credentials() {
            let Some(start) = secret.period.start else {
                continue;
            };
            if secret.is_current_or_future(CredentialClass::ClientSecret)
                && let Some(window) = context.windows.first_with(start)
            {
                let detail = Detail::StartsInWindow(start, narrow(window));
                found.push(Violation::of(secret, detail));
            }
        }
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Detail::StartsInWindow(start, _) = facts.finding.detail else {
        return Err(fmt::Error);
    };
    let secret = wording::credential(facts);
    let start = wording::minute(start);
    let window = facts.entry.ok_or(fmt::Error)?;
    write!(
        out,
        "{secret} starts {start}, inside the migration window `{window}`, which is there to remove secrets"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, between, days, future, key, window};
    use crate::rules::testing::{current, expired};

    const OPENS: &str = "2026-11-13";
    const CLOSES: &str = "2026-12-15";

    #[test]
    fn a_secret_that_starts_in_an_open_window_is_found() {
        let application = application()
            .with_window(window("autumn", OPENS, CLOSES))
            .with_secret(current());
        assert_eq!(
            application.keys_found_by(&SecretAddedDuringMigration),
            [key(1)]
        );
    }

    #[test]
    fn a_future_secret_that_starts_in_the_window_is_found() {
        let application = application()
            .with_window(window("autumn", OPENS, CLOSES))
            .with_secret(future());
        assert_eq!(
            application.keys_found_by(&SecretAddedDuringMigration),
            [key(1)]
        );
    }

    #[test]
    fn a_secret_from_before_the_window_is_not_found() {
        let application = application()
            .with_window(window("autumn", OPENS, CLOSES))
            .with_secret(between(-days(11), days(100)));
        assert!(application.found_by(&SecretAddedDuringMigration).is_empty());
    }

    #[test]
    fn a_window_that_is_not_open_today_does_not_matter() {
        let application = application()
            .with_window(window("over", "2026-11-01", "2026-11-22"))
            .with_secret(current());
        assert!(application.found_by(&SecretAddedDuringMigration).is_empty());
    }

    #[test]
    fn an_expired_secret_is_not_found() {
        let application = application()
            .with_window(window("long", "2026-01-01", CLOSES))
            .with_secret(expired());
        assert!(application.found_by(&SecretAddedDuringMigration).is_empty());
    }

    #[test]
    fn the_first_window_of_the_policy_is_named() {
        let application = application()
            .with_window(window("over", "2026-11-01", "2026-11-22"))
            .with_window(window("first", OPENS, CLOSES))
            .with_window(window("second", OPENS, CLOSES))
            .with_secret(current());
        assert_eq!(
            application.messages(&SecretAddedDuringMigration),
            [
                "secret `01010101-0101-0101-0101-010101010101` starts 2026-11-13 12:00 UTC, \
                 inside the migration window `first`, which is there to remove secrets"
            ]
        );
    }
}
