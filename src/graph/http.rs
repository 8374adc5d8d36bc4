//! The one way out: the HTTP client through which every request of a live inventory goes.
//!
//! In: how far the requests reach. Out: a client, or the bounded bytes of an answer. It never follows a redirect, never repeats a request, keeps no cookie, and has no switch that trusts a
//! certificate which the system does not trust (on Linux `SSL_CERT_FILE` names the file of trusted roots, as everywhere there).

use std::time::Duration;

use reqwest::{Client, Response, redirect, retry};

use super::cloud::{Cloud, is_loopback};
use super::error::{Cause, GraphError};

/// The longest wait for a connection, and for the next bytes of an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most bytes that the headers of an answer may have.
const MOST_HEADER_BYTES: u32 = 64 * 1024;

/// How far the requests of a client reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Through the network: encrypted only, through the proxy that the system names.
    Network,
    /// This machine, or the platform beneath it: plain HTTP is possible, and no proxy may see it.
    Machine,
}

impl Reach {
    /// Returns how far the requests to a cloud reach: a stand-in on a loopback address is on this machine.
    pub(super) fn of(cloud: &Cloud) -> Self {
        if is_loopback(cloud.login()) || is_loopback(cloud.graph()) {
            Self::Machine
        } else {
            Self::Network
        }
    }
}

/// Makes a client.
pub(super) fn client(reach: Reach) -> Result<Client, GraphError> {
    let builder = Client::builder()
        .user_agent(concat!("credgate/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .connect_timeout(PATIENCE)
        .read_timeout(PATIENCE)
        .http2_max_header_list_size(MOST_HEADER_BYTES)
        .gzip(true);
    let builder = match reach {
        Reach::Network => builder.https_only(true),
        Reach::Machine => builder.no_proxy(),
    };
    builder.build().map_err(|_| {
        GraphError::new(
            Cause::Network,
            "no encrypted connection can be made: the trusted certificates of this system cannot be read",
            "install the package of CA certificates, or name a file of them in `SSL_CERT_FILE`",
        )
    })
}

/// Why an answer could not be read.
#[derive(Debug)]
pub(super) enum Unread {
    /// It is longer than it may be.
    TooLong,
    /// The connection failed.
    Broken(reqwest::Error),
}

/// Reads an answer up to a number of decoded bytes.
pub(super) async fn bounded(mut response: Response, most: usize) -> Result<Vec<u8>, Unread> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Unread::Broken)? {
        if body.len() + chunk.len() > most {
            return Err(Unread::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_on_this_machine_is_not_reached_through_a_proxy() {
        let global = || Cloud::named("global").unwrap();
        assert_eq!(Reach::of(&global()), Reach::Network);
        let graph = global().with_graph("http://127.0.0.1:8080").unwrap();
        assert_eq!(Reach::of(&graph), Reach::Machine);
        let login = global().with_login("https://[::1]:8080").unwrap();
        assert_eq!(Reach::of(&login), Reach::Machine);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn nothing_goes_unencrypted_through_the_network() {
        let client = client(Reach::Network).unwrap();
        let sent = client.get("http://127.0.0.1:9/").send().await;
        assert!(sent.unwrap_err().is_builder());
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_closed_port_is_a_failure_that_names_the_host_only() {
        let client = client(Reach::Machine).unwrap();
        let sent = client
            .get("http://127.0.0.1:1/path?canary=1")
            .send()
            .await
            .unwrap_err();
        let (error, _) = crate::graph::failure::of(&sent, "127.0.0.1");
        assert_eq!(error.cause, Cause::Network);
        let text = error.to_string();
        assert!(text.contains("`127.0.0.1` cannot be reached"), "{text}");
        assert!(!text.contains("canary"), "{text}");
    }
}
