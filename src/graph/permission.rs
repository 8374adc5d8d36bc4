//! The rights that reading a tenant takes, and how they are granted.

use super::error::{Cause, GraphError};
use super::sign_in::{Method, SignIn};

/// An application permission of Microsoft Graph.
#[derive(Clone, Copy, Debug)]
pub struct Permission {
    /// Its name, also as a delegated permission.
    pub name: &'static str,
    /// The id of its app role.
    /// <https://learn.microsoft.com/graph/permissions-reference>
    pub role: &'static str,
}

/// Reads applications, service principals, owners and federated credentials.
pub const APPLICATION_READ_ALL: Permission = Permission {
    name: "Application.Read.All",
    role: "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
};

/// Reads the app management policies.
pub const POLICY_READ_ALL: Permission = Permission {
    name: "Policy.Read.All",
    role: "246dd0d5-5bd0-4def-940b-0421030a5b68",
};

impl Permission {
    /// Returns how it is granted to whoever signs in.
    pub fn grant(&self, sign_in: &SignIn) -> String {
        let Self { name, role, .. } = self;
        match sign_in.method() {
            // Nobody can give more to Microsoft's own client.
            Method::AzureCli => format!(
                "the Azure CLI's own client does not have it: sign in as a client of yours that has (`az login --service-principal`, or another --auth), or as somebody whose role reads the directory; needed is {name}"
            ),
            Method::ManagedIdentity => format!(
                "grant it to the identity: `New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId <object id> -PrincipalId <object id> -ResourceId (Get-MgServicePrincipal -Filter \"appId eq '00000003-0000-0000-c000-000000000000'\").Id -AppRoleId {role}`"
            ),
            Method::GithubOidc
            | Method::WorkloadIdentity
            | Method::AzurePipelines
            | Method::ClientCertificate
            | Method::AccessToken
            | Method::ClientSecret => {
                let id = sign_in.client_id().unwrap_or("<client id>");
                format!(
                    "grant it: `az ad app permission add --id {id} --api 00000003-0000-0000-c000-000000000000 --api-permissions {role}=Role && az ad app permission admin-consent --id {id}`"
                )
            }
        }
    }

    /// Returns the error for a request that needs it.
    pub(super) fn missing(&self, what: &str, sign_in: &SignIn) -> GraphError {
        let name = self.name;
        GraphError::new(
            Cause::Permission,
            format!("reading {what} needs {name}, which the sign-in lacks (403)"),
            self.grant(sign_in),
        )
    }
}
