//! One credential as a finding names it.

use crate::model::{CredentialClass, Holder, KeyId, Validity};

/// One credential as a finding names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialRef {
    /// From `keyId`, or the `id` of a federated credential; Graph allows `null`.
    pub key_id: Option<KeyId>,
    /// What it is.
    pub class: CredentialClass,
    /// Whether it is in date.
    pub validity: Validity,
    /// The object on which it sits.
    pub on: Holder,
    /// Whether another credential of the identity has its keyId.
    pub is_repeated: bool,
}

impl CredentialRef {
    /// Returns the keyId by which an exception pins it.
    pub fn pin(&self) -> Option<KeyId> {
        self.key_id.filter(|_| !self.is_repeated)
    }
}
