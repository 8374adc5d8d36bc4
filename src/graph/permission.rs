//! The rights that reading a tenant takes, and how they are granted.

use super::error::{Cause, GraphError};

/// An application permission of Microsoft Graph.
#[derive(Clone, Copy, Debug)]
pub struct Permission {
    /// Its name, also as a delegated permission.
    pub name: &'static str,
    /// The id of its app role.
    /// <https://learn.microsoft.com/graph/permissions-reference>
    pub role: &'static str,
    /// What it lets credgate see.
    pub shows: &'static str,
    /// Permissions that include it.
    pub included_in: &'static [&'static str],
}

/// Reads applications, service principals, owners and federated credentials.
pub const APPLICATION_READ_ALL: Permission = Permission {
    name: "Application.Read.All",
    role: "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    shows: "applications, service principals, owners, federated credentials",
    included_in: &[
        "Application.Read.All",
        "Application.ReadWrite.All",
        "Application.ReadWrite.OwnedBy",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ],
};

/// Reads the app management policies.
pub const POLICY_READ_ALL: Permission = Permission {
    name: "Policy.Read.All",
    role: "246dd0d5-5bd0-4def-940b-0421030a5b68",
    shows: "the tenant's app management policies",
    included_in: &["Policy.Read.All", "Policy.Read.ApplicationConfiguration"],
};

impl Permission {
    /// Returns the commands that grant it to a client.
    pub fn grant(&self, client_id: Option<&str>) -> String {
        let id = client_id.unwrap_or("<client id>");
        format!(
            "az ad app permission add --id {id} --api 00000003-0000-0000-c000-000000000000 --api-permissions {}=Role && az ad app permission admin-consent --id {id}",
            self.role
        )
    }

    /// Returns the error for a request that needs it.
    pub(super) fn missing(&self, what: &str, client_id: Option<&str>) -> GraphError {
        let name = self.name;
        GraphError::new(
            Cause::Permission,
            format!("reading {what} needs {name}, which the sign-in lacks (403)"),
            format!("grant it: `{}`", self.grant(client_id)),
        )
    }
}
