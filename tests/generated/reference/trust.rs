//! Whom a federated credential trusts, and whether that is enough to be better than a secret.

use super::decided::decide;
use super::objects::Federated;
use super::policy::Policy;

const EXCHANGE: [&str; 3] = [
    "api://AzureADTokenExchange",
    "api://AzureADTokenExchangeUSGov",
    "api://AzureADTokenExchangeChina",
];

/// Whether both the issuer and an audience are trusted.
pub(super) fn is_trusted(federated: &Federated, policy: &Policy<'_>) -> bool {
    let issuer = has_trusted_issuer(&federated.issuer, policy);
    let audience = has_trusted_audience(&federated.audiences);
    // Both are asked, so that each one is met.
    let issuer = decide("an issuer that is not trusted", issuer, true);
    decide("an audience that is not trusted", audience, true) && issuer
}

fn has_trusted_audience(audiences: &[String]) -> bool {
    let is_exchange = |audience: &String| EXCHANGE.contains(&audience.as_str());
    let any = audiences.iter().any(is_exchange);
    let all = any && audiences.iter().all(is_exchange);
    let global = audiences.iter().any(|audience| audience == EXCHANGE[0]);
    decide("the audience of any cloud", any, global) && decide("one audience suffices", any, all)
}

/// One slash at the end is no difference.
fn bare(url: &str) -> &str {
    decide(
        "a slash at the end",
        url.strip_suffix('/').unwrap_or(url),
        url,
    )
}

fn has_trusted_issuer(issuer: &str, policy: &Policy<'_>) -> bool {
    let issuer = bare(issuer);
    let known = is_known(issuer, policy);
    let Some(listed) = policy.issuers() else {
        return known;
    };
    let listed = listed.into_iter().any(|listed| bare(listed) == issuer);
    decide("the issuers of the policy", listed, known)
}

fn is_known(issuer: &str, policy: &Policy<'_>) -> bool {
    const EXACT: [&str; 4] = [
        "https://token.actions.githubusercontent.com",
        "https://gitlab.com",
        "https://app.terraform.io",
        "https://accounts.google.com",
    ];
    let exact = EXACT.contains(&issuer);
    let nearly = EXACT.iter().any(|known| {
        let (issuer, known) = (issuer.to_lowercase(), known.strip_prefix("https:").unwrap());
        issuer.contains(known)
    });
    decide("an issuer exactly", exact, nearly)
        || is_of_tenant(issuer, policy)
        || is_of_azure_devops(issuer)
        || is_of_kubernetes(issuer)
}

/// Entra itself, for this tenant alone.
fn is_of_tenant(issuer: &str, policy: &Policy<'_>) -> bool {
    let of_version_2 = issuer.strip_prefix("https://login.microsoftonline.com/");
    let of_version_2 = of_version_2.and_then(|rest| rest.strip_suffix("/v2.0"));
    let of_version_1 = issuer.strip_prefix("https://sts.windows.net/");
    let either = of_version_2.or(of_version_1);
    let tenant = decide("one form of the own tenant", of_version_2, either);
    let Some(tenant) = tenant else {
        return false;
    };
    let own = policy.own.as_deref();
    let letters = own == Some(tenant);
    let is_own = own == Some(tenant.to_lowercase().as_str());
    let is_own = decide("the letters of the own tenant", is_own, letters);
    let is_own = decide("the own tenant", is_own, false);
    decide("another tenant", is_own, true)
}

fn is_of_azure_devops(issuer: &str) -> bool {
    let organisation = issuer.strip_prefix("https://vstoken.dev.azure.com/");
    let one = organisation.is_some_and(|it| !it.is_empty() && !it.contains(['/', '?', '#', '\\']));
    decide(
        "an organisation of Azure DevOps",
        one,
        organisation.is_some(),
    )
}

fn is_of_kubernetes(issuer: &str) -> bool {
    let Some(rest) = issuer.strip_prefix("https://") else {
        return false;
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    // Anything but letters, digits, hyphens and dots ends a host, or makes it another one; a path may lead elsewhere.
    let odd_host = |it: char| !it.is_ascii_alphanumeric() && it != '-' && it != '.';
    let odd_path = path.contains(['?', '#', '\\']) || path.split('/').any(|part| part == "..");
    if host.contains(odd_host) || odd_path {
        return false;
    }
    let global = host.ends_with(".oic.prod-aks.azure.com");
    let others = [".oic.prod-aks.azure.us", ".oic.prod-aks.azure.cn"];
    let any = global || others.iter().any(|suffix| host.ends_with(suffix));
    decide("clusters of any cloud", any, global)
}
