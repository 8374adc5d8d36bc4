//! `federated-credential-broad`: a federated credential that trusts more than one workload, or an unknown issuer.

use std::fmt;

use crate::finding::{
    BroadTrust, Detail, Facts, Level, Need, NextStep, RuleDefaults, RuleDescriptor, RuleId,
};
use crate::model::{FederatedCredential, Identity};
use crate::policy::{Distrust, Trust};

use super::{
    Rule, RuleContext, Violation,
    next_steps::{self as steps, step},
    wording,
};

pub(super) struct FederatedCredentialBroad;

static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("federated-credential-broad"),
    title: "Federated credential that trusts too much",
    summary: "A federated credential trusts more than one workload, or an issuer or audience that is not trusted.",
    control: "APP-10",
    default_level: Level::Warning,
    security_severity: "6.5",
    help: HELP,
    defaults: RuleDefaults::NONE,
    needs: &[Need::FederatedCredentials],
    message,
    next_steps,
};

const HELP: &str = "\
## What it finds

A federated credential that lets in more than one workload:

- its subject holds a wildcard (`*` or `?`), or is any pull request;
- it is flexible (a claims-matching expression stands in place of the subject), or it has no subject,
  as Graph v1.0 shows a flexible one;
- its issuer is not trusted. By default GitHub Actions, GitLab.com, HCP Terraform, Azure DevOps, Google
  and AKS are, each in exactly its own form, and Microsoft Entra ID for tokens of the own tenant.
  `issuers` in the policy replaces that list; a trailing slash makes no difference;
- its audience is not the one with which Entra exchanges tokens (`api://AzureADTokenExchange`, or
  `…USGov` or `…China` in those clouds).

A credential whose issuer or audience is not trusted does not count as better than a secret either.

## Why it matters

Whoever gets a token with a matching subject from that issuer is the application. A pull request may
run code that nobody has reviewed, and an unknown issuer can sign any subject it likes: the owner of an
application may name one that he runs himself.

## How to fix

Name one workload in the subject, such as one branch or a protected environment, and add one credential
for each workload. List the issuers that you run yourself under `issuers` in the policy, with the known
ones that you use.

## Example

```yaml
rules:
  federated-credential-broad: { level: warning }

issuers:
  - https://token.actions.githubusercontent.com
  - https://gitlab.contoso.example
```

The finding reads:

```text
federated credential `0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11` trusts the issuer
`https://token.actions.githubusercontent.com` for the subject `repo:contoso/shop:pull_request`:
the subject is any pull request
```
";

impl Rule for FederatedCredentialBroad {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judges_in_part(&self) -> bool {
        true
    }

    fn judge(&self, identity: &Identity, context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        for (holder, federated) in identity.federated() {
            let reasons = reasons(federated, context.trust);
            if !reasons.is_empty() {
                let trust = BroadTrust {
                    issuer: federated.issuer.clone(),
                    subject: federated.subject.clone(),
                    reasons,
                };
                let detail = Detail::Federated(Box::new(trust));
                found.push(Violation::of_federated(holder, federated, detail));
            }
        }
    }
}

const UNLISTED: &str = "the issuer is not on the list of trusted issuers";
const OTHER_TENANT: &str = "the issuer is another tenant of Microsoft Entra ID";
const TENANT_UNKNOWN: &str = "the issuer is a tenant of Microsoft Entra ID, and nothing says which tenant this is: set `tenant` in the policy";
const OTHER_AUDIENCE: &str = "none of its audiences is the one with which Entra exchanges tokens";

const fn reason(distrust: Distrust) -> &'static str {
    match distrust {
        Distrust::Unlisted => UNLISTED,
        Distrust::OtherTenant => OTHER_TENANT,
        Distrust::TenantUnknown => TENANT_UNKNOWN,
    }
}

fn reasons(federated: &FederatedCredential, trust: Trust<'_>) -> Vec<&'static str> {
    let subject = federated.subject.as_deref();
    let reasons = [
        (
            federated.flexible,
            "it is flexible, so a pattern stands in place of the subject",
        ),
        (
            !federated.flexible && subject.is_none(),
            "it has no subject, so it may be flexible",
        ),
        (
            subject.is_some_and(|subject| subject.contains(['*', '?'])),
            "the subject holds a wildcard",
        ),
        (
            subject.is_some_and(|subject| subject.split(':').any(|part| part == "pull_request")),
            "the subject is any pull request",
        ),
    ];
    let holding = reasons.into_iter().filter(|(holds, _)| *holds);
    let audience = (!federated.is_for_exchange).then_some(OTHER_AUDIENCE);
    holding
        .map(|(_, reason)| reason)
        .chain(trust.distrust(&federated.issuer).map(reason))
        .chain(audience)
        .collect()
}

fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Detail::Federated(trust) = &facts.finding.detail else {
        return Err(fmt::Error);
    };
    let credential = wording::credential(facts);
    write!(out, "{credential} trusts the issuer `{}`", trust.issuer)?;
    if let Some(subject) = &trust.subject {
        write!(out, " for the subject `{subject}`")?;
    }
    write!(out, ": {}", trust.reasons.join("; "))
}

/// The subject and the issuer are mended in different places: each step comes where its reason holds.
fn next_steps(facts: &Facts<'_>) -> Vec<NextStep> {
    let Detail::Federated(trust) = &facts.finding.detail else {
        return Vec::new();
    };
    let mut steps = vec![step(
        "Find out which workloads sign in with this federated credential.",
        steps::list_sign_ins(facts),
    )];
    let is_about_trust =
        |reason: &str| [UNLISTED, OTHER_TENANT, TENANT_UNKNOWN, OTHER_AUDIENCE].contains(&reason);
    if !trust.reasons.iter().all(|reason| is_about_trust(reason)) {
        steps.push(step(
            format!(
                "Name exactly one workload in the subject of {}: one branch or, better, one protected environment; \
                 where several need access, give each a federated credential of its own.",
                wording::credential(facts)
            ),
            steps::narrow_federated(facts),
        ));
    }
    if trust.reasons.contains(&UNLISTED) || trust.reasons.contains(&OTHER_TENANT) {
        steps.push(step(
            "If the issuer is one of yours, add it to `issuers` in the policy, with the known issuers that you use: the \
             list replaces them.",
            None,
        ));
    }
    if trust.reasons.contains(&TENANT_UNKNOWN) {
        steps.push(step(
            "Set `tenant` in the policy. If the issuer is then another tenant's, find out who may sign in from there.",
            None,
        ));
    }
    if trust.reasons.contains(&OTHER_AUDIENCE) {
        steps.push(step(
            "Give it the audience `api://AzureADTokenExchange` (in US Government clouds `…USGov`, in China `…China`), or \
             delete it: nobody can sign in with another one.",
            steps::narrow_federated(facts),
        ));
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{application, current};

    const GITHUB: &str = "https://token.actions.githubusercontent.com";

    /// Returns the reasons against the only federated credential of an application.
    fn reasons(issuer: &str, subject: &str) -> Vec<&'static str> {
        let found = application()
            .with_federated(issuer, subject)
            .found_by(&FederatedCredentialBroad);
        let trusts = found.into_iter().filter_map(|violation| {
            if let Detail::Federated(trust) = violation.detail {
                Some(trust.reasons)
            } else {
                None
            }
        });
        trusts.flatten().collect()
    }

    #[test]
    fn one_environment_of_one_repository_is_not_broad() {
        assert!(reasons(GITHUB, "repo:contoso/shop:environment:production").is_empty());
    }

    #[test]
    fn a_wildcard_in_the_subject_is_broad() {
        for subject in ["repo:contoso/*", "repo:contoso/shop:ref:refs/heads/?"] {
            assert_eq!(reasons(GITHUB, subject), ["the subject holds a wildcard"]);
        }
    }

    #[test]
    fn any_pull_request_is_broad() {
        for subject in ["repo:contoso/shop:pull_request", "pull_request"] {
            assert_eq!(
                reasons(GITHUB, subject),
                ["the subject is any pull request"]
            );
        }
        assert!(reasons(GITHUB, "repo:contoso/pull_request:ref:refs/heads/main").is_empty());
    }

    #[test]
    fn a_flexible_credential_and_one_without_subject_are_broad() {
        let application = application()
            .with_trust(GITHUB, None, true)
            .with_trust(GITHUB, None, false);
        assert_eq!(application.found_by(&FederatedCredentialBroad).len(), 2);
    }

    #[test]
    fn another_issuer_is_broad() {
        assert_eq!(
            reasons("https://gitlab.contoso.example", "workload"),
            ["the issuer is not on the list of trusted issuers"]
        );
    }

    #[test]
    fn the_sentence_names_the_issuer_the_subject_and_the_reason() {
        let application =
            application().with_federated("https://gitlab.contoso.example/", "workload");
        assert_eq!(
            application.messages(&FederatedCredentialBroad),
            [
                "federated credential `01010101-0101-0101-0101-010101010101` trusts the issuer \
                 `https://gitlab.contoso.example/` for the subject `workload`: \
                 the issuer is not on the list of trusted issuers"
            ]
        );
    }

    #[test]
    fn another_tenant_of_entra_and_an_unknown_own_one_are_told_apart() {
        let issuer = "https://login.microsoftonline.com/9c1e55d0-2a34-4f7e-8d11-5b0c3f7a6e20/v2.0";
        assert_eq!(reasons(issuer, "workload"), [TENANT_UNKNOWN]);
    }

    #[test]
    fn another_audience_is_broad() {
        let application = application()
            .with_federated_for_others(GITHUB, "repo:contoso/shop:ref:refs/heads/main");
        assert_eq!(application.found_by(&FederatedCredentialBroad).len(), 1);
        let steps = application.next_steps(&FederatedCredentialBroad);
        assert!(steps.iter().any(|step| step.text.contains("audience")));
        assert!(
            !steps
                .iter()
                .any(|step| step.text.contains("in the subject of"))
        );
    }

    #[test]
    fn each_reason_has_its_own_step() {
        let texts = |issuer, subject| -> String {
            let fixture = application().with_federated(issuer, subject);
            let steps = fixture.next_steps(&FederatedCredentialBroad);
            steps.into_iter().map(|step| step.text).collect()
        };
        let (subject, issuer) = (
            texts(GITHUB, "repo:contoso/*"),
            texts("https://gitlab.contoso.example", "workload"),
        );
        assert!(subject.contains("in the subject of federated credential `01010101-"));
        assert!(!subject.contains("issuer") && issuer.contains("`issuers`"));
        assert!(!issuer.contains("subject"));
    }

    #[test]
    fn all_reasons_are_given_at_once() {
        let reasons = reasons("https://gitlab.contoso.example", "project:*:pull_request");
        assert_eq!(reasons.len(), 3);
    }

    #[test]
    fn an_application_without_federated_credentials_is_not_found() {
        let application = application().with_secret(current());
        assert!(application.found_by(&FederatedCredentialBroad).is_empty());
    }
}
