//! Why there is no inventory from Graph: one cause, one remedy, and what Microsoft needs to find the request. Never a
//! body, a token or a credential.

use std::borrow::Cow;
use std::fmt;

/// What kind of failure it was, for those who act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nobody could be signed in.
    SignIn,
    /// The token lacks a permission, or is not accepted.
    Permission,
    /// Graph could not be reached, or the connection is not trusted.
    Network,
    /// Graph answered with an error, or with something that is not its answer.
    Answer,
    /// A limit of time, pages or bytes was reached.
    Limit,
    /// Objects changed while they were read: what was received must be forgotten, and the tenant read again.
    Again,
}

/// A failure of Graph, the network or the sign-in.
#[derive(Clone, Debug)]
pub struct GraphError {
    /// What kind of failure it was.
    pub cause: Cause,
    /// What went wrong, without a full stop.
    what: Cow<'static, str>,
    /// What to do about it.
    remedy: Cow<'static, str>,
    /// Graph's `request-id`.
    request_id: Option<String>,
}

impl GraphError {
    /// Makes an error of what went wrong and what to do about it.
    pub fn new(
        cause: Cause,
        what: impl Into<Cow<'static, str>>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            cause,
            what: what.into(),
            remedy: remedy.into(),
            request_id: None,
        }
    }

    /// Returns what went wrong.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Returns Graph's `request-id`.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Adds Graph's `request-id`, if the answer had one that can be one.
    #[must_use]
    pub fn with_request_id(mut self, id: Option<&str>) -> Self {
        let is_id = |id: &&str| {
            (1..=64).contains(&id.len())
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        self.request_id = id.filter(is_id).map(str::to_owned);
        self
    }
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(id) = &self.request_id {
            write!(f, " (request-id {id})")?;
        }
        write!(f, "; {}", self.remedy)
    }
}

impl std::error::Error for GraphError {}
