//! The token that is in use, shared by all requests of a collection.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::error::GraphError;
use super::sign_in::{Patience, SignIn};
use super::token::Token;

/// A sign-in and its newest token.
pub(super) struct Session {
    sign_in: Arc<SignIn>,
    patience: Patience,
    current: Mutex<Option<(Arc<Token>, u64)>>,
}

impl Session {
    pub(super) fn new(sign_in: Arc<SignIn>, patience: Patience) -> Self {
        Self {
            sign_in,
            patience,
            current: Mutex::new(None),
        }
    }

    pub(super) fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }

    /// Returns the token, and which one it is.
    pub(super) async fn token(&self) -> Result<(Arc<Token>, u64), GraphError> {
        let mut current = self.current.lock().await;
        if let Some((token, generation)) = &*current {
            return Ok((Arc::clone(token), *generation));
        }
        let token = Arc::new(self.sign_in.token_until(&self.patience).await?);
        *current = Some((Arc::clone(&token), 0));
        Ok((token, 0))
    }

    /// Gets a new token in place of one that was not accepted, unless another request has done so meanwhile.
    pub(super) async fn renew(&self, refused: u64) -> Result<(), GraphError> {
        let mut current = self.current.lock().await;
        if current.as_ref().is_some_and(|(_, known)| *known == refused) {
            let token = Arc::new(self.sign_in.token_until(&self.patience).await?);
            *current = Some((token, refused + 1));
        }
        Ok(())
    }
}
