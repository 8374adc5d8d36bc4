//! What is asked for: paths and queries on Graph.

use reqwest::Url;

use super::ranges::Range;
use crate::graph::client::Client;
use crate::graph::error::GraphError;

/// The members of applications that are asked for. Naming `keyCredentials` brings their public keys, too, which show
/// whether a certificate is usable, and has a limit of 150 requests a minute; nothing secret is among them.
pub(super) const APPLICATION: &[&str] = &[
    "id",
    "appId",
    "displayName",
    "createdDateTime",
    "tokenEncryptionKeyId",
    "passwordCredentials",
    "keyCredentials",
];

/// The members of service principals that are asked for.
pub(super) const SERVICE_PRINCIPAL: &[&str] = &[
    "id",
    "appId",
    "displayName",
    "servicePrincipalType",
    "appOwnerOrganizationId",
    "preferredSingleSignOnMode",
    "preferredTokenSigningKeyThumbprint",
    "tokenEncryptionKeyId",
    "passwordCredentials",
    "keyCredentials",
];

/// The largest page that Graph sends.
const TOP: u32 = 999;

/// A list that can be asked for whole or in parts.
#[derive(Clone, Debug)]
pub(super) struct Query {
    path: &'static str,
    select: &'static [&'static str],
    expand: Option<&'static str>,
    top: u32,
}

impl Query {
    /// Asks for the objects of a list.
    pub(super) const fn new(path: &'static str, select: &'static [&'static str]) -> Self {
        Self {
            path,
            select,
            expand: None,
            top: TOP,
        }
    }

    /// Asks for related objects besides.
    pub(super) const fn expanding(mut self, relation: &'static str) -> Self {
        self.expand = Some(relation);
        self
    }

    /// Asks for one object, to find out what the server can do.
    pub(super) const fn of_one(mut self) -> Self {
        self.top = 1;
        self
    }

    /// Returns the version of Graph that is asked.
    pub(super) fn version(&self) -> &'static str {
        if self.path.starts_with("/beta/") {
            "/beta"
        } else {
            "/v1.0"
        }
    }

    /// Returns the URL of the first page.
    pub(super) fn url(&self, client: &Client, range: Option<Range>) -> Result<Url, GraphError> {
        let mut path = format!(
            "{}?$top={}&$select={}",
            self.path,
            self.top,
            self.select.join(",")
        );
        if let Some(relation) = self.expand {
            path.push_str("&$expand=");
            path.push_str(relation);
        }
        if let Some(range) = range {
            path.push_str("&$filter=");
            path.push_str(&range.filter());
        }
        client.url(&path)
    }
}
