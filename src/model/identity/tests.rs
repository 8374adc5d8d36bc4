//! What a credential is, by what is written on it and by what is proven; and objects with more keys than anybody has.

use std::time::Instant;

use super::*;
use crate::model::{
    CustomKeyIdentifier, KeyCredential, KeyId, KeyType, KeyUsage, PasswordCredential, PublicKey,
    ServicePrincipalType,
};

const LABEL: &str = "c2V4dGFudA==";
const OTHER_LABEL: &str = "b3RoZXI=";

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn period() -> Period {
    Period {
        start: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        end: Some("2028-01-01T00:00:00Z".parse().unwrap()),
    }
}

fn numbered(number: u8) -> KeyId {
    KeyId::from_bytes([number; 16])
}

fn password(number: u8, label: &str) -> PasswordCredential {
    PasswordCredential {
        key_id: Some(numbered(number)),
        custom_key_identifier: CustomKeyIdentifier::parse(label),
        period: period(),
    }
}

fn key(number: u8, usage: KeyUsage, label: &str) -> KeyCredential {
    KeyCredential {
        key_id: Some(numbered(number)),
        custom_key_identifier: CustomKeyIdentifier::parse(label),
        period: period(),
        kind: KeyType::AsymmetricX509Cert,
        usage,
        key: None,
    }
}

fn principal(passwords: Vec<PasswordCredential>, keys: Vec<KeyCredential>) -> ServicePrincipal {
    ServicePrincipal {
        id: None,
        app_id: "5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21".parse().unwrap(),
        display_name: "contoso".into(),
        kind: ServicePrincipalType::Other,
        owner: None,
        deleted: false,
        credentials: Credentials::Listed { passwords, keys },
        federated: Known::Known(Vec::new()),
        token_encryption_key_id: None,
        preferred_signing_key: None,
        signs_in_by_saml: false,
    }
}

/// A whole SAML triple: the password and the key that signs share their keyId.
fn triple() -> (Vec<PasswordCredential>, Vec<KeyCredential>) {
    let sign = KeyCredential {
        kind: KeyType::X509CertAndPassword,
        ..key(1, KeyUsage::Sign, LABEL)
    };
    let verify = key(2, KeyUsage::Verify, LABEL);
    (vec![password(1, LABEL)], vec![sign, verify])
}

fn classified(object: ServicePrincipal) -> Vec<(CredentialClass, Proof)> {
    let criteria = Criteria {
        now: now(),
        alternatives: Alternatives::default(),
        trusts: &|_| true,
    };
    let identity = Identity::of_service_principal(object, criteria);
    let held = identity.credentials().iter();
    held.map(|held| (held.class, held.proof)).collect()
}

fn on_application(object: ServicePrincipal) -> Vec<(CredentialClass, Proof)> {
    let application = Application {
        id: None,
        app_id: object.app_id,
        display_name: object.display_name,
        deleted: false,
        credentials: object.credentials,
        federated: Known::Known(Vec::new()),
        has_owner: Known::Known(true),
        token_encryption_key_id: object.token_encryption_key_id,
    };
    let criteria = Criteria {
        now: now(),
        alternatives: Alternatives::default(),
        trusts: &|_| true,
    };
    let identity = Identity::of_application(application, None, criteria);
    let held = identity.credentials().iter();
    held.map(|held| (held.class, held.proof)).collect()
}

fn of_triple(proof: Proof) -> Vec<(CredentialClass, Proof)> {
    vec![
        (CredentialClass::PairedPassword, proof),
        (CredentialClass::TokenSigningKey, proof),
        (CredentialClass::TokenSigningKey, proof),
    ]
}

/// The password counts as a client secret, and the keys are only claimed to sign.
fn of_claim() -> Vec<(CredentialClass, Proof)> {
    vec![
        (CredentialClass::ClientSecret, Proof::None),
        (CredentialClass::TokenSigningKey, Proof::None),
        (CredentialClass::TokenSigningKey, Proof::None),
    ]
}

#[test]
fn a_whole_triple_on_a_service_principal_is_excused() {
    let (passwords, keys) = triple();
    assert_eq!(
        classified(principal(passwords, keys)),
        of_triple(Proof::Whole)
    );
}

#[test]
fn on_an_application_no_triple_excuses_anything() {
    let (passwords, keys) = triple();
    assert_eq!(on_application(principal(passwords, keys)), of_claim());
}

#[test]
fn a_triple_is_in_use_by_sso_mode_by_label_and_by_thumbprint() {
    let saml = |change: &dyn Fn(&mut ServicePrincipal)| {
        let (passwords, keys) = triple();
        let mut object = principal(passwords, keys);
        change(&mut object);
        classified(object)
    };
    let by_mode = saml(&|object| object.signs_in_by_saml = true);
    assert_eq!(by_mode, of_triple(Proof::InUse));
    let by_label = saml(&|object| object.preferred_signing_key = CustomKeyIdentifier::parse(LABEL));
    assert_eq!(by_label, of_triple(Proof::InUse));
    let by_thumbprint = saml(&|object| {
        object.preferred_signing_key = Some(CustomKeyIdentifier::Thumbprint([7; 20]));
        if let Credentials::Listed { keys, .. } = &mut object.credentials {
            keys[1].key = Some(KeyMaterial {
                thumbprint: Some([7; 20]),
                public_key: PublicKey::Rsa { bits: 2048 },
            });
        }
    });
    assert_eq!(by_thumbprint, of_triple(Proof::InUse));
    let by_another =
        saml(&|object| object.preferred_signing_key = CustomKeyIdentifier::parse(OTHER_LABEL));
    assert_eq!(by_another, of_triple(Proof::Whole));
}

/// Each of these is one step away from a whole triple.
#[test]
fn whatever_is_not_a_whole_triple_is_only_a_claim() {
    type Change = fn(&mut Vec<PasswordCredential>, &mut Vec<KeyCredential>);
    let changes: [(&str, Change); 9] = [
        ("another label", |passwords, _| {
            passwords[0].custom_key_identifier = CustomKeyIdentifier::parse(OTHER_LABEL);
        }),
        ("no label", |passwords, _| {
            passwords[0].custom_key_identifier = None;
        }),
        ("another keyId", |passwords, _| {
            passwords[0].key_id = Some(numbered(9));
        }),
        ("no keyId on either", |passwords, keys| {
            (passwords[0].key_id, keys[0].key_id) = (None, None);
        }),
        ("another end of the password", |passwords, _| {
            passwords[0].period.end = Some("2028-01-01T00:00:01Z".parse().unwrap());
        }),
        ("another start of the twin", |_, keys| {
            keys[1].period.start = Some("2025-12-31T23:59:59Z".parse().unwrap());
        }),
        ("no end at all", |passwords, keys| {
            passwords[0].period.end = None;
            for key in keys {
                key.period.end = None;
            }
        }),
        ("no start at all", |passwords, keys| {
            passwords[0].period.start = None;
            for key in keys {
                key.period.start = None;
            }
        }),
        ("the password's keyId is the twin's", |passwords, _| {
            passwords[0].key_id = Some(numbered(2));
        }),
    ];
    for (what, change) in changes {
        let (mut passwords, mut keys) = triple();
        change(&mut passwords, &mut keys);
        assert_eq!(classified(principal(passwords, keys)), of_claim(), "{what}");
    }
}

#[test]
fn no_claim_makes_an_unknown_type_known() {
    for unknown in [0, 1] {
        let (passwords, mut keys) = triple();
        keys[unknown].kind = KeyType::Other;
        let mut object = principal(passwords, keys);
        object.token_encryption_key_id = Some(numbered(2));
        object.preferred_signing_key = CustomKeyIdentifier::parse(LABEL);
        let found = classified(object);
        assert_eq!(found[0], (CredentialClass::ClientSecret, Proof::None));
        assert_eq!(found[1 + unknown], (CredentialClass::Unknown, Proof::None));
    }
}

#[test]
fn a_second_entry_of_the_label_breaks_the_triple() {
    let (passwords, keys) = triple();
    let two_passwords = [passwords.clone(), vec![password(3, LABEL)]].concat();
    let found = classified(principal(two_passwords, keys.clone()));
    assert_eq!(found[0], (CredentialClass::ClientSecret, Proof::None));
    assert_eq!(found[1], (CredentialClass::ClientSecret, Proof::None));
    for usage in [KeyUsage::Sign, KeyUsage::Verify] {
        let more = [keys.clone(), vec![key(3, usage, LABEL)]].concat();
        let found = classified(principal(passwords.clone(), more));
        let claims = [
            of_claim(),
            vec![(CredentialClass::TokenSigningKey, Proof::None)],
        ]
        .concat();
        assert_eq!(found, claims, "{usage:?}");
    }
}

#[test]
fn a_password_of_another_label_is_a_secret_and_breaks_nothing() {
    let (passwords, keys) = triple();
    let more = [passwords, vec![password(3, OTHER_LABEL)]].concat();
    let found = classified(principal(more, keys));
    assert_eq!(found[0], (CredentialClass::PairedPassword, Proof::Whole));
    assert_eq!(found[1], (CredentialClass::ClientSecret, Proof::None));
}

#[test]
fn a_rollover_has_two_whole_triples() {
    let (mut passwords, mut keys) = triple();
    passwords.push(password(3, OTHER_LABEL));
    keys.push(key(3, KeyUsage::Sign, OTHER_LABEL));
    keys.push(key(4, KeyUsage::Verify, OTHER_LABEL));
    let found = classified(principal(passwords, keys));
    assert!(found.iter().all(|(_, proof)| *proof == Proof::Whole));
}

#[test]
fn a_key_that_is_named_as_encryption_key_belongs_to_no_triple() {
    for named in [1, 2] {
        let (passwords, keys) = triple();
        let mut object = principal(passwords, keys);
        object.token_encryption_key_id = Some(numbered(named));
        let found = classified(object);
        assert_eq!(found[0], (CredentialClass::ClientSecret, Proof::None));
        assert!(found.iter().all(|(_, proof)| *proof == Proof::None));
    }
}

#[test]
fn encryption_needs_the_name_and_the_usage() {
    let with = |usage, named: bool| {
        let mut object = principal(Vec::new(), vec![key(1, usage, OTHER_LABEL)]);
        object.token_encryption_key_id = named.then(|| numbered(1));
        classified(object)[0]
    };
    let class = CredentialClass::TokenEncryptionKey;
    assert_eq!(with(KeyUsage::Encrypt, true), (class, Proof::Whole));
    assert_eq!(with(KeyUsage::Encrypt, false), (class, Proof::Usage));
    assert_eq!(with(KeyUsage::Verify, true), (class, Proof::None));
    assert_eq!(
        with(KeyUsage::Verify, false),
        (CredentialClass::Certificate, Proof::None)
    );
    assert_eq!(
        with(KeyUsage::Other, false),
        (CredentialClass::Unknown, Proof::None)
    );
}

#[test]
fn a_symmetric_key_is_never_excused() {
    for usage in [KeyUsage::Sign, KeyUsage::Verify, KeyUsage::Encrypt] {
        let symmetric = KeyCredential {
            kind: KeyType::Symmetric,
            ..key(1, usage, LABEL)
        };
        let mut object = principal(vec![password(1, LABEL)], vec![symmetric]);
        object.token_encryption_key_id = Some(numbered(1));
        let found = classified(object);
        assert_eq!(found[0].0, CredentialClass::ClientSecret);
        assert_eq!(found[1], (CredentialClass::SymmetricKey, Proof::None));
    }
}

/// One by one, it would take minutes to compare them.
#[test]
fn each_of_many_triples_is_told_from_a_secret() {
    const MANY: u128 = 20_000;
    let wide = |number: u128| Some(KeyId::from_bytes(number.to_be_bytes()));
    let label = |number: u128| CustomKeyIdentifier::parse(&format!("label {number}"));
    let (mut passwords, mut keys) = (Vec::new(), Vec::new());
    for number in (0..MANY).map(|number| number * 7_919 % 20_011 + 1) {
        passwords.push(PasswordCredential {
            key_id: wide(number),
            custom_key_identifier: label(number),
            period: period(),
        });
        for usage in [KeyUsage::Sign, KeyUsage::Verify] {
            keys.push(KeyCredential {
                key_id: wide(number),
                custom_key_identifier: label(number),
                ..key(1, usage, LABEL)
            });
        }
    }
    passwords.push(password(7, "label 0"));
    let began = Instant::now();
    let found = classified(principal(passwords, keys));
    assert!(began.elapsed().as_secs() < 20);
    let of = |class| found.iter().filter(move |(it, _)| *it == class).count();
    assert_eq!(of(CredentialClass::PairedPassword), 20_000);
    assert_eq!(of(CredentialClass::ClientSecret), 1);
    assert_eq!(of(CredentialClass::TokenSigningKey), 40_000);
}
