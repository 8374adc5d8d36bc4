//! Inventories that were cut, flipped, or changed member by member: a violation never turns into a pass, unless the
//! mangled text itself says so, and nothing makes the program panic.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::answer::Answer;
use super::case::{Case, Kind, Listing};
use super::moments::DAY;
use super::program::run;
use super::random::Random;
use super::text::Layout;
use super::{reference, yaml};

/// 2026-11-23T00:00:00Z.
const NOW: i128 = 20_780 * DAY;

const APP_ID: &str = "5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21";

fn policy() -> Value {
    json!({"version": 1, "rules": {
        "secrets-only": {"level": "error"},
        "secret-age": {"level": "error", "max": "180d"},
        "secret-without-expiry": {"level": "error"},
        "service-principal-secret": {"level": "error", "evidence": "optional"},
    }})
}

fn secret(start: &str, end: &str) -> Value {
    json!({
        "customKeyIdentifier": null,
        "displayName": "key1",
        "startDateTime": start,
        "endDateTime": end,
        "hint": "can",
        "keyId": "0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11",
        "secretText": null,
    })
}

fn key(usage: &str, label: &str, end: &str) -> Value {
    json!({
        "customKeyIdentifier": label,
        "displayName": "CN=contoso",
        "startDateTime": "2026-01-01T00:00:00Z",
        "endDateTime": end,
        "key": null,
        "keyId": "1c7f3b1f-7b1c-4a8f-8e6f-1a6e3a0a9b22",
        "type": "AsymmetricX509Cert",
        "usage": usage,
    })
}

fn application(passwords: &[Value], keys: &[Value]) -> Value {
    json!({
        "id": "6a1b2c3d-1111-4000-8000-000000000001",
        "appId": APP_ID,
        "deletedDateTime": null,
        "displayName": "Größe",
        "tokenEncryptionKeyId": null,
        "keyCredentials": keys,
        "passwordCredentials": passwords,
        "federatedIdentityCredentials": [],
    })
}

fn service_principal(passwords: &[Value], keys: &[Value]) -> Value {
    json!({
        "id": "6a1b2c3d-1111-4000-8000-000000000002",
        "appId": APP_ID,
        "deletedDateTime": null,
        "servicePrincipalType": "Application",
        "servicePrincipalNames": [APP_ID],
        "appOwnerOrganizationId": "3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11",
        "preferredTokenSigningKeyThumbprint": null,
        "tokenEncryptionKeyId": null,
        "keyCredentials": keys,
        "passwordCredentials": passwords,
    })
}

/// Tenants with one violation each, which nothing but the whole truth shows.
fn tenants() -> [Value; 5] {
    let young = || secret("2026-10-01T00:00:00Z", "2027-03-01T00:00:00Z");
    let old = || secret("2026-01-01T00:00:00Z", "2027-03-01T00:00:00Z");
    let thumbprint = "A538D00E8727EC5814E2FB107B3136376F22695B";
    let certificate = || key("Verify", thumbprint, "2027-03-01T00:00:00Z");
    let mut encrypting = application(&[young()], &[certificate()]);
    encrypting["tokenEncryptionKeyId"] = certificate()["keyId"].clone();
    let mut symmetric = certificate();
    symmetric["type"] = json!("Symmetric");
    let mut sign = key("Sign", thumbprint, "2027-03-01T00:00:00Z");
    sign["keyId"] = json!("2d8a4c2a-8c2d-4b9a-9f7a-2b7f4b1b0c33");
    let expired = key("Verify", thumbprint, "2026-11-23T00:00:00Z");
    [
        json!([application(&[young()], &[expired])]),
        json!([encrypting]),
        json!([
            service_principal(&[], &[sign, certificate()]),
            application(&[young()], &[]),
        ]),
        json!([application(&[], &[symmetric]), service_principal(&[], &[]),]),
        json!([
            application(&[old()], &[certificate()]),
            service_principal(&[], &[]),
        ]),
    ]
}

/// The pointers to all members and elements.
fn pointers(value: &Value, here: &str, into: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, it)| (name.clone(), it))
            .collect(),
        Value::Array(list) => {
            let numbered = list.iter().enumerate();
            numbered.map(|(at, it)| (at.to_string(), it)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (name, child) in children {
        let there = format!("{here}/{name}");
        pointers(child, &there, into);
        into.push(there);
    }
}

/// Takes one thing away, or puts something of another type in its place.
fn change(random: &mut Random, tenant: &mut Value) {
    let mut all = Vec::new();
    pointers(tenant, "", &mut all);
    if all.is_empty() {
        return;
    }
    let pointer = random.pick(&all);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = tenant.pointer_mut(parent).unwrap();
    if random.percent(30) {
        if let Some(list) = parent.as_array_mut() {
            list.remove(name.parse().unwrap());
        } else {
            parent.as_object_mut().unwrap().remove(name);
        }
        return;
    }
    let others = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1.5e300),
        json!(""),
        json!("x"),
        json!([]),
        json!([null]),
        json!([[]]),
        json!({}),
        json!({"a": null}),
    ];
    *tenant.pointer_mut(&pointer).unwrap() = random.pick(&others);
}

/// Damages the bytes of a file.
fn damage(random: &mut Random, text: &mut Vec<u8>) {
    let at = random.below(text.len());
    match random.below(6) {
        0 => text.truncate(at),
        1 => drop(text.remove(at)),
        2 => text.insert(at, random.bytes::<1>()[0]),
        3 => {
            let from = random.below(at + 1);
            let slice = text[from..at].to_vec();
            text.splice(at..at, slice);
        }
        4 => text[at] = random.pick(b"\0\"\\{}[],:x0 \n\xff"),
        _ => text[at] ^= 1 << random.below(8),
    }
}

/// What a text says, read as plain JSON.
fn says(text: &[u8]) -> Option<Answer> {
    let value: Value = serde_json::from_slice(text).ok()?;
    let objects = match value.as_array() {
        Some(objects) => objects.clone(),
        None => vec![value],
    };
    let marks = [
        "servicePrincipalType",
        "servicePrincipalNames",
        "appOwnerOrganizationId",
    ];
    let (service_principals, applications) = objects
        .into_iter()
        .partition(|object| marks.iter().any(|mark| object.get(mark).is_some()));
    let kinds: [(Kind, Vec<Value>); 2] = [
        (Kind::ServicePrincipal, service_principals),
        (Kind::Application, applications),
    ];
    let listings = kinds
        .into_iter()
        .map(|(kind, objects)| Listing::new(kind, objects));
    Some(reference::judge(&Case {
        seed: 0,
        policy: policy(),
        listings: listings.collect(),
        now: NOW,
        fail_on: "error",
        allow_empty: false,
        together: true,
    }))
}

/// Judges a text; returns the exit code.
fn code(folder: &Path, text: &[u8]) -> i32 {
    fs::write(folder.join("policy.yaml"), yaml::write(&policy())).unwrap();
    fs::write(folder.join("inventory"), text).unwrap();
    let check = [
        "check",
        "--policy",
        "policy.yaml",
        "--inventory",
        "inventory",
    ];
    let further = ["--now", "2026-11-23T00:00:00Z", "--quiet"];
    let ended = run(folder, &[&check[..], &further].concat(), b"");
    ended.assert_told_well();
    ended.code
}

fn assert_judged_rightly(folder: &Path, text: &[u8]) {
    let shown = String::from_utf8_lossy(text);
    match (code(folder, text), says(text)) {
        (3, _) | (1, Some(_)) | (0, Some(Answer { code: 0, .. })) => {}
        (code, said) => panic!("ended with {code}, but says {said:#?}:\n{shown}"),
    }
}

fn mangle(seeds: std::ops::Range<u64>) {
    let folder = tempfile::tempdir().unwrap();
    let tenants = tenants();
    for seed in seeds {
        let random = &mut Random::new(seed);
        let mut tenant = random.pick(&tenants);
        let structure = random.percent(50);
        for _ in 0..=random.below(2) {
            if structure {
                change(random, &mut tenant);
            }
        }
        let layout = Layout {
            escaped: false,
            ..Layout::any(random)
        };
        let mut text = layout.write(random, &tenant).into_bytes();
        if !structure {
            damage(random, &mut text);
        }
        assert_judged_rightly(folder.path(), &text);
    }
}

#[test]
fn a_mangled_inventory_never_passes() {
    let folder = tempfile::tempdir().unwrap();
    for tenant in tenants() {
        assert_eq!(code(folder.path(), tenant.to_string().as_bytes()), 1);
    }
    mangle(0..500);
}

#[test]
#[ignore = "takes minutes"]
fn a_mangled_inventory_never_passes_whatever_the_damage() {
    mangle(1_000..31_000);
}
