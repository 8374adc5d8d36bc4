//! Random credentials of one object: every class, alone and in the company that changes what it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::moments::{DAY, Edges, Period, SECOND, written, written_end};
use super::random::Random;

const CERTIFICATE: (&str, &str) = ("AsymmetricX509Cert", "Verify");

/// Fills objects with credentials.
#[derive(Debug)]
pub(crate) struct Issuer<'a> {
    pub(crate) random: &'a mut Random,
    pub(crate) edges: Edges,
}

impl Issuer<'_> {
    /// Adds what an application or service principal of a random kind holds; `other` is the second object of its
    /// identity.
    pub(crate) fn fill(&mut self, object: &mut Value, mut other: Option<&mut Value>) {
        let kind = self.random.below(9);
        let wild = kind >= 7;
        if matches!(kind, 1..=4) || wild && self.random.percent(50) {
            for _ in 0..=self.random.below(3) {
                let secret = self.secret();
                add(object, "passwordCredentials", secret);
            }
        }
        if matches!(kind, 3..=6) || wild && self.random.percent(40) {
            self.certificates(object);
        }
        if wild || self.random.percent(12) {
            if self.random.percent(35) {
                self.signing(object, other.as_deref_mut());
            }
            if self.random.percent(30) {
                self.symmetric(object);
            }
            if self.random.percent(30) {
                self.encryption(object, other);
            }
            if self.random.percent(25) {
                let unknown = self.unknown();
                add(object, "keyCredentials", unknown);
            }
        }
    }

    fn password(&mut self, Period(start, end): Period) -> Value {
        json!({
            "customKeyIdentifier": null,
            "displayName": self.random.pick(&[json!(null), json!("key1")]),
            "startDateTime": written(self.random, start),
            "endDateTime": written_end(self.random, end),
            "hint": "can",
            "keyId": self.key_id(),
            "secretText": null,
        })
    }

    fn secret(&mut self) -> Value {
        let period = self.edges.period(self.random);
        let mut secret = self.password(period);
        if self.random.percent(5) {
            let bytes = self.random.bytes();
            let labels = [
                String::new(),
                STANDARD.encode("old name"),
                self.label(bytes),
            ];
            secret["customKeyIdentifier"] = json!(self.random.pick(&labels));
        }
        secret
    }

    fn key_id(&mut self) -> String {
        let key_id = self.random.guid();
        self.random.recase(&key_id)
    }

    fn key(&mut self, (kind, usage): (&str, &str), Period(start, end): Period) -> Value {
        let bytes = self.random.bytes();
        json!({
            "customKeyIdentifier": self.label(bytes),
            "displayName": "CN=contoso",
            "startDateTime": written(self.random, start),
            "endDateTime": written_end(self.random, end),
            "key": null,
            "keyId": self.key_id(),
            "type": self.random.recase(kind),
            "usage": self.random.recase(usage),
        })
    }

    /// A thumbprint in one of the spellings that mean the same.
    fn label(&mut self, bytes: [u8; 20]) -> String {
        let hex = bytes.map(|byte| format!("{byte:02X}")).concat();
        match self.random.below(4) {
            0 => hex.to_lowercase(),
            1 => STANDARD.encode(bytes),
            _ => hex,
        }
    }

    fn certificates(&mut self, object: &mut Value) {
        if self.random.percent(30) {
            return self.successors(object);
        }
        for _ in 0..self.random.pick(&[1, 1, 1, 2, 2, 3]) {
            let period = self.edges.period(self.random);
            let certificate = self.key(CERTIFICATE, period);
            add(object, "keyCredentials", certificate);
        }
    }

    /// A certificate that ends soon, and one that may or may not take over.
    fn successors(&mut self, object: &mut Value) {
        let now = self.edges.now;
        let horizon = now + self.edges.limit(self.random);
        let before = i128::from(self.random.between(0, 40)) * DAY;
        let last = (horizon - self.random.pick(&[0, 0, SECOND, before])).max(now);
        let mut periods = vec![Period(Some(now - 50 * DAY), Some(last))];
        if self.random.percent(20) {
            periods.push(Period(Some(now - DAY), Some(last)));
        }
        if self.random.percent(80) {
            let starts = [last, last - 100, last + 100, last - DAY, now + DAY, now];
            let start = self.random.pick(&starts);
            let ends = [Some(horizon), Some(horizon + 100), Some(horizon + 30 * DAY)];
            let end = self.random.pick(&ends).map(|end| end.max(start));
            let end = end.filter(|_| self.random.percent(80));
            periods.push(Period(Some(start), end));
        }
        self.random.shuffle(&mut periods);
        for period in periods {
            let certificate = self.key(CERTIFICATE, period);
            add(object, "keyCredentials", certificate);
        }
    }

    /// What signing of SAML tokens leaves: a signing key, its twin and the password of its file; whole or in parts, on
    /// one object or torn apart.
    fn signing(&mut self, object: &mut Value, mut other: Option<&mut Value>) {
        let bytes = self.random.bytes();
        let now = self.edges.now;
        let long = Period(Some(now - 10 * DAY), Some(now + 400 * DAY));
        let kind = self
            .random
            .pick(&["AsymmetricX509Cert", "X509CertAndPassword"]);
        let period = self.either(long);
        let mut sign = self.key((kind, "Sign"), period);
        let period = self.either(long);
        let mut twin = self.key(CERTIFICATE, period);
        let period = self.either(long);
        let mut password = self.password(period);
        let odd = [json!(null), json!(""), json!("bXkgbGFiZWw="), json!("x")];
        let odd = self.random.percent(15).then(|| self.random.pick(&odd));
        let parts = [&mut sign, &mut twin, &mut password];
        let shares = self.random.below(4);
        for (number, part) in parts.into_iter().enumerate() {
            if number < 2 || shares == 0 || shares == 1 {
                let label = json!(self.label(bytes));
                part["customKeyIdentifier"] = odd.clone().unwrap_or(label);
            }
        }
        match shares {
            1 | 2 => password["keyId"] = sign["keyId"].clone(),
            3 if self.random.percent(50) => password["keyId"] = twin["keyId"].clone(),
            _ => {}
        }
        if self.random.percent(40) {
            let named = json!(self.label(bytes));
            for principal in [Some(&mut *object), other.as_deref_mut()] {
                if let Some(principal) = principal.filter(|it| is_service_principal(it)) {
                    principal["preferredTokenSigningKeyThumbprint"] = named.clone();
                }
            }
        }
        if self.random.percent(15) {
            let keys = [&sign, &twin].map(|key| key["keyId"].clone());
            object["tokenEncryptionKeyId"] = self.random.pick(&keys);
        }
        let entries = [
            (85, "keyCredentials", sign),
            (80, "keyCredentials", twin),
            (75, "passwordCredentials", password),
        ];
        for (chance, list, entry) in entries {
            if self.random.percent(chance) {
                let torn = other.as_deref_mut().filter(|_| self.random.percent(10));
                add(torn.unwrap_or(object), list, entry);
            }
        }
    }

    fn either(&mut self, period: Period) -> Period {
        if self.random.percent(30) {
            self.edges.period(self.random)
        } else {
            period
        }
    }

    /// A symmetric key, which nothing excuses.
    fn symmetric(&mut self, object: &mut Value) {
        let period = self.edges.period(self.random);
        let usage = self.random.pick(&["Sign", "Verify", "Verify"]);
        let key = self.key(("Symmetric", usage), period);
        if self.random.percent(20) {
            object["tokenEncryptionKeyId"] = key["keyId"].clone();
        }
        if self.random.percent(20) {
            let mut secret = self.secret();
            secret["customKeyIdentifier"] = key["customKeyIdentifier"].clone();
            add(object, "passwordCredentials", secret);
        }
        if self.random.percent(15) {
            let period = self.edges.period(self.random);
            let mut certificate = self.key(CERTIFICATE, period);
            certificate["customKeyIdentifier"] = key["customKeyIdentifier"].clone();
            add(object, "keyCredentials", certificate);
        }
        add(object, "keyCredentials", key);
    }

    /// A key that encrypts tokens, as either object may say.
    fn encryption(&mut self, object: &mut Value, other: Option<&mut Value>) {
        let period = self.edges.period(self.random);
        let usage = self.random.pick(&["Verify", "Verify", "Encrypt"]);
        let key = self.key(("AsymmetricX509Cert", usage), period);
        let named = self.random.recase(key["keyId"].as_str().unwrap());
        add(object, "keyCredentials", key);
        let by_other = other.filter(|_| self.random.percent(35));
        if self.random.percent(90) {
            by_other.unwrap_or(object)["tokenEncryptionKeyId"] = json!(named);
        }
    }

    fn unknown(&mut self) -> Value {
        let words = [
            ("X509CertAndPassword", "Verify"),
            ("AsymmetricX509Cert", "Encrypt"),
            ("AsymmetricX509Cert", ""),
            ("Asymmetric", "Verify"),
            ("", "Verify"),
        ];
        let words = self.random.pick(&words);
        let period = self.edges.period(self.random);
        let mut key = self.key(words, period);
        if self.random.percent(20) {
            key["type"] = Value::Null;
        }
        key
    }
}

pub(crate) fn is_service_principal(object: &Value) -> bool {
    object.get("servicePrincipalType").is_some()
}

fn add(object: &mut Value, list: &str, entry: Value) {
    object[list].as_array_mut().unwrap().push(entry);
}
