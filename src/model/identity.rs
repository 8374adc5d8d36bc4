//! One client id as one subject: the application and its service principal, classified at one instant.
//!
//! In: both objects as parsed. Out: every credential with its class and validity, and the identity's state. This is the
//! only place that decides what authenticates.

use jiff::Timestamp;

use super::{
    AppId, Application, CredentialClass, Credentials, CustomKeyIdentifier, FederatedCredential,
    KeyCredential, KeyId, KeyType, KeyUsage, Known, MissingLists, ObjectId, PasswordCredential,
    Period, ServicePrincipal, Validity,
};

/// The object on which a credential sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// The application.
    Application,
    /// The service principal, whose credentials App registrations do not show.
    ServicePrincipal,
}

impl Holder {
    /// Returns the name that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::ServicePrincipal => "service-principal",
        }
    }
}

/// Which credentials count as better than a secret: the policy's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alternatives {
    /// A certificate in date.
    pub certificate: bool,
    /// A federated credential.
    pub federated: bool,
}

impl Default for Alternatives {
    fn default() -> Self {
        Self {
            certificate: true,
            federated: true,
        }
    }
}

/// How an identity authenticates: where it stands in the migration away from secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing that authenticates.
    NoCredentials,
    /// A federated credential and no live secret.
    Federated,
    /// A certificate and no live secret.
    Certificate,
    /// A live secret beside a better credential.
    Migrating,
    /// A live secret and nothing better.
    SecretsOnly,
}

impl State {
    /// All states, from the best to the worst.
    pub const ALL: [Self; 5] = [
        Self::NoCredentials,
        Self::Federated,
        Self::Certificate,
        Self::Migrating,
        Self::SecretsOnly,
    ];

    /// Returns the name that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoCredentials => "no-credentials",
            Self::Federated => "federated",
            Self::Certificate => "certificate",
            Self::Migrating => "migrating",
            Self::SecretsOnly => "secrets-only",
        }
    }
}

/// One stored credential, classified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassifiedCredential {
    /// From `keyId`.
    pub key_id: Option<KeyId>,
    /// The object on which it sits.
    pub holder: Holder,
    /// What it is.
    pub class: CredentialClass,
    /// Whether it is in date.
    pub validity: Validity,
    /// From `startDateTime` and `endDateTime`.
    pub period: Period,
}

impl ClassifiedCredential {
    /// Tells whether somebody who knows it can sign in with it now: a client secret or symmetric key in date.
    pub fn is_live_secret(&self) -> bool {
        self.validity == Validity::Current
            && matches!(
                self.class,
                CredentialClass::ClientSecret | CredentialClass::SymmetricKey
            )
    }

    /// Tells whether it is of `class` and in date now.
    pub fn is_current(&self, class: CredentialClass) -> bool {
        self.class == class && self.validity == Validity::Current
    }

    /// Tells whether it is of `class` and in date now or later.
    pub fn is_current_or_future(&self, class: CredentialClass) -> bool {
        self.class == class && self.validity != Validity::Expired
    }
}

/// An application and its service principal, or one of them alone, under one client id.
#[derive(Debug)]
pub struct Identity {
    application: Option<Application>,
    service_principal: Option<ServicePrincipal>,
    credentials: Vec<ClassifiedCredential>,
    state: Known<State>,
    app_id: AppId,
}

impl Identity {
    /// Joins an application with its service principal, if it has one, and classifies their credentials at `now`.
    pub fn of_application(
        application: Application,
        service_principal: Option<ServicePrincipal>,
        now: Timestamp,
        alternatives: Alternatives,
    ) -> Self {
        Self::classify(
            application.app_id,
            Some(application),
            service_principal,
            now,
            alternatives,
        )
    }

    /// Takes a service principal without an application object in this tenant, and classifies its credentials at `now`.
    pub fn of_service_principal(
        service_principal: ServicePrincipal,
        now: Timestamp,
        alternatives: Alternatives,
    ) -> Self {
        Self::classify(
            service_principal.app_id,
            None,
            Some(service_principal),
            now,
            alternatives,
        )
    }

    fn classify(
        app_id: AppId,
        application: Option<Application>,
        service_principal: Option<ServicePrincipal>,
        now: Timestamp,
        alternatives: Alternatives,
    ) -> Self {
        let encryption_keys = [
            application
                .as_ref()
                .and_then(|object| object.token_encryption_key_id),
            service_principal
                .as_ref()
                .and_then(|object| object.token_encryption_key_id),
        ];
        let mut credentials = Vec::new();
        if let Some(Credentials::Listed { passwords, keys }) =
            application.as_ref().map(|object| &object.credentials)
        {
            let object = Object {
                holder: Holder::Application,
                passwords,
                keys,
                preferred: None,
                encryption_keys,
            };
            object.classify(now, &mut credentials);
        }
        if let Some(object) = &service_principal
            && let Credentials::Listed { passwords, keys } = &object.credentials
        {
            let preferred = object.preferred_signing_key.as_ref();
            let object = Object {
                holder: Holder::ServicePrincipal,
                passwords,
                keys,
                preferred,
                encryption_keys,
            };
            object.classify(now, &mut credentials);
        }
        let mut identity = Self {
            application,
            service_principal,
            credentials,
            state: Known::Unknown,
            app_id,
        };
        identity.state = identity.judge_state(alternatives);
        identity
    }

    /// Returns the same identity with its credentials classified at another instant.
    #[must_use]
    pub fn at(&self, now: Timestamp, alternatives: Alternatives) -> Self {
        Self::classify(
            self.app_id,
            self.application.clone(),
            self.service_principal.clone(),
            now,
            alternatives,
        )
    }

    fn judge_state(&self, alternatives: Alternatives) -> Known<State> {
        let mut secret = self.live_secrets().next().is_some();
        let mut certificate = self
            .credentials
            .iter()
            .any(|held| held.is_current(CredentialClass::Certificate));
        for held in self.held() {
            match held {
                Credentials::Listed { .. } => {}
                Credentials::Counted {
                    secrets,
                    certificates,
                } => {
                    secret |= *secrets > 0;
                    certificate |= *certificates > 0;
                }
                Credentials::Unknown { .. } => return Known::Unknown,
            }
        }
        let federated = self.federated().next().is_some();
        let better =
            (alternatives.certificate && certificate) || (alternatives.federated && federated);
        Known::Known(match (secret, better) {
            (true, true) => State::Migrating,
            (true, false) => State::SecretsOnly,
            (false, _) if federated => State::Federated,
            (false, _) if certificate => State::Certificate,
            (false, _) => State::NoCredentials,
        })
    }

    fn held(&self) -> impl Iterator<Item = &Credentials> {
        let application = self.application.iter().map(|object| &object.credentials);
        application.chain(
            self.service_principal
                .iter()
                .map(|object| &object.credentials),
        )
    }

    /// Returns the client id.
    pub const fn app_id(&self) -> AppId {
        self.app_id
    }

    /// Returns the application object, if this tenant has it.
    pub const fn application(&self) -> Option<&Application> {
        self.application.as_ref()
    }

    /// Returns the service principal, if the inventory has it.
    pub const fn service_principal(&self) -> Option<&ServicePrincipal> {
        self.service_principal.as_ref()
    }

    /// Returns the id of the application object, or of the service principal where it stands alone.
    pub fn object_id(&self) -> Option<ObjectId> {
        match (&self.application, &self.service_principal) {
            (Some(application), _) => application.id,
            (None, Some(service_principal)) => service_principal.id,
            (None, None) => None,
        }
    }

    /// Returns the display name. Foreign text: whoever owns the application chooses it.
    pub fn display_name(&self) -> &str {
        match (&self.application, &self.service_principal) {
            (Some(application), _) => &application.display_name,
            (None, Some(service_principal)) => &service_principal.display_name,
            (None, None) => "",
        }
    }

    /// Returns the state, where the source shows the credentials.
    pub const fn state(&self) -> Known<State> {
        self.state
    }

    /// Returns every stored credential whose dates the source shows, the application's first.
    pub fn credentials(&self) -> &[ClassifiedCredential] {
        &self.credentials
    }

    /// Returns the secrets with which somebody can sign in now, symmetric keys included.
    pub fn live_secrets(&self) -> impl Iterator<Item = &ClassifiedCredential> {
        self.credentials.iter().filter(|held| held.is_live_secret())
    }

    /// Returns the federated credentials of both objects, as far as the source shows them.
    pub fn federated(&self) -> impl Iterator<Item = (Holder, &FederatedCredential)> {
        let application = self
            .application
            .iter()
            .filter_map(|object| object.federated.as_option());
        let service_principal = self
            .service_principal
            .iter()
            .filter_map(|object| object.federated.as_option());
        application
            .flatten()
            .map(|federated| (Holder::Application, federated))
            .chain(
                service_principal
                    .flatten()
                    .map(|federated| (Holder::ServicePrincipal, federated)),
            )
    }

    /// Tells whether the source shows the federated credentials of the application.
    pub fn knows_federated(&self) -> bool {
        match (&self.application, &self.service_principal) {
            (Some(application), _) => application.federated.is_known(),
            (None, Some(service_principal)) => service_principal.federated.is_known(),
            (None, None) => false,
        }
    }

    /// Returns which credential lists the source lacks on either object.
    pub fn missing_lists(&self) -> Option<MissingLists> {
        let missing = self.held().filter_map(Credentials::missing);
        missing.reduce(MissingLists::and_of_another)
    }

    /// Tells whether the source shows only numbers of credentials: no dates, no types, no key ids.
    pub fn is_counted(&self) -> bool {
        self.held()
            .any(|held| matches!(held, Credentials::Counted { .. }))
    }

    /// Returns how many secrets a source of numbers counts.
    pub fn counted_secrets(&self) -> u32 {
        let counts = self.held().map(|held| match held {
            Credentials::Counted { secrets, .. } => *secrets,
            Credentials::Listed { .. } | Credentials::Unknown { .. } => 0,
        });
        counts.sum()
    }
}

/// One object's lists, with what both objects say about them.
struct Object<'a> {
    holder: Holder,
    passwords: &'a [PasswordCredential],
    keys: &'a [KeyCredential],
    preferred: Option<&'a CustomKeyIdentifier>,
    encryption_keys: [Option<KeyId>; 2],
}

impl Object<'_> {
    fn classify(&self, now: Timestamp, into: &mut Vec<ClassifiedCredential>) {
        into.reserve(self.passwords.len() + self.keys.len());
        let signing = SigningKeys::of(self);
        let holder = self.holder;
        for password in self.passwords {
            let class = if signing.pairs(password) {
                CredentialClass::PairedPassword
            } else {
                CredentialClass::ClientSecret
            };
            let PasswordCredential {
                key_id,
                custom_key_identifier: _,
                period,
            } = *password;
            into.push(ClassifiedCredential {
                key_id,
                holder,
                class,
                validity: period.validity(now),
                period,
            });
        }
        for key in self.keys {
            let class = self.class(key, &signing);
            let KeyCredential { key_id, period, .. } = *key;
            into.push(ClassifiedCredential {
                key_id,
                holder,
                class,
                validity: period.validity(now),
                period,
            });
        }
    }

    /// Precedence: symmetric (never excused), encryption, signing, certificate, unknown.
    fn class(&self, key: &KeyCredential, signing: &SigningKeys<'_>) -> CredentialClass {
        if key.kind == KeyType::Symmetric {
            CredentialClass::SymmetricKey
        } else if self.encrypts(key) {
            CredentialClass::TokenEncryptionKey
        } else if self.signs(key) || signing.has_twin(key) {
            CredentialClass::TokenSigningKey
        } else if key.kind == KeyType::AsymmetricX509Cert && key.usage == KeyUsage::Verify {
            CredentialClass::Certificate
        } else {
            CredentialClass::Unknown
        }
    }

    fn encrypts(&self, key: &KeyCredential) -> bool {
        key.key_id.is_some() && self.encryption_keys.contains(&key.key_id)
    }

    /// Tells whether the key signs by its own words: usage `Sign`, or named as the preferred signing key.
    fn signs(&self, key: &KeyCredential) -> bool {
        let preferred =
            self.preferred.is_some() && key.custom_key_identifier.as_ref() == self.preferred;
        key.kind != KeyType::Symmetric
            && !self.encrypts(key)
            && (key.usage == KeyUsage::Sign || preferred)
    }
}

/// What the signing keys of one object are known by; nearly always nothing. Both lists are sorted, because nothing bounds
/// how many keys a file gives an object.
#[derive(Default)]
struct SigningKeys<'a> {
    key_ids: Vec<KeyId>,
    identifiers: Vec<&'a CustomKeyIdentifier>,
}

impl<'a> SigningKeys<'a> {
    fn of(object: &Object<'a>) -> Self {
        let mut signing = Self::default();
        for key in object.keys.iter().filter(|key| object.signs(key)) {
            signing.key_ids.extend(key.key_id);
            signing.identifiers.extend(&key.custom_key_identifier);
        }
        signing.identifiers.sort_unstable();
        let twins = object.keys.iter().filter(|key| {
            key.kind != KeyType::Symmetric
                && !object.encrypts(key)
                && !object.signs(key)
                && signing.has_twin(key)
        });
        let twins: Vec<KeyId> = twins.filter_map(|key| key.key_id).collect();
        signing.key_ids.extend(twins);
        signing.key_ids.sort_unstable();
        signing
    }

    fn shares_identifier(&self, identifier: Option<&CustomKeyIdentifier>) -> bool {
        identifier.is_some_and(|identifier| self.identifiers.binary_search(&identifier).is_ok())
    }

    /// SAML signing stores one certificate twice, as `Sign` and as `Verify`.
    fn has_twin(&self, key: &KeyCredential) -> bool {
        key.usage == KeyUsage::Verify && self.shares_identifier(key.custom_key_identifier.as_ref())
    }

    fn pairs(&self, password: &PasswordCredential) -> bool {
        password
            .key_id
            .is_some_and(|key_id| self.key_ids.binary_search(&key_id).is_ok())
            || self.shares_identifier(password.custom_key_identifier.as_ref())
    }
}

#[cfg(test)]
mod tests;
