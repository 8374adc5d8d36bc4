//! `secret-outside-window`: a live secret beside a better credential, with no open migration window.

use std::fmt;

use crate::finding::{
    Detail, Disposition, Facts, Level, Need, RuleDefaults, RuleDescriptor, RuleId,
};
use jiff::civil::Date;

use crate::model::{Identity, Known, State};
use crate::policy::Window;

use super::{Dependence, Rule, RuleContext, Violation, next_steps, wording};

pub(super) struct SecretOutsideWindow;

pub(super) static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("secret-outside-window"),
    title: "Client secret outside a migration window",
    summary: "A client secret still works beside a better credential, and no migration window is open.",
    control: "APP-09",
    default_level: Level::Error,
    security_severity: "6.5",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::State],
    message,
    next_steps: next_steps::migrate,
};

const HELP: &str = "\
## What it finds

An application that has a live secret beside one of the `alternatives` of `secrets-only`, while no
migration window is open for it. One finding for each application; its message names every live secret.
Inside a migration window it is tolerated through `closes`.

## Why it matters

A certificate protects nothing while the old secret still works: an attacker takes the weaker of the
two. Migrations stop half-way here, because everything works.

## How to fix

Switch what still uses the secret, verify in the sign-in logs that nothing signs in with it any more,
then remove it. If the migration is under way, give it a window in the policy, with a date on which it
closes.

## Example

```yaml
rules:
  secret-outside-window: { level: error }

migration-windows:
  - id: autumn-certificates
    applications: [8b0d6f7a-3c55-4e1b-9d0a-6f2f4a1b7c33]
    reason: Cutover of the billing services.
    opens: 2026-11-01
    closes: 2026-12-15
```
";

impl Rule for SecretOutsideWindow {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn dependence(&self) -> Dependence {
        Dependence::Identity
    }

    fn is_tolerated_in(&self, window: &Window, today: Date) -> bool {
        window.is_open(today)
    }

    fn judge(&self, identity: &Identity, _context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        if identity.state() == Known::Known(State::Migrating) {
            found.push(Violation::of_identity(Detail::None));
        }
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Some(application) = facts.application else {
        return Err(fmt::Error);
    };
    wording::count_secrets(application, out)?;
    out.write_str(" beside a better credential")?;
    match facts.finding.disposition {
        Disposition::Open => out.write_str(", and no migration window is open")?,
        Disposition::Excepted(_) | Disposition::InWindow(_) => {}
    }
    wording::list_secrets(application, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, current, expired};

    #[test]
    fn a_secret_beside_a_certificate_is_found() {
        let found = application()
            .with_secret(current())
            .with_certificate(current())
            .found_by(&SecretOutsideWindow);
        assert_eq!(found, [Violation::of_identity(Detail::None)]);
    }

    #[test]
    fn a_secret_alone_is_left_to_secrets_only() {
        let application = application().with_secret(current());
        assert!(application.found_by(&SecretOutsideWindow).is_empty());
    }

    #[test]
    fn an_expired_secret_beside_a_certificate_is_not_found() {
        let application = application()
            .with_secret(expired())
            .with_certificate(current());
        assert!(application.found_by(&SecretOutsideWindow).is_empty());
    }

    #[test]
    fn an_open_finding_says_that_no_window_is_open() {
        let application = application()
            .with_secret(current())
            .with_certificate(current());
        assert_eq!(
            application.messages(&SecretOutsideWindow),
            [
                "1 live secret beside a better credential, and no migration window is open: \
                 secret `01010101-0101-0101-0101-010101010101`"
            ]
        );
    }

    #[test]
    fn a_tolerated_finding_does_not_say_so() {
        let application = application()
            .with_secret(current())
            .with_certificate(current())
            .disposed(Disposition::InWindow(0));
        assert_eq!(
            application.messages(&SecretOutsideWindow),
            [
                "1 live secret beside a better credential: secret `01010101-0101-0101-0101-010101010101`"
            ]
        );
    }
}
