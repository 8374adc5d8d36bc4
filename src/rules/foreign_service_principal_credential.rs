//! `foreign-service-principal-credential`: a credential added here to somebody else's application.

use std::fmt;

use crate::finding::{
    Detail, Facts, Level, Need, NextStep, RuleDefaults, RuleDescriptor, RuleId, Standing,
};
use crate::model::{ClassifiedCredential, CredentialClass, Identity, Validity};

use super::{
    Rule, RuleContext, Violation, federated_reference,
    next_steps::{self as steps, step},
    wording,
};

pub(super) struct ForeignServicePrincipalCredential;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("foreign-service-principal-credential"),
    title: "Credential on a foreign application",
    summary: "A credential was added in this tenant to an application that Microsoft or another tenant owns.",
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
secret, certificate or symmetric key that works now or later, a federated credential, or a key of an
unknown type.

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
            Standing::Foreign | Standing::Microsoft => true,
            Standing::Application | Standing::ServicePrincipal => false,
        }
    }

    fn judge(&self, identity: &Identity, _context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let stored = identity
            .credentials()
            .iter()
            .filter(|held| gives_access(held));
        found.extend(stored.map(|held| Violation::of(held, Detail::None)));
        found.extend(identity.federated().map(|(holder, federated)| Violation {
            credential: Some(federated_reference(holder, federated)),
            detail: Detail::None,
        }));
    }
}

/// Tells whether somebody can sign in with it now or later; nobody knows how long an unknown key works.
fn gives_access(held: &ClassifiedCredential) -> bool {
    match held.class {
        CredentialClass::ClientSecret
        | CredentialClass::Certificate
        | CredentialClass::SymmetricKey
        | CredentialClass::FederatedCredential => held.validity != Validity::Expired,
        CredentialClass::Unknown => true,
        CredentialClass::TokenSigningKey
        | CredentialClass::PairedPassword
        | CredentialClass::TokenEncryptionKey => false,
    }
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let application = facts.application;
    let is_microsofts = application.is_some_and(|it| it.standing == Standing::Microsoft);
    let owner = if is_microsofts {
        "Microsoft"
    } else {
        "another tenant"
    };
    write!(
        out,
        "{} was added in this tenant to an application that {owner} owns",
        wording::credential(facts)
    )
}

fn next_steps(facts: &Facts<'_>) -> Vec<NextStep> {
    vec![
        step(
            "Find out who added it and when.",
            steps::list_changes(facts),
        ),
        step(
            "Find out whether anybody signs in with it.",
            steps::list_sign_ins(facts),
        ),
        step(
            "If nobody can account for it, treat it as a compromise: follow your incident response, which keeps the \
             evidence, before you change anything.",
            None,
        ),
        step(
            "If it has a purpose, register an application of your own for it and move the workload there.",
            None,
        ),
    ]
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
    fn what_signs_tokens_is_left_out() {
        let foreign = service_principal(Standing::Foreign).with_signing_key(current());
        assert!(
            foreign
                .found_by(&ForeignServicePrincipalCredential)
                .is_empty()
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
