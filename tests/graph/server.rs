//! A server that stands in for Graph: requests taken apart, and answers made quickly.

use std::collections::BTreeMap;

use crate::loopback::{self, Authority, Response};

pub(crate) use crate::loopback::{Reply, Step};

/// A request, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) scheme: &'static str,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Request {
    fn of(received: &loopback::Request) -> Self {
        let query = received
            .target
            .split_once('?')
            .map_or("", |(_, query)| query);
        Self {
            scheme: received.scheme,
            method: received.method.clone(),
            path: received.path().to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            headers: received.headers.iter().cloned().collect(),
            body: String::from_utf8(received.body.clone()).unwrap(),
        }
    }
}

/// Answers with a status, headers and a body of the length that is announced.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let response = Response {
        status,
        headers: headers.collect(),
        body: body.to_vec(),
    };
    response.steps()
}

pub(crate) fn json(status: u16, body: &str) -> Reply {
    let headers = [
        (
            "content-type",
            "application/json;odata.metadata=minimal;charset=utf-8",
        ),
        ("request-id", "0b8f1e4c-1111-4222-8333-444455556666"),
    ];
    answer(status, &headers, body.as_bytes())
}

/// A server that runs until the test ends.
pub(crate) struct Server {
    pub(crate) origin: String,
    server: loopback::Server,
}

impl Server {
    pub(crate) fn in_the_clear(
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(None, handler)
    }

    pub(crate) fn over_tls(
        authority: &Authority,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(authority), handler)
    }

    fn start(
        authority: Option<&Authority>,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let server =
            loopback::Server::serve(authority, move |request| handler(&Request::of(request)));
        Self {
            origin: server.origin().to_owned(),
            server,
        }
    }

    /// Returns what was sent here.
    pub(crate) fn log(&self) -> Vec<Request> {
        self.server.log().iter().map(Request::of).collect()
    }
}
