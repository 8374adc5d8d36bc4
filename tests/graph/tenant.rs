//! An invented tenant, served as Graph serves one: pages of at most 999, `$top`, `$select`, `$expand`, `$filter` by
//! `createdDateTime`, `$count`, policies. What it does not understand it refuses, as Graph does.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// The tenant.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    pub(crate) applications: Vec<Value>,
    pub(crate) service_principals: Vec<Value>,
    /// `None`: there is no right to read it.
    pub(crate) default_policy: Option<Value>,
    pub(crate) custom_policies: Vec<Value>,
    pub(crate) offers: Offers,
}

/// What this Graph can do.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub(crate) struct Offers {
    pub(crate) ranges: bool,
    pub(crate) count: bool,
    pub(crate) expand: bool,
    pub(crate) beta: bool,
    /// The largest page, whatever is asked for.
    pub(crate) top: usize,
}

impl Default for Offers {
    fn default() -> Self {
        Self {
            ranges: true,
            count: true,
            expand: true,
            beta: true,
            top: 999,
        }
    }
}

pub(crate) const TENANT: &str = "3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11";

/// A GUID that is told from all others by a letter and a number.
pub(crate) fn guid(kind: u32, number: usize) -> String {
    format!("{kind:08x}-0000-4000-8000-{number:012x}")
}

/// Kinds of GUIDs.
pub(crate) const OBJECT: u32 = 0xa;
pub(crate) const APP: u32 = 0xb;
pub(crate) const KEY: u32 = 0xc;
pub(crate) const PRINCIPAL: u32 = 0xd;

pub(crate) fn secret(number: usize, start: &str, end: &str) -> Value {
    json!({
        "customKeyIdentifier": null, "displayName": "canary-secret name", "endDateTime": end, "hint": "canary-secret hint",
        "keyId": guid(KEY, number), "secretText": "canary-secret text", "startDateTime": start,
    })
}

/// The base64 of a certificate with an RSA key of 2048 bits, and its thumbprint.
pub(crate) const CERTIFICATE: &str = include_str!("certificate.txt").trim_ascii_end();
pub(crate) const THUMBPRINT: &str = "63c53935b6e4fe09685a70967822ccbf2a0c0009";

pub(crate) fn certificate(number: usize, start: &str, end: &str) -> Value {
    json!({
        "customKeyIdentifier": "A538D00E8727EC5814E2FB107B3136376F22695B", "displayName": "CN=contoso", "endDateTime": end,
        "key": CERTIFICATE, "keyId": guid(KEY, number), "startDateTime": start, "type": "AsymmetricX509Cert",
        "usage": "Verify",
    })
}

/// Application number `number`: every third has a secret only, every third a certificate, every third nothing; every
/// seventh a federated credential; every fifth no owner.
pub(crate) fn application(number: usize) -> Value {
    let secrets = if number.is_multiple_of(3) {
        vec![secret(
            2 * number,
            "2026-10-01T00:00:00Z",
            "2027-04-01T00:00:00Z",
        )]
    } else {
        Vec::new()
    };
    let keys = if number % 3 == 1 {
        vec![certificate(
            2 * number + 1,
            "2026-10-01T00:00:00Z",
            "2027-04-01T00:00:00Z",
        )]
    } else {
        Vec::new()
    };
    let federated = if number.is_multiple_of(7) {
        vec![json!({
            "id": guid(0xf, number), "name": "main", "issuer": "https://token.actions.githubusercontent.com",
            "subject": format!("repo:contoso/app-{number}:environment:production"), "description": null,
            "audiences": ["api://AzureADTokenExchange"],
        })]
    } else {
        Vec::new()
    };
    let owners = if number.is_multiple_of(5) {
        Vec::new()
    } else {
        vec![
            json!({"@odata.type": "#microsoft.graph.user", "id": guid(0xe, number), "displayName": "canary-secret owner"}),
        ]
    };
    json!({
        "id": guid(OBJECT, number), "deletedDateTime": null, "appId": guid(APP, number), "createdDateTime": created(number),
        "displayName": format!("Application {number}"), "signInAudience": "AzureADMyOrg", "tags": [],
        "tokenEncryptionKeyId": null, "passwordCredentials": secrets, "keyCredentials": keys,
        "federatedIdentityCredentials": federated, "owners": owners,
    })
}

/// Spread over eleven years in no order; one in a hundred has no date.
fn created(number: usize) -> Value {
    if number % 100 == 99 {
        return Value::Null;
    }
    let scattered = number.wrapping_mul(2_654_435_761) % 4_000;
    let (year, day) = (2016 + scattered / 365, scattered % 365);
    json!(format!(
        "{year}-{:02}-{:02}T0{}:00:00Z",
        1 + day / 31,
        1 + day % 28,
        number % 10
    ))
}

pub(crate) fn service_principal(number: usize) -> Value {
    json!({
        "id": guid(PRINCIPAL, number), "appId": guid(APP, number), "displayName": format!("Application {number}"),
        "servicePrincipalType": "Application", "appOwnerOrganizationId": TENANT, "accountEnabled": true,
        "preferredTokenSigningKeyThumbprint": null, "tokenEncryptionKeyId": null, "passwordCredentials": [],
        "keyCredentials": [],
    })
}

pub(crate) fn blocking_policy() -> Value {
    let restrictions = json!({"passwordCredentials": [
        {"restrictionType": "passwordAddition", "state": "enabled", "maxLifetime": null,
         "restrictForAppsCreatedAfterDateTime": "0001-01-01T00:00:00Z"},
    ], "keyCredentials": []});
    json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#policies/defaultAppManagementPolicy/$entity",
        "id": "00000000-0000-0000-0000-000000000000", "displayName": "Default app management tenant policy",
        "isEnabled": true, "applicationRestrictions": restrictions, "servicePrincipalRestrictions": restrictions,
    })
}

impl Tenant {
    /// A tenant of so many applications.
    pub(crate) fn of(applications: usize) -> Self {
        Self {
            applications: (0..applications).map(application).collect(),
            service_principals: (0..applications).map(service_principal).collect(),
            default_policy: Some(blocking_policy()),
            custom_policies: Vec::new(),
            offers: Offers::default(),
        }
    }

    /// Answers a GET: a status and a body.
    pub(crate) fn answer(
        &self,
        origin: &str,
        path: &str,
        query: &BTreeMap<String, String>,
    ) -> (u16, String) {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match parts.as_slice() {
            ["beta", ..] if !self.offers.beta => error(404, "Request_ResourceNotFound"),
            [_, list @ ("applications" | "servicePrincipals"), "$count"] => {
                if self.offers.count {
                    (200, self.list(list).len().to_string())
                } else {
                    error(400, "Request_UnsupportedQuery")
                }
            }
            [_, list @ ("applications" | "servicePrincipals")] => {
                let base = format!("{origin}{path}");
                self.page(self.list(list), &base, query, &format!("$metadata#{list}"))
            }
            [
                _,
                "applications",
                id,
                relation @ ("owners" | "federatedIdentityCredentials"),
            ] => {
                let found = self.applications.iter().find(|it| it["id"] == **id);
                found.map_or_else(
                    || error(404, "Request_ResourceNotFound"),
                    |it| (200, json!({"value": it[*relation]}).to_string()),
                )
            }
            [_, "policies", "defaultAppManagementPolicy"] => match &self.default_policy {
                Some(policy) => (200, policy.to_string()),
                None => error(403, "Authorization_RequestDenied"),
            },
            [_, "policies", "appManagementPolicies"] => {
                let policies: Vec<Value> = self
                    .custom_policies
                    .iter()
                    .map(|policy| without(policy, "appliesTo"))
                    .collect();
                (200, json!({"value": policies}).to_string())
            }
            [_, "policies", "appManagementPolicies", id, "appliesTo"] => {
                let found = self.custom_policies.iter().find(|it| it["id"] == **id);
                found.map_or_else(
                    || error(404, "Request_ResourceNotFound"),
                    |it| (200, json!({"value": it["appliesTo"]}).to_string()),
                )
            }
            _ => error(404, "Request_ResourceNotFound"),
        }
    }

    fn list(&self, name: &str) -> &[Value] {
        if name == "applications" {
            &self.applications
        } else {
            &self.service_principals
        }
    }

    fn page(
        &self,
        list: &[Value],
        base: &str,
        query: &BTreeMap<String, String>,
        context: &str,
    ) -> (u16, String) {
        let top: usize = query.get("$top").map_or(100, |top| top.parse().unwrap());
        if top > 999 {
            return error(400, "Request_BadRequest");
        }
        let top = top.min(self.offers.top);
        let expand = query.get("$expand");
        if expand.is_some() && !self.offers.expand {
            return error(400, "Request_UnsupportedQuery");
        }
        let matching: Vec<&Value> = match query.get("$filter") {
            None => list.iter().collect(),
            Some(_) if !self.offers.ranges => return error(400, "Request_UnsupportedQuery"),
            Some(filter) => match in_range(list, filter) {
                Some(matching) => matching,
                None => return error(400, "Request_UnsupportedQuery"),
            },
        };
        let from: usize = query
            .get("$skiptoken")
            .map_or(0, |token| token.parse().unwrap());
        let page = matching.iter().skip(from).take(top);
        let value: Vec<Value> = page.map(|object| selected(object, query, expand)).collect();
        let mut body = Map::new();
        body.insert("@odata.context".to_owned(), json!(context));
        if from + top < matching.len() {
            let mut link = format!("{base}?$skiptoken={}", from + top);
            for (name, value) in query.iter().filter(|(name, _)| *name != "$skiptoken") {
                let _ = write!(link, "&{name}={}", value.replace(' ', "%20"));
            }
            body.insert("@odata.nextLink".to_owned(), json!(link));
        }
        body.insert("value".to_owned(), Value::Array(value));
        (200, Value::Object(body).to_string())
    }
}

pub(crate) fn error(status: u16, code: &str) -> (u16, String) {
    let body = json!({"error": {"code": code, "message": "canary-secret message", "innerError": {
        "date": "2026-11-23T10:52:24", "request-id": "ff33533c-35c1-4cfb-a5f1-b4938a33db80"}}});
    (status, body.to_string())
}

fn without(object: &Value, member: &str) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove(member);
    object
}

fn selected(object: &Value, query: &BTreeMap<String, String>, expand: Option<&String>) -> Value {
    let select: Option<Vec<&str>> = query
        .get("$select")
        .map(|select| select.split(',').collect());
    let is_wanted = |name: &str| match name {
        "owners" | "federatedIdentityCredentials" => {
            expand.is_some_and(|relation| relation == name)
        }
        name => select.as_ref().is_none_or(|select| select.contains(&name)),
    };
    let members = object.as_object().unwrap().iter();
    Value::Object(
        members
            .filter(|(name, _)| is_wanted(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

fn in_range<'a>(list: &'a [Value], filter: &str) -> Option<Vec<&'a Value>> {
    if filter == "createdDateTime eq null" {
        return Some(
            list.iter()
                .filter(|it| it["createdDateTime"].is_null())
                .collect(),
        );
    }
    let (from, to) = filter
        .strip_prefix("createdDateTime ge ")?
        .split_once(" and createdDateTime le ")?;
    let holds = |it: &&Value| {
        it["createdDateTime"]
            .as_str()
            .is_some_and(|created| created >= from && created <= to)
    };
    Some(list.iter().filter(holds).collect())
}
