//! Whom federated credentials may trust: the issuers that the policy lists, or the known ones where it lists none.
//!
//! In: the policy's list, the tenant where it is known, and a credential. Out: what speaks against it. Whoever may write
//! an application chooses the issuer of its federated credentials, so nothing is trusted for looking like a known issuer.

use std::fmt;
use std::sync::LazyLock;

use super::issuer::split;
use super::{Issuer, Issuers};
use crate::model::{FederatedCredential, TenantId};

/// Whom the federated credentials of a tenant may trust.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'policy> {
    issuers: Option<&'policy Issuers>,
    own: Option<TenantId>,
}

/// Why the issuer of a federated credential is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Distrust {
    /// It is not on the list.
    Unlisted,
    /// It is a tenant of Microsoft Entra ID, and nothing says which tenant this is.
    TenantUnknown,
    /// It is another tenant of Microsoft Entra ID.
    OtherTenant,
}

impl<'policy> Trust<'policy> {
    /// Trusts a list of issuers, or the known ones. `own` is the tenant of the inventory, where it is known.
    pub const fn new(issuers: Option<&'policy Issuers>, own: Option<TenantId>) -> Self {
        Self { issuers, own }
    }

    /// Tells whether a federated credential may be counted as better than a secret.
    pub fn trusts(&self, federated: &FederatedCredential) -> bool {
        federated.is_for_exchange && self.distrust(&federated.issuer).is_none()
    }

    /// Returns why an issuer is not trusted, if it is not.
    pub fn distrust(&self, issuer: &str) -> Option<Distrust> {
        let is_trusted = match self.issuers {
            Some(listed) => listed.names(issuer),
            None => KNOWN.iter().any(|known| known.names(issuer)),
        };
        if is_trusted {
            return None;
        }
        let tenant = tenant_of(issuer).filter(|_| self.issuers.is_none());
        match (tenant, self.own) {
            (None, _) => Some(Distrust::Unlisted),
            (Some(_), None) => Some(Distrust::TenantUnknown),
            (Some(tenant), Some(own)) => (tenant != own).then_some(Distrust::OtherTenant),
        }
    }

    /// Tells whether the tenant of the inventory decides about a federated credential.
    pub fn depends_on_tenant(&self, federated: &FederatedCredential) -> bool {
        self.distrust(&federated.issuer) == Some(Distrust::TenantUnknown)
    }

    /// Returns the issuers that this trusts and another one does not, as they are written or known.
    pub fn beyond(&self, other: &Self) -> Vec<String> {
        match (self.issuers, other.issuers) {
            (None, None) => Vec::new(),
            (Some(list), None) => {
                let is_new = |issuer: &&Issuer| {
                    !KNOWN.iter().any(|known| known.includes(issuer))
                        && !other.own.is_some_and(|own| is_of(issuer, own))
                };
                list.listed()
                    .iter()
                    .filter(is_new)
                    .map(ToString::to_string)
                    .collect()
            }
            (None, Some(others)) => {
                let is_new = |known: &&KnownIssuer| !others.includes(&known.issuer);
                let known = KNOWN.iter().filter(is_new).map(ToString::to_string);
                let own = self.own.filter(|own| !others.names(&entra_issuer(*own)));
                known
                    .chain(own.map(|own| format!("Microsoft Entra ID, tenant {own}")))
                    .collect()
            }
            (Some(list), Some(others)) => {
                let is_new = |issuer: &&Issuer| !others.includes(issuer);
                list.listed()
                    .iter()
                    .filter(is_new)
                    .map(ToString::to_string)
                    .collect()
            }
        }
    }
}

/// An issuer that is trusted where a policy lists none.
#[derive(Debug)]
struct KnownIssuer {
    issuer: Issuer,
    /// Whether its path is one part, whatever it is called.
    is_one_part: bool,
}

impl KnownIssuer {
    fn names(&self, issuer: &str) -> bool {
        self.issuer.names(issuer) && (!self.is_one_part || has_one_part(issuer))
    }

    /// Tells whether it names whatever a listed issuer names.
    fn includes(&self, listed: &Issuer) -> bool {
        let text = listed.as_str();
        self.issuer.includes(listed)
            && (!self.is_one_part || has_one_part(text) && !text.ends_with("/*"))
    }
}

impl fmt::Display for KnownIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.issuer.fmt(f)
    }
}

/// The known issuers: GitHub Actions, GitLab.com, HCP Terraform, Google, and AKS in every cloud.
const KNOWN_ISSUERS: [&str; 7] = [
    "https://token.actions.githubusercontent.com",
    "https://gitlab.com",
    "https://app.terraform.io",
    "https://accounts.google.com",
    "https://*.oic.prod-aks.azure.com/*",
    "https://*.oic.prod-aks.azure.us/*",
    "https://*.oic.prod-aks.azure.cn/*",
];

/// Those whose path is one part: an organisation of Azure DevOps.
const KNOWN_ISSUERS_OF_ONE_PART: [&str; 1] = ["https://vstoken.dev.azure.com/*"];

static KNOWN: LazyLock<Vec<KnownIssuer>> = LazyLock::new(|| {
    let of = |text: &&str, is_one_part| {
        let issuer = Issuer::parse(text).ok()?;
        Some(KnownIssuer {
            issuer,
            is_one_part,
        })
    };
    let whole = KNOWN_ISSUERS.iter().filter_map(|text| of(text, false));
    let parts = KNOWN_ISSUERS_OF_ONE_PART.iter();
    whole
        .chain(parts.filter_map(|text| of(text, true)))
        .collect()
});

fn has_one_part(issuer: &str) -> bool {
    let Some((_, path)) = split(issuer) else {
        return false;
    };
    let part = path.strip_prefix('/');
    part.is_some_and(|part| !part.is_empty() && !part.contains('/'))
}

/// The issuer of Microsoft Entra ID before and behind the tenant. Federated credentials take tokens of version 2; every
/// other form of the same tenant must be listed, those of national clouds among them.
const ENTRA: (&str, &str) = ("https://login.microsoftonline.com/", "/v2.0");

/// Returns the tenant of Microsoft Entra ID that an issuer is; a GUID is written in either letter case.
fn tenant_of(issuer: &str) -> Option<TenantId> {
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    let (before, behind) = ENTRA;
    let tenant = issuer.strip_prefix(before)?.strip_suffix(behind)?;
    tenant.parse().ok()
}

/// Returns how a tenant of Microsoft Entra ID is written as an issuer.
fn entra_issuer(tenant: TenantId) -> String {
    let (before, behind) = ENTRA;
    format!("{before}{tenant}{behind}")
}

/// Tells whether a listed issuer is one tenant of Microsoft Entra ID and nothing more.
fn is_of(issuer: &Issuer, tenant: TenantId) -> bool {
    tenant_of(issuer.as_str()) == Some(tenant)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11";
    const OTHER: &str = "9c1e55d0-2a34-4f7e-8d11-5b0c3f7a6e20";

    fn known(own: Option<&str>) -> Trust<'static> {
        Trust::new(None, own.map(|own| own.parse().unwrap()))
    }

    #[test]
    fn every_known_issuer_is_well_formed() {
        assert_eq!(
            KNOWN.len(),
            KNOWN_ISSUERS.len() + KNOWN_ISSUERS_OF_ONE_PART.len()
        );
    }

    #[test]
    fn the_known_issuers_are_trusted_with_and_without_a_trailing_slash() {
        for issuer in [
            "https://token.actions.githubusercontent.com",
            "https://token.actions.githubusercontent.com/",
            "https://gitlab.com",
            "https://app.terraform.io",
            "https://accounts.google.com",
            "https://vstoken.dev.azure.com/6a1f6f0e-8f6e-4a55-9f3b-0a6d2f9b7c31",
            "https://westeurope.oic.prod-aks.azure.com/tenant/cluster/",
            "https://usgovvirginia.oic.prod-aks.azure.us/tenant/cluster/",
            "https://chinanorth2.oic.prod-aks.azure.cn/tenant/cluster/",
        ] {
            assert_eq!(known(None).distrust(issuer), None, "{issuer}");
        }
    }

    #[test]
    fn a_known_issuer_is_known_exactly() {
        for issuer in [
            "https://token.actions.githubusercontent.com/contoso",
            "https://gitlab.com/contoso",
            "https://vstoken.dev.azure.com",
            "https://vstoken.dev.azure.com/",
            "https://vstoken.dev.azure.com/a/b",
            "https://vstoken.dev.azure.com//",
            "https://vstoken.dev.azure.com//a",
            "https://oic.prod-aks.azure.com/tenant/cluster",
            "https://westeurope.oic.prod-aks.azure.example/tenant/cluster",
            "http://gitlab.com",
            "https://GitLab.com",
            "HTTPS://gitlab.com",
            "https://token.actions.GitHubUserContent.com",
            "x",
            "",
        ] {
            let distrust = known(Some(OWN)).distrust(issuer);
            assert_eq!(distrust, Some(Distrust::Unlisted), "{issuer}");
        }
    }

    #[test]
    fn of_entras_tenants_only_the_own_one_is_trusted() {
        for tenant in [OWN.to_owned(), OWN.to_uppercase()] {
            for issuer in [
                format!("https://login.microsoftonline.com/{tenant}/v2.0"),
                format!("https://login.microsoftonline.com/{tenant}/v2.0/"),
            ] {
                assert_eq!(known(Some(OWN)).distrust(&issuer), None, "{issuer}");
                let other = known(Some(OTHER)).distrust(&issuer);
                assert_eq!(other, Some(Distrust::OtherTenant), "{issuer}");
                let unknown = known(None).distrust(&issuer);
                assert_eq!(unknown, Some(Distrust::TenantUnknown), "{issuer}");
            }
        }
    }

    #[test]
    fn every_other_form_of_the_own_tenant_must_be_listed() {
        for issuer in [
            format!("https://login.microsoftonline.com/{OWN}"),
            format!("https://login.microsoftonline.com/{OWN}/v1.0"),
            format!("https://login.microsoftonline.com/{OWN}/v2.0/x"),
            format!("https://login.microsoftonline.com//{OWN}/v2.0"),
            format!("https://login.microsoftonline.com/{OTHER}/../{OWN}/v2.0"),
            format!("https://login.microsoftonline.com:443/{OWN}/v2.0"),
            format!("https://Login.microsoftonline.com/{OWN}/v2.0"),
            format!("https://user@login.microsoftonline.com/{OWN}/v2.0"),
            format!("https://login.microsoftonline.us/{OWN}/v2.0"),
            format!("https://sts.windows.net/{OWN}/"),
            format!("https://sts.windows.net/{OWN}/v2.0"),
            format!("https://login.microsoftonline.com/{{{OWN}}}/v2.0"),
            "https://login.microsoftonline.com/common/v2.0".to_owned(),
        ] {
            let distrust = known(Some(OWN)).distrust(&issuer);
            assert_eq!(distrust, Some(Distrust::Unlisted), "{issuer}");
        }
    }

    #[test]
    fn a_list_replaces_the_known_issuers_and_the_own_tenant() {
        let list = Issuers::new(vec![
            Issuer::parse("https://gitlab.contoso.example/").unwrap(),
        ]);
        let trust = Trust::new(Some(&list), OWN.parse().ok());
        assert_eq!(trust.distrust("https://gitlab.contoso.example"), None);
        for issuer in [
            "https://gitlab.com".to_owned(),
            format!("https://login.microsoftonline.com/{OWN}/v2.0"),
        ] {
            assert_eq!(trust.distrust(&issuer), Some(Distrust::Unlisted));
        }
    }

    #[test]
    fn a_list_is_compared_with_the_known_issuers_by_what_it_names() {
        let list = |texts: &[&str]| {
            let texts = texts.iter();
            Issuers::new(texts.map(|text| Issuer::parse(text).unwrap()).collect())
        };
        let own = format!("https://login.microsoftonline.com/{OWN}/v2.0");
        for (texts, is_wider) in [
            (vec!["https://gitlab.com"], false),
            (vec!["https://vstoken.dev.azure.com/contoso"], false),
            (vec!["https://vstoken.dev.azure.com/*"], true),
            (vec!["https://gitlab.com/*"], true),
            (vec!["https://a.oic.prod-aks.azure.com/b/*"], false),
            (vec![own.as_str()], false),
            (vec!["https://login.microsoftonline.com/*"], true),
        ] {
            let list = list(&texts);
            let listed = Trust::new(Some(&list), OWN.parse().ok());
            let beyond = listed.beyond(&known(Some(OWN)));
            assert_eq!(!beyond.is_empty(), is_wider, "{texts:?}");
            assert!(!known(Some(OWN)).beyond(&listed).is_empty(), "{texts:?}");
        }
    }
}
