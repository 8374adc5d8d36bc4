//! `federated-credential-broad`: a federated credential that trusts more than one workload, or an unknown issuer.

use std::fmt;
use std::sync::LazyLock;

use crate::finding::{
    BroadTrust, Detail, Facts, Level, Need, NextStep, RuleDefaults, RuleDescriptor, RuleId,
};
use crate::model::{FederatedCredential, Identity};
use crate::policy::Issuer;

use super::{
    Rule, RuleContext, Violation, federated_reference,
    next_steps::{self as steps, step},
    wording,
};

pub(super) struct FederatedCredentialBroad;

pub(super) static DESCRIPTOR: RuleDescriptor = RuleDescriptor {
    id: RuleId("federated-credential-broad"),
    title: "Federated credential that trusts too much",
    summary: "A federated credential trusts more than one workload, or an issuer that nobody listed.",
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
- its issuer is not on the list of trusted ones: by default GitHub Actions, GitLab.com, HCP Terraform,
  Entra, Google and AKS. `issuers` replaces that list; a trailing slash is no difference.

## Why it matters

Whoever gets a token with a matching subject from that issuer is the application. A pull request may
run code that nobody has reviewed, and an unknown issuer can sign any subject it likes.

## How to fix

Name one workload in the subject, such as one branch or a protected environment, and add one credential
for each workload. List the issuers that you run yourself in the policy.

## Example

```yaml
rules:
  federated-credential-broad:
    level: warning
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

/// The issuers that are trusted unless the policy lists its own: GitHub Actions (also of an enterprise), GitLab.com, HCP
/// Terraform, Entra in every cloud, Google and AKS.
const KNOWN_ISSUERS: [&str; 10] = [
    "https://token.actions.githubusercontent.com/*",
    "https://gitlab.com",
    "https://app.terraform.io",
    "https://login.microsoftonline.com/*",
    "https://login.microsoftonline.us/*",
    "https://login.chinacloudapi.cn/*",
    "https://login.partner.microsoftonline.cn/*",
    "https://sts.windows.net/*",
    "https://accounts.google.com",
    "https://*.oic.prod-aks.azure.com/*",
];

static KNOWN: LazyLock<Vec<Issuer>> = LazyLock::new(|| {
    let issuers = KNOWN_ISSUERS.iter();
    issuers
        .filter_map(|text| Issuer::parse(text).ok())
        .collect()
});

/// Returns the issuers that are trusted unless the policy lists its own.
pub(super) fn known() -> &'static [Issuer] {
    &KNOWN
}

impl Rule for FederatedCredentialBroad {
    fn descriptor(&self) -> &'static RuleDescriptor {
        &DESCRIPTOR
    }

    fn judge(&self, identity: &Identity, context: &RuleContext<'_>, found: &mut Vec<Violation>) {
        let trusted = context.setting.issuers.as_ref().unwrap_or(&KNOWN);
        for (holder, federated) in identity.federated() {
            let reasons = reasons(federated, trusted);
            if !reasons.is_empty() {
                let trust = BroadTrust {
                    issuer: federated.issuer.clone(),
                    subject: federated.subject.clone(),
                    reasons,
                };
                found.push(Violation {
                    credential: Some(federated_reference(holder, federated)),
                    detail: Detail::Federated(Box::new(trust)),
                });
            }
        }
    }
}

const UNKNOWN_ISSUER: &str = "the issuer is not on the list of trusted issuers";

fn reasons(federated: &FederatedCredential, trusted: &[Issuer]) -> Vec<&'static str> {
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
        (
            !trusted.iter().any(|issuer| issuer.names(&federated.issuer)),
            UNKNOWN_ISSUER,
        ),
    ];
    let holding = reasons.into_iter().filter(|(holds, _)| *holds);
    holding.map(|(_, reason)| reason).collect()
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
    if trust.reasons.iter().any(|reason| *reason != UNKNOWN_ISSUER) {
        steps.push(step(
            format!(
                "Name exactly one workload in the subject of {}: one branch or, better, one protected environment; \
                 where several need access, give each a federated credential of its own.",
                wording::credential(facts)
            ),
            steps::narrow_federated(facts),
        ));
    }
    if trust.reasons.contains(&UNKNOWN_ISSUER) {
        steps.push(step(
            "If the issuer is one of yours, add it to `issuers` of this rule, which replaces the known ones.",
            None,
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
    fn the_known_issuers_are_trusted_with_and_without_a_trailing_slash() {
        for issuer in [
            "https://token.actions.githubusercontent.com",
            "https://token.actions.githubusercontent.com/",
            "https://token.actions.githubusercontent.com/contoso",
            "https://gitlab.com",
            "https://app.terraform.io",
            "https://login.microsoftonline.com/3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11/v2.0",
            "https://login.microsoftonline.us/3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11/v2.0",
            "https://sts.windows.net/3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11/",
            "https://accounts.google.com",
            "https://westeurope.oic.prod-aks.azure.com/tenant/cluster/",
        ] {
            assert!(reasons(issuer, "workload").is_empty(), "{issuer}");
        }
    }

    #[test]
    fn another_issuer_is_broad() {
        assert_eq!(
            reasons("https://gitlab.contoso.example", "workload"),
            ["the issuer is not on the list of trusted issuers"]
        );
    }

    #[test]
    fn the_issuers_of_the_policy_replace_the_known_ones() {
        let application = application()
            .with_federated("https://gitlab.contoso.example/", "workload")
            .with_federated(GITHUB, "repo:contoso/shop:environment:production")
            .set(|setting| {
                setting.issuers = Some(vec![
                    Issuer::parse("https://gitlab.contoso.example").unwrap(),
                ]);
            });
        assert_eq!(
            application.messages(&FederatedCredentialBroad),
            [
                "federated credential `02020202-0202-0202-0202-020202020202` trusts the issuer \
                 `https://token.actions.githubusercontent.com` for the subject \
                 `repo:contoso/shop:environment:production`: the issuer is not on the list of trusted issuers"
            ]
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

    #[test]
    fn every_known_issuer_is_well_formed() {
        assert_eq!(KNOWN.len(), KNOWN_ISSUERS.len());
    }
}
