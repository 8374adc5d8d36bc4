//! Signing in against a stand-in for Entra and for the platforms, over TLS on a loopback address.
//!
//! The trusted certificates are read from `SSL_CERT_FILE` before the first request, and nothing in the product adds one.
//! So each sign-in runs in a child: this same binary, started with the environment of the test, which runs the one test
//! `sign_in_as_told`. Every secret and every token has the word «canary» in it; no output of a child may.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "sign_in/again.rs"]
mod again;
#[path = "sign_in/faults.rs"]
mod faults;
mod loopback;
#[path = "sign_in/ways.rs"]
mod ways;

use std::collections::HashMap;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credgate::graph::{Cloud, Limits, Method, SignIn, Wanted};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use loopback::{Request, Response, Server};
use serde_json::{Value, json};

const CLIENT: &str = "0f9e8d7c-6b5a-4938-8271-605f4e3d2c1b";
const TENANT: &str = "contoso.onmicrosoft.com";
const TOKEN_PATH: &str = "/contoso.onmicrosoft.com/oauth2/v2.0/token";
const TOKEN: &str = "canary-token";
const FEDERATION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The child. Without its environment it does nothing.
#[test]
#[ignore = "the other tests start it in a process of its own"]
#[expect(
    clippy::disallowed_methods,
    reason = "the child is told by its environment what to do"
)]
fn sign_in_as_told() {
    let environment = |name: &str| std::env::var(name).ok();
    let Some(login) = environment("TEST_LOGIN") else {
        return;
    };
    let cloud = Cloud::named("global").unwrap().with_login(&login).unwrap();
    let named = |name: String| Method::ALL.iter().find(|it| it.name() == name).copied();
    let wanted = Wanted {
        method: environment("TEST_METHOD").and_then(named),
        ..Wanted::default()
    };
    let milliseconds = |name| environment(name).map(|text| text.parse().unwrap());
    let limits = Limits {
        total: Duration::from_millis(milliseconds("TEST_TOTAL").unwrap_or(120_000)),
        first_wait: Duration::from_millis(10),
        longest_wait: Duration::from_millis(50),
        ..Limits::default()
    };
    let mut out = std::io::stdout();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    match SignIn::choose(&wanted, &environment, &cloud) {
        Err(error) => writeln!(out, "\nnot chosen: {error}").unwrap(),
        Ok(sign_in) => {
            writeln!(out, "\nchosen: {sign_in:?}").unwrap();
            for _ in 0..environment("TEST_TIMES").map_or(1, |times| times.parse().unwrap()) {
                match runtime.block_on(sign_in.token_within(&limits)) {
                    Ok(token) if token.secret().expose() == TOKEN => {
                        writeln!(out, "the token").unwrap();
                    }
                    Ok(token) => writeln!(out, "a token: {:?}", token.claims()).unwrap(),
                    Err(error) => {
                        writeln!(out, "{:?}: {error} {error:?}", error.cause).unwrap();
                    }
                }
            }
        }
    }
}

/// Signs in in a child process, and returns what it wrote.
fn sign_in(server: &Server, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "sign_in_as_told", "--ignored", "--nocapture"])
        .env_clear()
        .env("SSL_CERT_FILE", server.authority())
        .env("TEST_LOGIN", server.origin())
        .env("AZURE_CLIENT_ID", CLIENT)
        .env("AZURE_TENANT_ID", TENANT)
        .envs(variables.iter().copied());
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{text}{errors}");
    assert!(!text.contains("canary"), "{text}");
    assert!(!errors.contains("canary"), "{errors}");
    text
}

fn form(request: &Request) -> HashMap<String, String> {
    url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect()
}

fn token(text: &str) -> Response {
    let body = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": text});
    Response::json(200, body.to_string())
}

fn nowhere() -> Response {
    Response::json(404, r#"{"error":"canary"}"#)
}

/// An Entra that gives the token, whatever is asked.
fn entra(request: &Request) -> Response {
    match (request.method.as_str(), request.path()) {
        ("POST", TOKEN_PATH) => token(TOKEN),
        _ => nowhere(),
    }
}

/// The paths of everything that a server received.
fn paths(server: &Server) -> Vec<String> {
    let log = server.log();
    log.iter()
        .map(|request| format!("{} {}", request.method, request.path()))
        .collect()
}

fn token_request() -> String {
    format!("POST {TOKEN_PATH}")
}

/// Checks what every request for a token must be, and returns its form.
fn the_request_for_a_token(server: &Server) -> HashMap<String, String> {
    let log = server.log();
    let request = log.last().unwrap();
    assert_eq!(
        (request.method.as_str(), request.path()),
        ("POST", TOKEN_PATH)
    );
    assert!(request.header("authorization").is_none());
    let agent = concat!("credgate/", env!("CARGO_PKG_VERSION"));
    assert_eq!(request.header("user-agent"), Some(agent));
    let form = form(request);
    assert_eq!(form["client_id"], CLIENT);
    assert_eq!(form["grant_type"], "client_credentials");
    assert_eq!(form["scope"], "https://graph.microsoft.com/.default");
    form
}

/// A secret that shows whether it is encoded.
const SECRET: [(&str, &str); 1] = [("AZURE_CLIENT_SECRET", "canary+secret/&=")];
