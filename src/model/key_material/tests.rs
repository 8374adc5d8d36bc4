//! Certificates made by hand, so that each may be wrong in one place.

use base64::prelude::BASE64_STANDARD;

use super::*;

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => bytes.push(short),
        Ok(byte) => bytes.extend([0x81, byte]),
        Err(_) if length < 1 << 16 => {
            bytes.push(0x82);
            bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        Err(_) => {
            bytes.push(0x84);
            bytes.extend(u32::try_from(length).unwrap().to_be_bytes());
        }
    }
    bytes.extend(content);
    bytes
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    der(0x30, &parts.concat())
}

fn bit_string(content: &[u8]) -> Vec<u8> {
    der(0x03, &[&[0], content].concat())
}

/// Names an algorithm; `RSA_ENCRYPTION` and those of the tests.
fn algorithm(name: &[u8], parameters: &[u8]) -> Vec<u8> {
    sequence(&[&der(0x06, name), parameters])
}

const NULL: &[u8] = &[0x05, 0x00];
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const DSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

fn certificate_with(public_key: &[u8]) -> Vec<u8> {
    let signed_with = algorithm(RSA_ENCRYPTION, NULL);
    let name = sequence(&[&der(
        0x31,
        &sequence(&[&der(0x06, &[0x55, 0x04, 0x03]), &der(0x0c, b"contoso")]),
    )]);
    let validity = sequence(&[&der(0x17, b"260101000000Z"), &der(0x17, b"270101000000Z")]);
    let to_be_signed = sequence(&[
        &der(0xa0, &der(0x02, &[2])),
        &der(0x02, &[1]),
        &signed_with,
        &name,
        &validity,
        &name,
        public_key,
    ]);
    sequence(&[&to_be_signed, &signed_with, &bit_string(&[1; 256])])
}

fn rsa_numbers(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    sequence(&[&der(0x02, modulus), &der(0x02, exponent)])
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let key = rsa_numbers(modulus, exponent);
    let key = sequence(&[&algorithm(RSA_ENCRYPTION, NULL), &bit_string(&key)]);
    certificate_with(&key)
}

/// A modulus of so many bits; as a positive number where its first bit is set.
fn modulus(bits: usize) -> Vec<u8> {
    let mut bytes = vec![0xff; bits.div_ceil(8)];
    bytes[0] >>= bytes.len() * 8 - bits;
    if bytes[0] & 0x80 != 0 {
        bytes.insert(0, 0);
    }
    bytes
}

const EXPONENT: &[u8] = &[1, 0, 1];

fn read(bytes: &[u8]) -> PublicKey {
    let facts = KeyMaterial::from_bytes(bytes);
    assert_eq!(facts.thumbprint, Some(Sha1::digest(bytes).into()));
    facts.public_key
}

#[test]
fn rsa_of_at_least_2048_bits_is_usable() {
    for (bits, usable) in [
        (512, false),
        (1024, false),
        (2040, false),
        (2047, false),
        (2048, true),
        (2049, true),
        (3072, true),
        (4096, true),
        (16_384, true),
        (16_385, false),
        (131_072, false),
    ] {
        let facts = KeyMaterial::from_bytes(&rsa(&modulus(bits), EXPONENT));
        let length = u32::try_from(bits).unwrap();
        assert_eq!(facts.public_key, PublicKey::Rsa { bits: length });
        assert_eq!(facts.is_usable(), usable, "{bits}");
    }
}

#[test]
fn a_certificate_made_by_a_tool_is_read() {
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    let parameters = rcgen::CertificateParams::new(vec!["app.contoso.example".to_owned()]).unwrap();
    let rsa = parameters.self_signed(&key.unwrap()).unwrap();
    assert_eq!(read(rsa.der()), PublicKey::Rsa { bits: 2048 });
    for algorithm in [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ED25519] {
        let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
        assert_eq!(
            read(parameters.self_signed(&key).unwrap().der()),
            PublicKey::Other
        );
    }
}

#[test]
fn the_text_may_be_padded_or_not_and_broken_into_lines() {
    let certificate = rsa(&modulus(2048), EXPONENT);
    let facts = KeyMaterial::from_bytes(&certificate);
    let text = BASE64_STANDARD.encode(&certificate);
    assert_eq!(KeyMaterial::parse(&text), facts);
    assert_eq!(KeyMaterial::parse(text.trim_end_matches('=')), facts);
    let lines: Vec<&str> = (0..text.len())
        .step_by(64)
        .map(|at| &text[at..text.len().min(at + 64)])
        .collect();
    assert_eq!(
        KeyMaterial::parse(&format!(" {}\r\n", lines.join("\r\n"))),
        facts
    );
    let url_safe = text.replace('+', "-").replace('/', "_");
    assert_eq!(KeyMaterial::parse(&url_safe), facts);
}

/// A certificate with many names in it has many kilobytes.
#[test]
fn a_long_key_is_read_as_text_as_well() {
    let long = vec![0x30; MOST_KEY_BYTES];
    let facts = KeyMaterial::from_bytes(&long);
    assert!(facts.thumbprint.is_some());
    let text = BASE64_STANDARD.encode(&long);
    assert_eq!(KeyMaterial::parse(&text), facts);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    assert_eq!(KeyMaterial::parse(&lines.join("\n")), facts);
    assert_eq!(
        KeyMaterial::from_bytes(&[long, vec![0]].concat()).thumbprint,
        None
    );
}

#[test]
fn what_is_no_certificate_is_not_usable() {
    let certificate = rsa(&modulus(2048), EXPONENT);
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        BASE64_STANDARD.encode(&certificate)
    );
    let trailing = [certificate.as_slice(), &[0]].concat();
    let twice = [certificate.as_slice(), &certificate].concat();
    // The beginning of a PKCS#12 file, and a key without a certificate around it.
    let pkcs12 = sequence(&[&der(0x02, &[3]), &sequence(&[&der(0x06, RSA_ENCRYPTION)])]);
    let bare = rsa_numbers(&modulus(2048), EXPONENT);
    let public_key = sequence(&[&algorithm(RSA_ENCRYPTION, NULL), &bit_string(&bare)]);
    for bytes in [
        &[][..],
        &[0],
        &[0x30],
        &[0x30, 0x80],
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        b"not a certificate",
        pem.as_bytes(),
        &trailing,
        &twice,
        &pkcs12,
        &bare,
        &public_key,
    ] {
        assert_eq!(read(bytes), PublicKey::NoCertificate);
    }
    for length in 0..certificate.len() {
        assert_eq!(read(&certificate[..length]), PublicKey::NoCertificate);
    }
    let nothing = KeyMaterial {
        thumbprint: None,
        public_key: PublicKey::NoCertificate,
    };
    for text in ["", " \n", "*", "AAA=A", pem.as_str(), "ключ"] {
        assert_eq!(KeyMaterial::parse(text), nothing, "{text}");
    }
}

#[test]
fn other_algorithms_are_not_usable_whatever_their_key_looks_like() {
    let key = rsa_numbers(&modulus(4096), EXPONENT);
    for (name, parameters) in [
        (RSA_PSS, NULL),
        (RSA_PSS, &[][..]),
        (EC, &[0x06, 0x03, 0x2a, 0x03, 0x04]),
        (DSA, NULL),
        (ED25519, &[]),
        (RSA_ENCRYPTION, &[0x30, 0x00]),
    ] {
        let key = sequence(&[&algorithm(name, parameters), &bit_string(&key)]);
        assert_eq!(read(&certificate_with(&key)), PublicKey::Other, "{name:?}");
    }
}

#[test]
fn an_rsa_key_that_is_not_well_formed_is_not_usable() {
    let modulus = modulus(2048);
    let padded = [&[0; 128][..], &[0x7f; 128]].concat();
    let even = {
        let mut even = modulus.clone();
        *even.last_mut().unwrap() = 0xfe;
        even
    };
    for (what, modulus, exponent) in [
        ("padded", padded.as_slice(), EXPONENT),
        ("negative", &modulus[1..], EXPONENT),
        ("even", &even, EXPONENT),
        ("zero", &[0], EXPONENT),
        ("empty", &[], EXPONENT),
        ("exponent zero", &modulus, &[0]),
        ("exponent one", &modulus, &[1]),
        ("exponent even", &modulus, &[2]),
        ("exponent negative", &modulus, &[0xff]),
        ("exponent empty", &modulus, &[]),
        ("exponent huge", &modulus, &[1; 9]),
        ("exponent like the modulus", &[3], &[3]),
    ] {
        let key = read(&rsa(modulus, exponent));
        assert_eq!(key, PublicKey::Other, "{what}");
    }
    let numbers = rsa_numbers(&modulus, EXPONENT);
    for (what, key) in [
        ("nothing", Vec::new()),
        ("one number", sequence(&[&der(0x02, &modulus)])),
        ("behind it", [numbers.as_slice(), &[0]].concat()),
        (
            "three numbers",
            sequence(&[&der(0x02, &modulus), &der(0x02, EXPONENT), &der(0x02, &[1])]),
        ),
    ] {
        let key = sequence(&[&algorithm(RSA_ENCRYPTION, NULL), &bit_string(&key)]);
        assert_eq!(read(&certificate_with(&key)), PublicKey::Other, "{what}");
    }
    let unused = der(0x03, &[&[1], numbers.as_slice()].concat());
    let key = sequence(&[&algorithm(RSA_ENCRYPTION, NULL), &unused]);
    assert!(!KeyMaterial::from_bytes(&certificate_with(&key)).is_usable());
}

#[test]
fn a_key_of_any_length_is_little_work() {
    let huge = rsa(&modulus(8 * MOST_KEY_BYTES), EXPONENT);
    let nothing = KeyMaterial {
        thumbprint: None,
        public_key: PublicKey::NoCertificate,
    };
    assert_eq!(KeyMaterial::from_bytes(&huge), nothing);
    let text = BASE64_STANDARD.encode(&huge);
    assert_eq!(KeyMaterial::parse(&text), nothing);
    assert_eq!(KeyMaterial::parse(&"A".repeat(1 << 20)), nothing);
}

#[test]
fn every_byte_of_a_certificate_may_be_any_other() {
    let certificate = rsa(&modulus(2048), EXPONENT);
    for at in 0..certificate.len().min(420) {
        for byte in [0, 1, 0x7f, 0x80, 0x84, 0xff] {
            let mut changed = certificate.clone();
            changed[at] = byte;
            let _ = KeyMaterial::from_bytes(&changed).is_usable();
        }
    }
}
