//! What rules need of a live tenant is read there: a tenant with one object for each, and the findings of the program.

use std::fs;

use serde_json::{Value, json};

use super::place::{CHECK, Place};
use super::tenant::{
    APP, KEY, Tenant, application, blocking_policy, certificate, guid, secret, service_principal,
};

const RULES: &str = "version: 1
rules:
  secrets-only: { level: error }
  secret-age: { level: error, max: 180d }
  symmetric-key: { level: error }
  certificate-expiring: { level: error, within: 30d }
  service-principal-secret: { level: error }
  foreign-service-principal-credential: { level: error }
  owner-missing: { level: error }
  federated-credential-broad: { level: error }
  tenant-allows-new-secrets: { level: error }
";

const START: &str = "2026-10-01T00:00:00Z";
const END: &str = "2027-04-01T00:00:00Z";

/// The rules about one object each; the application of that number meets it and no other.
const EACH: [&str; 8] = [
    "secrets-only",
    "secret-age",
    "symmetric-key",
    "certificate-expiring",
    "service-principal-secret",
    "foreign-service-principal-credential",
    "owner-missing",
    "federated-credential-broad",
];

/// Another tenant, which owns an application that is used here.
const STRANGER: &str = "7e1f0c55-2b7a-4a41-9d0e-51b0a6c9f3d2";

/// An application that meets no rule: it has an owner and a certificate.
fn sound(number: usize) -> Value {
    let mut application = application(number);
    application["passwordCredentials"] = json!([]);
    application["keyCredentials"] = json!([certificate(number, START, END)]);
    application["federatedIdentityCredentials"] = json!([]);
    application["owners"] =
        json!([{"@odata.type": "#microsoft.graph.user", "id": guid(0xe, number)}]);
    application
}

/// Makes an application and its service principal meet a rule.
fn meet(rule: &str, number: usize, application: &mut Value, service_principal: &mut Value) {
    let key = 100 + number;
    match rule {
        "secrets-only" => {
            application["keyCredentials"] = json!([]);
            application["passwordCredentials"] = json!([secret(key, START, END)]);
        }
        "secret-age" => {
            application["passwordCredentials"] = json!([secret(key, "2026-05-01T00:00:00Z", END)]);
        }
        "symmetric-key" => {
            let mut symmetric = certificate(key, START, END);
            symmetric["type"] = json!("Symmetric");
            let keys = application["keyCredentials"].as_array_mut();
            keys.unwrap().push(symmetric);
        }
        "certificate-expiring" => {
            application["keyCredentials"] =
                json!([certificate(key, START, "2026-12-20T00:00:00Z")]);
        }
        "service-principal-secret" => {
            service_principal["passwordCredentials"] = json!([secret(key, START, END)]);
        }
        "foreign-service-principal-credential" => {
            service_principal["appOwnerOrganizationId"] = json!(STRANGER);
            service_principal["passwordCredentials"] = json!([secret(key, START, END)]);
        }
        "owner-missing" => application["owners"] = json!([]),
        "federated-credential-broad" => {
            // Only beta shows the expression.
            application["federatedIdentityCredentials"] = json!([{
                "id": guid(KEY, key), "name": "flexible", "subject": null, "description": null,
                "issuer": "https://token.actions.githubusercontent.com", "audiences": ["api://AzureADTokenExchange"],
                "claimsMatchingExpression": {"value": "claims['sub'] matches 'repo:contoso/*'", "languageVersion": 1},
            }]);
        }
        rule => panic!("{rule}"),
    }
}

/// A tenant that meets each of the rules once. The last application meets none.
fn tenant() -> Tenant {
    let mut tenant = Tenant::of(0);
    for number in 0..=EACH.len() {
        let mut application = sound(number);
        let mut service_principal = service_principal(number);
        let rule = EACH.get(number).copied();
        if let Some(rule) = rule {
            meet(rule, number, &mut application, &mut service_principal);
        }
        // The application object of another tenant's application is there, not here.
        if rule != Some("foreign-service-principal-credential") {
            tenant.applications.push(application);
        }
        tenant.service_principals.push(service_principal);
    }
    let mut policy = blocking_policy();
    policy["isEnabled"] = json!(false);
    tenant.default_policy = Some(policy);
    tenant
}

/// Rule, application and credential of each finding.
fn findings(report: &str) -> Vec<[Value; 3]> {
    let report: Value = serde_json::from_str(report).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let finding = |it: &Value| {
        let (application, credential) = (&it["application"], &it["credential"]);
        [&it["rule"], &application["app_id"], &credential["key_id"]].map(Clone::clone)
    };
    let mut findings: Vec<_> = findings.map(finding).collect();
    findings.sort_by_key(|finding| finding[1].to_string());
    findings
}

#[test]
fn each_rule_finds_its_object_in_the_tenant_and_in_its_snapshot() {
    let place = Place::of(tenant());
    fs::write(place.path().join("credgate.yaml"), RULES).unwrap();
    let live = place.run(&format!("{CHECK} --report text --report json=live.json"));
    let written = place.run("inventory export --output tenant.ndjson");
    assert_eq!((live.code, written.code), (1, 0), "{}", written.stderr);
    let judge = CHECK.replace("graph", "tenant.ndjson");
    let asked = place.server.log().len();
    let kept = place.run(&format!("{judge} --report text --report json=kept.json"));
    assert_eq!(place.server.log().len(), asked);
    assert_eq!((kept.code, &kept.stdout), (live.code, &live.stdout));
    let report = |name: &str| fs::read_to_string(place.path().join(name)).unwrap();
    assert_eq!(report("kept.json"), report("live.json"));

    let mut expected = Vec::new();
    for (number, rule) in EACH.iter().enumerate() {
        let is_about_a_credential = !matches!(*rule, "secrets-only" | "owner-missing");
        let key = is_about_a_credential.then(|| guid(KEY, 100 + number));
        expected.push([json!(rule), json!(guid(APP, number)), json!(key)]);
    }
    expected.push([json!("tenant-allows-new-secrets"), Value::Null, Value::Null]);
    assert_eq!(findings(&report("live.json")), expected);
}
