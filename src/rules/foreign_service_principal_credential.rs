//! `foreign-service-principal-credential`: a credential added here to somebody else's application.

use std::fmt;

use crate::finding::{
    Detail, Facts, Level, Need, NextStep, RuleDefaults, RuleDescriptor, RuleId, Standing,
};
use crate::model::{ClassifiedCredential, CredentialClass, Identity, Proof};

use super::{
    Rule, RuleContext, Violation,
    next_steps::{self as steps, step},
    wording,
};

pub(super) struct ForeignServicePrincipalCredential;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("foreign-service-principal-credential"),
    title: "Credential on a foreign application",
    summary: "A credential was added in this tenant to an application that Microsoft or another tenant owns, or a password to a managed identity.",
    control: "APP-05",
    default_level: Level::Error,
    security_severity: "9.0",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::ServicePrincipals, Need::Dates],
    message,
    next_steps,
};

const HELP: &str = "\
## What it finds

A credential on the service principal of an application that Microsoft or another tenant owns: a client
secret, certificate or symmetric key that works now or later, a federated credential, and, whatever its
dates, a key of an unknown type or one that is marked as signing or encrypting tokens. On another tenant's application the
parts of a SAML signing certificate that is in use are left out; on Microsoft's nothing is.

It also finds a client secret or symmetric key on a managed identity: the platform makes and rotates the
certificates of those, and nobody has to add anything.

## Why it matters

The owner of such an application keeps its credentials in its own tenant. One that is added here signs
in as the application with every permission it has in this tenant, under a name that everybody trusts:
a known way for an attacker to stay (MITRE ATT&CK T1098.001).

## How to fix

Find out who added it (audit log) and whether it signs in. If nobody can account for it, treat it as a
compromise before you change anything. If it has a purpose, register an application of your own for it;
until the workload has moved, write an exception that is pinned to the keyId.

## Example

```yaml
rules:
  foreign-service-principal-credential: { level: error }
```

The inventory must hold the service principals (`az ad sp list --all`, or live access).
";

impl Rule for ForeignServicePrincipalCredential {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn is_about(&self, standing: Standing) -> bool {
        match standing {
            Standing::Foreign | Standing::Microsoft | Standing::ManagedIdentity => true,
            Standing::Application | Standing::ServicePrincipal | Standing::AgentIdentity => false,
        }
    }

    fn judges_in_part(&self) -> bool {
        true
    }

    fn judge(&self, identity: &Identity, context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let stored = identity
            .credentials()
            .iter()
            .filter(|held| gives_access(held, context.standing));
        found.extend(stored.map(|held| Violation::of(held, Detail::None)));
        if context.standing == Standing::ManagedIdentity {
            return;
        }
        let federated = identity.federated();
        found.extend(federated.map(|(on, it)| Violation::of_federated(on, it, Detail::None)));
    }
}

/// Tells whether somebody can sign in with it now or later, or may be able to. Nobody knows what an unknown key is for and
/// how long, and labels and usages are the words of whoever added the credential.
fn gives_access(held: &ClassifiedCredential, standing: Standing) -> bool {
    let is_secret = matches!(
        held.class,
        CredentialClass::ClientSecret | CredentialClass::SymmetricKey
    );
    match (standing, held.class) {
        (Standing::ManagedIdentity, CredentialClass::PairedPassword) => held.is_unexpired(),
        (Standing::ManagedIdentity, _) => is_secret && held.is_unexpired(),
        (Standing::Foreign, _) if held.proof == Proof::InUse => false,
        (
            _,
            CredentialClass::Unknown
            | CredentialClass::TokenSigningKey
            | CredentialClass::TokenEncryptionKey,
        ) => true,
        _ => held.is_unexpired(),
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let target = match facts.application.map(|application| application.standing) {
        Some(Standing::Microsoft) => "an application that Microsoft owns",
        Some(Standing::ManagedIdentity) => "a managed identity, which needs none",
        Some(
            Standing::Foreign
            | Standing::Application
            | Standing::ServicePrincipal
            | Standing::AgentIdentity,
        )
        | None => "an application that another tenant owns",
    };
    write!(
        out,
        "{} was added in this tenant to {target}",
        wording::credential(facts)
    )
}

fn next_steps(facts: &Facts<'_>) -> Vec<NextStep> {
    let otherwise = step(
        "If it has a purpose, register an application of your own for it and move the workload there.",
        None,
    );
    steps::account_for(facts, otherwise)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, current, expired, future, key, service_principal};

    #[test]
    fn a_secret_on_an_application_of_microsoft_is_found() {
        let microsoft = service_principal(Standing::Microsoft).with_secret(current());
        assert_eq!(
            microsoft.messages(&ForeignServicePrincipalCredential),
            [
                "secret `01010101-0101-0101-0101-010101010101` on the service principal \
                 was added in this tenant to an application that Microsoft owns"
            ]
        );
    }

    #[test]
    fn whatever_works_now_or_later_is_found() {
        let foreign = service_principal(Standing::Foreign)
            .with_secret(future())
            .with_certificate(current())
            .with_symmetric_key(current())
            .with_federated("https://gitlab.com", "project_path:contoso/shop");
        assert_eq!(
            foreign.keys_found_by(&ForeignServicePrincipalCredential),
            [key(1), key(2), key(3), key(4)]
        );
    }

    #[test]
    fn an_unknown_key_is_found_even_past_its_end() {
        let foreign = service_principal(Standing::Foreign)
            .with_secret(expired())
            .with_unknown_key(expired());
        assert_eq!(
            foreign.keys_found_by(&ForeignServicePrincipalCredential),
            [key(2)]
        );
    }

    #[test]
    fn a_lone_key_that_signs_is_found() {
        let foreign = service_principal(Standing::Foreign).with_signing_key(current());
        assert_eq!(
            foreign.keys_found_by(&ForeignServicePrincipalCredential),
            [key(1)]
        );
    }

    #[test]
    fn only_a_triple_in_use_is_excused_and_never_on_an_application_of_microsoft() {
        for (standing, in_use, found) in [
            (Standing::Foreign, true, 0),
            (Standing::Foreign, false, 3),
            (Standing::Microsoft, true, 3),
        ] {
            let fixture = service_principal(standing).with_saml_triple(current());
            let fixture = if in_use {
                fixture.signing_in_by_saml()
            } else {
                fixture
            };
            let count = fixture.found_by(&ForeignServicePrincipalCredential).len();
            assert_eq!(count, found, "{standing:?} {in_use}");
        }
    }

    #[test]
    fn of_a_managed_identity_passwords_are_found_and_certificates_are_not() {
        let managed = service_principal(Standing::ManagedIdentity)
            .with_certificate(current())
            .with_secret(current())
            .with_symmetric_key(future())
            .with_secret(expired());
        assert_eq!(
            managed.keys_found_by(&ForeignServicePrincipalCredential),
            [key(2), key(3)]
        );
    }

    #[test]
    fn an_application_of_this_tenant_is_not_foreign() {
        let own = application().on_service_principal().with_secret(current());
        assert!(own.found_by(&ForeignServicePrincipalCredential).is_empty());
    }

    #[test]
    fn the_steps_keep_the_evidence() {
        let foreign = service_principal(Standing::Foreign).with_certificate(current());
        let steps = foreign.next_steps(&ForeignServicePrincipalCredential);
        let commands = steps.iter().filter_map(|step| step.azure_cli.as_deref());
        assert!(
            commands
                .into_iter()
                .all(|command| command.contains("--method get"))
        );
    }
}
