//! The ways of signing in, in the order in which they are tried. Help and messages are read from here.

use std::fmt;

/// A way of signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// The identity of a GitHub Actions job, federated with an application.
    GithubOidc,
    /// The identity of a Kubernetes pod, federated with an application.
    WorkloadIdentity,
    /// The service connection of an Azure Pipelines job, federated with an application.
    AzurePipelines,
    /// The identity of the Azure resource that runs the gate.
    ManagedIdentity,
    /// Whoever is signed in to the Azure CLI.
    AzureCli,
    /// A certificate of an application.
    ClientCertificate,
    /// A token that something else has got.
    AccessToken,
    /// A secret of an application: the very thing that the gate is there to remove.
    ClientSecret,
}

impl Method {
    /// Every way, in the order in which they are tried.
    pub const ALL: &'static [Self] = &[
        Self::GithubOidc,
        Self::WorkloadIdentity,
        Self::AzurePipelines,
        Self::ManagedIdentity,
        Self::AzureCli,
        Self::ClientCertificate,
        Self::AccessToken,
        Self::ClientSecret,
    ];

    /// Returns the name, as the command line spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GithubOidc => "github-oidc",
            Self::WorkloadIdentity => "workload-identity",
            Self::AzurePipelines => "azure-pipelines",
            Self::ManagedIdentity => "managed-identity",
            Self::AzureCli => "azure-cli",
            Self::ClientCertificate => "client-certificate",
            Self::AccessToken => "access-token",
            Self::ClientSecret => "client-secret",
        }
    }

    /// Returns what the way needs, for help.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::GithubOidc => {
                "the job's own identity on GitHub Actions; needs `permissions: id-token: write`, a federated \
                 credential on the application, and its client id and tenant id"
            }
            Self::WorkloadIdentity => {
                "the pod's own identity on Kubernetes; needs AZURE_FEDERATED_TOKEN_FILE, a client id and a tenant id"
            }
            Self::AzurePipelines => {
                "a service connection with workload identity federation; needs SYSTEM_ACCESSTOKEN mapped into the \
                 step, the service connection's id, a client id and a tenant id"
            }
            Self::ManagedIdentity => {
                "the identity of the App Service, Function or Container App that runs the gate, or of the virtual \
                 machine if asked for by name; a client id chooses a user-assigned identity"
            }
            Self::AzureCli => "whoever is signed in with `az login`",
            Self::ClientCertificate => {
                "a PEM or PFX file with an RSA key and its certificate (--certificate or \
                 AZURE_CLIENT_CERTIFICATE_PATH, password in AZURE_CLIENT_CERTIFICATE_PASSWORD), a client id and a \
                 tenant id"
            }
            Self::AccessToken => "a token for Graph in CREDGATE_ACCESS_TOKEN",
            Self::ClientSecret => {
                "AZURE_CLIENT_SECRET, a client id and a tenant id; discouraged, it is what the gate is there to remove"
            }
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut names: Vec<_> = Method::ALL.iter().map(|method| method.name()).collect();
        let is_kebab = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        assert!(names.iter().all(is_kebab));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Method::ALL.len());
    }
}
