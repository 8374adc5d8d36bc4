//! What each credential is at one instant, and the state that follows.

use super::objects::{Credential, Federated, Object};
use super::policy::Policy;
use crate::case::Kind;

/// One stored credential of an identity.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) key_id: Option<String>,
    pub(super) class: Class,
    pub(super) time: Time,
    pub(super) start: Option<i128>,
    pub(super) end: Option<i128>,
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
    pub(super) app_id: String,
    pub(super) object_id: Option<String>,
    /// Of the application; `None` where that is not known.
    pub(super) has_owner: Option<bool>,
    pub(super) credentials: Vec<Held>,
    pub(super) federated: Vec<(&'static str, Federated)>,
    pub(super) knows_federated: bool,
    /// `None` where a list of credentials is missing.
    pub(super) state: Option<&'static str>,
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
        let certificate = self
            .of(Class::Certificate)
            .any(|held| held.time == Time::Live);
        let federated = !self.federated.is_empty();
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

fn holder(object: &Object) -> &'static str {
    match object.kind {
        Kind::Application => "application",
        Kind::ServicePrincipal => "service-principal",
    }
}

fn classify(object: &Object, encryption: &[&String], now: i128) -> Vec<Held> {
    let keys = object.keys.clone().unwrap_or_default();
    let is_symmetric = |key: &Credential| key.kind == "symmetric";
    let encrypts = |key: &Credential| {
        let key_id = key.key_id.as_ref();
        key_id.is_some_and(|key_id| encryption.contains(&key_id))
    };
    let eligible = |key: &Credential| !is_symmetric(key) && !encrypts(key);
    let says_sign = |key: &Credential| eligible(key) && key.usage == "sign";
    let preferred = |key: &Credential| {
        eligible(key) && object.preferred.is_some() && key.label == object.preferred
    };
    let twin = |key: &Credential| {
        let shares = |other: &Credential| says_sign(other) && other.label == key.label;
        eligible(key) && key.usage == "verify" && key.label.is_some() && keys.iter().any(shares)
    };
    let signs = |key: &Credential| says_sign(key) || preferred(key) || twin(key);
    let mut held = Vec::new();
    for key in &keys {
        let class = if is_symmetric(key) {
            Class::Symmetric
        } else if encrypts(key) {
            Class::Encryption
        } else if signs(key) {
            Class::Signing
        } else if key.kind == "asymmetricx509cert" && key.usage == "verify" {
            Class::Certificate
        } else {
            Class::Unknown
        };
        held.push(at(key, class, holder(object), now));
    }
    for password in object.passwords.iter().flatten() {
        let opens = |key: &Credential| {
            let by_id = password.key_id.is_some() && password.key_id == key.key_id;
            let by_label = password.label.is_some() && password.label == key.label;
            signs(key) && (by_id || by_label)
        };
        let class = if keys.iter().any(opens) {
            Class::Paired
        } else {
            Class::Secret
        };
        held.push(at(password, class, holder(object), now));
    }
    held
}

/// In date means `start <= now < end`; without a start it has started, without an end it never ends.
fn at(credential: &Credential, class: Class, on: &'static str, now: i128) -> Held {
    let Credential { start, end, .. } = *credential;
    let time = if start.is_some_and(|start| start > now) {
        Time::Future
    } else if end.is_some_and(|end| end <= now) {
        Time::Expired
    } else {
        Time::Live
    };
    Held {
        key_id: credential.key_id.clone(),
        class,
        time,
        start,
        end,
        on,
    }
}

impl Held {
    pub(super) fn is_live(&self) -> bool {
        self.time == Time::Live
    }

    pub(super) fn is_live_or_future(&self) -> bool {
        self.time != Time::Expired
    }

    /// The last instant; without an end, one that lies behind every horizon.
    pub(super) fn ends(&self) -> i128 {
        self.end.unwrap_or(i128::MAX)
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
        match (self.class, self.time) {
            (Class::Secret, Time::Live) => "client-secret",
            (Class::Secret, Time::Expired) => "expired-secret",
            (Class::Secret, Time::Future) => "future-secret",
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
