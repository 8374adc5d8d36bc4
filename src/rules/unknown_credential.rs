//! `unknown-credential`: a key of a type or usage that is not known.

use std::fmt;

use crate::finding::{Detail, Facts, Level, Need, NextStep, RuleDefaults, RuleDescriptor, RuleId};
use crate::model::{CredentialClass, Identity};

use super::{
    Rule, RuleContext, Violation,
    next_steps::{self as steps, step},
    wording,
};

pub(super) struct UnknownCredential;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("unknown-credential"),
    title: "Key of an unknown type",
    summary: "A key credential has a type or a usage that is not known, so nobody can say what it opens.",
    control: "APP-09",
    default_level: Level::Warning,
    security_severity: "5.0",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::Dates],
    message,
    next_steps,
};

const HELP: &str = "\
## What it finds

A live or future key credential, on the application or its service principal, whose `type` and `usage`
are none of those that are known: a certificate (`AsymmetricX509Cert` with `Verify`), a symmetric key, a
key that signs (`Sign`) or one that encrypts (`Encrypt`).

## Why it matters

Entra may accept it for a sign-in or may come to accept it. It is never counted as a good credential, and
as long as nobody knows what it is, nobody can say that the application is without secrets.

## How to fix

Find out who added it and what for. Remove it if nothing needs it; register a certificate in its place if
something does.

## Example

```yaml
rules:
  unknown-credential: { level: warning }
```
";

impl Rule for UnknownCredential {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, _context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let unknown = identity
            .credentials()
            .iter()
            .filter(|held| held.is_current_or_future(CredentialClass::Unknown));
        found.extend(unknown.map(|held| Violation::of(held, Detail::None)));
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    write!(
        out,
        "{}: nobody can say whether it signs anybody in",
        wording::credential(facts)
    )
}

fn next_steps(facts: &Facts<'_>) -> Vec<NextStep> {
    vec![
        step(
            "Find out who added it and what for.",
            steps::list_changes(facts),
        ),
        step(
            "Find out whether anybody signs in with it.",
            steps::list_sign_ins(facts),
        ),
        step(
            "If something needs it, register a certificate in its place; if nothing does, delete it.",
            None,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, current, expired, future, key};

    #[test]
    fn what_is_not_expired_is_found_on_both_objects() {
        let application = application()
            .with_unknown_key(current())
            .with_unknown_key(expired())
            .on_service_principal()
            .with_unknown_key(future());
        assert_eq!(
            application.keys_found_by(&UnknownCredential),
            [key(1), key(3)]
        );
    }

    #[test]
    fn known_keys_are_not_found() {
        let application = application()
            .with_certificate(current())
            .with_symmetric_key(current())
            .with_signing_key(current());
        assert!(application.found_by(&UnknownCredential).is_empty());
    }

    #[test]
    fn the_sentence_names_the_key() {
        let application = application().with_unknown_key(current());
        assert_eq!(
            application.messages(&UnknownCredential),
            [
                "key of an unknown type `01010101-0101-0101-0101-010101010101`: \
                 nobody can say whether it signs anybody in"
            ]
        );
    }
}
