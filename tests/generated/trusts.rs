//! Random federated credentials: narrow, broad and flexible ones, of known, unknown and look-alike issuers.

use serde_json::{Value, json};

use super::random::Random;

const GITHUB: &str = "https://token.actions.githubusercontent.com";

/// Issuers, and subjects that go with them. `{own}` stands for the tenant of the case.
const TRUSTS: [(&str, &str); 36] = [
    (GITHUB, "repo:contoso/app:ref:refs/heads/main"),
    (GITHUB, "repo:contoso/app:environment:production"),
    (GITHUB, "repo:contoso/app:environment:production"),
    (GITHUB, "repo:contoso/app:pull_request"),
    (GITHUB, "repo:contoso/pull_request:ref:refs/heads/main"),
    (GITHUB, "repo:contoso/*"),
    (GITHUB, "repo:contoso/ap?:ref:refs/heads/main"),
    ("https://gitlab.com", GITLAB_SUBJECT),
    ("https://GITLAB.com", GITLAB_SUBJECT),
    ("http://gitlab.com", GITLAB_SUBJECT),
    ("https://gitlab.com/contoso", GITLAB_SUBJECT),
    (" https://gitlab.com", GITLAB_SUBJECT),
    (
        "https://app.terraform.io",
        "organization:contoso:project:p:workspace:w:run_phase:apply",
    ),
    ("https://login.microsoftonline.com/{own}/v2.0", "app-1"),
    (
        "https://login.microsoftonline.com/{own}/v2.0",
        "/eid1/c/pub/t/a/a/b/sc/1",
    ),
    ("https://login.microsoftonline.com/{OWN}/v2.0", "app-1"),
    ("https://login.microsoftonline.com/{own}", "app-1"),
    ("https://login.microsoftonline.com/common/v2.0", "app-1"),
    ("https://sts.windows.net/{own}", "app-1"),
    (
        "https://login.microsoftonline.com/3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11/v2.0",
        "app-1",
    ),
    ("https://accounts.google.com", "112233445566778899000"),
    (
        "https://vstoken.dev.azure.com/0f1e2d3c-4b5a-4697-8877-665544332211",
        "sc://contoso/shop/production",
    ),
    (
        "https://vstoken.dev.azure.com",
        "sc://contoso/shop/production",
    ),
    (
        "https://vstoken.dev.azure.com/a/b",
        "sc://contoso/shop/production",
    ),
    (
        "https://westeurope.oic.prod-aks.azure.com/tenant/cluster/",
        POD,
    ),
    (
        "https://usgovvirginia.oic.prod-aks.azure.us/tenant/cluster/",
        POD,
    ),
    (
        "https://chinanorth2.oic.prod-aks.azure.cn/tenant/cluster",
        POD,
    ),
    ("https://westeurope.oic.prod-aks.azure.com.example/a/b", POD),
    (
        "https://token.actions.githubusercontent.com.example",
        "repo:contoso/app:ref:refs/heads/main",
    ),
    (
        "https://token.actions.githubusercontent.com/contoso",
        "repo:contoso/app:ref:refs/heads/main",
    ),
    ("https://evil.example#.oic.prod-aks.azure.com/a", POD),
    ("https://a@b.oic.prod-aks.azure.com/a", POD),
    ("https://login.microsoftonline.com/../evil", "app-1"),
    ("https://issuer.contoso.example/a", "app-1"),
    ("https://issuer.contoso.example/b/", "app-1"),
    (
        "https://evil.example/token.actions.githubusercontent.com",
        "app-1",
    ),
];

const GITLAB_SUBJECT: &str = "project_path:contoso/app:ref_type:branch:ref:main";
const POD: &str = "system:serviceaccount:a:b";
const EXCHANGE: &str = "api://AzureADTokenExchange";

/// What `federatedIdentityCredentials` holds in a tenant; `chance` is that of holding anything.
pub(crate) fn list(random: &mut Random, chance: u64, own: &str) -> Value {
    if !random.percent(chance) {
        return random.pick(&[json!([]), json!([]), Value::Null]);
    }
    let count = 1 + random.below(3);
    (0..count).map(|_| trust(random, own)).collect()
}

/// Mostly the one that is asked for; the others are of other clouds, of nobody, or missing.
fn audiences(random: &mut Random) -> Value {
    match random.below(20) {
        0 => json!(["api://AzureADTokenExchangeUSGov"]),
        1 => json!(["api://AzureADTokenExchangeChina"]),
        2 => json!(["https://contoso.example", EXCHANGE]),
        3 => json!(["https://contoso.example"]),
        4 => json!(["api://azureadtokenexchange"]),
        5 => json!([]),
        6 => Value::Null,
        _ => json!([EXCHANGE]),
    }
}

fn trust(random: &mut Random, own: &str) -> Value {
    let (issuer, subject) = random.pick(&TRUSTS);
    let issuer = issuer.replace("{own}", own);
    let issuer = issuer.replace("{OWN}", &own.to_uppercase());
    let issuer = if random.percent(15) {
        issuer
            .strip_suffix('/')
            .map_or_else(|| format!("{issuer}/"), str::to_owned)
    } else {
        issuer
    };
    let id = random.guid();
    let mut trust = json!({
        "id": random.recase(&id),
        "name": "deploy",
        "issuer": issuer,
        "subject": subject,
        "audiences": audiences(random),
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
        3 if random.percent(30) => drop(trust.as_object_mut().unwrap().remove("audiences")),
        _ => {}
    }
    trust
}
