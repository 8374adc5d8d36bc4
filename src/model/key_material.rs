//! What the `key` of a key credential turns out to be: the facts of its public key, never the key.
//!
//! In: the text or the bytes of `key`. Out: [`KeyMaterial`]. Microsoft Entra ID stores any certificate and accepts a
//! sign-in only with RSA of at least 2048 bits, so whatever is not certain to be that is not usable. The text is the
//! owner's: no content of it may cause a panic, and the work is bounded.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use sha1::{Digest as _, Sha1};
use x509_parser::asn1_rs::{FromDer as _, Integer, Sequence, Tag};
use x509_parser::certificate::X509CertificateParser;
use x509_parser::nom::Parser as _;
use x509_parser::x509::SubjectPublicKeyInfo;

/// A longer certificate is not read: one with the largest RSA key that .NET accepts has a tenth of that.
pub const MOST_KEY_BYTES: usize = 48 << 10;

/// The text of so many bytes in base64, with line ends in it.
const MOST_TEXT: usize = MOST_KEY_BYTES / 3 * 4 + (2 << 10);

/// RSA keys that Entra accepts at a sign-in, by the bits of their modulus; .NET has no larger ones.
const USABLE_BITS: std::ops::RangeInclusive<u32> = 2048..=16_384;

/// OpenSSL accepts no longer public exponent with a large modulus.
const MOST_EXPONENT_BITS: u32 = 64;

/// The DER of `rsaEncryption`, 1.2.840.113549.1.1.1. RSA-PSS and RSAES-OAEP keys have other names.
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// What is known of the `key` of a key credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyMaterial {
    /// The SHA-1 of the bytes; `None` where `key` is not base64 or too long to be a certificate.
    pub thumbprint: Option<[u8; 20]>,
    /// The public key in it.
    pub public_key: PublicKey,
}

/// The kind of a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublicKey {
    /// A well-formed RSA key.
    Rsa {
        /// The length of its modulus, without leading zeros.
        bits: u32,
    },
    /// Another algorithm, or an RSA key that is not well-formed.
    Other,
    /// There is no certificate that could be read.
    NoCertificate,
}

const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, CONFIG);
/// The alphabet that `OData` names for binary values.
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, CONFIG);

impl KeyMaterial {
    const NOTHING: Self = Self {
        thumbprint: None,
        public_key: PublicKey::NoCertificate,
    };

    /// Reads the text of `key`, base64 of a certificate. A blank text is none, like any other that is not base64.
    pub fn parse(text: &str) -> Self {
        let bytes = decoded(text.trim_ascii()).filter(|bytes| !bytes.is_empty());
        bytes.map_or(Self::NOTHING, |bytes| Self::from_bytes(&bytes))
    }

    /// Reads the bytes of `key`, as PowerShell exports show them.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        if bytes.len() > MOST_KEY_BYTES {
            return Self::NOTHING;
        }
        Self {
            thumbprint: Some(Sha1::digest(bytes).into()),
            public_key: public_key(bytes).unwrap_or(PublicKey::NoCertificate),
        }
    }

    /// Tells whether Microsoft Entra ID accepts a sign-in with the private half.
    pub fn is_usable(&self) -> bool {
        match self.public_key {
            PublicKey::Rsa { bits } => USABLE_BITS.contains(&bits),
            PublicKey::Other | PublicKey::NoCertificate => false,
        }
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    if text.len() > MOST_TEXT {
        return None;
    }
    // Nearly every text is as Graph writes it, which is decoded without a second look.
    if let Ok(bytes) = STANDARD.decode(text) {
        return Some(bytes);
    }
    let is_odd = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'-' | b'_');
    if !text.bytes().any(is_odd) {
        return None;
    }
    let joined: String = text.split_ascii_whitespace().collect();
    let standard = STANDARD.decode(&joined);
    standard.or_else(|_| URL_SAFE.decode(&joined)).ok()
}

/// Returns the public key of the certificate that the bytes are, from the first to the last.
fn public_key(der: &[u8]) -> Option<PublicKey> {
    // Extensions decide nothing here, and to read them would cost most of the time.
    let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
    let (behind, certificate) = parser.parse(der).ok()?;
    if !behind.is_empty() {
        return None;
    }
    let bits = rsa_bits(certificate.public_key());
    Some(bits.map_or(PublicKey::Other, |bits| PublicKey::Rsa { bits }))
}

/// Returns the length of an RSA key's modulus; `None` for any other key, and for one with which nobody can sign.
fn rsa_bits(key: &SubjectPublicKeyInfo<'_>) -> Option<u32> {
    let has_parameters = key
        .algorithm
        .parameters
        .as_ref()
        .is_some_and(|it| it.tag() != Tag::Null);
    let is_rsa = key.algorithm.algorithm.as_bytes() == RSA_ENCRYPTION && !has_parameters;
    if !is_rsa || key.subject_public_key.unused_bits != 0 {
        return None;
    }
    let (behind, numbers) = Sequence::from_der(&key.subject_public_key.data).ok()?;
    let (rest, modulus) = Integer::from_der(&numbers.content).ok()?;
    let (rest, exponent) = Integer::from_der(rest).ok()?;
    if !behind.is_empty() || !rest.is_empty() {
        return None;
    }
    let (modulus, exponent) = (odd_bits(modulus.as_ref())?, odd_bits(exponent.as_ref())?);
    (exponent > 1 && exponent <= MOST_EXPONENT_BITS && exponent < modulus).then_some(modulus)
}

/// Returns the length of a positive odd number in bits.
fn odd_bits(bytes: &[u8]) -> Option<u32> {
    let is_negative = bytes.first()? & 0x80 != 0;
    let is_odd = bytes.last()? & 1 == 1;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let first = bytes.get(zeros)?;
    let bits = (bytes.len() - zeros) * 8 - first.leading_zeros() as usize;
    u32::try_from(bits).ok().filter(|_| is_odd && !is_negative)
}

#[cfg(test)]
mod tests;
