//! The clouds of Microsoft, and where Graph and the sign-in are in each.
//!
//! In: a name, or a pair of hosts that the command line names. Out: the two origins to which anything may be sent.
//! Neither a policy nor the environment can name an endpoint.

use std::net::Ipv4Addr;

use reqwest::Url;
use url::Host;

/// A cloud: where Graph is, and where a token for it is issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    name: String,
    login: Url,
    graph: Url,
    /// For whom a federated assertion must be.
    federation_audience: &'static str,
}

/// A cloud that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloudError {
    /// No cloud has this name.
    #[error("`{0}` is no cloud that is known; use one of global, usgov, dod, china")]
    Unknown(String),
    /// The text is no URL of an origin.
    #[error("`{0}` is no endpoint; give an origin such as https://graph.microsoft.com")]
    NoOrigin(String),
    /// Plain HTTP to another machine.
    #[error(
        "`{0}` is not encrypted; use https, plain http only for a loopback address such as http://127.0.0.1:8080"
    )]
    NotEncrypted(String),
}

/// Name, sign-in, Graph, audience of federated assertions.
/// <https://learn.microsoft.com/graph/deployments>
const CLOUDS: &[(&str, &str, &str, &str)] = &[
    (
        "global",
        "https://login.microsoftonline.com",
        "https://graph.microsoft.com",
        "api://AzureADTokenExchange",
    ),
    (
        "usgov",
        "https://login.microsoftonline.us",
        "https://graph.microsoft.us",
        "api://AzureADTokenExchangeUSGov",
    ),
    (
        "dod",
        "https://login.microsoftonline.us",
        "https://dod-graph.microsoft.us",
        "api://AzureADTokenExchangeUSGov",
    ),
    (
        "china",
        "https://login.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
        "api://AzureADTokenExchangeChina",
    ),
];

impl Cloud {
    /// Returns the names of the clouds that are known.
    pub fn names() -> impl Iterator<Item = &'static str> {
        CLOUDS.iter().map(|(name, ..)| *name)
    }

    /// Finds a cloud by its name.
    pub fn named(name: &str) -> Result<Self, CloudError> {
        let unknown = || CloudError::Unknown(name.to_owned());
        let (name, login, graph, federation_audience) = CLOUDS
            .iter()
            .find(|(known, ..)| *known == name)
            .ok_or_else(unknown)?;
        Ok(Self {
            name: (*name).to_owned(),
            login: origin(login)?,
            graph: origin(graph)?,
            federation_audience,
        })
    }

    /// Puts Graph elsewhere: another national cloud, or a stand-in on this machine.
    pub fn with_graph(mut self, endpoint: &str) -> Result<Self, CloudError> {
        self.graph = origin(endpoint)?;
        let is_loopback = is_loopback(&self.graph);
        if self.graph.scheme() != "https" && !is_loopback {
            return Err(CloudError::NotEncrypted(endpoint.to_owned()));
        }
        "custom".clone_into(&mut self.name);
        Ok(self)
    }

    /// Puts the sign-in elsewhere. It is always encrypted: what goes there is a credential.
    pub fn with_login(mut self, endpoint: &str) -> Result<Self, CloudError> {
        self.login = origin(endpoint)?;
        if self.login.scheme() != "https" {
            return Err(CloudError::NotEncrypted(endpoint.to_owned()));
        }
        "custom".clone_into(&mut self.name);
        Ok(self)
    }

    /// Tells whether an origin is on this machine: a stand-in, and no cloud.
    pub fn is_local(origin: &Url) -> bool {
        is_loopback(origin) || origin.host_str() == Some("localhost")
    }

    /// Returns the name, `custom` for a pair of hosts.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the origin of the sign-in.
    pub const fn login(&self) -> &Url {
        &self.login
    }

    /// Returns the origin of Graph.
    pub const fn graph(&self) -> &Url {
        &self.graph
    }

    /// Returns the scope of a token for Graph.
    pub fn scope(&self) -> String {
        format!("{}.default", self.graph)
    }

    /// Returns for whom a federated assertion must be.
    pub const fn federation_audience(&self) -> &'static str {
        self.federation_audience
    }
}

/// Tells whether a URL leads to this machine by an address, which no name service decides.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address == Ipv4Addr::LOCALHOST || address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(_)) | None => false,
    }
}

/// Reads an origin: a scheme, a host, perhaps a port, and nothing else.
fn origin(text: &str) -> Result<Url, CloudError> {
    let wrong = || CloudError::NoOrigin(text.to_owned());
    let url: Url = text.parse().map_err(|_| wrong())?;
    let is_origin = matches!(url.scheme(), "https" | "http")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    is_origin.then_some(url).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_has_two_encrypted_origins() {
        for name in Cloud::names() {
            let cloud = Cloud::named(name).unwrap();
            assert_eq!(cloud.login().scheme(), "https", "{name}");
            assert_eq!(cloud.graph().scheme(), "https", "{name}");
        }
    }

    #[test]
    fn the_scope_is_that_of_the_clouds_own_graph() {
        let cloud = Cloud::named("china").unwrap();
        assert_eq!(
            cloud.scope(),
            "https://microsoftgraph.chinacloudapi.cn/.default"
        );
    }

    #[test]
    fn plain_http_is_for_a_loopback_address_only() {
        let global = || Cloud::named("global").unwrap();
        for loopback in ["http://127.0.0.1:8080", "http://[::1]:8080"] {
            assert!(global().with_graph(loopback).is_ok(), "{loopback}");
            assert!(global().with_login(loopback).is_err(), "{loopback}");
        }
        for other in [
            "http://localhost:8080",
            "http://graph.microsoft.com",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1",
        ] {
            assert!(global().with_graph(other).is_err(), "{other}");
        }
    }

    #[test]
    fn an_endpoint_is_an_origin_and_nothing_else() {
        for wrong in [
            "",
            "graph.microsoft.com",
            "https://user@graph.microsoft.com",
            "https://graph.microsoft.com/v1.0",
            "https://graph.microsoft.com?x",
            "ftp://graph.microsoft.com",
            "https://",
        ] {
            let cloud = Cloud::named("global").unwrap().with_graph(wrong);
            assert!(cloud.is_err(), "{wrong}");
        }
    }
}
