//! Random credentials of one object: every class, alone and in the company that changes what it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::focus::Focus;
use super::keys::{SAMPLES, USABLE};
use super::moments::{DAY, Edges, Period, SECOND, written, written_end};
use super::random::Random;
use super::signing;

const CERTIFICATE: (&str, &str) = ("AsymmetricX509Cert", "Verify");

/// Fills objects with credentials.
#[derive(Debug)]
pub(crate) struct Issuer<'a> {
    pub(crate) random: &'a mut Random,
    pub(crate) edges: Edges,
    /// How often `key` is shown.
    pub(crate) shown: u64,
    pub(crate) focus: Option<Focus>,
}

impl Issuer<'_> {
    /// Adds what an application or service principal of a random kind holds; `other` is the second object of its
    /// identity.
    pub(crate) fn fill(&mut self, object: &mut Value, mut other: Option<&mut Value>) {
        if let Some(focus) = self.focus.filter(|it| *it != Focus::Dates) {
            return self.focused(focus, object, other);
        }
        let kind = self.random.below(9);
        let wild = kind >= 7;
        if matches!(kind, 1..=4) || wild && self.random.percent(50) {
            for _ in 0..=self.random.below(3) {
                let mut secret = self.secret();
                let first = object["passwordCredentials"][0]["keyId"].as_str();
                // Whoever may write the object may make a secret with the keyId of another one.
                if let Some(first) = first.filter(|_| self.random.percent(8)) {
                    secret["keyId"] = json!(self.random.recase(first));
                }
                add(object, "passwordCredentials", secret);
            }
        }
        if matches!(kind, 3..=6) || wild && self.random.percent(40) {
            self.certificates(object);
        }
        if wild || self.random.percent(12) {
            if self.random.percent(40) {
                signing::add(self, object, other.as_deref_mut());
            }
            if self.random.percent(30) {
                self.symmetric(object);
            }
            if self.random.percent(30) {
                self.encryption(object, other);
            }
            if self.random.percent(25) {
                let unknown = self.unknown(object);
                add(object, "keyCredentials", unknown);
            }
        }
    }

    /// Little, and what the case is about.
    fn focused(&mut self, focus: Focus, object: &mut Value, other: Option<&mut Value>) {
        let here = focus == Focus::Strangers || focus == Focus::Agents;
        if self.random.percent(if here { 10 } else { 40 }) {
            let period = self.edges.harmless(self.random);
            let secret = self.password(period);
            add(object, "passwordCredentials", secret);
        }
        match focus {
            Focus::Saml if self.random.percent(20) => {
                let principal = other.filter(|it| is_service_principal(it));
                self.encryption(principal.unwrap_or(object), None);
            }
            Focus::Saml => signing::add(self, object, other),
            Focus::Keys => self.odd_key(object, other),
            Focus::Strangers | Focus::Agents => match self.random.below(9) {
                0 => {
                    let period = self.edges.harmless(self.random);
                    let secret = self.password(period);
                    add(object, "passwordCredentials", secret);
                }
                1..=4 => signing::add(self, object, other),
                5 => self.symmetric(object),
                _ => self.odd_key(object, other),
            },
            Focus::Missing | Focus::Trusts | Focus::Dates | Focus::Files => {}
        }
    }

    /// A certificate, or a key that claims to be something else.
    fn odd_key(&mut self, object: &mut Value, other: Option<&mut Value>) {
        match self.random.below(9) {
            0 | 8 => self.symmetric(object),
            1 | 2 => self.encryption(object, other),
            3 => {
                let unknown = self.unknown(object);
                add(object, "keyCredentials", unknown);
            }
            4 => self.claimed(object),
            _ => self.certificates(object),
        }
    }

    /// Certificates of which some are claimed to sign or to encrypt.
    fn claimed(&mut self, object: &mut Value) {
        let before = object["keyCredentials"].as_array().map_or(0, Vec::len);
        self.certificates(object);
        let key = object["keyCredentials"][before].clone();
        let sample = SAMPLES.iter().find(|sample| key["key"] == sample.text);
        let digest = sample.map(|sample| json!(sample.sha1));
        match self.random.below(4) {
            0 => {
                let period = self.edges.period(self.random);
                let mut sign = self.key(("AsymmetricX509Cert", "Sign"), period);
                sign["customKeyIdentifier"] = key["customKeyIdentifier"].clone();
                add(object, "keyCredentials", sign);
            }
            1 if is_service_principal(object) => {
                let label = key["customKeyIdentifier"].clone();
                let named = digest.filter(|_| self.random.percent(50)).unwrap_or(label);
                object["preferredTokenSigningKeyThumbprint"] = named;
            }
            _ => object["tokenEncryptionKeyId"] = key["keyId"].clone(),
        }
    }

    pub(crate) fn password(&mut self, Period(start, end): Period) -> Value {
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

    pub(crate) fn secret(&mut self) -> Value {
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

    pub(crate) fn key_id(&mut self) -> String {
        let key_id = self.random.guid();
        self.random.recase(&key_id)
    }

    pub(crate) fn key(&mut self, (kind, usage): (&str, &str), Period(start, end): Period) -> Value {
        let bytes = self.random.bytes();
        let key = self.public_key(kind);
        json!({
            "customKeyIdentifier": self.label(bytes),
            "displayName": "CN=contoso",
            "startDateTime": written(self.random, start),
            "endDateTime": written_end(self.random, end),
            "key": key,
            "keyId": self.key_id(),
            "type": self.word(kind),
            "usage": self.word(usage),
        })
    }

    /// A word in any letters, now and then with blanks around it.
    fn word(&mut self, word: &str) -> String {
        let word = self.random.recase(word);
        match self.random.below(50) {
            0 => format!(" {word}"),
            1 => format!("{word} "),
            _ => word,
        }
    }

    /// A public key, where this tenant's export shows it.
    fn public_key(&mut self, kind: &str) -> Value {
        if kind == "Symmetric" || !self.random.percent(self.shown) {
            return Value::Null;
        }
        let sample = if self.random.percent(70) {
            USABLE
        } else {
            self.random.pick(&SAMPLES)
        };
        json!(sample.text)
    }

    /// A thumbprint in one of the spellings that mean the same.
    pub(crate) fn label(&mut self, bytes: [u8; 20]) -> String {
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
        let usage = self.random.pick(&["Verify", "Encrypt", "Encrypt"]);
        let key = self.key(("AsymmetricX509Cert", usage), period);
        let named = self.random.recase(key["keyId"].as_str().unwrap());
        add(object, "keyCredentials", key);
        let by_other = other.filter(|_| self.random.percent(35));
        if self.random.percent(65) {
            by_other.unwrap_or(object)["tokenEncryptionKeyId"] = json!(named);
        }
    }

    fn unknown(&mut self, object: &mut Value) -> Value {
        let words = [
            ("PartnerCert", "Sign"),
            ("X509CertAndPassword", "Verify"),
            ("AsymmetricX509Cert", "Encrypt"),
            ("AsymmetricX509Cert", ""),
            ("Asymmetric", "Verify"),
            ("", "Verify"),
        ];
        let words = self.random.pick(&words);
        let period = self.edges.period(self.random);
        let mut key = self.key(words, period);
        match self.random.below(10) {
            0 | 1 => key["type"] = Value::Null,
            // What names it does not make it known.
            2 => object["tokenEncryptionKeyId"] = key["keyId"].clone(),
            3 if is_service_principal(object) => {
                let label = key["customKeyIdentifier"].clone();
                object["preferredTokenSigningKeyThumbprint"] = label;
            }
            _ => {}
        }
        key
    }
}

pub(crate) fn is_service_principal(object: &Value) -> bool {
    object.get("servicePrincipalType").is_some()
}

pub(crate) fn add(object: &mut Value, list: &str, entry: Value) {
    object[list].as_array_mut().unwrap().push(entry);
}
