//! The entries of `passwordCredentials`, `keyCredentials` and `federatedIdentityCredentials`, and what each may be.
//!
//! In: parsed entries. Out: [`CredentialClass`] and [`Validity`]. What an entry *is* within its identity is decided in
//! [`identity`](super::identity); there is no field for `secretText` or `hint`, and of `key` only facts are kept.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};
use jiff::{SignedDuration, Timestamp};

use super::{KeyId, KeyMaterial};

/// From `startDateTime` to `endDateTime`, both UTC. `None` is Graph's `null`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// UTC, from `startDateTime`; without one the credential counts as started.
    pub start: Option<Timestamp>,
    /// UTC, from `endDateTime`; without one the credential never ends.
    pub end: Option<Timestamp>,
}

impl Period {
    /// Tells where `now` lies: in date means `start <= now < end`.
    pub fn validity(&self, now: Timestamp) -> Validity {
        if self.start.is_some_and(|start| now < start) {
            Validity::Future
        } else if self.end.is_some_and(|end| end <= now) {
            Validity::Expired
        } else {
            Validity::Current
        }
    }

    /// Returns end minus start; `None` is longer than every limit.
    pub fn lifetime(&self) -> Option<SignedDuration> {
        Some(self.end?.duration_since(self.start?))
    }

    /// Returns now minus start; `None` is older than every limit.
    pub fn age(&self, now: Timestamp) -> Option<SignedDuration> {
        Some(now.duration_since(self.start?))
    }

    /// Tells whether it ends later than `instant`.
    pub fn ends_after(&self, instant: Timestamp) -> bool {
        self.end.is_none_or(|end| end > instant)
    }
}

/// Where an instant lies in a [`Period`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Validity {
    /// In date.
    Current,
    /// Past its end.
    Expired,
    /// Before its start.
    Future,
}

/// What a credential is within its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialClass {
    /// A password credential that authenticates while in date.
    ClientSecret,
    /// A key credential `AsymmetricX509Cert` with usage `Verify`, which authenticates while in date.
    Certificate,
    /// The same with a public key with which Entra refuses the sign-in: it does not authenticate.
    UnusableCertificate,
    /// A key credential of type `Symmetric`: a secret under another name.
    SymmetricKey,
    /// A key that signs SAML tokens, or its `Verify` twin, by its own words; a [`Proof`] tells whether they are true.
    TokenSigningKey,
    /// The one password of a whole SAML triple, which opens the signing key's PFX: it does not authenticate.
    PairedPassword,
    /// A key that encrypts tokens, by its own words; a [`Proof`] tells whether they are true.
    TokenEncryptionKey,
    /// A federated identity credential: it authenticates without a stored credential.
    FederatedCredential,
    /// Any other type or usage: never counted as a good credential.
    Unknown,
}

impl CredentialClass {
    /// Returns the name under which reports show this class at this validity.
    pub const fn name(self, validity: Validity) -> &'static str {
        match (self, validity) {
            (Self::ClientSecret, Validity::Current) => "client-secret",
            (Self::ClientSecret, Validity::Expired) => "expired-secret",
            (Self::ClientSecret, Validity::Future) => "future-secret",
            (Self::Certificate, Validity::Current) => "certificate",
            (Self::Certificate | Self::UnusableCertificate, Validity::Expired) => {
                "expired-certificate"
            }
            (Self::Certificate, Validity::Future) => "future-certificate",
            (Self::UnusableCertificate, _) => "unusable-certificate",
            (Self::SymmetricKey, _) => "symmetric-key",
            (Self::TokenSigningKey, _) => "token-signing-key",
            (Self::PairedPassword, _) => "paired-password",
            (Self::TokenEncryptionKey, _) => "token-encryption-key",
            (Self::FederatedCredential, _) => "federated-credential",
            (Self::Unknown, _) => "unknown",
        }
    }
}

/// What shows that a credential does not authenticate. Whoever may write an object chooses the labels, usages and dates
/// of its credentials, so words alone prove nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// Nothing: it authenticates, or somebody only claims that it does not.
    None,
    /// Its usage is `Encrypt`, with which nobody can sign in, and no object names it as its encryption key.
    Usage,
    /// It belongs to a whole SAML triple, or an object names it as its encryption key and its usage is `Encrypt`.
    Whole,
    /// It belongs to a whole SAML triple that the service principal uses.
    InUse,
}

/// `customKeyIdentifier`: what a SAML signing key, its twin and its password share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CustomKeyIdentifier {
    /// The SHA-1 thumbprint of a certificate, written as 40 hex digits or as the base64 of 20 bytes.
    Thumbprint([u8; 20]),
    /// Anything else: an opaque label.
    Label(Box<str>),
}

/// Graph pads its base64, SDKs do not always.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl CustomKeyIdentifier {
    /// Reads the text of `customKeyIdentifier`, without surrounding blanks; an empty one names nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let thumbprint = hex(text).or_else(|| BASE64.decode(text).ok()?.try_into().ok());
        Some(thumbprint.map_or_else(|| Self::Label(text.into()), Self::Thumbprint))
    }

    /// Reads the bytes that a PowerShell export shows: Graph's text, decoded as base64 by the SDK.
    pub fn from_decoded(bytes: &[u8]) -> Option<Self> {
        Self::parse(&general_purpose::STANDARD.encode(bytes))
    }
}

/// Forty hex digits would also decode as base64, to thirty bytes that mean nothing: hex is tried first.
fn hex(text: &str) -> Option<[u8; 20]> {
    let digits = text.as_bytes();
    if digits.len() != 40 {
        return None;
    }
    let mut bytes = [0; 20];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let &[high, low] = pair else { return None };
        *byte = u8::try_from(char::from(high).to_digit(16)? * 16 + char::from(low).to_digit(16)?)
            .ok()?;
    }
    Some(bytes)
}

/// An entry of `passwordCredentials`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PasswordCredential {
    /// From `keyId`.
    pub key_id: Option<KeyId>,
    /// From `customKeyIdentifier`.
    pub custom_key_identifier: Option<CustomKeyIdentifier>,
    /// From `startDateTime` and `endDateTime`.
    pub period: Period,
}

/// An entry of `keyCredentials`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyCredential {
    /// From `keyId`.
    pub key_id: Option<KeyId>,
    /// From `customKeyIdentifier`.
    pub custom_key_identifier: Option<CustomKeyIdentifier>,
    /// From `startDateTime` and `endDateTime`.
    pub period: Period,
    /// From `type`, an open set of words.
    pub kind: KeyType,
    /// From `usage`.
    pub usage: KeyUsage,
    /// From `key`; `None` where the source does not show it. That of a `Symmetric` key is never looked at.
    pub key: Option<KeyMaterial>,
}

/// The words of `type` that decide something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// `AsymmetricX509Cert`.
    AsymmetricX509Cert,
    /// `X509CertAndPassword`: a certificate with its private key, which signs.
    X509CertAndPassword,
    /// `Symmetric`.
    Symmetric,
    /// `null`, and whatever Graph may add.
    #[default]
    Other,
}

impl KeyType {
    /// Reads the word, without regard to letter case and surrounding blanks.
    pub fn parse(word: &str) -> Self {
        let word = word.trim();
        if word.eq_ignore_ascii_case("AsymmetricX509Cert") {
            Self::AsymmetricX509Cert
        } else if word.eq_ignore_ascii_case("X509CertAndPassword") {
            Self::X509CertAndPassword
        } else if word.eq_ignore_ascii_case("Symmetric") {
            Self::Symmetric
        } else {
            Self::Other
        }
    }
}

/// The words of `usage` that decide something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyUsage {
    /// `Sign`: the private key signs tokens.
    Sign,
    /// `Verify`: the public key proves the client's signature.
    Verify,
    /// `Encrypt`: the public key encrypts tokens.
    Encrypt,
    /// `null`, and whatever Graph may add.
    #[default]
    Other,
}

impl KeyUsage {
    /// Reads the word, without regard to letter case and surrounding blanks.
    pub fn parse(word: &str) -> Self {
        let word = word.trim();
        if word.eq_ignore_ascii_case("Sign") {
            Self::Sign
        } else if word.eq_ignore_ascii_case("Verify") {
            Self::Verify
        } else if word.eq_ignore_ascii_case("Encrypt") {
            Self::Encrypt
        } else {
            Self::Other
        }
    }
}

/// An entry of `federatedIdentityCredentials`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FederatedCredential {
    /// From `id`.
    pub id: Option<KeyId>,
    /// From `issuer`: the URL of who signs the tokens.
    pub issuer: Box<str>,
    /// From `subject`; `null` on a flexible credential.
    pub subject: Option<Box<str>>,
    /// Whether a `claimsMatchingExpression` stands in place of the subject.
    pub flexible: bool,
    /// Whether `audiences` names the audience with which Entra exchanges tokens in the cloud of the tenant, or in any
    /// cloud where the source does not show the cloud.
    pub is_for_exchange: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn in_date_includes_the_start_and_not_the_end() {
        let period = Period {
            start: Some(at("2026-01-01T00:00:00Z")),
            end: Some(at("2026-02-01T00:00:00Z")),
        };
        assert_eq!(
            period.validity(at("2025-12-31T23:59:59.9999999Z")),
            Validity::Future
        );
        assert_eq!(
            period.validity(at("2026-01-01T00:00:00Z")),
            Validity::Current
        );
        assert_eq!(
            period.validity(at("2026-01-31T23:59:59Z")),
            Validity::Current
        );
        assert_eq!(
            period.validity(at("2026-02-01T00:00:00Z")),
            Validity::Expired
        );
    }

    #[test]
    fn without_dates_a_credential_is_in_date_for_ever() {
        let period = Period {
            start: None,
            end: None,
        };
        assert_eq!(
            period.validity(at("2026-01-01T00:00:00Z")),
            Validity::Current
        );
        assert_eq!(period.lifetime(), None);
        assert_eq!(period.age(at("2026-01-01T00:00:00Z")), None);
        assert!(period.ends_after(at("9000-01-01T00:00:00Z")));
    }

    #[test]
    fn hex_and_base64_of_one_thumbprint_are_equal() {
        let hex = CustomKeyIdentifier::parse("A538D00E8727EC5814E2FB107B3136376F22695B");
        assert!(matches!(hex, Some(CustomKeyIdentifier::Thumbprint(_))));
        assert_eq!(
            hex,
            CustomKeyIdentifier::parse("a538d00e8727ec5814e2fb107b3136376f22695b")
        );
        assert_eq!(
            hex,
            CustomKeyIdentifier::parse("pTjQDocn7FgU4vsQezE2N28iaVs=")
        );
        assert_eq!(
            hex,
            CustomKeyIdentifier::parse("pTjQDocn7FgU4vsQezE2N28iaVs")
        );
    }

    #[test]
    fn bytes_of_a_powershell_export_are_the_decoded_text() {
        let text = "A538D00E8727EC5814E2FB107B3136376F22695B";
        let decoded = BASE64.decode(text).unwrap();
        assert_eq!(
            CustomKeyIdentifier::from_decoded(&decoded),
            CustomKeyIdentifier::parse(text)
        );
    }

    #[test]
    fn an_empty_identifier_names_nothing_and_a_name_is_a_label() {
        assert_eq!(CustomKeyIdentifier::parse(""), None);
        assert_eq!(
            CustomKeyIdentifier::parse("bXkgbmFtZQ=="),
            Some(CustomKeyIdentifier::Label("bXkgbmFtZQ==".into()))
        );
    }

    #[test]
    fn words_are_read_without_regard_to_letter_case_and_blanks() {
        assert_eq!(
            KeyType::parse("asymmetricx509cert"),
            KeyType::AsymmetricX509Cert
        );
        assert_eq!(KeyType::parse("SYMMETRIC"), KeyType::Symmetric);
        assert_eq!(KeyUsage::parse("verify"), KeyUsage::Verify);
        assert_eq!(KeyUsage::parse("sign "), KeyUsage::Sign);
        assert_eq!(KeyUsage::parse(" Encrypt"), KeyUsage::Encrypt);
        assert_eq!(KeyUsage::parse("sign verify"), KeyUsage::Other);
    }
}
