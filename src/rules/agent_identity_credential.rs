//! `agent-identity-credential`: a credential on an agent identity, which holds none by definition.

use std::fmt;

use crate::finding::{
    Detail, Facts, Level, Need, NextStep, RuleDefaults, RuleDescriptor, RuleId, Standing,
};
use crate::model::{ClassifiedCredential, Identity};

use super::{
    Rule, RuleContext, Violation,
    next_steps::{self as steps, step},
    wording,
};

pub(super) struct AgentIdentityCredential;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("agent-identity-credential"),
    title: "Credential on an agent identity",
    summary: "An agent identity holds a credential of its own, although its blueprint signs in for it.",
    control: "APP-05",
    default_level: Level::Error,
    security_severity: "8.5",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::ServicePrincipals, Need::Dates],
    message,
    next_steps,
};

const HELP: &str = "\
## What it finds

Any credential on an agent identity that is in date or will be: a client secret, a key of any type or
usage, a federated credential. An agent identity is known by its `@odata.type` or by its
`agentIdentityBlueprintId`.

Agent identities are otherwise not judged; their blueprints are applications, and are.

## Why it matters

An agent identity holds no credentials by definition: its blueprint gets its tokens. A credential of its
own is a way in that neither the owner of the blueprint nor App registrations shows.

## How to fix

Find out who added it and whether it signs in. If nobody can account for it, treat it as a compromise
before you change anything. Otherwise let the blueprint sign in, and delete the credential.

## Example

```yaml
rules:
  agent-identity-credential: { level: error }
```

The inventory must hold the service principals (`az ad sp list --all`, or live access).
";

impl Rule for AgentIdentityCredential {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn is_about(&self, standing: Standing) -> bool {
        match standing {
            Standing::AgentIdentity => true,
            Standing::Application
            | Standing::ServicePrincipal
            | Standing::Foreign
            | Standing::Microsoft
            | Standing::ManagedIdentity => false,
        }
    }

    fn judges_in_part(&self) -> bool {
        true
    }

    fn judge(&self, identity: &Identity, _context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let stored = identity.credentials().iter();
        let stored = stored.filter(|held| ClassifiedCredential::is_unexpired(held));
        found.extend(stored.map(|held| Violation::of(held, Detail::None)));
        let federated = identity.federated();
        found.extend(federated.map(|(on, it)| Violation::of_federated(on, it, Detail::None)));
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    write!(
        out,
        "{} was added to an agent identity, which holds none by definition",
        wording::credential(facts)
    )
}

fn next_steps(facts: &Facts<'_>) -> Vec<NextStep> {
    let otherwise = step(
        "Otherwise let the blueprint sign in for the agent, verify that it does, and delete the credential.",
        None,
    );
    steps::account_for(facts, otherwise)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, current, expired, future, key, service_principal};

    #[test]
    fn whatever_is_not_expired_is_found() {
        let agent = service_principal(Standing::AgentIdentity)
            .with_secret(current())
            .with_secret(expired())
            .with_certificate(future())
            .with_signing_key(current())
            .with_federated("https://gitlab.com", "project_path:contoso/shop");
        assert_eq!(
            agent.keys_found_by(&AgentIdentityCredential),
            [key(1), key(3), key(4), key(5)]
        );
    }

    #[test]
    fn a_whole_saml_triple_excuses_nothing() {
        let agent = service_principal(Standing::AgentIdentity)
            .with_saml_triple(current())
            .signing_in_by_saml();
        assert_eq!(agent.found_by(&AgentIdentityCredential).len(), 3);
    }

    #[test]
    fn other_identities_are_left_to_other_rules() {
        let own = application().on_service_principal().with_secret(current());
        assert!(own.found_by(&AgentIdentityCredential).is_empty());
    }

    #[test]
    fn the_sentence_names_the_credential() {
        let agent = service_principal(Standing::AgentIdentity).with_secret(current());
        assert_eq!(
            agent.messages(&AgentIdentityCredential),
            [
                "secret `01010101-0101-0101-0101-010101010101` on the service principal was added to an agent \
                 identity, which holds none by definition"
            ]
        );
    }
}
