//! A text that must stay secret: a token, an assertion, a password.

use std::sync::atomic::{Ordering, compiler_fence};

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
