//! The facts that a snapshot has in place of the `key` of a key credential.
//!
//! In: what the key turned out to be. Out: its algorithm, its length and its thumbprint, which are public in every
//! sense; and the way back. The key itself is never written.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{self, CustomKeyIdentifier, KeyMaterial};

/// What the `key` of a key credential turned out to be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct PublicKey {
    /// The algorithm of the public key.
    pub algorithm: KeyAlgorithm,
    /// The length of an RSA key's modulus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<u32>,
    /// The SHA-1 of the certificate in lower-case hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9a-f]{40}$"))]
    pub thumbprint: Option<String>,
}

/// The algorithm of a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyAlgorithm {
    /// A well-formed RSA key.
    Rsa,
    /// Any other, such as EC, or an RSA key that is not well-formed.
    Other,
    /// The `key` is not a certificate that can be read.
    NoCertificate,
}

impl From<KeyMaterial> for PublicKey {
    fn from(facts: KeyMaterial) -> Self {
        let (algorithm, bits) = match facts.public_key {
            model::PublicKey::Rsa { bits } => (KeyAlgorithm::Rsa, Some(bits)),
            model::PublicKey::Other => (KeyAlgorithm::Other, None),
            model::PublicKey::NoCertificate => (KeyAlgorithm::NoCertificate, None),
        };
        Self {
            algorithm,
            bits,
            thumbprint: facts.thumbprint.map(|bytes| hex(&bytes)),
        }
    }
}

impl PublicKey {
    /// Returns the facts; `None` where a member is missing or not what this version writes.
    pub fn facts(&self) -> Option<KeyMaterial> {
        let public_key = match self.algorithm {
            KeyAlgorithm::Rsa => model::PublicKey::Rsa { bits: self.bits? },
            KeyAlgorithm::Other => model::PublicKey::Other,
            KeyAlgorithm::NoCertificate => model::PublicKey::NoCertificate,
        };
        let thumbprint = match &self.thumbprint {
            None => None,
            Some(text) => Some(thumbprint(text)?),
        };
        Some(KeyMaterial {
            thumbprint,
            public_key,
        })
    }
}

fn thumbprint(text: &str) -> Option<[u8; 20]> {
    match CustomKeyIdentifier::parse(text) {
        Some(CustomKeyIdentifier::Thumbprint(bytes)) if text.len() == 40 => Some(bytes),
        Some(CustomKeyIdentifier::Thumbprint(_) | CustomKeyIdentifier::Label(_)) | None => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
