//! Sentences of the contract, each with the smallest tenant that shows it: what the reference says of it, and the program.

use serde_json::{Value, json};

use super::case::{Case, Kind, Listing};
use super::keys::{SAMPLES, USABLE};
use super::moments::DAY;
use super::{differs, reference};

/// 2026-11-23T00:00:00Z.
const NOW: i128 = 20_780 * DAY;
const OWN: &str = "3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11";
const MICROSOFT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
const OTHER: &str = "7c1d1f7e-2a52-4a6c-9f0e-51a4a0c3d001";
const START: &str = "2026-10-01T00:00:00Z";
const END: &str = "2027-03-01T00:00:00Z";
const LABEL: &str = "A538D00E8727EC5814E2FB107B3136376F22695B";

/// A tenant, the only rule that judges it, and what must come of that.
struct Row {
    sentence: &'static str,
    rule: &'static str,
    code: i32,
    applications: Vec<Value>,
    principals: Vec<Value>,
}

impl Row {
    fn case(&self) -> Case {
        let mut policy = json!({"version": 1, "rules": {}});
        policy["rules"][self.rule] = json!({"level": "error"});
        policy["tenant"] = json!(OWN);
        let mut listings = vec![Listing::new(Kind::Application, self.applications.clone())];
        if !self.principals.is_empty() {
            let principals = self.principals.clone();
            listings.push(Listing::new(Kind::ServicePrincipal, principals));
        }
        Case {
            seed: 1,
            policy,
            listings,
            now: NOW,
            fail_on: "error",
            allow_empty: false,
            together: false,
        }
    }
}

fn id(kind: &str, number: u32) -> String {
    format!("{kind}a1b2c3d-1111-4000-8000-{number:012}")
}

fn application(number: u32) -> Value {
    json!({
        "id": id("1", number),
        "appId": id("0", number),
        "deletedDateTime": null,
        "displayName": "ERP connector",
        "tokenEncryptionKeyId": null,
        "passwordCredentials": [],
        "keyCredentials": [],
        "federatedIdentityCredentials": [],
        "owners": [],
    })
}

fn principal(number: u32, owner: &str) -> Value {
    json!({
        "id": id("2", number),
        "appId": id("0", number),
        "deletedDateTime": null,
        "servicePrincipalType": "Application",
        "appOwnerOrganizationId": owner,
        "preferredSingleSignOnMode": null,
        "preferredTokenSigningKeyThumbprint": null,
        "tokenEncryptionKeyId": null,
        "passwordCredentials": [],
        "keyCredentials": [],
    })
}

fn secret() -> Value {
    json!({
        "customKeyIdentifier": null,
        "startDateTime": START,
        "endDateTime": END,
        "keyId": id("3", 1),
    })
}

fn key(kind: &str, usage: &str) -> Value {
    json!({
        "customKeyIdentifier": LABEL,
        "startDateTime": START,
        "endDateTime": END,
        "key": null,
        "keyId": id("4", 1),
        "type": kind,
        "usage": usage,
    })
}

fn certificate() -> Value {
    key("AsymmetricX509Cert", "Verify")
}

fn trust(issuer: &str, audiences: &Value) -> Value {
    json!({
        "id": id("5", 1),
        "name": "deploy",
        "issuer": issuer,
        "subject": "repo:contoso/app:ref:refs/heads/main",
        "audiences": audiences,
    })
}

/// An object that is changed a little.
fn with(mut object: Value, changes: &[(&str, Value)]) -> Value {
    for (name, value) in changes {
        object[*name] = value.clone();
    }
    object
}

fn secrets(list: &[Value]) -> (&'static str, Value) {
    ("passwordCredentials", json!(list))
}

fn keys(list: &[Value]) -> (&'static str, Value) {
    ("keyCredentials", json!(list))
}

/// The three parts of a whole triple.
fn triple() -> [(&'static str, Value); 2] {
    let sign = key("AsymmetricX509Cert", "Sign");
    let verify = with(certificate(), &[("keyId", json!(id("4", 2)))]);
    let password = with(
        secret(),
        &[
            ("customKeyIdentifier", json!(LABEL)),
            ("keyId", json!(id("4", 1))),
        ],
    );
    [keys(&[sign, verify]), secrets(&[password])]
}

/// Rows about one application and its service principal.
fn one(
    sentence: &'static str,
    (rule, code): (&'static str, i32),
    on_application: &[(&str, Value)],
    on_principal: &[(&str, Value)],
) -> Row {
    Row {
        sentence,
        rule,
        code,
        applications: vec![with(application(1), on_application)],
        principals: vec![with(principal(1, OWN), on_principal)],
    }
}

/// Rows about a service principal of somebody else.
fn stranger(
    sentence: &'static str,
    (rule, code): (&'static str, i32),
    owner: &str,
    changes: &[(&str, Value)],
) -> Row {
    let mut row = one(sentence, (rule, code), &[], &[]);
    row.principals.push(with(principal(2, owner), changes));
    row
}

#[expect(clippy::too_many_lines, reason = "it is a table")]
fn about_triples() -> Vec<Row> {
    let [keys_of, password] = triple();
    let whole = || vec![keys_of.clone(), password.clone()];
    let changed = |list: &str, at: usize, name: &str, value: Value| {
        let mut parts = whole();
        let part = parts.iter_mut().find(|(known, _)| *known == list).unwrap();
        part.1[at][name] = value;
        parts
    };
    let also = |name, value| [whole(), vec![(name, value)]].concat();
    let two = || {
        json!([
            password.1[0].clone(),
            with(password.1[0].clone(), &[("keyId", json!(id("3", 2)))])
        ])
    };
    let mode = ("preferredSingleSignOnMode", json!("SAML"));
    vec![
        one(
            "a whole triple is excused",
            ("secrets-only", 0),
            &[],
            &whole(),
        ),
        one(
            "never on an application",
            ("secrets-only", 1),
            &whole(),
            &[],
        ),
        one(
            "the password has the keyId of the Sign key",
            ("secrets-only", 1),
            &[],
            &changed("passwordCredentials", 0, "keyId", json!(id("3", 1))),
        ),
        one(
            "all three share a label",
            ("secrets-only", 1),
            &[],
            &changed("passwordCredentials", 0, "customKeyIdentifier", Value::Null),
        ),
        one(
            "all end at the same instants",
            ("secrets-only", 1),
            &[],
            &changed(
                "passwordCredentials",
                0,
                "endDateTime",
                json!("2027-03-02T00:00:00Z"),
            ),
        ),
        one(
            "exactly one password",
            ("secrets-only", 1),
            &[],
            &[keys_of.clone(), ("passwordCredentials", two())],
        ),
        one(
            "a key that encrypts belongs to none",
            ("secrets-only", 1),
            &[],
            &also("tokenEncryptionKeyId", json!(id("4", 2))),
        ),
        one(
            "types that are known",
            ("secrets-only", 1),
            &[],
            &changed("keyCredentials", 0, "type", json!("PartnerCert")),
        ),
        one(
            "a triple that nothing shows to be in use",
            ("saml-password-unproven", 1),
            &[],
            &whole(),
        ),
        one(
            "in use by its mode",
            ("saml-password-unproven", 0),
            &[],
            &[whole(), vec![mode.clone()]].concat(),
        ),
        one(
            "in use by its label",
            ("saml-password-unproven", 0),
            &[],
            &also(
                "preferredTokenSigningKeyThumbprint",
                json!(LABEL.to_lowercase()),
            ),
        ),
        one(
            "another one is in use",
            ("saml-password-unproven", 1),
            &[],
            &also("preferredTokenSigningKeyThumbprint", json!(USABLE.sha1)),
        ),
        stranger(
            "nothing is excused at Microsoft",
            ("foreign-service-principal-credential", 1),
            MICROSOFT,
            &[whole(), vec![mode.clone()]].concat(),
        ),
        stranger(
            "a triple in use is excused elsewhere",
            ("foreign-service-principal-credential", 0),
            OTHER,
            &[whole(), vec![mode]].concat(),
        ),
        stranger(
            "one that is not in use is not",
            ("foreign-service-principal-credential", 1),
            OTHER,
            &whole(),
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "it is a table")]
fn about_keys() -> Vec<Row> {
    let key_of = |sample: usize| with(certificate(), &[("key", json!(SAMPLES[sample].text))]);
    let encrypting = key("AsymmetricX509Cert", "Encrypt");
    let named = ("tokenEncryptionKeyId", json!(id("4", 1)));
    let beside = |key: Value| vec![keys(&[key]), secrets(&[secret()])];
    let claimed = || vec![keys(&[certificate()]), secrets(&[secret()]), named.clone()];
    vec![
        one(
            "a certificate is better",
            ("secrets-only", 0),
            &beside(certificate()),
            &[],
        ),
        one(
            "RSA of 2048 bits is",
            ("secrets-only", 0),
            &beside(key_of(0)),
            &[],
        ),
        one(
            "RSA of 1024 bits is not",
            ("secrets-only", 1),
            &beside(key_of(1)),
            &[],
        ),
        one(
            "RSA of 2047 bits is not",
            ("secrets-only", 1),
            &beside(key_of(2)),
            &[],
        ),
        one(
            "an elliptic curve is not",
            ("secrets-only", 1),
            &beside(key_of(3)),
            &[],
        ),
        one(
            "what is no certificate is not",
            ("secrets-only", 1),
            &beside(key_of(5)),
            &[],
        ),
        one(
            "unusable",
            ("certificate-unusable", 1),
            &beside(key_of(3)),
            &[],
        ),
        one(
            "not shown is a gap",
            ("certificate-unusable", 3),
            &beside(certificate()),
            &[],
        ),
        one(
            "a merely named key is no better",
            ("secrets-only", 1),
            &claimed(),
            &[],
        ),
        one(
            "it has an owner to have",
            ("owner-missing", 1),
            &[keys(&[certificate()]), named.clone()],
            &[],
        ),
        one(
            "Encrypt proves it",
            ("owner-missing", 0),
            &[keys(std::slice::from_ref(&encrypting)), named.clone()],
            &[],
        ),
        one(
            "Encrypt is not unknown",
            ("unknown-credential", 0),
            &[keys(std::slice::from_ref(&encrypting))],
            &[],
        ),
        one(
            "unknown",
            ("unknown-credential", 1),
            &[keys(&[key("PartnerCert", "Verify")])],
            &[],
        ),
        one(
            "a claim does not make it known",
            ("unknown-credential", 1),
            &[keys(&[key("PartnerCert", "Verify")]), named.clone()],
            &[],
        ),
        one(
            "blanks are no other type",
            ("symmetric-key", 1),
            &[keys(&[key(" symmetric ", "Verify")])],
            &[],
        ),
        stranger(
            "a claimed key of Microsoft",
            ("foreign-service-principal-credential", 1),
            MICROSOFT,
            &[keys(&[certificate()]), named.clone()],
        ),
        stranger(
            "what encrypts at Microsoft",
            ("foreign-service-principal-credential", 1),
            MICROSOFT,
            &[keys(&[encrypting]), named],
        ),
        stranger(
            "a managed identity with a password",
            ("foreign-service-principal-credential", 1),
            OTHER,
            &[
                ("servicePrincipalType", json!("ManagedIdentity")),
                secrets(&[secret()]),
            ],
        ),
        stranger(
            "its own certificate",
            ("foreign-service-principal-credential", 0),
            OTHER,
            &[
                ("servicePrincipalType", json!("ManagedIdentity")),
                keys(&[certificate()]),
            ],
        ),
        stranger(
            "an agent with a certificate",
            ("agent-identity-credential", 1),
            OWN,
            &[
                ("agentIdentityBlueprintId", json!(id("0", 1))),
                ("appId", Value::Null),
                keys(&[certificate()]),
            ],
        ),
    ]
}

fn about_trust() -> Vec<Row> {
    let exchange = json!(["api://AzureADTokenExchange"]);
    let beside = |issuer: &str, audiences: &Value| {
        let list = json!([trust(issuer, audiences)]);
        vec![secrets(&[secret()]), ("federatedIdentityCredentials", list)]
    };
    let is = |sentence, code, issuer: &str| {
        one(
            sentence,
            ("secrets-only", code),
            &beside(issuer, &exchange),
            &[],
        )
    };
    let github = "https://token.actions.githubusercontent.com";
    let entra = |tenant: &str| format!("https://login.microsoftonline.com/{tenant}/v2.0");
    let for_whom = |sentence, code, audiences: &Value| {
        one(
            sentence,
            ("secrets-only", code),
            &beside(github, audiences),
            &[],
        )
    };
    vec![
        is("GitHub", 0, github),
        is(
            "Azure DevOps",
            0,
            "https://vstoken.dev.azure.com/0f1e2d3c-4b5a-4697-8877-665544332211",
        ),
        is("one segment", 1, "https://vstoken.dev.azure.com/a/b"),
        is(
            "AKS of another cloud",
            0,
            "https://usgovvirginia.oic.prod-aks.azure.us/a/b/",
        ),
        is("the own tenant", 0, &entra(OWN)),
        is("its letters", 0, &entra(&OWN.to_uppercase())),
        is(
            "another form",
            1,
            &format!("https://sts.windows.net/{OWN}/"),
        ),
        is("another tenant", 1, &entra(OTHER)),
        is("anybody", 1, "x"),
        for_whom(
            "the audience of a cloud",
            0,
            &json!(["api://AzureADTokenExchangeChina"]),
        ),
        for_whom(
            "one suffices",
            0,
            &json!(["x", "api://AzureADTokenExchange"]),
        ),
        for_whom("another audience", 1, &json!(["x"])),
        for_whom("none", 1, &Value::Null),
    ]
}

#[expect(clippy::too_many_lines, reason = "it is a table")]
fn about_completeness() -> Vec<Row> {
    let some = |count: u32| (1..=count).map(application).collect();
    let own = |numbers: std::ops::Range<u32>| numbers.map(|it| principal(it, OWN)).collect();
    let row = |sentence, (rule, code), applications, principals| Row {
        sentence,
        rule,
        code,
        applications,
        principals,
    };
    let only_keys = with(application(1), &[("passwordCredentials", Value::Null)]);
    let later = ("deletedDateTime", json!("2026-11-23T00:00:01Z"));
    vec![
        row(
            "no application object",
            ("secrets-only", 3),
            Vec::new(),
            own(1..3),
        ),
        row(
            "more missing than joined",
            ("secrets-only", 3),
            some(2),
            own(2..5),
        ),
        row("as many", ("secrets-only", 0), some(2), own(1..5)),
        row("missing", ("application-missing", 1), some(2), own(1..4)),
        row(
            "no overlap",
            ("service-principal-secret", 3),
            some(2),
            vec![principal(7, OTHER)],
        ),
        row(
            "a list that no object shows",
            ("secrets-only", 3),
            vec![only_keys.clone()],
            Vec::new(),
        ),
        row(
            "one that some show",
            ("secrets-only", 0),
            vec![only_keys, application(2)],
            Vec::new(),
        ),
        row(
            "deleted later than now",
            ("secrets-only", 3),
            vec![application(1), with(application(2), &[later])],
            Vec::new(),
        ),
        one(
            "a next link of a member",
            ("secrets-only", 3),
            &[(
                "owners@odata.nextLink",
                json!("https://graph.microsoft.com/v1.0/x"),
            )],
            &[],
        ),
        one(
            "a member in two cases",
            ("secrets-only", 3),
            &[("PASSWORDCREDENTIALS", json!([secret()]))],
            &[],
        ),
        one(
            "a change",
            ("secrets-only", 3),
            &[("@removed", json!({"reason": "changed"}))],
            &[],
        ),
        one(
            "an alias",
            ("secrets-only", 0),
            &[("ObjectId", json!(id("1", 1)))],
            &[],
        ),
        one(
            "another id",
            ("secrets-only", 3),
            &[("ObjectId", json!(id("1", 2)))],
            &[],
        ),
        one(
            "never is no end",
            ("secret-without-expiry", 1),
            &[secrets(&[with(
                secret(),
                &[("endDateTime", json!("9999-12-31T23:59:59.9-08:00"))],
            )])],
            &[],
        ),
    ]
}

fn rows() -> Vec<Row> {
    [
        about_triples(),
        about_keys(),
        about_trust(),
        about_completeness(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn the_reference_says_what_the_contract_says() {
    let wrong = rows().into_iter().filter_map(|row| {
        let answer = reference::judge(&row.case());
        let told = format!("{}: {}, not {}", row.sentence, answer.code, row.code);
        (answer.code != row.code).then_some(told)
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_program_says_what_the_contract_says() {
    let differing: Vec<String> = rows()
        .iter()
        .filter_map(|row| Some(format!("{}\n{}", row.sentence, differs(&row.case())?.1)))
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n\n"));
}
