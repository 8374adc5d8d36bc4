//! The identity token of a GitHub Actions job.
//!
//! In: the address and the token that GitHub puts into the job's environment. Out: an assertion for Entra. The address is
//! the platform's own and receives only the platform's own token.
//! <https://docs.github.com/actions/reference/openid-connect-reference>

use reqwest::{Client, Url};
use serde::Deserialize;

use super::again::Stop;
use super::transport::{EXCHANGE, MOST_BYTES, too_long};
use crate::graph::error::{Cause, GraphError};
use crate::graph::failure;
use crate::graph::http::{self, Unread};
use crate::graph::token::{Secret, flaw};

/// Asks for an identity token.
pub(super) async fn identity_token(
    client: &Client,
    url: &Url,
    token: &Secret,
    audience: &str,
) -> Result<Secret, Stop> {
    let mut url = url.clone();
    url.query_pairs_mut().append_pair("audience", audience);
    let host = url.host_str().unwrap_or_default().to_owned();
    let broken = |error: &reqwest::Error| Stop::unanswered(failure::of(error, &host));
    let request = client
        .get(url.clone())
        .bearer_auth(token.expose())
        .header("accept", "application/json")
        .timeout(EXCHANGE);
    let response = request.send().await.map_err(|error| broken(&error))?;
    let status = response.status().as_u16();
    if status == 407 {
        return Err(failure::proxy_wants_sign_in().into());
    }
    if status == 429 || status >= 500 {
        let why = GraphError::new(
            Cause::SignIn,
            format!("GitHub gave no identity token ({status})"),
            "run the job again; it is GitHub that fails",
        );
        return Err(Stop::answered(status, response.headers(), why));
    }
    if status != 200 {
        return Err(none(format!("GitHub gave no identity token ({status})")).into());
    }
    let body = http::bounded(response, MOST_BYTES).await;
    let body = body.map_err(|unread| match unread {
        Unread::Broken(error) => broken(&error),
        Unread::TooLong => too_long().into(),
    })?;
    read(&body).ok_or_else(|| {
        none("GitHub's answer to the request for an identity token holds none".to_owned()).into()
    })
}

fn read(body: &[u8]) -> Option<Secret> {
    #[derive(Deserialize)]
    struct Identity {
        value: String,
    }
    let identity: Identity = serde_json::from_slice(body).ok()?;
    let token = Secret::new(identity.value);
    flaw(token.expose()).is_none().then_some(token)
}

fn none(what: String) -> GraphError {
    GraphError::new(
        Cause::SignIn,
        what,
        "give the job `permissions: id-token: write`; a pull request from a fork gets none, judge an exported \
         inventory there",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_a_token_is_none() {
        assert_eq!(read(br#"{"value":"a.b.c"}"#).unwrap().expose(), "a.b.c");
        for wrong in [
            "",
            "{}",
            r#"{"value":""}"#,
            r#"{"value":"a\nb"}"#,
            r#"{"value":7}"#,
        ] {
            assert!(read(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }
}
