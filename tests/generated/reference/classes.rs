//! What each credential is at one instant, and the state that follows.

use super::decided::decide;
use super::objects::{Federated, Object};
use super::policy::Policy;
use super::triples::{Triple, triples};
use super::trust;
use crate::case::Kind;

/// One stored credential of an identity.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) key_id: Option<String>,
    pub(super) class: Class,
    /// That it signs, opens or encrypts something, and does nothing else.
    pub(super) is_proven: bool,
    /// Whether it belongs to a triple that signs tokens now.
    pub(super) is_in_use: bool,
    /// A key of usage `Verify`.
    verifies: bool,
    /// A key of usage `Encrypt`, with which nobody signs in, named or not.
    encrypts: bool,
    /// Whether its public key can sign in, where that is shown.
    pub(super) key: Option<bool>,
    pub(super) time: Time,
    pub(super) start: Option<i128>,
    pub(super) end: Option<i128>,
    never_ends: bool,
    pub(super) on: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Class {
    Secret,
    Paired,
    Certificate,
    Symmetric,
    Signing,
    Encryption,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Time {
    Live,
    Expired,
    Future,
}

/// One client id.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    /// An agent identity may have none.
    pub(super) app_id: Option<String>,
    pub(super) object_id: Option<String>,
    /// Of the application; `None` where that is not known.
    pub(super) has_owner: Option<bool>,
    pub(super) credentials: Vec<Held>,
    pub(super) federated: Vec<(&'static str, Federated)>,
    pub(super) knows_federated: bool,
    /// `None` where a list of credentials is missing.
    pub(super) state: Option<&'static str>,
    /// A service principal of this tenant whose application is not here.
    pub(super) misses_application: bool,
}

impl Identity {
    pub(super) fn new(
        application: Option<&Object>,
        service_principal: Option<&Object>,
        policy: &Policy<'_>,
    ) -> Self {
        let objects: Vec<&Object> = [application, service_principal]
            .into_iter()
            .flatten()
            .collect();
        let first = objects[0];
        let encryption: Vec<&String> = objects
            .iter()
            .filter_map(|object| object.encryption_key.as_ref())
            .collect();
        let missing = |object: &&Object| object.passwords.is_none() || object.keys.is_none();
        let known = !objects.iter().any(missing);
        let federated = objects.iter().flat_map(|object| {
            let list = object.federated.iter().flatten();
            list.map(|trust| (holder(object), trust.clone()))
        });
        let mut identity = Self {
            app_id: first.app_id.clone(),
            object_id: first.id.clone(),
            has_owner: first.has_owner,
            credentials: objects
                .iter()
                .flat_map(|object| classify(object, &encryption, policy.now))
                .collect(),
            federated: federated.collect(),
            knows_federated: first.federated.is_some(),
            state: None,
            misses_application: false,
        };
        identity.state = known.then(|| identity.settle(policy));
        identity
    }

    pub(super) fn of(&self, class: Class) -> impl Iterator<Item = &Held> {
        self.credentials
            .iter()
            .filter(move |held| held.class == class)
    }

    pub(super) fn live_secrets(&self) -> impl Iterator<Item = &Held> {
        self.credentials.iter().filter(|held| {
            held.time == Time::Live && matches!(held.class, Class::Secret | Class::Symmetric)
        })
    }

    fn settle(&self, policy: &Policy<'_>) -> &'static str {
        let mut certificates = self.of(Class::Certificate);
        let certificate = certificates.any(|held| {
            let opens = held.key != Some(false);
            let opens = decide("an unusable certificate is no alternative", opens, true);
            held.is_live() && opens
        });
        let federated = self
            .federated
            .iter()
            .any(|(_, it)| trust::is_trusted(it, policy));
        let better =
            certificate && policy.takes("certificate") || federated && policy.takes("federated");
        if self.live_secrets().next().is_some() {
            return if better { "migrating" } else { "secrets-only" };
        }
        match (federated, certificate) {
            (true, _) => "federated",
            (false, true) => "certificate",
            (false, false) => "no-credentials",
        }
    }
}

pub(super) fn holder(object: &Object) -> &'static str {
    match object.kind {
        Kind::Application => "application",
        Kind::ServicePrincipal => "service-principal",
    }
}

/// Whether a type and a usage belong together in a way that is known.
fn is_known(kind: &str, usage: &str) -> bool {
    match kind {
        "asymmetricx509cert" => matches!(usage, "verify" | "sign"),
        "x509certandpassword" => usage == "sign",
        _ => false,
    }
}

/// What keys claim about themselves on one object, where nothing proves it.
struct Claims<'a> {
    object: &'a Object,
    encryption: &'a [&'a String],
}

impl Claims<'_> {
    fn is_named_to_encrypt(&self, key: &super::objects::Credential) -> bool {
        let key_id = key.key_id.as_ref();
        key_id.is_some_and(|key_id| self.encryption.contains(&key_id))
    }

    fn signs(&self, key: &super::objects::Credential) -> bool {
        let says_sign = |key: &super::objects::Credential| {
            // What is named to encrypt is a signing key all the same: else its twin would be a certificate.
            let named = self.is_named_to_encrypt(key);
            let counts = decide("a signing key that is named to encrypt", true, !named);
            key.kind != "symmetric" && counts && key.usage == "sign"
        };
        let is_preferred = self.object.preferred.as_ref().is_some_and(|preferred| {
            let by_digest = key
                .key
                .as_ref()
                .is_some_and(|it| it.digest.as_ref() == Some(preferred));
            key.label.as_ref() == Some(preferred)
                || decide("named by the certificate's digest", by_digest, false)
        });
        let mut others = self.object.keys.iter().flatten();
        let is_twin = key.usage == "verify"
            && key.label.is_some()
            && others.any(|other| says_sign(other) && other.label == key.label);
        says_sign(key) || is_preferred || is_twin
    }

    /// The class of a key that belongs to no triple, and whether it is proven.
    fn class(&self, key: &super::objects::Credential) -> (Class, bool) {
        let named = self.is_named_to_encrypt(key);
        let encrypts = key.usage == "encrypt";
        let known = is_known(&key.kind, &key.usage);
        let known = decide(
            "a claim does not make known",
            known,
            known || named || self.signs(key),
        );
        if key.kind == "symmetric" {
            (Class::Symmetric, false)
        } else if encrypts && named {
            (Class::Encryption, true)
        } else if decide("Encrypt is not unknown", encrypts, false) {
            (
                Class::Encryption,
                decide("Encrypt alone proves nothing", false, true),
            )
        } else if !known {
            (Class::Unknown, false)
        } else if named {
            let proven = decide("an encryption key says Encrypt", false, true);
            (Class::Encryption, proven)
        } else if self.signs(key) {
            (Class::Signing, false)
        } else if key.usage == "verify" {
            (Class::Certificate, false)
        } else {
            (Class::Unknown, false)
        }
    }
}

fn classify(object: &Object, encryption: &[&String], now: i128) -> Vec<Held> {
    let claims = Claims { object, encryption };
    let keys = object.keys.clone().unwrap_or_default();
    let passwords = object.passwords.clone().unwrap_or_default();
    let triples = triples(object, encryption);
    let mut held = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        let triple = triples.iter().find(|it| it.sign == at || it.verify == at);
        let (class, proven) = triple.map_or_else(|| claims.class(key), |_| (Class::Signing, true));
        held.push(Held {
            class,
            is_proven: proven,
            is_in_use: triple.is_some_and(|triple| triple.is_in_use),
            ..Held::new(object, key, now)
        });
    }
    for (at, password) in passwords.iter().enumerate() {
        let triple = triples.iter().find(|it| it.password == at);
        let opens = triple.is_some() || {
            let opens = keys.iter().any(|key| {
                let by_id = password.key_id.is_some() && password.key_id == key.key_id;
                let by_label = password.label.is_some() && password.label == key.label;
                claims.signs(key) && (by_id || by_label)
            });
            decide(
                "a claimed Sign key makes no secret a password",
                false,
                opens,
            )
        };
        held.push(Held {
            class: if opens { Class::Paired } else { Class::Secret },
            is_proven: opens,
            is_in_use: triple.is_some_and(|triple: &Triple| triple.is_in_use),
            ..Held::new(object, password, now)
        });
    }
    held
}

impl Held {
    /// In date means `start <= now < end`; without a start it has started, without an end it never ends.
    fn new(object: &Object, credential: &super::objects::Credential, now: i128) -> Self {
        let (start, end) = (credential.start, credential.end);
        let time = if start.is_some_and(|start| start > now) {
            Time::Future
        } else if end.is_some_and(|end| end <= now) {
            Time::Expired
        } else {
            Time::Live
        };
        let key = credential.key.as_ref().map(|key| key.is_usable);
        Self {
            key_id: credential.key_id.clone(),
            class: Class::Unknown,
            is_proven: false,
            is_in_use: false,
            verifies: credential.usage == "verify",
            encrypts: credential.usage == "encrypt" && credential.kind != "symmetric",
            key: decide("an unusable key", key, key.map(|_| true)),
            time,
            start,
            end,
            never_ends: credential.never_ends(),
            on: holder(object),
        }
    }

    pub(super) fn is_live(&self) -> bool {
        self.time == Time::Live
    }

    pub(super) fn is_live_or_future(&self) -> bool {
        self.time != Time::Expired
    }

    /// Whether nothing shows that nobody signs in with it.
    pub(super) fn may_authenticate(&self) -> bool {
        let encrypts = decide("Encrypt never authenticates", self.encrypts, false);
        !self.is_proven && !encrypts
    }

    /// Claims to sign or to encrypt, and nothing proves it.
    pub(super) fn is_claimed(&self) -> bool {
        matches!(self.class, Class::Signing | Class::Encryption) && !self.is_proven
    }

    /// A certificate, whatever is claimed about it.
    pub(super) fn looks_like_certificate(&self) -> bool {
        self.class == Class::Certificate || self.is_claimed() && self.verifies
    }

    /// The same, where it is decided that claims do not matter.
    pub(super) fn is_certificate(&self, decision: &'static str) -> bool {
        let without = self.class == Class::Certificate;
        decide(decision, self.looks_like_certificate(), without)
    }

    pub(super) fn never_ends(&self) -> bool {
        self.never_ends
    }

    /// The last instant; without an end, one that lies behind every horizon.
    pub(super) fn ends(&self) -> i128 {
        self.end.unwrap_or(super::objects::NEVER)
    }

    pub(super) fn lives_longer_than(&self, limit: i128) -> bool {
        match (self.start, self.end) {
            (Some(start), Some(end)) => end - start > limit,
            _ => true,
        }
    }

    pub(super) fn is_older_than(&self, limit: i128, now: i128) -> bool {
        self.start.is_none_or(|start| now - start > limit)
    }

    /// As reports name it.
    pub(super) fn name(&self) -> &'static str {
        let unusable = self.key == Some(false);
        match (self.class, self.time) {
            (Class::Secret, Time::Live) => "client-secret",
            (Class::Secret, Time::Expired) => "expired-secret",
            (Class::Secret, Time::Future) => "future-secret",
            (Class::Certificate, Time::Live | Time::Future) if unusable => "unusable-certificate",
            (Class::Certificate, Time::Live) => "certificate",
            (Class::Certificate, Time::Expired) => "expired-certificate",
            (Class::Certificate, Time::Future) => "future-certificate",
            (Class::Symmetric, _) => "symmetric-key",
            (Class::Signing, _) => "token-signing-key",
            (Class::Paired, _) => "paired-password",
            (Class::Encryption, _) => "token-encryption-key",
            (Class::Unknown, _) => "unknown",
        }
    }
}
