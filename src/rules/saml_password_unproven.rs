//! `saml-password-unproven`: a password excused as part of a SAML triple that nothing shows to be in use.

use std::fmt;

use crate::finding::{Detail, Facts, Level, Need, NextStep, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{CredentialClass, Identity, Proof};

use super::{
    Rule, RuleContext, Violation,
    next_steps::{self as steps, step},
    wording,
};

pub(super) struct SamlPasswordUnproven;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("saml-password-unproven"),
    title: "SAML password of which nothing shows the use",
    summary: "A password is excused as part of a SAML signing certificate, and nothing shows that the application uses SAML.",
    control: "APP-05",
    default_level: Level::Warning,
    security_severity: "5.5",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::ServicePrincipals, Need::Dates],
    message,
    next_steps,
};

const HELP: &str = "\
## What it finds

A password on a service principal, live or future, that belongs to a whole SAML triple: one `Sign` key,
its one `Verify` twin and one password, which share `customKeyIdentifier` and dates. Such a password opens
the file with the signing key and signs nobody in, so no rule about secrets counts it. This rule finds it
where nothing shows that the triple is in use: `preferredTokenSigningKeyThumbprint` does not name it, and
`preferredSingleSignOnMode` is not `saml`.

## Why it matters

Whoever may write the service principal can lay out the three entries so that they look like a SAML
certificate, and keep a password that works.

## How to fix

If the application uses SAML, activate the certificate (portal: Single sign-on, SAML certificates, Make
certificate active), or set `preferredSingleSignOnMode` to `saml`. If it does not, find out who added the
entries and remove all three.

## Example

```yaml
rules:
  saml-password-unproven: { level: warning }
```

The inventory must hold the service principals (`az ad sp list --all`, or live access).
";

impl Rule for SamlPasswordUnproven {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, _context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let unproven = identity.credentials().iter().filter(|held| {
            held.is_current_or_future(CredentialClass::PairedPassword) && held.proof != Proof::InUse
        });
        found.extend(unproven.map(|held| Violation::of(held, Detail::None)));
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    write!(
        out,
        "{} is excused as part of a SAML signing certificate that nothing shows to be in use",
        wording::credential(facts)
    )
}

fn next_steps(facts: &Facts<'_>) -> Vec<NextStep> {
    vec![
        step(
            "Find out whether people sign in to the application by SAML, and who added the certificate.",
            steps::list_changes(facts),
        ),
        step(
            "If they do, activate the certificate: `preferredTokenSigningKeyThumbprint` then names it.",
            None,
        ),
        step(
            "If they do not, remove the signing key, its twin and the password.",
            None,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Standing;
    use crate::rules::testing::{application, current, expired, service_principal};

    #[test]
    fn a_triple_that_nothing_shows_to_be_in_use_is_found_once() {
        let application = application()
            .on_service_principal()
            .with_saml_triple(current());
        assert_eq!(
            application.messages(&SamlPasswordUnproven),
            [
                "password of a token-signing key `01010101-0101-0101-0101-010101010101` on the service principal \
                 is excused as part of a SAML signing certificate that nothing shows to be in use"
            ]
        );
    }

    #[test]
    fn one_in_use_and_an_expired_one_are_not_found() {
        for fixture in [
            service_principal(Standing::ServicePrincipal)
                .with_saml_triple(current())
                .signing_in_by_saml(),
            service_principal(Standing::ServicePrincipal).with_saml_triple(expired()),
        ] {
            assert!(fixture.found_by(&SamlPasswordUnproven).is_empty());
        }
    }

    #[test]
    fn a_client_secret_is_left_to_other_rules() {
        let application = application().on_service_principal().with_secret(current());
        assert!(application.found_by(&SamlPasswordUnproven).is_empty());
    }
}
