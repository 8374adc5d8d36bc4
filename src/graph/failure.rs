//! A request that got no answer: what the network says, in words that a person can act on.
//!
//! In: an error of the HTTP client, and the host that was configured. Out: cause and remedy, and whether it may pass by
//! itself. The words of the error itself are looked into and never shown: they can quote what the other side sent.

use std::error::Error;

use super::answer::too_large;
use super::error::{Cause, GraphError};
use super::limits::HEADER_BYTES;

const NETWORK: &str = "check the network and the firewall; behind a proxy set `HTTPS_PROXY`";
const AGAIN: &str = "run it again; if it lasts, check the network and the proxy";

/// Returns what went wrong, and whether it may pass by itself.
pub(super) fn of(error: &reqwest::Error, host: &str) -> (GraphError, bool) {
    let words = words(error);
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    let network =
        |what: String, remedy: &'static str| GraphError::new(Cause::Network, what, remedy);
    if says(&["invalid peer certificate"]) {
        let what =
            format!("certificate not trusted: `{host}` shows one that this system does not trust");
        let remedy = "if a proxy inspects the traffic, add its root certificate to the system, or on Linux name in `SSL_CERT_FILE` a file that holds it beside the system's roots";
        return (network(what, remedy), false);
    }
    if says(&["proxy auth"]) {
        return (proxy_wants_sign_in(), false);
    }
    if says(&[
        "message head is too large",
        "too many headers",
        "header too large",
    ]) {
        return (too_large("headers", HEADER_BYTES), false);
    }
    if error.is_timeout() {
        let what = format!("`{host}` did not answer in time");
        return (
            network(
                what,
                "check the network, the proxy and the firewall, then run it again",
            ),
            true,
        );
    }
    if error.is_redirect() || error.is_builder() {
        let what = format!("the request to `{host}` could not be made");
        return (network(what, "check the endpoint"), false);
    }
    if says(&["dns error", "failed to lookup"]) {
        let what = format!("the name `{host}` cannot be resolved");
        return (
            network(
                what,
                "check the network, the name service and --cloud; behind a proxy set `HTTPS_PROXY`",
            ),
            true,
        );
    }
    if error.is_connect() {
        return (
            network(format!("`{host}` cannot be reached"), NETWORK),
            true,
        );
    }
    if error.is_decode() {
        let what = format!("the answer of `{host}` is damaged, or cut before its end");
        return (network(what, AGAIN), true);
    }
    (
        network(format!("the connection to `{host}` broke"), AGAIN),
        true,
    )
}

/// Says that a proxy answered 407.
pub(super) fn proxy_wants_sign_in() -> GraphError {
    GraphError::new(
        Cause::Network,
        "the proxy wants sign-in (407)",
        "put user name and password of the proxy into `HTTPS_PROXY`, or go past it with `NO_PROXY`",
    )
}

/// Returns the words of an error and of all its causes, in lower case.
fn words(error: &reqwest::Error) -> String {
    let mut words = String::new();
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        words.push_str(&error.to_string().to_lowercase());
        words.push('\n');
        cause = error.source();
    }
    words
}
