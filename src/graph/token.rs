//! A text that must stay secret: a token, an assertion, a password. And the token for Graph, with what it says of itself.

use std::sync::atomic::{Ordering, compiler_fence};

use super::claims::Claims;
use super::error::{Cause, GraphError};

/// A secret text. It has neither `Debug` nor `Display`, so that it cannot be printed by accident, and it is overwritten
/// when it is dropped.
#[expect(missing_debug_implementations, reason = "it must not be printed")]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes a text into custody.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into_bytes())
    }

    /// Lets the text out, to be sent to where it belongs and nowhere else.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        // The zeros must be written although nobody reads them.
        compiler_fence(Ordering::SeqCst);
        std::hint::black_box(&self.0);
    }
}

/// A token for Graph.
#[expect(missing_debug_implementations, reason = "it must not be printed")]
pub struct Token {
    secret: Secret,
    claims: Claims,
}

impl Token {
    /// Takes a token into custody, if it can be one: it goes into a header.
    pub fn new(secret: Secret) -> Result<Self, GraphError> {
        if let Some(flaw) = flaw(secret.expose()) {
            return Err(GraphError::new(
                Cause::SignIn,
                format!("what was received is no token: {flaw}"),
                "get a new token; if it lasts, sign in another way with --auth",
            ));
        }
        let claims = Claims::of(secret.expose());
        Ok(Self { secret, claims })
    }

    /// Returns the token itself.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Returns what the token says of itself.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }
}

/// Tells why a text cannot be a token.
pub(super) fn flaw(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        Some("it is empty")
    } else if text.contains(['\n', '\r']) {
        Some("newline in token")
    } else if text.bytes().any(|byte| !byte.is_ascii_graphic()) {
        Some("white space or another character in it that no token has")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_no_white_space_and_no_control_characters() {
        for wrong in ["", "a b", "a\nb", "a\rb", "a\0b", "a\tb", "a\u{e9}b", " a"] {
            let error = Token::new(Secret::new(wrong)).err().unwrap();
            assert_eq!(error.cause, Cause::SignIn, "{wrong:?}");
        }
        assert!(Token::new(Secret::new("eyJ.a-b_c.d~e+f/g=")).is_ok());
    }
}
