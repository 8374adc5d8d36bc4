//! Objects with more keys than anybody has.

use super::*;

const PERIOD: Period = Period {
    start: None,
    end: None,
};

/// Numbers in no order, each once.
fn key_ids() -> impl Iterator<Item = KeyId> {
    let numbers = (0..40_000_u128).map(|number| number * 7_919 % 40_009 + 1);
    numbers.map(|number| KeyId::from_bytes(number.to_be_bytes()))
}

fn signing_key((number, key_id): (usize, KeyId)) -> KeyCredential {
    KeyCredential {
        key_id: Some(key_id),
        custom_key_identifier: CustomKeyIdentifier::parse(&format!("label {number}")),
        period: PERIOD,
        kind: KeyType::AsymmetricX509Cert,
        usage: KeyUsage::Sign,
        key: None,
    }
}

/// One by one, it would take minutes to compare them.
#[test]
fn each_of_many_passwords_is_told_from_a_secret() {
    let keys: Vec<KeyCredential> = key_ids().enumerate().map(signing_key).collect();
    let paired = key_ids().enumerate().map(|(number, key_id)| {
        let by_key_id = number % 2 == 0;
        let label = format!("label {number}");
        PasswordCredential {
            key_id: by_key_id.then_some(key_id),
            custom_key_identifier: CustomKeyIdentifier::parse(&label).filter(|_| !by_key_id),
            period: PERIOD,
        }
    });
    let secret = PasswordCredential {
        key_id: Some(KeyId::from_bytes([7; 16])),
        custom_key_identifier: CustomKeyIdentifier::parse("label 40000"),
        period: PERIOD,
    };
    let passwords: Vec<PasswordCredential> = paired.chain([secret]).collect();
    let object = Object {
        holder: Holder::Application,
        passwords: &passwords,
        keys: &keys,
        preferred: None,
        encryption_keys: [None; 2],
    };
    let mut classified = Vec::new();
    object.classify(Timestamp::UNIX_EPOCH, &mut classified);
    let of = |class| classified.iter().filter(move |held| held.class == class);
    assert_eq!(of(CredentialClass::PairedPassword).count(), 40_000);
    assert_eq!(of(CredentialClass::ClientSecret).count(), 1);
    assert_eq!(of(CredentialClass::TokenSigningKey).count(), 40_000);
}
