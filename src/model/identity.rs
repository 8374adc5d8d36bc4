//! One client id as one subject: the application and its service principal, classified at one instant.
//!
//! In: both objects as parsed. Out: every credential with its class and validity, and the identity's state. This is the
//! only place that decides what authenticates.

use jiff::Timestamp;

use super::{
    AppId, Application, CredentialClass, Credentials, FederatedCredential, KeyId, KeyMaterial,
    Known, MissingLists, ObjectId, Period, Proof, ServicePrincipal, Validity,
};
use classify::Object;

mod classify;

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
    /// What shows that it does not authenticate.
    pub proof: Proof,
    /// Whether its usage is `Verify`: it authenticates if nothing else holds it back.
    pub verifies: bool,
    /// What its `key` turned out to be, where the source shows it.
    pub key: Option<KeyMaterial>,
    /// Whether another credential of the identity has its keyId, so that the keyId names neither.
    pub is_repeated: bool,
}

impl ClassifiedCredential {
    /// Returns the keyId by which an exception pins it. Whoever may write an object chooses keyIds: a secret that is made
    /// with the keyId of a pinned one must not be covered.
    pub fn pin(&self) -> Option<KeyId> {
        self.key_id.filter(|_| !self.is_repeated)
    }

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

    /// Tells whether it is in date now or later.
    pub fn is_unexpired(&self) -> bool {
        self.validity != Validity::Expired
    }

    /// Tells whether it is excused: it does not authenticate, and that is proven.
    pub fn is_excused(&self) -> bool {
        self.proof >= Proof::Whole
    }

    /// Tells whether it may authenticate while in date. What is only claimed to sign or encrypt may, and so may a key of
    /// which nobody knows the type.
    pub fn may_authenticate(&self) -> bool {
        self.proof == Proof::None
    }

    /// Tells whether it is a certificate for all that it says: one, or a `Verify` key that is only claimed to sign or to
    /// encrypt.
    pub fn acts_as_certificate(&self) -> bool {
        match self.class {
            CredentialClass::Certificate | CredentialClass::UnusableCertificate => true,
            CredentialClass::TokenSigningKey | CredentialClass::TokenEncryptionKey => {
                self.verifies && self.may_authenticate()
            }
            CredentialClass::ClientSecret
            | CredentialClass::SymmetricKey
            | CredentialClass::PairedPassword
            | CredentialClass::FederatedCredential
            | CredentialClass::Unknown => false,
        }
    }

    /// Tells whether Entra refuses the sign-in with its public key, where the source shows it.
    pub fn is_refused(&self) -> bool {
        self.key.is_some_and(|key| !key.is_usable())
    }
}

/// By what an identity is judged.
#[derive(Clone, Copy)]
pub struct Criteria<'run> {
    /// The instant of judging.
    pub now: Timestamp,
    /// What the policy accepts in place of a secret.
    pub alternatives: Alternatives,
    /// Tells whether a federated credential trusts an issuer and an audience that may be trusted.
    pub trusts: &'run dyn Fn(&FederatedCredential) -> bool,
}

impl std::fmt::Debug for Criteria<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Criteria")
            .field("now", &self.now)
            .field("alternatives", &self.alternatives)
            .finish_non_exhaustive()
    }
}

/// An application and its service principal, or one of them alone, under one client id.
#[derive(Debug)]
pub struct Identity {
    application: Option<Application>,
    service_principal: Option<ServicePrincipal>,
    credentials: Vec<ClassifiedCredential>,
    state: Known<State>,
    /// Whether a federated credential may be trusted.
    is_federated: bool,
    app_id: AppId,
}

impl Identity {
    /// Joins an application with its service principal, if it has one, and classifies their credentials.
    pub fn of_application(
        application: Application,
        service_principal: Option<ServicePrincipal>,
        criteria: Criteria<'_>,
    ) -> Self {
        let app_id = application.app_id;
        Self::new(app_id, Some(application), service_principal, criteria)
    }

    /// Takes a service principal without an application object in this tenant, and classifies its credentials.
    pub fn of_service_principal(
        service_principal: ServicePrincipal,
        criteria: Criteria<'_>,
    ) -> Self {
        let app_id = service_principal.app_id;
        Self::new(app_id, None, Some(service_principal), criteria)
    }

    fn new(
        app_id: AppId,
        application: Option<Application>,
        service_principal: Option<ServicePrincipal>,
        criteria: Criteria<'_>,
    ) -> Self {
        let mut identity = Self {
            application,
            service_principal,
            credentials: Vec::new(),
            state: Known::Unknown,
            is_federated: false,
            app_id,
        };
        let is_federated = identity
            .federated()
            .any(|(_, federated)| (criteria.trusts)(federated));
        identity.is_federated = is_federated;
        identity.classify(criteria.now, criteria.alternatives);
        identity
    }

    fn classify(&mut self, now: Timestamp, alternatives: Alternatives) {
        let application = self.application.as_ref();
        let service_principal = self.service_principal.as_ref();
        let encryption_keys = [
            application.and_then(|object| object.token_encryption_key_id),
            service_principal.and_then(|object| object.token_encryption_key_id),
        ];
        let mut credentials = Vec::new();
        let application = application.and_then(Object::of_application);
        let service_principal = service_principal.and_then(Object::of_service_principal);
        for object in application.into_iter().chain(service_principal) {
            object.classify(encryption_keys, now, &mut credentials);
        }
        classify::mark_repeated(&mut credentials);
        self.credentials = credentials;
        self.state = self.judge_state(alternatives);
    }

    /// Returns the same identity with its credentials classified at another instant.
    #[must_use]
    pub fn at(&self, now: Timestamp, alternatives: Alternatives) -> Self {
        let mut identity = Self {
            application: self.application.clone(),
            service_principal: self.service_principal.clone(),
            credentials: Vec::new(),
            state: Known::Unknown,
            is_federated: self.is_federated,
            app_id: self.app_id,
        };
        identity.classify(now, alternatives);
        identity
    }

    /// Returns the same identity without its stored credentials.
    #[must_use]
    pub fn without_stored(&self, alternatives: Alternatives) -> Self {
        let mut identity = Self {
            application: self.application.as_ref().map(Application::without_stored),
            service_principal: self
                .service_principal
                .as_ref()
                .map(ServicePrincipal::without_stored),
            credentials: Vec::new(),
            state: Known::Unknown,
            is_federated: self.is_federated,
            app_id: self.app_id,
        };
        identity.state = identity.judge_state(alternatives);
        identity
    }

    /// Lets the identity hold these classified credentials and no others.
    pub fn hold(&mut self, credentials: Vec<ClassifiedCredential>, alternatives: Alternatives) {
        self.credentials = credentials;
        self.state = self.judge_state(alternatives);
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
        let federated = self.is_federated;
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

    /// Tells whether a federated credential, of either object, trusts an issuer and an audience that may be trusted.
    pub const fn is_federated(&self) -> bool {
        self.is_federated
    }

    /// Tells whether any credential is in date that is not proven to sign or encrypt: what somebody must answer for.
    pub fn has_credentials(&self) -> bool {
        let is_held = |held: &ClassifiedCredential| {
            held.validity == Validity::Current && held.may_authenticate()
        };
        self.credentials.iter().any(is_held)
            || self.federated().next().is_some()
            || self
                .held()
                .any(|held| matches!(held, Credentials::Counted { .. }) && !held.are_none())
    }

    /// Tells whether the source hides the public key of a certificate that is in date.
    pub fn hides_a_key(&self) -> bool {
        self.credentials.iter().any(|held| {
            held.acts_as_certificate() && held.validity == Validity::Current && held.key.is_none()
        })
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

#[cfg(test)]
mod tests;
