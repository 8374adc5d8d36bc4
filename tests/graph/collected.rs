//! What is collected is what the tenant has: every object once, whole, and nothing secret.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::server::Request;
use super::stand::{TOKEN, collect, serve};
use super::tenant::{APP, CERTIFICATE, Offers, THUMBPRINT, Tenant, certificate, guid};

/// A stream, taken apart.
pub(crate) struct Snapshot {
    pub(crate) header: Value,
    pub(crate) policies: Vec<Value>,
    pub(crate) service_principals: Vec<Value>,
    pub(crate) applications: Vec<Value>,
}

pub(crate) fn take_apart(stream: &str) -> Snapshot {
    let (before, trailer) = stream.trim_end().rsplit_once('\n').unwrap();
    let trailer: Value = serde_json::from_str(trailer).unwrap();
    let lines: Vec<Value> = before
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |kinds: &[&str]| -> Vec<Value> {
        let is = |line: &&Value| {
            kinds
                .iter()
                .any(|kind| line["@odata.type"] == format!("#microsoft.graph.{kind}"))
        };
        lines.iter().filter(is).cloned().collect()
    };
    let snapshot = Snapshot {
        header: lines[0].clone(),
        policies: of(&["tenantAppManagementPolicy", "appManagementPolicy"]),
        service_principals: of(&["servicePrincipal"]),
        applications: of(&["application"]),
    };
    assert_eq!(trailer["schema"], "credgate-snapshot-end/1");
    assert_eq!(trailer["applications"], snapshot.applications.len());
    assert_eq!(
        trailer["service_principals"],
        snapshot.service_principals.len()
    );
    let digest = format!("{:x}", Sha256::digest(format!("{before}\n")));
    assert_eq!(trailer["sha256"], digest);
    let seen =
        snapshot.policies.len() + snapshot.service_principals.len() + snapshot.applications.len();
    assert_eq!(seen + 1, lines.len());
    snapshot
}

/// Checks that the snapshot holds what the tenant holds.
pub(crate) fn assert_holds(snapshot: &Snapshot, tenant: &Tenant) {
    assert_same(&snapshot.applications, &tenant.applications);
    assert_same(&snapshot.service_principals, &tenant.service_principals);
}

fn assert_same(found: &[Value], expected: &[Value]) {
    assert_eq!(found.len(), expected.len());
    let mut found: Vec<&Value> = found.iter().collect();
    let mut expected: Vec<&Value> = expected.iter().collect();
    found.sort_by_key(|it| it["id"].to_string());
    expected.sort_by_key(|it| it["id"].to_string());
    for (found, expected) in found.into_iter().zip(expected) {
        for (name, value) in found.as_object().unwrap() {
            match name.as_str() {
                "@odata.type" => {}
                "owners" => assert_eq!(
                    value.as_array().unwrap().is_empty(),
                    expected["owners"].as_array().unwrap().is_empty()
                ),
                "passwordCredentials" | "keyCredentials" | "federatedIdentityCredentials" => {
                    assert_credentials(value, &expected[name]);
                }
                _ => assert_eq!(value, &expected[name], "{name}"),
            }
        }
    }
}

fn assert_credentials(found: &Value, expected: &Value) {
    let (found, expected) = (found.as_array().unwrap(), expected.as_array().unwrap());
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        for (name, value) in found.as_object().unwrap() {
            assert!(!["hint", "secretText", "key"].contains(&name.as_str()));
            if name == "publicKey" {
                assert_eq!(expected["key"], CERTIFICATE);
                let facts = json!({"algorithm": "rsa", "bits": 2048, "thumbprint": THUMBPRINT});
                assert_eq!(value, &facts);
            } else {
                assert_eq!(value, &expected[name], "{name}");
            }
        }
    }
}

#[test]
fn a_small_tenant_takes_one_request_a_list() {
    let tenant = Tenant::of(40);
    let server = serve(tenant.clone(), Vec::new());
    let stream = collect(&server).stream.unwrap();
    let snapshot = take_apart(&stream);
    assert_holds(&snapshot, &tenant);
    assert_eq!(snapshot.policies.len(), 1);
    // Applications, federated credentials of beta and one of v1.0, service principals, two numbers, two lists of policies.
    // The one of v1.0 is not waited for.
    assert!((7..=8).contains(&server.log().len()));
}

#[test]
fn a_large_tenant_is_read_in_parts_and_every_object_comes_once() {
    let tenant = Tenant::of(5_003);
    let server = serve(tenant.clone(), Vec::new());
    let snapshot = take_apart(&collect(&server).stream.unwrap());
    assert_holds(&snapshot, &tenant);
    let filters: BTreeSet<String> = server
        .log()
        .iter()
        .filter_map(|it| it.query.get("$filter").cloned())
        .collect();
    assert!(filters.len() > 4, "{filters:?}");
    assert!(filters.contains("createdDateTime eq null"));
}

#[test]
fn a_server_that_can_do_less_gives_the_same_tenant() {
    let less = [
        Offers {
            ranges: false,
            ..Offers::default()
        },
        Offers {
            count: false,
            ..Offers::default()
        },
        Offers {
            top: 100,
            ..Offers::default()
        },
        Offers {
            ranges: false,
            count: false,
            top: 250,
            ..Offers::default()
        },
    ];
    for offers in less {
        let tenant = Tenant {
            offers,
            ..Tenant::of(2_100)
        };
        let server = serve(tenant.clone(), Vec::new());
        let snapshot = take_apart(&collect(&server).stream.unwrap());
        assert_holds(&snapshot, &tenant);
        assert_eq!(
            snapshot.header["coverage"]["federated_credentials"],
            "complete"
        );
        assert_eq!(snapshot.header["coverage"]["owners"], true);
    }
}

#[test]
fn where_lists_expand_nothing_a_few_applications_are_asked_about_one_by_one() {
    let offers = Offers {
        expand: false,
        ..Offers::default()
    };
    let tenant = Tenant {
        offers,
        ..Tenant::of(60)
    };
    let server = serve(tenant.clone(), Vec::new());
    let snapshot = take_apart(&collect(&server).stream.unwrap());
    assert_holds(&snapshot, &tenant);
    assert_eq!(
        snapshot.header["coverage"]["federated_credentials"],
        "complete"
    );
    assert_eq!(snapshot.header["coverage"]["owners"], true);
}

#[test]
fn where_lists_expand_nothing_many_applications_are_judged_without() {
    let offers = Offers {
        expand: false,
        ..Offers::default()
    };
    let tenant = Tenant {
        offers,
        ..Tenant::of(2_400)
    };
    let server = serve(tenant.clone(), Vec::new());
    let snapshot = take_apart(&collect(&server).stream.unwrap());
    assert_eq!(snapshot.applications.len(), 2_400);
    assert_eq!(snapshot.header["coverage"]["federated_credentials"], "none");
    assert_eq!(snapshot.header["coverage"]["owners"], false);
    assert!(snapshot.applications[0].get("owners").is_none());
}

#[test]
fn without_beta_flexible_credentials_are_not_seen_and_the_header_says_so() {
    let offers = Offers {
        beta: false,
        ..Offers::default()
    };
    let tenant = Tenant {
        offers,
        ..Tenant::of(60)
    };
    let server = serve(tenant.clone(), Vec::new());
    let snapshot = take_apart(&collect(&server).stream.unwrap());
    assert_holds(&snapshot, &tenant);
    assert_eq!(
        snapshot.header["coverage"]["federated_credentials"],
        "without-expressions"
    );
}

#[test]
fn without_the_right_to_read_policies_the_rest_is_collected() {
    let tenant = Tenant {
        default_policy: None,
        ..Tenant::of(5)
    };
    let server = serve(tenant.clone(), Vec::new());
    let snapshot = take_apart(&collect(&server).stream.unwrap());
    assert_holds(&snapshot, &tenant);
    assert!(snapshot.policies.is_empty());
    assert_eq!(
        snapshot.header["coverage"]["tenant_policies"],
        "not-permitted"
    );
}

#[test]
fn a_policy_for_single_objects_is_collected_with_the_objects() {
    let mut tenant = Tenant::of(5);
    tenant.custom_policies = vec![json!({
        "id": guid(9, 1), "displayName": "Exempt", "isEnabled": true,
        "restrictions": {"passwordCredentials": [{"restrictionType": "passwordAddition", "state": "disabled"}]},
        "appliesTo": [{"@odata.type": "#microsoft.graph.application", "id": guid(0xa, 3)}],
    })];
    let server = serve(tenant, Vec::new());
    let snapshot = take_apart(&collect(&server).stream.unwrap());
    assert_eq!(snapshot.policies.len(), 2);
    assert_eq!(snapshot.policies[1]["appliesTo"][0]["id"], guid(0xa, 3));
}

/// The facts that a collection keeps of a key.
fn facts_of(kind: &str, key: &Value) -> Value {
    let mut tenant = Tenant::of(1);
    let mut credential = certificate(1, "2026-10-01T00:00:00Z", "2027-04-01T00:00:00Z");
    credential["type"] = json!(kind);
    credential["key"] = key.clone();
    tenant.applications[0]["keyCredentials"] = json!([credential]);
    tenant.service_principals[0]["keyCredentials"] = json!([credential]);
    let stream = collect(&serve(tenant, Vec::new())).stream.unwrap();
    if let Some(text) = key.as_str().filter(|text| !text.is_empty()) {
        assert!(!stream.contains(text), "{text}");
    }
    let snapshot = take_apart(&stream);
    let facts = |object: &Value| object["keyCredentials"][0]["publicKey"].clone();
    let found = facts(&snapshot.applications[0]);
    assert_eq!(found, facts(&snapshot.service_principals[0]));
    found
}

#[test]
fn a_key_leaves_nothing_but_what_it_turned_out_to_be() {
    let rsa = json!({"algorithm": "rsa", "bits": 2048, "thumbprint": THUMBPRINT});
    assert_eq!(facts_of("AsymmetricX509Cert", &json!(CERTIFICATE)), rsa);
    assert_eq!(facts_of("X509CertAndPassword", &json!(CERTIFICATE)), rsa);
    let ec = rcgen::generate_simple_self_signed(vec!["app.contoso.example".to_owned()]).unwrap();
    let ec = facts_of("AsymmetricX509Cert", &json!(BASE64.encode(ec.cert.der())));
    assert_eq!(ec["algorithm"], "other");
    assert_eq!(ec["thumbprint"].as_str().unwrap().len(), 40);
    let bytes = facts_of("AsymmetricX509Cert", &json!("bm90IGEgY2VydGlmaWNhdGU="));
    assert_eq!(bytes["algorithm"], "no-certificate");
    for text in ["canary-secret key!", ""] {
        let text = facts_of("AsymmetricX509Cert", &json!(text));
        assert_eq!(text, json!({"algorithm": "no-certificate"}));
    }
    assert_eq!(
        facts_of("AsymmetricX509Cert", &Value::Null),
        Value::Null,
        "not asked for"
    );
    for symmetric in ["Symmetric", "symmetric"] {
        assert_eq!(facts_of(symmetric, &json!(CERTIFICATE)), Value::Null);
    }
}

#[test]
fn nothing_secret_is_asked_for_or_kept() {
    let tenant = Tenant::of(30);
    let server = serve(tenant, Vec::new());
    let stream = collect(&server).stream.unwrap();
    for canary in [
        "canary-secret hint",
        "canary-secret text",
        CERTIFICATE.get(..60).unwrap(),
        "canary-secret owner",
        TOKEN,
    ] {
        assert!(!stream.contains(canary), "{canary}");
    }
    let asked: Vec<Request> = server.log();
    for request in &asked {
        assert_eq!(request.method, "GET");
        assert_eq!(request.headers["authorization"], format!("Bearer {TOKEN}"));
        assert!(
            request
                .query
                .get("$top")
                .is_none_or(|top| top == "999" || top == "1")
        );
        let counts = request.path.ends_with("/$count");
        assert_eq!(
            request.headers.contains_key("consistencylevel"),
            counts,
            "{}",
            request.path
        );
    }
    let lists = asked
        .iter()
        .filter(|it| it.path == "/v1.0/applications" && it.query["$select"] != "id");
    assert!(
        lists
            .into_iter()
            .all(|it| it.query["$select"].contains("passwordCredentials,keyCredentials"))
    );
}

#[test]
fn the_first_line_tells_what_was_collected() {
    let server = serve(Tenant::of(3), Vec::new());
    let snapshot = take_apart(&collect(&server).stream.unwrap());
    let header = &snapshot.header;
    assert_eq!(header["schema"], "credgate-snapshot/1");
    assert_eq!(header["cloud"], "custom");
    assert_eq!(header["collected_at"], "2026-11-23T00:00:00Z");
    assert_eq!(header["signed_in_by"], "access-token");
    assert_eq!(header["coverage"]["service_principals"], true);
    assert_eq!(header["coverage"]["tenant_policies"], "complete");
    assert_eq!(snapshot.applications[0]["appId"], guid(APP, 0));
}
