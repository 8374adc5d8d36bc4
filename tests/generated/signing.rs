//! What signing of SAML tokens leaves on a service principal: a signing key, its twin and the password of its file. Whole,
//! or with one thing that makes it no triple, or in parts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::credentials::{Issuer, add as push, is_service_principal};
use super::keys::SAMPLES;
use super::moments::{DAY, Period, SECOND, spell};

const PASSWORDS: &str = "passwordCredentials";
const KEYS: &str = "keyCredentials";

/// The three parts, before they are added.
struct Parts {
    sign: Value,
    verify: Value,
    password: Value,
    /// Parts that are there once more.
    further: Vec<(&'static str, Value)>,
}

/// Adds a triple to the service principal of an identity; to its application, now and then.
pub(crate) fn add(issuer: &mut Issuer<'_>, object: &mut Value, other: Option<&mut Value>) {
    let (mut here, mut there) = (object, other);
    let elsewhere = there.as_deref().is_some_and(is_service_principal);
    if !is_service_principal(here) && elsewhere && issuer.random.percent(75) {
        (here, there) = (there.unwrap(), Some(here));
    }
    for _ in 0..issuer.random.pick(&[1, 1, 1, 2]) {
        triple(issuer, here, there.as_deref_mut());
    }
}

fn triple(issuer: &mut Issuer<'_>, here: &mut Value, mut there: Option<&mut Value>) {
    let period = period(issuer);
    let kinds = ["AsymmetricX509Cert", "X509CertAndPassword"];
    let kind = issuer.random.pick(&kinds);
    let sign = issuer.key((kind, "Sign"), period);
    let kind = issuer.random.pick(&kinds[..1]);
    let verify = issuer.key((kind, "Verify"), period);
    let mut parts = Parts {
        sign,
        verify,
        password: issuer.password(period),
        further: Vec::new(),
    };
    let bytes = issuer.random.bytes();
    for part in [&mut parts.sign, &mut parts.verify, &mut parts.password] {
        part["customKeyIdentifier"] = json!(issuer.label(bytes));
    }
    // One instant may be spelt in several ways.
    for date in ["startDateTime", "endDateTime"] {
        parts.verify[date] = parts.sign[date].clone();
        parts.password[date] = parts.sign[date].clone();
    }
    let key_id = parts.sign["keyId"].as_str().unwrap();
    parts.password["keyId"] = json!(issuer.random.recase(key_id));
    if issuer.random.percent(50) {
        flaw(issuer, &mut parts);
    }
    name(issuer, &parts, here);
    let keys = [&parts.sign, &parts.verify].map(|key| key["keyId"].clone());
    if issuer.random.percent(8) {
        let by_other = there.as_deref_mut().filter(|_| issuer.random.percent(50));
        by_other.unwrap_or(here)["tokenEncryptionKeyId"] = issuer.random.pick(&keys);
    }
    let mut entries = vec![
        (KEYS, parts.sign),
        (KEYS, parts.verify),
        (PASSWORDS, parts.password),
    ];
    if issuer.random.percent(12) {
        entries.remove(issuer.random.below(3));
    }
    entries.extend(parts.further);
    for (list, entry) in entries {
        let torn = there.as_deref_mut().filter(|_| issuer.random.percent(4));
        push(torn.unwrap_or(here), list, entry);
    }
}

/// Long, expired, to come, or on an edge.
fn period(issuer: &mut Issuer<'_>) -> Period {
    let now = issuer.edges.now;
    if issuer.random.percent(30) {
        return issuer.edges.period(issuer.random);
    }
    let end = now + issuer.random.pick(&[400, 90, 20]) * DAY;
    Period(Some(now - 10 * DAY), Some(end))
}

/// Makes it no triple, or nearly none.
fn flaw(issuer: &mut Issuer<'_>, parts: &mut Parts) {
    match issuer.random.below(13) {
        0..=3 => differ(issuer, parts),
        4..=6 => share(issuer, parts),
        7..=10 => double(issuer, parts),
        11 => {
            let kinds = ["PartnerCert", "", "X509CertAndPassword"];
            let kind = json!(issuer.random.pick(&kinds));
            let keys = [&mut parts.sign, &mut parts.verify];
            keys[issuer.random.below(2)]["type"] = kind;
        }
        // A second password that belongs to nothing.
        _ => parts.further.push((PASSWORDS, issuer.secret())),
    }
}

/// One of the three says something else than the others.
fn differ(issuer: &mut Issuer<'_>, parts: &mut Parts) {
    let bytes = issuer.random.bytes();
    let (label, key_id) = (json!(issuer.label(bytes)), json!(issuer.key_id()));
    let now = issuer.edges.now;
    if issuer.random.percent(30) {
        let others = [key_id, json!(null), parts.verify["keyId"].clone()];
        parts.password["keyId"] = issuer.random.pick(&others);
        return;
    }
    let three = [&mut parts.sign, &mut parts.verify, &mut parts.password];
    let which = issuer.random.below(3);
    let part = &mut *three[which];
    match issuer.random.below(3) {
        0 => part["customKeyIdentifier"] = label,
        1 => part["startDateTime"] = json!(spell(now - 900 * DAY, "Z")),
        _ => part["endDateTime"] = json!(spell(now + 500 * DAY + SECOND, "Z")),
    }
}

/// All three say the same, which is no proof.
fn share(issuer: &mut Issuer<'_>, parts: &mut Parts) {
    let labels = [json!(null), json!(""), json!("bXkgbGFiZWw="), json!("x")];
    let ends = [json!(null), json!("9999-12-31T23:59:59Z")];
    let (name, value) = match issuer.random.below(4) {
        0 => ("customKeyIdentifier", issuer.random.pick(&labels)),
        1 => ("startDateTime", json!(null)),
        _ => ("endDateTime", issuer.random.pick(&ends)),
    };
    for part in [&mut parts.sign, &mut parts.verify, &mut parts.password] {
        part[name] = value.clone();
    }
}

/// One of the three is there twice.
fn double(issuer: &mut Issuer<'_>, parts: &mut Parts) {
    let other_id = json!(issuer.key_id());
    let (list, mut twin) = if issuer.random.percent(50) {
        (PASSWORDS, parts.password.clone())
    } else {
        let keys = [parts.sign.clone(), parts.verify.clone()];
        (KEYS, issuer.random.pick(&keys))
    };
    if issuer.random.percent(70) {
        twin["keyId"] = other_id;
    }
    parts.further.push((list, twin));
}

/// Says on a service principal which triple is in use, or something else.
fn name(issuer: &mut Issuer<'_>, parts: &Parts, here: &mut Value) {
    if !is_service_principal(here) {
        return;
    }
    let modes = ["saml", "SAML", "password", "oidc", "notSupported"];
    if issuer.random.percent(45) {
        here["preferredSingleSignOnMode"] = json!(issuer.random.pick(&modes));
    }
    if !issuer.random.percent(60) {
        return;
    }
    let key = issuer.random.pick(&[&parts.sign, &parts.verify])["key"].clone();
    let sample = SAMPLES.iter().find(|sample| key == sample.text);
    let sample = sample.filter(|sample| !sample.sha1.is_empty());
    let label = parts.sign["customKeyIdentifier"]
        .as_str()
        .map(str::to_owned);
    let bytes = issuer.random.bytes();
    let preferred = match (issuer.random.below(10), sample, label) {
        (0 | 1, ..) => issuer.label(bytes),
        (2..=6, Some(sample), _) => sample.sha1.to_owned(),
        (_, _, Some(label)) => respelt(issuer, &label),
        _ => return,
    };
    here["preferredTokenSigningKeyThumbprint"] = json!(preferred);
}

/// A thumbprint in another of its spellings.
fn respelt(issuer: &mut Issuer<'_>, label: &str) -> String {
    let bytes = STANDARD.decode(label).ok().filter(|it| it.len() == 20);
    match bytes {
        Some(bytes) => issuer.label(bytes.try_into().unwrap()),
        None => label.to_owned(),
    }
}
