//! What an answer says before its meaning is looked at: its status, its type, the codes of its error.

use std::borrow::Cow;

use reqwest::StatusCode;
use reqwest::header::{self, HeaderMap};
use serde::Deserialize;

use super::error::{Cause, GraphError};
use super::failure::proxy_wants_sign_in;

/// What kind of body was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An object or a list.
    Json,
    /// A number of objects, as plain text.
    Number,
}

impl Kind {
    pub(super) const fn accepted(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Number => "text/plain, application/json",
        }
    }
}

const PROXY: &str = "check the endpoint and the proxy between here and Graph";
const LATER: &str = "try again later";

/// Tells what an answer is that is not Graph's.
pub(super) fn foreign(what: impl std::fmt::Display) -> GraphError {
    GraphError::new(
        Cause::Answer,
        format!("not a Graph response ({what})"),
        PROXY,
    )
}

/// Tells what is wrong with an answer that is Graph's.
pub(super) fn unusable(what: impl std::fmt::Display) -> GraphError {
    GraphError::new(
        Cause::Answer,
        format!("Graph's answer cannot be used: {what}"),
        IF_IT_STAYS,
    )
}

/// What to do about an answer that should not be.
pub(super) const IF_IT_STAYS: &str =
    "try again; if it stays, check the endpoint and the proxy between here and Graph";

/// Tells that the tenant changed while it was read, so that it must be read again.
pub(super) fn again(what: impl Into<Cow<'static, str>>) -> GraphError {
    GraphError::new(Cause::Again, what, "try again at a quieter time")
}

/// Checks that an answer is of the type that was asked for.
pub(super) fn check_type(headers: &HeaderMap, kind: Kind) -> Result<(), GraphError> {
    let value = headers.get(header::CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = value.split(';').next().unwrap_or_default().trim();
    // A number is JSON as well as plain text.
    let is_good = kind
        .accepted()
        .split(", ")
        .any(|good| essence.eq_ignore_ascii_case(good));
    if is_good {
        return Ok(());
    }
    let is_type = |text: &&str| {
        text.len() <= 60
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"/+.-".contains(&byte))
    };
    let shown = Some(essence).filter(is_type).unwrap_or("another type");
    Err(foreign(if shown.is_empty() {
        "no content type"
    } else {
        shown
    }))
}

/// Tells whether a refusal may be Graph's own: a page for people is that of a proxy.
pub(super) fn may_be_graphs(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE);
    value.is_none_or(|value| value.to_str().is_ok_and(|value| value.contains("json")))
}

/// Returns the error for a status that is no success.
pub(super) fn unexpected(status: StatusCode) -> GraphError {
    let number = status.as_u16();
    let answer = |what: String, remedy| GraphError::new(Cause::Answer, what, remedy);
    match number {
        401 => GraphError::new(
            Cause::SignIn,
            "Graph does not accept the token (401)",
            "sign in again; a token lives for about an hour and is valid for one cloud only",
        ),
        407 => proxy_wants_sign_in(),
        429 | 509 => answer(format!("Graph is busy and asks to wait ({number})"), LATER),
        300..=399 => answer(
            format!("Graph's answer is a redirection ({number}), and none is followed"),
            PROXY,
        ),
        200..=299 => foreign(format_args!("{number} without data")),
        500..=599 => answer(format!("Graph failed ({number})"), LATER),
        _ => answer(format!("Graph refused the request ({number})"), LATER),
    }
}

/// Returns the error for an answer that is larger than it may be.
pub(super) fn too_large(what: &str, most: usize) -> GraphError {
    let limit = if most >= 1 << 20 {
        format!("{} MiB", most >> 20)
    } else {
        format!("{} KiB", most >> 10)
    };
    GraphError::new(
        Cause::Limit,
        format!("limit of {limit} reached by {what} of Graph's answer"),
        PROXY,
    )
}

#[derive(Deserialize)]
struct Body {
    error: Problem,
}

#[derive(Deserialize)]
struct Problem {
    code: Option<String>,
    #[serde(alias = "innererror", rename = "innerError")]
    inner: Option<Box<Problem>>,
}

/// Returns the codes of an error, the outer one first. What cannot be a code is left out: it is foreign text.
pub(super) fn codes(body: &[u8]) -> Vec<String> {
    let Ok(Body { error }) = serde_json::from_slice(body) else {
        return Vec::new();
    };
    let mut codes = Vec::new();
    let mut next = Some(Box::new(error));
    while let Some(problem) = next {
        codes.extend(problem.code.filter(|code| is_code(code)));
        next = problem.inner;
    }
    codes
}

fn is_code(code: &str) -> bool {
    (1..=80).contains(&code.len())
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_an_error_are_found_however_deep_they_stand() {
        let body = br#"{"error":{"code":"Request_BadRequest","message":"x","innerError":{"code":"Directory_ExpiredPageToken","date":"2025-02-20T10:52:24"}}}"#;
        assert_eq!(
            codes(body),
            ["Request_BadRequest", "Directory_ExpiredPageToken"]
        );
        let other =
            br#"{"error":{"code":"Authorization_RequestDenied","innererror":{"request-id":"x"}}}"#;
        assert_eq!(codes(other), ["Authorization_RequestDenied"]);
    }

    #[test]
    fn what_is_no_code_is_not_repeated() {
        for body in [
            &b"<html>"[..],
            b"",
            b"{}",
            br#"{"error":"x"}"#,
            br#"{"error":{"code":"::error::x"}}"#,
        ] {
            assert!(codes(body).is_empty());
        }
    }

    #[test]
    fn only_the_type_that_was_asked_for_is_read() {
        let typed = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, value.parse().unwrap());
            check_type(&headers, Kind::Json).map_err(|error| error.to_string())
        };
        assert!(typed("application/json").is_ok());
        assert!(typed("Application/JSON;odata.metadata=minimal;charset=utf-8").is_ok());
        let html = typed("text/html; charset=utf-8").unwrap_err();
        assert!(
            html.starts_with("not a Graph response (text/html)"),
            "{html}"
        );
        assert!(
            typed("text/html\u{20}##[x]")
                .unwrap_err()
                .contains("another type")
        );
        assert!(check_type(&HeaderMap::new(), Kind::Json).is_err());
    }
}
