//! How `azure_identity` reaches the network: through the client that Graph's requests use, to the addresses of the chosen
//! way and to no other.
//!
//! In: a request that `azure_identity` makes. Out: its answer, if it is one. What went wrong is kept here as an error of
//! ours, because the errors of `azure_identity` show bodies. Nothing is sent twice from here: whether the sign-in is tried
//! again is decided where it begins.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::Headers;
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Method, Request};
use reqwest::header::HeaderMap;
use reqwest::{Client, Url};
use serde::Deserialize;

use super::again::{Later, Stop};
use super::refusal;
use crate::graph::error::{Cause, GraphError};
use crate::graph::failure;
use crate::graph::http::{self, Unread};
use crate::graph::token::{Secret, flaw};
use crate::graph::wait::{self, Busy};

/// The most bytes that an answer may have.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

/// How long one exchange may take, from the connection to the last byte.
pub(super) const EXCHANGE: Duration = Duration::from_secs(60);

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Entra's token endpoint.
    Token,
    /// The identity tokens of Azure Pipelines.
    PipelineIdentity,
    /// The managed identity of the platform.
    ManagedIdentity,
}

impl Purpose {
    const fn method(self) -> Method {
        match self {
            Self::Token | Self::PipelineIdentity => Method::Post,
            Self::ManagedIdentity => Method::Get,
        }
    }
}

/// What went wrong last.
#[derive(Debug, Default)]
pub(super) struct Failure(Mutex<Option<Stop>>);

impl Failure {
    /// Keeps an error, and gives `azure_identity` one that says nothing.
    pub(super) fn keep(&self, stop: impl Into<Stop>) -> Error {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(stop.into());
        Error::with_message(ErrorKind::Other, "see the failure that was kept")
    }

    /// Takes the error out.
    pub(super) fn take(&self) -> Option<Stop> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The transport of one sign-in.
pub(super) struct Transport {
    client: Client,
    addresses: Vec<(Purpose, Url)>,
    pub(super) failure: Failure,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").finish_non_exhaustive()
    }
}

/// An answer as it was received.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Transport {
    pub(super) fn new(client: Client, addresses: Vec<(Purpose, Url)>) -> Self {
        Self {
            client,
            addresses,
            failure: Failure::default(),
        }
    }

    /// Tells what a request is for; nothing if it goes elsewhere than the chosen way goes.
    fn purpose(&self, request: &Request) -> Option<Purpose> {
        let to = request.url();
        let known = self.addresses.iter().find(|(purpose, url)| {
            purpose.method() == request.method()
                && url.origin() == to.origin()
                && url.path() == to.path()
        });
        known.map(|(purpose, _)| *purpose)
    }

    async fn exchange(&self, request: &Request) -> Result<Answer, Stop> {
        let purpose = self.purpose(request).ok_or_else(elsewhere)?;
        let answer = self.send(purpose, request).await?;
        self.judge(purpose, request, answer)
    }

    async fn send(&self, purpose: Purpose, request: &Request) -> Result<Answer, Stop> {
        let host = request.url().host_str().unwrap_or_default();
        let method = match purpose {
            Purpose::Token | Purpose::PipelineIdentity => reqwest::Method::POST,
            Purpose::ManagedIdentity => reqwest::Method::GET,
        };
        let Body::Bytes(body) = request.body().clone() else {
            return Err(elsewhere().into());
        };
        let mut builder = self.client.request(method, request.url().clone());
        let headers = request.headers().iter();
        for (name, value) in headers.filter(|(name, _)| name.as_str() != "user-agent") {
            builder = builder.header(name.as_str(), value.as_str());
        }
        let sent = builder.timeout(EXCHANGE).body(body).send().await;
        let broken = |error: &reqwest::Error| Stop::unanswered(failure::of(error, host));
        let response = sent.map_err(|error| match purpose {
            Purpose::ManagedIdentity => Stop::unanswered((nothing_answers(), true)),
            Purpose::Token | Purpose::PipelineIdentity => broken(&error),
        })?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = match http::bounded(response, MOST_BYTES).await {
            Ok(body) => body,
            Err(Unread::Broken(error)) => return Err(broken(&error)),
            Err(Unread::TooLong) => return Err(too_long().into()),
        };
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    /// Decides what may go on to `azure_identity`.
    fn judge(&self, purpose: Purpose, request: &Request, answer: Answer) -> Result<Answer, Stop> {
        if answer.status == 407 {
            return Err(failure::proxy_wants_sign_in().into());
        }
        let stop = |why| Stop::answered(answer.status, &answer.headers, why);
        let is_success = (200..300).contains(&answer.status);
        match purpose {
            Purpose::Token if is_success => {
                has_token(request, &answer)?;
                Ok(answer)
            }
            Purpose::Token => Err(refused(&answer)),
            Purpose::PipelineIdentity if answer.status == 200 => Ok(answer),
            Purpose::PipelineIdentity => Err(stop(no_pipeline_identity(answer.status))),
            Purpose::ManagedIdentity if is_success => Ok(answer),
            // azure_identity knows which answers of the metadata service mean «not yet», and asks again.
            Purpose::ManagedIdentity => {
                let stop = stop(no_managed_identity(answer.status));
                self.failure.keep(stop);
                Ok(Answer {
                    body: Vec::new(),
                    ..answer
                })
            }
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for Transport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let answer = self.exchange(request).await;
        let answer = answer.map_err(|error| self.failure.keep(error))?;
        Ok(AsyncRawResponse::from_bytes(
            answer.status.into(),
            Headers::new(),
            answer.body,
        ))
    }
}

/// Says why the token endpoint gave no token, and whether it may give one later.
fn refused(answer: &Answer) -> Stop {
    let is_refusal = (400..500).contains(&answer.status);
    match refusal::code_in_json(&answer.body).filter(|_| is_refusal) {
        Some(code) if refusal::may_pass(code) => Stop::Later(Later {
            why: refusal::refused(code),
            wait: wait::asked_for(&answer.headers),
            busy: Some(Busy::Failing),
        }),
        Some(code) => Stop::answered(answer.status, &answer.headers, refusal::refused(code)),
        None => {
            let why = refusal::no_token(answer.status, &answer.body);
            Stop::answered(answer.status, &answer.headers, why)
        }
    }
}

/// Checks that a token came, and that it is none of what was sent: an endpoint that echoes would otherwise make Graph
/// receive the credential.
fn has_token(request: &Request, answer: &Answer) -> Result<(), GraphError> {
    #[derive(Deserialize)]
    struct TokenAnswer {
        access_token: String,
    }
    let token: TokenAnswer = serde_json::from_slice(&answer.body)
        .map_err(|_| refusal::no_token(answer.status, &answer.body))?;
    let token = Secret::new(token.access_token);
    if let Some(flaw) = flaw(token.expose()) {
        return Err(GraphError::new(
            Cause::SignIn,
            format!("the token endpoint answered with something that is no token: {flaw}"),
            "check the login endpoint; a proxy may stand between",
        ));
    }
    let Body::Bytes(sent) = request.body() else {
        return Err(elsewhere());
    };
    let echoes = |(_, value): (_, std::borrow::Cow<'_, str>)| value == token.expose();
    if url::form_urlencoded::parse(sent).any(echoes) {
        return Err(GraphError::new(
            Cause::SignIn,
            "the token endpoint sent back what it was sent",
            "check the login endpoint; whatever answers there has seen the credential",
        ));
    }
    Ok(())
}

fn elsewhere() -> GraphError {
    GraphError::new(
        Cause::SignIn,
        "the sign-in wanted to send a request elsewhere than the chosen way goes, and was stopped",
        "check the variables of the platform, and sign in another way with --auth",
    )
}

pub(super) fn too_long() -> GraphError {
    GraphError::new(
        Cause::SignIn,
        "the answer to the sign-in is longer than a token can be",
        "check the login endpoint; a proxy may stand between",
    )
}

fn no_pipeline_identity(status: u16) -> GraphError {
    GraphError::new(
        Cause::SignIn,
        format!("Azure Pipelines gave no identity token ({status})"),
        "check the id of the service connection, that the pipeline may use it, and that the step maps \
         `SYSTEM_ACCESSTOKEN: $(System.AccessToken)`",
    )
}

fn no_managed_identity(status: u16) -> GraphError {
    GraphError::new(
        Cause::SignIn,
        format!("the platform gave no token for a managed identity ({status})"),
        "assign an identity to the resource; for a user-assigned one give its client id with --client-id",
    )
}

fn nothing_answers() -> GraphError {
    GraphError::new(
        Cause::Network,
        "the service for managed identities does not answer: this may be no Azure resource",
        "run the gate on an Azure resource with an identity, or sign in another way with --auth",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transport() -> Transport {
        let login = "https://login.example/tenant/oauth2/v2.0/token";
        let client = http::client(http::Reach::Machine).unwrap();
        Transport::new(client, vec![(Purpose::Token, login.parse().unwrap())])
    }

    fn answer(status: u16, retry_after: Option<&str>, body: &str) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(reqwest::header::RETRY_AFTER, value.parse().unwrap());
        }
        Answer {
            status,
            headers,
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn only_a_post_to_the_token_endpoint_goes_out() {
        let transport = transport();
        let purpose =
            |method, url: &str| transport.purpose(&Request::new(url.parse().unwrap(), method));
        let token = "https://login.example/tenant/oauth2/v2.0/token";
        assert_eq!(purpose(Method::Post, token), Some(Purpose::Token));
        assert_eq!(purpose(Method::Get, token), None);
        for other in [
            "https://login.example/other/oauth2/v2.0/token",
            "http://login.example/tenant/oauth2/v2.0/token",
            "https://login.example:444/tenant/oauth2/v2.0/token",
            "https://login.example.com/tenant/oauth2/v2.0/token",
        ] {
            assert_eq!(purpose(Method::Post, other), None, "{other}");
        }
    }

    #[test]
    fn a_busy_answer_may_pass_and_a_refusal_stays() {
        let refusal = r#"{"error_codes":[7000215]}"#;
        let transient = r#"{"error_codes":[90033]}"#;
        for (status, body, passes) in [
            (429, "", true),
            (429, refusal, true),
            (500, "", true),
            (502, "<html>", true),
            (503, "", true),
            (504, "", true),
            (400, transient, true),
            (400, refusal, false),
            (401, "", false),
            (302, "", false),
            (501, "", false),
        ] {
            let stop = refused(&answer(status, Some("7"), body));
            match stop {
                Stop::Later(later) => {
                    assert!(passes, "{status} {body}");
                    assert_eq!(later.wait, Some(Duration::from_secs(7)));
                }
                Stop::Failed(_) => assert!(!passes, "{status} {body}"),
            }
        }
    }

    #[test]
    fn an_echo_is_no_token() {
        let url = "https://login.example/tenant/oauth2/v2.0/token";
        let mut request = Request::new(url.parse().unwrap(), Method::Post);
        request.set_body("client_id=x&client_secret=can%2Bary");
        let judge = |body: &str| has_token(&request, &answer(200, None, body));
        assert!(judge(r#"{"access_token":"other"}"#).is_ok());
        let error = judge(r#"{"access_token":"can+ary"}"#)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("sent back") && !error.contains("can+ary"),
            "{error}"
        );
        assert!(judge(r#"{"access_token":""}"#).is_err());
        assert!(judge(r#"{"access_token":null}"#).is_err());
    }
}
