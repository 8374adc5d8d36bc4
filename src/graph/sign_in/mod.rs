//! The sign-in: a token for Graph, by the first way that is configured or by the one that was asked for.
//!
//! In: what the command line says, the environment as it is handed in, a cloud. Out: a new token each time one is asked
//! for. A credential goes to the token endpoint of the cloud and nowhere else, whatever `AZURE_AUTHORITY_HOST` says. The
//! addresses that the platform names (`IDENTITY_ENDPOINT`, `ACTIONS_ID_TOKEN_REQUEST_URL`, `SYSTEM_OIDCREQUESTURI`) get
//! only the platform's own tokens, never the one for Graph. Nothing secret is shown, in no error and by no `Debug`.

mod again;
mod azure_cli;
mod certificate;
mod choose;
mod github;
mod method;
mod refusal;
mod transport;
mod way;

use std::fmt::{self, Write as _};
use std::path::PathBuf;
use std::sync::OnceLock;

use reqwest::{Client, Url};
use tokio::time::{Instant, timeout_at};

use self::again::Attempts;
pub(super) use self::again::Patience;
use self::choose::{Found, Sources};
pub use self::method::Method;
use super::cloud::Cloud;
use super::error::{Cause, GraphError};
use super::http::{self, Reach};
use super::limits::Limits;
use super::token::{Secret, Token};

/// What the command line says of the sign-in; everything else comes from the environment.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The way that is asked for.
    pub method: Option<Method>,
    /// The tenant: a GUID or a domain.
    pub tenant_id: Option<String>,
    /// The application, or a user-assigned managed identity.
    pub client_id: Option<String>,
    /// A PEM or PFX file with a certificate and its key.
    pub certificate: Option<PathBuf>,
    /// A service connection of Azure Pipelines.
    pub service_connection_id: Option<String>,
}

impl Wanted {
    /// Returns the way that is asked for, by its name or by what serves no other.
    fn asked_for(&self) -> Option<Method> {
        let certificate = self.certificate.as_ref();
        let connection = self.service_connection_id.as_ref();
        self.method
            .or(certificate.map(|_| Method::ClientCertificate))
            .or(connection.map(|_| Method::AzurePipelines))
    }
}

/// The application that signs in.
struct Application {
    tenant_id: String,
    client_id: String,
}

/// A way of signing in with everything that it needs.
enum Way {
    GithubOidc {
        application: Application,
        url: Url,
        token: Secret,
    },
    WorkloadIdentity {
        application: Application,
        file: PathBuf,
    },
    AzurePipelines {
        application: Application,
        connection: String,
        url: Url,
        token: Secret,
    },
    ManagedIdentity {
        client_id: Option<String>,
        endpoint: Url,
    },
    AzureCli {
        tenant_id: Option<String>,
    },
    ClientCertificate {
        application: Application,
        file: PathBuf,
        password: Option<Secret>,
    },
    AccessToken(Secret),
    ClientSecret {
        application: Application,
        secret: Secret,
    },
}

impl Way {
    const fn application(&self) -> Option<&Application> {
        match self {
            Self::GithubOidc { application, .. }
            | Self::WorkloadIdentity { application, .. }
            | Self::AzurePipelines { application, .. }
            | Self::ClientCertificate { application, .. }
            | Self::ClientSecret { application, .. } => Some(application),
            Self::ManagedIdentity { .. } | Self::AzureCli { .. } | Self::AccessToken(_) => None,
        }
    }
}

/// A way of signing in that is ready to be used.
pub struct SignIn {
    method: Method,
    way: Way,
    also_configured: Vec<Method>,
    cloud: Cloud,
    client: OnceLock<Client>,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("method", &self.method)
            .field("tenant_id", &self.tenant_id())
            .field("client_id", &self.client_id())
            .field("also_configured", &self.also_configured)
            .field("cloud", &self.cloud.name())
            .finish_non_exhaustive()
    }
}

impl SignIn {
    /// Chooses the first way that is configured, in the order of [`Method::ALL`], or the one that was asked for: by its
    /// name, or by a certificate or a service connection, which serve no other way.
    pub fn choose(
        wanted: &Wanted,
        environment: &dyn Fn(&str) -> Option<String>,
        cloud: &Cloud,
    ) -> Result<Self, GraphError> {
        let asked_for = wanted.asked_for();
        let sources = Sources {
            wanted,
            environment,
        };
        let mut chosen = None;
        let mut also_configured = Vec::new();
        let mut begun = Vec::new();
        for &method in Method::ALL {
            let is_candidate = chosen.is_none() && asked_for.is_none_or(|it| it == method);
            match sources.find(method) {
                Found::Ready(way) if is_candidate => chosen = Some((method, way)),
                Found::Wrong(error) if is_candidate => return Err(error),
                Found::Ready(_) | Found::Wrong(_) => also_configured.push(method),
                Found::Lacking { pieces, .. } if asked_for == Some(method) => {
                    return Err(lacking(method, &pieces));
                }
                Found::Lacking {
                    begun: true,
                    pieces,
                } => begun.push((method, pieces)),
                Found::Lacking { begun: false, .. } => {}
            }
        }
        let (method, way) = chosen.ok_or_else(|| nothing_configured(&begun))?;
        Ok(Self {
            method,
            way,
            also_configured,
            cloud: cloud.clone(),
            client: OnceLock::new(),
        })
    }

    /// Returns the way.
    pub const fn method(&self) -> Method {
        self.method
    }

    /// Returns the other ways that are configured, and not used.
    pub fn also_configured(&self) -> &[Method] {
        &self.also_configured
    }

    /// Returns a sentence that a person must read.
    pub fn warning(&self) -> Option<&'static str> {
        match self.method {
            Method::ClientSecret => Some(
                "signing in with a client secret, the very thing that this gate is there to remove; use a federated \
                 credential instead (--auth github-oidc, workload-identity or azure-pipelines)",
            ),
            Method::GithubOidc
            | Method::WorkloadIdentity
            | Method::AzurePipelines
            | Method::ManagedIdentity
            | Method::AzureCli
            | Method::ClientCertificate
            | Method::AccessToken => None,
        }
    }

    /// Returns the tenant that was configured: a GUID or a domain.
    pub fn tenant_id(&self) -> Option<&str> {
        if let Way::AzureCli { tenant_id } = &self.way {
            return tenant_id.as_deref();
        }
        Some(&self.way.application()?.tenant_id)
    }

    /// Returns the application or the user-assigned identity that was configured.
    pub fn client_id(&self) -> Option<&str> {
        if let Way::ManagedIdentity { client_id, .. } = &self.way {
            return client_id.as_deref();
        }
        Some(&self.way.application()?.client_id)
    }

    /// Gets a new token, never one that was kept. It needs a runtime of tokio with time and I/O switched on.
    pub async fn token(&self) -> Result<Token, GraphError> {
        self.token_within(&Limits::default()).await
    }

    /// Gets a new token within limits of time and attempts.
    pub async fn token_within(&self, limits: &Limits) -> Result<Token, GraphError> {
        let patience = Patience {
            limits: *limits,
            until: Instant::now() + limits.total,
            watch: None,
        };
        let token = timeout_at(patience.until, self.token_until(&patience)).await;
        token.unwrap_or_else(|_| Err(out_of_time(limits)))
    }

    /// Gets a new token. Whatever may pass by itself is tried again as long as there is time.
    pub(super) async fn token_until(&self, patience: &Patience) -> Result<Token, GraphError> {
        let mut attempts = Attempts::default();
        loop {
            match self.new_token().await {
                Ok(token) => return self.checked(token),
                Err(stop) => attempts.next(stop, patience).await?,
            }
        }
    }

    /// Checks that a token is one for Graph.
    fn checked(&self, token: Secret) -> Result<Token, GraphError> {
        let token = Token::new(token)?;
        if token.claims().is_for(&self.cloud) {
            return Ok(token);
        }
        let whose = token.claims().cloud();
        let whose = whose.as_ref().map_or("another service", Cloud::name);
        let graph = self.cloud.graph().host_str().unwrap_or_default();
        Err(GraphError::new(
            Cause::SignIn,
            format!("the token is for {whose}, not for `{graph}`"),
            "get a token for Graph, of the cloud that is read; or choose the cloud that the token is for",
        ))
    }

    /// Returns the client through which the requests of this run go: the sign-in's and Graph's.
    pub(super) fn client(&self) -> Result<&Client, GraphError> {
        if self.client.get().is_none() {
            // Two that come at once make two, and one is kept.
            let _ = self.client.set(http::client(Reach::of(&self.cloud))?);
        }
        self.client.get().ok_or_else(|| {
            GraphError::new(Cause::Network, "there is no HTTP client", "run it again")
        })
    }
}

fn out_of_time(limits: &Limits) -> GraphError {
    GraphError::new(
        Cause::Limit,
        format!(
            "limit of {} s reached before the sign-in was answered",
            limits.total.as_secs()
        ),
        "try again later, or give more time with --graph-timeout",
    )
}

/// Says what a way that was asked for lacks.
fn lacking(method: Method, pieces: &[&str]) -> GraphError {
    GraphError::new(
        Cause::SignIn,
        format!("--auth {method} lacks {}", pieces.join(", ")),
        format!("it is {}", method.summary()),
    )
}

/// Says that there is no way, and which are the best.
fn nothing_configured(begun: &[(Method, Vec<&str>)]) -> GraphError {
    let mut what = "no sign-in is configured".to_owned();
    for (method, pieces) in begun {
        let _ = write!(what, "; {method} lacks {}", pieces.join(", "));
    }
    GraphError::new(
        Cause::SignIn,
        what,
        "on GitHub Actions give the job `permissions: id-token: write` with AZURE_CLIENT_ID and AZURE_TENANT_ID \
         (github-oidc), on your machine run `az login` (azure-cli), or put a token for Graph into \
         CREDGATE_ACCESS_TOKEN (access-token)",
    )
}

#[cfg(test)]
mod tests;
