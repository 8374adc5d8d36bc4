//! An assertion that is signed with the certificate of an application.
//!
//! In: a PEM file with certificate and key, or a PFX file. Out: a JWT that lives for ten minutes.
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use reqwest::Url;
use rustls_pki_types::pem::{PemObject as _, SectionKind};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::graph::error::{Cause, GraphError};
use crate::graph::token::Secret;

/// How long an assertion is accepted, in seconds.
const LIFETIME: i64 = 600;

/// The most bytes of a file that are read.
const MOST_BYTES: u64 = 1024 * 1024;

/// A certificate with its key.
pub(super) struct Certificate {
    key: EncodingKey,
    /// Base64url of the SHA-256 of the DER.
    thumbprint: String,
}

impl Certificate {
    /// Reads a file: PEM, or PFX with a password.
    pub(super) fn read(file: &Path, password: Option<&Secret>) -> Result<Self, GraphError> {
        let mut bytes = Vec::new();
        File::open(file)
            .and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes))
            .map_err(|error| {
                unusable(
                    format!("the certificate file cannot be read ({})", error.kind()),
                    "check the path in --certificate or AZURE_CLIENT_CERTIFICATE_PATH",
                )
            })?;
        if bytes.windows(11).any(|window| window == b"-----BEGIN ") {
            Self::of_pem(&bytes)
        } else {
            Self::of_pfx(&bytes, password)
        }
    }

    fn of_pem(bytes: &[u8]) -> Result<Self, GraphError> {
        let (mut certificate, mut key) = (None, None);
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes) {
            let (kind, der) = section.map_err(|_| {
                unusable(
                    "the certificate file is damaged".to_owned(),
                    "export it again as PEM or PFX",
                )
            })?;
            if kind == SectionKind::Certificate {
                // The one of the key comes first, those of its issuers follow.
                certificate = certificate.or(Some(der));
            } else if kind == SectionKind::PrivateKey {
                key = key.or(Some(("PRIVATE KEY", der)));
            } else if kind == SectionKind::RsaPrivateKey {
                key = key.or(Some(("RSA PRIVATE KEY", der)));
            } else if kind == SectionKind::EcPrivateKey {
                return Err(not_rsa());
            }
        }
        let certificate = certificate.ok_or_else(|| missing("certificate"))?;
        let (tag, key) = key.ok_or_else(|| missing("key that is not encrypted"))?;
        Self::new(&certificate, tag, &key)
    }

    fn of_pfx(bytes: &[u8], password: Option<&Secret>) -> Result<Self, GraphError> {
        let password = password.map_or("", Secret::expose);
        let store = KeyStore::from_pkcs12(bytes, password, Pkcs12ImportPolicy::Relaxed);
        let store = store.map_err(|_| {
            unusable(
                "the certificate file is neither PEM nor a PFX that the password opens".to_owned(),
                "put the password into AZURE_CLIENT_CERTIFICATE_PASSWORD, or export the file again",
            )
        })?;
        let (_, chain) = store
            .private_key_chain()
            .ok_or_else(|| missing("key with a certificate"))?;
        let certificate = chain
            .certs()
            .first()
            .ok_or_else(|| missing("certificate"))?;
        Self::new(certificate.as_der(), "PRIVATE KEY", chain.key().as_der())
    }

    fn new(certificate: &[u8], tag: &str, key: &[u8]) -> Result<Self, GraphError> {
        // jsonwebtoken tells the two encodings of an RSA key apart in PEM only.
        let body = Secret::new(STANDARD.encode(key));
        let body = body.expose();
        let pem = Secret::new(format!(
            "-----BEGIN {tag}-----\n{body}\n-----END {tag}-----\n"
        ));
        let key = EncodingKey::from_rsa_pem(pem.expose().as_bytes()).map_err(|_| not_rsa())?;
        let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(certificate));
        Ok(Self { key, thumbprint })
    }

    /// Signs an assertion for a token endpoint.
    pub(super) fn assertion(
        &self,
        client_id: &str,
        audience: &Url,
        now: Timestamp,
    ) -> Result<Secret, GraphError> {
        #[derive(Serialize)]
        struct Assertion<'a> {
            aud: &'a str,
            iss: &'a str,
            sub: &'a str,
            jti: String,
            nbf: i64,
            iat: i64,
            exp: i64,
        }
        let mut header = Header::new(Algorithm::PS256);
        header.x5t_s256 = Some(self.thumbprint.clone());
        let now = now.as_second();
        let assertion = Assertion {
            aud: audience.as_str(),
            iss: client_id,
            sub: client_id,
            jti: Uuid::new_v4().to_string(),
            nbf: now,
            iat: now,
            exp: now.saturating_add(LIFETIME),
        };
        let signed = jsonwebtoken::encode(&header, &assertion, &self.key);
        signed.map(Secret::new).map_err(|_| {
            unusable(
                "the key of the certificate cannot sign".to_owned(),
                "use an RSA key of 2048 bits or more",
            )
        })
    }
}

fn unusable(what: String, remedy: &'static str) -> GraphError {
    GraphError::new(Cause::SignIn, what, remedy)
}

fn missing(what: &str) -> GraphError {
    unusable(
        format!("the certificate file has no {what}"),
        "give one file with both the certificate and its unencrypted key as PEM, or a PFX",
    )
}

fn not_rsa() -> GraphError {
    unusable(
        "the key of the certificate is no RSA key".to_owned(),
        "Entra accepts assertions of RSA keys only: make a certificate with an RSA key",
    )
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
    use p12_keystore::{EncryptionAlgorithm, KeyStoreEntry, PrivateKey, PrivateKeyChain};
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};
    use serde_json::Value;

    use super::*;

    const CLIENT: &str = "0f9e8d7c-6b5a-4938-8271-605f4e3d2c1b";

    struct Made {
        key: KeyPair,
        certificate: rcgen::Certificate,
    }

    impl Made {
        fn with(key: KeyPair) -> Self {
            let params = CertificateParams::new(vec!["gate.contoso.example".to_owned()]).unwrap();
            let certificate = params.self_signed(&key).unwrap();
            Self { key, certificate }
        }

        fn rsa() -> Self {
            Self::with(KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap())
        }

        fn pem(&self) -> String {
            format!("{}{}", self.key.serialize_pem(), self.certificate.pem())
        }

        fn pfx(&self, password: &str, encryption: EncryptionAlgorithm) -> Vec<u8> {
            let certificate = p12_keystore::Certificate::from_der(self.certificate.der()).unwrap();
            let key = PrivateKey::from_der(&self.key.serialize_der()).unwrap();
            let chain = PrivateKeyChain::new("gate", key, [certificate]);
            let mut store = KeyStore::new();
            store.add_entry("gate", KeyStoreEntry::PrivateKeyChain(chain));
            let writer = store.writer(password).encryption_algorithm(encryption);
            writer.write().unwrap()
        }

        /// Checks an assertion as Entra would.
        fn verify(&self, assertion: &Secret) -> Value {
            let header = decode_header(assertion.expose()).unwrap();
            assert_eq!(header.alg, Algorithm::PS256);
            let digest = Sha256::digest(self.certificate.der());
            assert_eq!(header.x5t_s256.unwrap(), URL_SAFE_NO_PAD.encode(digest));
            let mut validation = Validation::new(Algorithm::PS256);
            validation.set_audience(&[endpoint().as_str()]);
            let key = DecodingKey::from_rsa_pem(self.key.public_key_pem().as_bytes()).unwrap();
            decode::<Value>(assertion.expose(), &key, &validation)
                .unwrap()
                .claims
        }
    }

    fn endpoint() -> Url {
        "https://login.example/contoso/oauth2/v2.0/token"
            .parse()
            .unwrap()
    }

    fn read(bytes: &[u8], password: Option<&str>) -> Result<Certificate, GraphError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Certificate::read(file.path(), password.map(Secret::new).as_ref())
    }

    fn message(bytes: &[u8], password: Option<&str>) -> String {
        read(bytes, password).err().unwrap().to_string()
    }

    #[test]
    fn the_assertion_is_signed_with_the_key_of_the_certificate() {
        let made = Made::rsa();
        let now = real_time();
        let certificate = read(made.pem().as_bytes(), None).unwrap();
        let sign = || certificate.assertion(CLIENT, &endpoint(), now).unwrap();
        let claims = made.verify(&sign());
        assert_eq!(claims["iss"], CLIENT);
        assert_eq!(claims["sub"], CLIENT);
        assert_eq!(claims["aud"], endpoint().as_str());
        assert_eq!(claims["nbf"], now.as_second());
        assert_eq!(claims["iat"], now.as_second());
        assert_eq!(claims["exp"], now.as_second() + 600);
        assert_ne!(claims["jti"], made.verify(&sign())["jti"]);
    }

    #[test]
    fn the_first_certificate_of_a_chain_is_the_one_of_the_key() {
        let made = Made::rsa();
        let issuer = Made::with(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap());
        let pem = format!("{}{}", made.pem(), issuer.certificate.pem());
        let certificate = read(pem.as_bytes(), None).unwrap();
        made.verify(
            &certificate
                .assertion(CLIENT, &endpoint(), real_time())
                .unwrap(),
        );
    }

    #[test]
    fn a_pfx_is_opened_by_its_password_old_or_new() {
        let made = Made::rsa();
        for encryption in [
            EncryptionAlgorithm::PbeWithHmacSha256AndAes256,
            EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc,
        ] {
            let pfx = made.pfx("canary", encryption);
            let certificate = read(&pfx, Some("canary")).unwrap();
            made.verify(
                &certificate
                    .assertion(CLIENT, &endpoint(), real_time())
                    .unwrap(),
            );
            for wrong in [None, Some("other")] {
                let text = message(&pfx, wrong);
                assert!(text.contains("AZURE_CLIENT_CERTIFICATE_PASSWORD"), "{text}");
            }
        }
        let open = made.pfx("", EncryptionAlgorithm::PbeWithHmacSha256AndAes256);
        assert!(read(&open, None).is_ok());
    }

    #[test]
    fn a_key_of_another_kind_is_refused_with_the_reason() {
        let made = Made::with(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap());
        let pfx = made.pfx("x", EncryptionAlgorithm::PbeWithHmacSha256AndAes256);
        for text in [
            message(made.pem().as_bytes(), None),
            message(&pfx, Some("x")),
        ] {
            assert!(
                text.contains("Entra accepts assertions of RSA keys only"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_without_both_parts_says_what_is_missing() {
        let made = Made::rsa();
        let text = message(made.certificate.pem().as_bytes(), None);
        assert!(text.contains("has no key that is not encrypted"), "{text}");
        let text = message(made.key.serialize_pem().as_bytes(), None);
        assert!(text.contains("has no certificate"), "{text}");
        let text = message(b"", None);
        assert!(text.contains("neither PEM nor a PFX"), "{text}");
        let cut = made.pem().replace("-----END CERTIFICATE-----", "");
        assert!(message(cut.as_bytes(), None).contains("damaged"));
        let gone = Certificate::read(Path::new("no such file"), None);
        let text = gone.err().unwrap().to_string();
        assert!(text.contains("cannot be read (entity not found)"), "{text}");
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the decoder looks at the clock too"
    )]
    fn real_time() -> Timestamp {
        Timestamp::now()
    }
}
