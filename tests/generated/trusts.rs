//! Random federated credentials: narrow, broad and flexible ones, of known, unknown and look-alike issuers.

use serde_json::{Value, json};

use super::random::Random;

const GITHUB: &str = "https://token.actions.githubusercontent.com";

const TRUSTS: [(&str, &str); 21] = [
    (GITHUB, "repo:contoso/app:ref:refs/heads/main"),
    (GITHUB, "repo:contoso/app:environment:production"),
    (GITHUB, "repo:contoso/app:pull_request"),
    (GITHUB, "repo:contoso/pull_request:ref:refs/heads/main"),
    (GITHUB, "repo:contoso/*"),
    (GITHUB, "repo:contoso/ap?:ref:refs/heads/main"),
    (
        "https://gitlab.com",
        "project_path:contoso/app:ref_type:branch:ref:main",
    ),
    (
        "https://GITLAB.com",
        "project_path:contoso/app:ref_type:branch:ref:main",
    ),
    (
        "http://gitlab.com",
        "project_path:contoso/app:ref_type:branch:ref:main",
    ),
    (
        "https://app.terraform.io",
        "organization:contoso:project:p:workspace:w:run_phase:apply",
    ),
    (
        "https://login.microsoftonline.com/3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11/v2.0",
        "app-1",
    ),
    ("https://accounts.google.com", "112233445566778899000"),
    (
        "https://westeurope.oic.prod-aks.azure.com/tenant/cluster/",
        "system:serviceaccount:a:b",
    ),
    (
        "https://westeurope.oic.prod-aks.azure.com.example/a/b",
        "system:serviceaccount:a:b",
    ),
    (
        "https://token.actions.githubusercontent.com.example",
        "repo:contoso/app:ref:refs/heads/main",
    ),
    (
        "https://evil.example#.oic.prod-aks.azure.com/a",
        "system:serviceaccount:a:b",
    ),
    (
        "https://a@b.oic.prod-aks.azure.com/a",
        "system:serviceaccount:a:b",
    ),
    ("https://login.microsoftonline.com/../evil", "app-1"),
    ("https://issuer.contoso.example/a", "app-1"),
    ("https://issuer.contoso.example/b/", "app-1"),
    (
        "https://evil.example/token.actions.githubusercontent.com",
        "app-1",
    ),
];

/// What `federatedIdentityCredentials` holds; `chance` is that of holding anything.
pub(crate) fn list(random: &mut Random, chance: u64) -> Value {
    if !random.percent(chance) {
        return random.pick(&[json!([]), json!([]), Value::Null]);
    }
    let count = 1 + random.below(3);
    (0..count).map(|_| trust(random)).collect()
}

fn trust(random: &mut Random) -> Value {
    let (issuer, subject) = random.pick(&TRUSTS);
    let issuer = if random.percent(15) {
        issuer
            .strip_suffix('/')
            .map_or_else(|| format!("{issuer}/"), str::to_owned)
    } else {
        issuer.to_owned()
    };
    let id = random.guid();
    let mut trust = json!({
        "id": random.recase(&id),
        "name": "deploy",
        "issuer": issuer,
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
        "description": null,
    });
    match random.below(10) {
        0 => {
            trust["subject"] = Value::Null;
            let expression =
                json!({"value": "claims['sub'] matches 'repo:contoso/*'", "languageVersion": 1});
            trust["claimsMatchingExpression"] = expression;
        }
        1 => trust["subject"] = Value::Null,
        2 => trust["claimsMatchingExpression"] = Value::Null,
        _ => {}
    }
    trust
}
