//! Which way of signing in is configured.
//!
//! In: what the command line says, and the environment as it was handed in. Out: for each way, either everything that it
//! needs, or the pieces that are missing and how to set them. Nothing is sent; only the Azure CLI's own profile is read.

use std::path::PathBuf;

use reqwest::Url;

use super::method::Method;
use super::{Application, Wanted, Way, azure_cli};
use crate::graph::cloud::is_loopback;
use crate::graph::error::{Cause, GraphError};
use crate::graph::token::{Secret, flaw};
use crate::model::AppId;

/// Where the metadata service of a virtual machine answers, which `azure_identity` asks.
pub(super) const VIRTUAL_MACHINE: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

/// What was found out about one way.
pub(super) enum Found {
    /// Everything is there.
    Ready(Way),
    /// Pieces are missing, each named with how to set it; `begun` if what marks the way is there.
    Lacking {
        begun: bool,
        pieces: Vec<&'static str>,
    },
    /// Something is there and cannot be used.
    Wrong(GraphError),
}

/// The command line and the environment.
pub(super) struct Sources<'a> {
    pub(super) wanted: &'a Wanted,
    pub(super) environment: &'a dyn Fn(&str) -> Option<String>,
}

/// The pieces of a way as they are gathered.
#[derive(Default)]
struct Pieces {
    lacking: Vec<&'static str>,
}

impl Pieces {
    /// Takes a piece, or notes that it is missing.
    fn take<T: Default>(&mut self, piece: Option<T>, how: &'static str) -> T {
        piece.unwrap_or_else(|| {
            self.lacking.push(how);
            T::default()
        })
    }

    /// Makes the way if nothing is missing.
    fn found(self, begun: bool, way: impl FnOnce() -> Result<Way, GraphError>) -> Found {
        if !self.lacking.is_empty() {
            return Found::Lacking {
                begun,
                pieces: self.lacking,
            };
        }
        way().map_or_else(Found::Wrong, Found::Ready)
    }
}

const CLIENT: &str = "a client id (--client-id or AZURE_CLIENT_ID)";
const TENANT: &str = "a tenant id (--tenant-id or AZURE_TENANT_ID)";

impl Sources<'_> {
    /// Looks for a way.
    pub(super) fn find(&self, method: Method) -> Found {
        match method {
            Method::GithubOidc => self.github(),
            Method::WorkloadIdentity => self.workload_identity(),
            Method::AzurePipelines => self.azure_pipelines(),
            Method::ManagedIdentity => self.managed_identity(),
            Method::AzureCli => self.azure_cli(),
            Method::ClientCertificate => self.client_certificate(),
            Method::AccessToken => self.access_token(),
            Method::ClientSecret => self.client_secret(),
        }
    }

    /// Returns a variable; an empty one is not set.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name).filter(|value| !value.trim().is_empty())
    }

    fn is_asked_for(&self, method: Method) -> bool {
        self.wanted.method == Some(method)
    }

    fn tenant_id(&self) -> Option<String> {
        given(self.wanted.tenant_id.as_ref()).or_else(|| self.variable("AZURE_TENANT_ID"))
    }

    fn client_id(&self) -> Option<String> {
        given(self.wanted.client_id.as_ref()).or_else(|| self.variable("AZURE_CLIENT_ID"))
    }

    fn github(&self) -> Found {
        let url = self.variable("ACTIONS_ID_TOKEN_REQUEST_URL");
        let token = self.variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
        let begun = url.is_some() || token.is_some();
        let mut pieces = Pieces::default();
        let how = "the job's permission `id-token: write` (GitHub then sets ACTIONS_ID_TOKEN_REQUEST_URL and \
                   ACTIONS_ID_TOKEN_REQUEST_TOKEN)";
        let (url, token) = pieces.take(url.zip(token), how);
        let client = pieces.take(self.client_id(), CLIENT);
        let tenant = pieces.take(self.tenant_id(), TENANT);
        pieces.found(begun, || {
            Ok(Way::GithubOidc {
                application: application(tenant, client)?,
                url: platform_url(&url, "ACTIONS_ID_TOKEN_REQUEST_URL")?,
                token: header_value(token, "ACTIONS_ID_TOKEN_REQUEST_TOKEN")?,
            })
        })
    }

    fn workload_identity(&self) -> Found {
        let file = self.variable("AZURE_FEDERATED_TOKEN_FILE");
        let begun = file.is_some();
        let mut pieces = Pieces::default();
        let file = pieces.take(
            file,
            "AZURE_FEDERATED_TOKEN_FILE (set by the workload identity webhook of the cluster)",
        );
        let client = pieces.take(self.client_id(), CLIENT);
        let tenant = pieces.take(self.tenant_id(), TENANT);
        pieces.found(begun, || {
            Ok(Way::WorkloadIdentity {
                application: application(tenant, client)?,
                file: PathBuf::from(file),
            })
        })
    }

    fn azure_pipelines(&self) -> Found {
        let url = self.variable("SYSTEM_OIDCREQUESTURI");
        let begun = url.is_some();
        let connection = given(self.wanted.service_connection_id.as_ref())
            .or_else(|| self.variable("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"));
        let client = given(self.wanted.client_id.as_ref())
            .or_else(|| self.variable("AZURESUBSCRIPTION_CLIENT_ID"))
            .or_else(|| self.client_id());
        let tenant = given(self.wanted.tenant_id.as_ref())
            .or_else(|| self.variable("AZURESUBSCRIPTION_TENANT_ID"))
            .or_else(|| self.tenant_id());
        let mut pieces = Pieces::default();
        let url = pieces.take(url, "SYSTEM_OIDCREQUESTURI (set by Azure Pipelines)");
        let token = pieces.take(
            self.variable("SYSTEM_ACCESSTOKEN"),
            "the job's token (`env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)` on the step)",
        );
        let connection = pieces.take(
            connection,
            "the id of a service connection (--service-connection-id or AZURESUBSCRIPTION_SERVICE_CONNECTION_ID)",
        );
        let client = pieces.take(client, CLIENT);
        let tenant = pieces.take(tenant, TENANT);
        pieces.found(begun, || {
            Ok(Way::AzurePipelines {
                application: application(tenant, client)?,
                connection,
                url: platform_url(&url, "SYSTEM_OIDCREQUESTURI")?,
                token: header_value(token, "SYSTEM_ACCESSTOKEN")?,
            })
        })
    }

    /// App Service, Functions and Container Apps have an endpoint and a header. A virtual machine shows nothing in the
    /// environment, and Cloud Shell, Azure Machine Learning, Azure Arc and Service Fabric have protocols that
    /// `azure_identity` does not speak; so these are no default, and Cloud Shell goes on to `az`.
    fn managed_identity(&self) -> Found {
        let endpoint = self.variable("IDENTITY_ENDPOINT");
        let header = self.variable("IDENTITY_HEADER");
        let fabric = self.variable("IDENTITY_SERVER_THUMBPRINT");
        let old = self.variable("MSI_ENDPOINT");
        let arc = self.variable("IMDS_ENDPOINT");
        let is_asked_for = self.is_asked_for(Method::ManagedIdentity);
        let endpoint = match (endpoint, header, fabric, old) {
            (Some(endpoint), Some(_), None, _) => endpoint,
            _ if !is_asked_for => {
                return Found::Lacking {
                    begun: false,
                    pieces: vec!["IDENTITY_ENDPOINT and IDENTITY_HEADER (set by App Service)"],
                };
            }
            (Some(_), None, _, _) if arc.is_none() => VIRTUAL_MACHINE.to_owned(),
            (None, _, _, None) => VIRTUAL_MACHINE.to_owned(),
            _ => return Found::Wrong(other_platform()),
        };
        Pieces::default().found(true, || {
            Ok(Way::ManagedIdentity {
                client_id: self.client_id().map(client_id).transpose()?,
                endpoint: endpoint.parse().map_err(|_| no_url("IDENTITY_ENDPOINT"))?,
            })
        })
    }

    fn azure_cli(&self) -> Found {
        let mut pieces = Pieces::default();
        let begun = azure_cli::is_signed_in(self);
        // Who asks for it by name learns from `az` itself whether somebody is signed in.
        if !begun && !self.is_asked_for(Method::AzureCli) {
            pieces
                .lacking
                .push("somebody who is signed in (`az login`)");
        }
        if !azure_cli::is_installed(self) {
            let how = "`az` in `PATH` (install the Azure CLI)";
            pieces.lacking.push(how);
        }
        pieces.found(begun, || {
            Ok(Way::AzureCli {
                tenant_id: self.tenant_id().map(tenant_id).transpose()?,
            })
        })
    }

    fn client_certificate(&self) -> Found {
        let file = self.wanted.certificate.clone();
        let variable = || {
            self.variable("AZURE_CLIENT_CERTIFICATE_PATH")
                .map(PathBuf::from)
        };
        let file = file.or_else(variable);
        let begun = file.is_some();
        let mut pieces = Pieces::default();
        let file = pieces.take(
            file,
            "a file with certificate and key (--certificate or AZURE_CLIENT_CERTIFICATE_PATH)",
        );
        let client = pieces.take(self.client_id(), CLIENT);
        let tenant = pieces.take(self.tenant_id(), TENANT);
        let password = self.variable("AZURE_CLIENT_CERTIFICATE_PASSWORD");
        pieces.found(begun, || {
            Ok(Way::ClientCertificate {
                application: application(tenant, client)?,
                file,
                password: password.map(Secret::new),
            })
        })
    }

    fn access_token(&self) -> Found {
        let token = self.variable("CREDGATE_ACCESS_TOKEN");
        let begun = token.is_some();
        let mut pieces = Pieces::default();
        let token = pieces.take(token, "CREDGATE_ACCESS_TOKEN");
        pieces.found(begun, || {
            header_value(token, "CREDGATE_ACCESS_TOKEN").map(Way::AccessToken)
        })
    }

    fn client_secret(&self) -> Found {
        let secret = self.variable("AZURE_CLIENT_SECRET");
        let begun = secret.is_some();
        let mut pieces = Pieces::default();
        let secret = pieces.take(secret, "AZURE_CLIENT_SECRET");
        let client = pieces.take(self.client_id(), CLIENT);
        let tenant = pieces.take(self.tenant_id(), TENANT);
        pieces.found(begun, || {
            Ok(Way::ClientSecret {
                application: application(tenant, client)?,
                secret: Secret::new(secret),
            })
        })
    }
}

/// Returns what the command line gives; an empty text gives nothing.
fn given(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).cloned()
}

fn application(tenant: String, client: String) -> Result<Application, GraphError> {
    Ok(Application {
        tenant_id: tenant_id(tenant)?,
        client_id: client_id(client)?,
    })
}

fn wrong(what: String, remedy: &'static str) -> GraphError {
    GraphError::new(Cause::SignIn, what, remedy)
}

/// Checks a tenant, which becomes part of a URL and of the command line of `az`.
fn tenant_id(text: String) -> Result<String, GraphError> {
    let text = trimmed(text);
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let is_name = text.bytes().all(is_letter)
        && text.len() <= 253
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && !text.contains("..");
    if is_name {
        return Ok(text);
    }
    Err(wrong(
        "the tenant id that was given is none".to_owned(),
        "give a GUID or a domain such as contoso.onmicrosoft.com in --tenant-id or AZURE_TENANT_ID",
    ))
}

fn client_id(text: String) -> Result<String, GraphError> {
    let text = trimmed(text);
    if text.parse::<AppId>().is_ok() {
        return Ok(text);
    }
    Err(wrong(
        "the client id that was given is no GUID".to_owned(),
        "give the application (client) id in --client-id or AZURE_CLIENT_ID, not a name, an object id or a URL",
    ))
}

fn trimmed(text: String) -> String {
    match text.trim() {
        same if same.len() == text.len() => text,
        shorter => shorter.to_owned(),
    }
}

/// Checks a URL of the platform, to which a token of the platform goes.
fn platform_url(text: &str, variable: &'static str) -> Result<Url, GraphError> {
    let url: Url = text.trim().parse().map_err(|_| no_url(variable))?;
    if url.scheme() == "https" || is_loopback(&url) {
        Ok(url)
    } else {
        Err(no_url(variable))
    }
}

fn no_url(variable: &'static str) -> GraphError {
    wrong(
        format!("`{variable}` is no URL that starts with https://"),
        "it is set by the platform: do not set it yourself",
    )
}

/// Checks a text that becomes part of a header; white space at its ends is none of it.
fn header_value(text: String, variable: &'static str) -> Result<Secret, GraphError> {
    let whole = Secret::new(text);
    let text = whole.expose().trim();
    if let Some(flaw) = flaw(text) {
        return Err(wrong(
            format!("`{variable}` holds no token: {flaw}"),
            "set it to the token alone, in one line",
        ));
    }
    Ok(Secret::new(text))
}

fn other_platform() -> GraphError {
    wrong(
        "the managed identity of this platform (Cloud Shell, Azure Machine Learning, Azure Arc, Service Fabric) is not \
         supported"
            .to_owned(),
        "use --auth azure-cli in Cloud Shell, elsewhere --auth workload-identity or --auth client-certificate",
    )
}
