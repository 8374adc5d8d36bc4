//! What each credential of one object is, by the words that are true of it.
//!
//! In: one object's lists, and what both objects say about its keys. Out: each credential with its class, and with what
//! proves that it does not authenticate. A label, usage or id alone proves nothing: the owner of an object chooses them.

use jiff::Timestamp;

use crate::model::{
    Application, ClassifiedCredential, CredentialClass, Credentials, CustomKeyIdentifier, Holder,
    KeyCredential, KeyId, KeyType, KeyUsage, PasswordCredential, Period, Proof, ServicePrincipal,
};

/// One object's lists, with what it says about them.
pub(super) struct Object<'a> {
    holder: Holder,
    passwords: &'a [PasswordCredential],
    keys: &'a [KeyCredential],
    /// The service principal's own words on which key signs its tokens.
    preferred: Option<&'a CustomKeyIdentifier>,
    /// Whether the service principal says that people sign in to it by SAML.
    signs_in_by_saml: bool,
}

impl<'a> Object<'a> {
    /// Takes an application whose credentials the source lists.
    pub(super) fn of_application(object: &'a Application) -> Option<Self> {
        let (passwords, keys) = listed(&object.credentials)?;
        Some(Self {
            holder: Holder::Application,
            passwords,
            keys,
            preferred: None,
            signs_in_by_saml: false,
        })
    }

    /// Takes a service principal whose credentials the source lists.
    pub(super) fn of_service_principal(object: &'a ServicePrincipal) -> Option<Self> {
        let (passwords, keys) = listed(&object.credentials)?;
        Some(Self {
            holder: Holder::ServicePrincipal,
            passwords,
            keys,
            preferred: object.preferred_signing_key.as_ref(),
            signs_in_by_saml: object.signs_in_by_saml,
        })
    }

    /// Adds every credential with what it is. `encryption_keys` are those that either object names.
    pub(super) fn classify(
        &self,
        encryption_keys: [Option<KeyId>; 2],
        now: Timestamp,
        into: &mut Vec<ClassifiedCredential>,
    ) {
        into.reserve(self.passwords.len() + self.keys.len());
        let is_named =
            |key: &KeyCredential| key.key_id.is_some() && encryption_keys.contains(&key.key_id);
        let signing = Signing::of(self, &is_named);
        let holder = self.holder;
        for password in self.passwords {
            let proof = signing.proof(password.custom_key_identifier.as_ref());
            let PasswordCredential {
                key_id,
                custom_key_identifier: _,
                period,
            } = *password;
            into.push(ClassifiedCredential {
                key_id,
                holder,
                class: if proof == Proof::None {
                    CredentialClass::ClientSecret
                } else {
                    CredentialClass::PairedPassword
                },
                validity: period.validity(now),
                period,
                proof,
                verifies: false,
                key: None,
                is_repeated: false,
            });
        }
        for key in self.keys {
            let (class, proof) = self.class(key, is_named(key), &signing);
            let KeyCredential {
                key_id,
                period,
                usage,
                key,
                ..
            } = *key;
            into.push(ClassifiedCredential {
                key_id,
                holder,
                class,
                validity: period.validity(now),
                period,
                proof,
                verifies: usage == KeyUsage::Verify,
                key,
                is_repeated: false,
            });
        }
    }

    /// Precedence: symmetric (never excused), the usage `Encrypt`, unknown types and usages, encryption by name, signing,
    /// certificate. That a key is claimed to sign or to encrypt makes no unknown type known.
    fn class(
        &self,
        key: &KeyCredential,
        is_named: bool,
        signing: &Signing<'_>,
    ) -> (CredentialClass, Proof) {
        if key.kind == KeyType::Symmetric {
            return (CredentialClass::SymmetricKey, Proof::None);
        }
        if key.usage == KeyUsage::Encrypt {
            let proof = if is_named { Proof::Whole } else { Proof::Usage };
            return (CredentialClass::TokenEncryptionKey, proof);
        }
        let label = key.custom_key_identifier.as_ref();
        let proof = signing.proof(label);
        if proof != Proof::None && matches!(key.usage, KeyUsage::Sign | KeyUsage::Verify) {
            return (CredentialClass::TokenSigningKey, proof);
        }
        let is_known = match key.kind {
            KeyType::AsymmetricX509Cert => {
                matches!(key.usage, KeyUsage::Sign | KeyUsage::Verify)
            }
            KeyType::X509CertAndPassword => key.usage == KeyUsage::Sign,
            KeyType::Symmetric | KeyType::Other => false,
        };
        if !is_known {
            return (CredentialClass::Unknown, Proof::None);
        }
        if is_named {
            return (CredentialClass::TokenEncryptionKey, Proof::None);
        }
        let is_twin = key.usage == KeyUsage::Verify && signing.has_label(label);
        let class = if key.usage == KeyUsage::Sign || is_twin || self.prefers(key) {
            CredentialClass::TokenSigningKey
        } else if key.key.is_some_and(|key| !key.is_usable()) {
            CredentialClass::UnusableCertificate
        } else {
            CredentialClass::Certificate
        };
        (class, Proof::None)
    }

    /// Tells whether the service principal names a key as the one that signs its tokens: by its label, or by the thumbprint
    /// of the certificate itself.
    fn prefers(&self, key: &KeyCredential) -> bool {
        let Some(preferred) = self.preferred else {
            return false;
        };
        let thumbprint = key.key.and_then(|key| key.thumbprint);
        key.custom_key_identifier.as_ref() == Some(preferred)
            || thumbprint.map(CustomKeyIdentifier::Thumbprint).as_ref() == Some(preferred)
    }
}

/// Marks the credentials of which the keyId stands twice. A key that signs tokens and the password that opens it share one
/// as Entra makes them.
pub(super) fn mark_repeated(credentials: &mut [ClassifiedCredential]) {
    if credentials.len() < 2 {
        return;
    }
    let name = |held: &ClassifiedCredential| {
        let signs = held.class == CredentialClass::TokenSigningKey;
        held.key_id.map(|key_id| (key_id, signs))
    };
    let mut names: Vec<_> = credentials.iter().filter_map(name).collect();
    names.sort_unstable();
    let repeated: Vec<_> = names
        .chunk_by(PartialEq::eq)
        .filter(|equal| equal.len() > 1)
        .filter_map(|equal| equal.first().copied())
        .collect();
    for held in credentials {
        held.is_repeated = name(held).is_some_and(|name| repeated.binary_search(&name).is_ok());
    }
}

/// Where one list is missing, what the other one shows is classified all the same, for the numbers of the report: no rule
/// about credentials is judged there.
fn listed(credentials: &Credentials) -> Option<(&[PasswordCredential], &[KeyCredential])> {
    match credentials {
        Credentials::Listed { passwords, keys } => Some((passwords, keys)),
        Credentials::Unknown { passwords, keys } => Some((
            passwords.as_deref().unwrap_or_default(),
            keys.as_deref().unwrap_or_default(),
        )),
        Credentials::Counted { .. } => None,
    }
}

/// The labels of the keys of one object that sign by their own words, and whether all that bears the label is a whole SAML
/// triple; nearly always nothing. The list is sorted, because nothing bounds how many keys a file gives an object.
#[derive(Default)]
struct Signing<'a> {
    labels: Vec<(&'a CustomKeyIdentifier, Proof)>,
}

impl<'a> Signing<'a> {
    fn of(object: &Object<'a>, is_named: &dyn Fn(&KeyCredential) -> bool) -> Self {
        let signs =
            |key: &&KeyCredential| key.usage == KeyUsage::Sign && key.kind != KeyType::Symmetric;
        let labels = object.keys.iter().filter(signs);
        let mut labels: Vec<_> = labels
            .filter_map(|key| key.custom_key_identifier.as_ref())
            .collect();
        labels.sort_unstable();
        labels.dedup();
        let mut triples: Vec<Triple<'a>> = labels.into_iter().map(Triple::new).collect();
        if object.holder == Holder::ServicePrincipal && !triples.is_empty() {
            for key in object.keys {
                if let Some(triple) = of_label(&mut triples, key.custom_key_identifier.as_ref()) {
                    triple.add_key(key, is_named(key));
                }
            }
            for password in object.passwords {
                let label = password.custom_key_identifier.as_ref();
                if let Some(triple) = of_label(&mut triples, label) {
                    triple.passwords.add(password);
                }
            }
        }
        let proofs = triples
            .iter()
            .map(|triple| (triple.label, triple.proof(object)));
        Self {
            labels: proofs.collect(),
        }
    }

    fn find(&self, label: Option<&CustomKeyIdentifier>) -> Option<Proof> {
        let at = self
            .labels
            .binary_search_by_key(&label?, |(label, _)| *label)
            .ok()?;
        self.labels.get(at).map(|(_, proof)| *proof)
    }

    /// Tells whether a key that signs bears the label: SAML signing stores one certificate as `Sign` and as `Verify`.
    fn has_label(&self, label: Option<&CustomKeyIdentifier>) -> bool {
        self.find(label).is_some()
    }

    /// Returns what the label proves.
    fn proof(&self, label: Option<&CustomKeyIdentifier>) -> Proof {
        self.find(label).unwrap_or(Proof::None)
    }
}

fn of_label<'list, 'a>(
    triples: &'list mut [Triple<'a>],
    label: Option<&CustomKeyIdentifier>,
) -> Option<&'list mut Triple<'a>> {
    let label = label?;
    let at = triples
        .binary_search_by_key(&label, |triple| triple.label)
        .ok()?;
    triples.get_mut(at)
}

/// Everything of one service principal that bears the label of a key that signs.
struct Triple<'a> {
    label: &'a CustomKeyIdentifier,
    sign: Single<&'a KeyCredential>,
    verify: Single<&'a KeyCredential>,
    passwords: Single<&'a PasswordCredential>,
    /// Whether one of the keys cannot be part of any triple.
    is_spoilt: bool,
}

impl<'a> Triple<'a> {
    const fn new(label: &'a CustomKeyIdentifier) -> Self {
        Self {
            label,
            sign: Single::None,
            verify: Single::None,
            passwords: Single::None,
            is_spoilt: false,
        }
    }

    fn add_key(&mut self, key: &'a KeyCredential, is_named: bool) {
        let may_sign = matches!(
            key.kind,
            KeyType::AsymmetricX509Cert | KeyType::X509CertAndPassword
        );
        match key.usage {
            KeyUsage::Sign => self.sign.add(key),
            KeyUsage::Verify => self.verify.add(key),
            KeyUsage::Encrypt | KeyUsage::Other => return,
        }
        self.is_spoilt |= !may_sign || is_named;
    }

    /// A whole triple is one key that signs, its one `Verify` twin and their one password, which has the signing key's
    /// `keyId`; all of them start and end at the same instants.
    fn proof(&self, object: &Object<'_>) -> Proof {
        let (Single::One(sign), Single::One(verify), Single::One(password)) =
            (self.sign, self.verify, self.passwords)
        else {
            return Proof::None;
        };
        let dates = |period: Period| period.start.zip(period.end);
        let is_whole = !self.is_spoilt
            && sign.key_id.is_some()
            && sign.key_id == password.key_id
            && dates(sign.period).is_some()
            && sign.period == verify.period
            && sign.period == password.period;
        if !is_whole {
            Proof::None
        } else if object.signs_in_by_saml || object.prefers(sign) || object.prefers(verify) {
            Proof::InUse
        } else {
            Proof::Whole
        }
    }
}

/// None, one, or too many.
#[derive(Clone, Copy, Default)]
enum Single<T> {
    #[default]
    None,
    One(T),
    Several,
}

impl<T> Single<T> {
    fn add(&mut self, value: T) {
        *self = match self {
            Self::None => Self::One(value),
            Self::One(_) | Self::Several => Self::Several,
        };
    }
}
