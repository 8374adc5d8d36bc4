//! The exchange itself: what each way sends, and to whom.
//!
//! In: a way with everything that it needs. Out: a text that `azure_identity`, or the environment, calls a token. The
//! credential of `azure_identity` is made anew each time, because it keeps the token that it got.

use std::fmt;
use std::sync::Arc;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::TokenCredential;
use azure_core::http::{ClientMethodOptions, ClientOptions, RetryOptions};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzurePipelinesCredential,
    AzurePipelinesCredentialOptions, ClientAssertion, ClientAssertionCredential,
    ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
    ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
    WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use jiff::Timestamp;
use reqwest::{Client, Url};

use super::again::Stop;
use super::azure_cli::Az;
use super::certificate::Certificate;
use super::choose::VIRTUAL_MACHINE;
use super::transport::{Failure, Purpose, Transport};
use super::{Application, SignIn, Way, github};
use crate::graph::cloud::Cloud;
use crate::graph::error::{Cause, GraphError};
use crate::graph::http::{self, Reach};
use crate::graph::token::Secret;

/// An assertion that was made before.
struct Assertion(Secret);

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Assertion")
    }
}

#[async_trait::async_trait]
impl ClientAssertion for Assertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(self.0.expose().to_owned())
    }
}

type Credential = azure_core::Result<Arc<dyn TokenCredential>>;

impl SignIn {
    /// Asks for a token.
    pub(super) async fn new_token(&self) -> Result<Secret, Stop> {
        match &self.way {
            Way::GithubOidc {
                application,
                url,
                token,
            } => {
                let audience = self.cloud.federation_audience();
                let client = self.client()?;
                let assertion = github::identity_token(client, url, token, audience).await?;
                self.assert(application, assertion).await
            }
            Way::ClientCertificate {
                application,
                file,
                password,
            } => {
                let certificate = Certificate::read(file, password.as_ref())?;
                let audience = token_endpoint(&self.cloud, application)?;
                let assertion =
                    certificate.assertion(&application.client_id, &audience, real_time())?;
                self.assert(application, assertion).await
            }
            Way::WorkloadIdentity { application, file } => {
                let make = |options| workload_identity(application, file.clone(), options);
                self.exchange(application, None, make).await
            }
            Way::AzurePipelines {
                application,
                connection,
                url,
                token,
            } => {
                let also = (Purpose::PipelineIdentity, url.clone());
                let make = |options| azure_pipelines(application, connection, token, options);
                self.exchange(application, Some(also), make).await
            }
            Way::ClientSecret {
                application,
                secret,
            } => {
                let make = |options| client_secret(application, secret, options);
                self.exchange(application, None, make).await
            }
            Way::ManagedIdentity {
                client_id,
                endpoint,
            } => self.managed_identity(client_id.as_ref(), endpoint).await,
            Way::AzureCli { tenant_id } => self.azure_cli(tenant_id.clone()).await,
            Way::AccessToken(token) => Ok(token.clone()),
        }
    }

    /// Exchanges an assertion for a token.
    async fn assert(&self, application: &Application, assertion: Secret) -> Result<Secret, Stop> {
        let make = |options| -> Credential {
            Ok(ClientAssertionCredential::new(
                application.tenant_id.clone(),
                application.client_id.clone(),
                Assertion(assertion),
                Some(assertion_options(options)),
            )?)
        };
        self.exchange(application, None, make).await
    }

    /// Sends the credential of an application to the token endpoint.
    async fn exchange(
        &self,
        application: &Application,
        also: Option<(Purpose, Url)>,
        credential: impl FnOnce(ClientOptions) -> Credential,
    ) -> Result<Secret, Stop> {
        let endpoint = token_endpoint(&self.cloud, application)?;
        let mut addresses = vec![(Purpose::Token, endpoint)];
        addresses.extend(also);
        let transport = Arc::new(Transport::new(self.client()?.clone(), addresses));
        let options = options(&self.cloud, Arc::clone(&transport));
        self.ask(credential(options), &transport.failure).await
    }

    /// Asks the platform. Its address is beneath this machine: plain HTTP, and no proxy may see it.
    async fn managed_identity(
        &self,
        client_id: Option<&String>,
        endpoint: &Url,
    ) -> Result<Secret, Stop> {
        let client: Client = http::client(Reach::Machine)?;
        let addresses = vec![(Purpose::ManagedIdentity, endpoint.clone())];
        let transport = Arc::new(Transport::new(client, addresses));
        let credential = ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
            user_assigned_id: client_id.cloned().map(UserAssignedId::ClientId),
            client_options: options(&self.cloud, Arc::clone(&transport)),
        }));
        let credential = credential.map(|it| it as Arc<dyn TokenCredential>);
        let asked = self.ask(credential, &transport.failure).await;
        if endpoint.as_str() == VIRTUAL_MACHINE {
            // Of a virtual machine's own service, azure_identity has asked six times by now.
            return asked.map_err(Stop::finally);
        }
        asked
    }

    async fn azure_cli(&self, tenant_id: Option<String>) -> Result<Secret, Stop> {
        let az = Arc::new(Az::default());
        let executor: Arc<dyn azure_identity::Executor> = Arc::clone(&az) as _;
        let credential = AzureCliCredential::new(Some(AzureCliCredentialOptions {
            subscription: None,
            tenant_id,
            executor: Some(executor),
        }));
        let credential = credential.map(|it| it as Arc<dyn TokenCredential>);
        self.ask(credential, &az.failure).await
    }

    /// Asks a credential for its token; what went wrong is what was kept, for its own errors show bodies.
    async fn ask(&self, credential: Credential, failure: &Failure) -> Result<Secret, Stop> {
        let scope = self.cloud.scope();
        let answer = match credential {
            Ok(credential) => credential.get_token(&[&scope], None).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(answer) => Ok(Secret::new(answer.token.secret())),
            Err(_) => Err(failure.take().unwrap_or_else(|| self.unusable().into())),
        }
    }

    /// Says that nothing was sent, or that the answer was none.
    fn unusable(&self) -> GraphError {
        let what = match &self.way {
            Way::WorkloadIdentity { .. } => {
                "the file of `AZURE_FEDERATED_TOKEN_FILE` cannot be read"
            }
            Way::AzurePipelines { .. } => "Azure Pipelines' answer holds no identity token",
            Way::ManagedIdentity { .. } => "the platform's answer holds no token",
            Way::AzureCli { .. } => "`az` answered with no token, or is older than version 2.54",
            Way::GithubOidc { .. }
            | Way::ClientCertificate { .. }
            | Way::AccessToken(_)
            | Way::ClientSecret { .. } => "the sign-in failed before anything was sent",
        };
        let method = self.method();
        GraphError::new(
            Cause::SignIn,
            what,
            format!("{method} is {}", method.summary()),
        )
    }
}

fn workload_identity(
    application: &Application,
    file: std::path::PathBuf,
    options: ClientOptions,
) -> Credential {
    let options = WorkloadIdentityCredentialOptions {
        credential_options: assertion_options(options),
        client_id: Some(application.client_id.clone()),
        tenant_id: Some(application.tenant_id.clone()),
        token_file_path: Some(file),
    };
    Ok(WorkloadIdentityCredential::new(Some(options))?)
}

fn azure_pipelines(
    application: &Application,
    connection: &str,
    token: &Secret,
    options: ClientOptions,
) -> Credential {
    let options = AzurePipelinesCredentialOptions {
        credential_options: assertion_options(options),
    };
    Ok(AzurePipelinesCredential::new(
        application.tenant_id.clone(),
        application.client_id.clone(),
        connection,
        token.expose().to_owned(),
        Some(options),
    )?)
}

fn client_secret(application: &Application, secret: &Secret, options: ClientOptions) -> Credential {
    Ok(ClientSecretCredential::new(
        &application.tenant_id,
        application.client_id.clone(),
        secret.expose().to_owned().into(),
        Some(ClientSecretCredentialOptions {
            client_options: options,
        }),
    )?)
}

/// The cloud is always named: without one, `azure_identity` would send the credential to `AZURE_AUTHORITY_HOST`.
fn options(cloud: &Cloud, transport: Arc<Transport>) -> ClientOptions {
    let mut configuration = CustomConfiguration::default();
    cloud
        .login()
        .as_str()
        .clone_into(&mut configuration.authority_host);
    ClientOptions {
        retry: RetryOptions::none(),
        transport: Some(azure_core::http::Transport::new(transport)),
        cloud: Some(Arc::new(CloudConfiguration::Custom(configuration))),
        ..ClientOptions::default()
    }
}

fn assertion_options(client_options: ClientOptions) -> ClientAssertionCredentialOptions {
    ClientAssertionCredentialOptions { client_options }
}

/// Returns the address to which the credential of an application goes.
fn token_endpoint(cloud: &Cloud, application: &Application) -> Result<Url, GraphError> {
    let path = format!("/{}/oauth2/v2.0/token", application.tenant_id);
    cloud.login().join(&path).map_err(|_| {
        GraphError::new(
            Cause::SignIn,
            "the tenant id that was given is none",
            "give a GUID or a domain in --tenant-id or AZURE_TENANT_ID",
        )
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "an assertion is dated for Entra, which has a clock of its own; no verdict hangs on it, and the instant of \
              judging may be another day"
)]
fn real_time() -> Timestamp {
    Timestamp::now()
}
