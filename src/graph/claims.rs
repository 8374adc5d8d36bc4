//! What a token says of itself.
//!
//! In: the text of a token. Out: its claims, decoded without any check of the signature: it is Graph that checks, and no
//! verdict rests on them. They serve messages and early errors. Texts in them are foreign: escape before showing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::cloud::Cloud;
use crate::model::{AppId, TenantId};

/// Graph's own application id, an audience that every cloud shares.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// The claims of a token. Everything is absent for a token that is no JWT.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The tenant that issued it, from `tid`.
    pub tenant: Option<TenantId>,
    /// For whom it is, from `aud`.
    pub audience: Option<String>,
    /// The application that signed in, from `appid` or `azp`.
    pub app_id: Option<AppId>,
    /// Who signed in, from `app_displayname`, `upn` or `unique_name`. A foreign text.
    pub name: Option<String>,
    /// Application permissions, from `roles`.
    pub roles: Vec<String>,
    /// Delegated permissions, from `scp`.
    pub scopes: Vec<String>,
    /// Until when it is accepted, from `exp`.
    pub expires: Option<Timestamp>,
    /// What kind of token it is, from `idtyp`.
    kind: Option<String>,
}

impl Claims {
    /// Reads the claims of a token, as far as it has any.
    pub fn of(token: &str) -> Self {
        Self::decode(token).unwrap_or_default()
    }

    fn decode(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let payload = parts.nth(1)?;
        parts.next()?;
        if parts.next().is_some() {
            return None;
        }
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let claims: Value = serde_json::from_slice(&payload).ok()?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let first = |names: &[&str]| names.iter().find_map(|name| text(name)).map(str::to_owned);
        Some(Self {
            tenant: text("tid").and_then(|id| id.parse().ok()),
            audience: first(&["aud"]),
            app_id: first(&["appid", "azp"]).and_then(|id| id.parse().ok()),
            name: first(&["app_displayname", "upn", "unique_name"]),
            roles: texts(claims.get("roles")),
            scopes: text("scp").map(words).unwrap_or_default(),
            expires: claims.get("exp").and_then(instant),
            kind: first(&["idtyp"]),
        })
    }

    /// Tells whether an application signed in by itself, not a person; nothing if the token does not say.
    pub fn is_application(&self) -> Option<bool> {
        match self.kind.as_deref() {
            Some("app") => Some(true),
            Some(_) => Some(false),
            None if !self.scopes.is_empty() => Some(false),
            None if !self.roles.is_empty() => Some(true),
            None => None,
        }
    }

    /// Tells whether the token can be for the Graph of a cloud. A token that does not say for whom it is can be.
    pub fn is_for(&self, cloud: &Cloud) -> bool {
        self.audience.as_deref().is_none_or(|audience| {
            audience.eq_ignore_ascii_case(GRAPH) || is_origin(audience, cloud.graph())
        })
    }

    /// Returns the cloud for whose Graph the token is, among those that are known.
    pub(super) fn cloud(&self) -> Option<Cloud> {
        let audience = self.audience.as_deref()?;
        Cloud::names()
            .filter_map(|name| Cloud::named(name).ok())
            .find(|cloud| is_origin(audience, cloud.graph()))
    }
}

/// Compares an audience, with or without a slash at its end, with an origin.
fn is_origin(audience: &str, origin: &Url) -> bool {
    audience.parse::<Url>().is_ok_and(|url| url == *origin)
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).map(Vec::as_slice);
    let texts = list.unwrap_or_default().iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

fn instant(seconds: &Value) -> Option<Timestamp> {
    Timestamp::from_second(seconds.as_i64()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    fn for_audience(audience: &str) -> Claims {
        Claims::of(&token(&format!(r#"{{"aud":"{audience}"}}"#)))
    }

    #[test]
    fn the_token_of_an_application_says_who_it_is_and_what_it_may() {
        let claims = Claims::of(&token(
            r#"{"aud":"https://graph.microsoft.com","tid":"9c1f4c2e-3f0a-4c0b-8d2e-6a5b1d7e0f11",
                "appid":"0F9E8D7C-6B5A-4938-8271-605F4E3D2C1B","app_displayname":"gate","idtyp":"app",
                "roles":["Application.Read.All","Policy.Read.All"],"exp":1900000000}"#,
        ));
        assert_eq!(
            claims.tenant.unwrap().to_string(),
            "9c1f4c2e-3f0a-4c0b-8d2e-6a5b1d7e0f11"
        );
        assert_eq!(
            claims.app_id.unwrap().to_string(),
            "0f9e8d7c-6b5a-4938-8271-605f4e3d2c1b"
        );
        assert_eq!(claims.name.as_deref(), Some("gate"));
        assert_eq!(claims.roles, ["Application.Read.All", "Policy.Read.All"]);
        assert!(claims.scopes.is_empty());
        assert_eq!(claims.expires.unwrap().as_second(), 1_900_000_000);
        assert_eq!(claims.is_application(), Some(true));
    }

    #[test]
    fn the_token_of_a_person_carries_delegated_permissions() {
        let claims = Claims::of(&token(
            r#"{"upn":"ada@contoso.example","scp":"Directory.Read.All User.Read","roles":["x"]}"#,
        ));
        assert_eq!(claims.scopes, ["Directory.Read.All", "User.Read"]);
        assert_eq!(claims.name.as_deref(), Some("ada@contoso.example"));
        assert_eq!(claims.is_application(), Some(false));
    }

    #[test]
    fn an_opaque_token_says_nothing_and_is_not_refused_for_it() {
        for opaque in ["", "opaque", "a.b", "a.b.c", "e30.e30.c.d", "e30.bm90.c"] {
            let claims = Claims::of(opaque);
            assert_eq!(claims, Claims::default(), "{opaque}");
            assert_eq!(claims.is_application(), None);
            assert!(claims.is_for(&Cloud::named("global").unwrap()));
        }
    }

    #[test]
    fn claims_of_an_odd_type_are_absent() {
        let claims = Claims::of(&token(
            r#"{"aud":["x"],"tid":7,"roles":"x","scp":["y"],"exp":"soon","appid":"gate"}"#,
        ));
        assert_eq!(claims, Claims::default());
    }

    #[test]
    fn a_token_is_for_one_cloud() {
        let usgov = Cloud::named("usgov").unwrap();
        let global = Cloud::named("global").unwrap();
        for audience in ["https://graph.microsoft.us", "https://graph.microsoft.us/"] {
            let claims = for_audience(audience);
            assert!(claims.is_for(&usgov), "{audience}");
            assert!(!claims.is_for(&global), "{audience}");
            assert_eq!(claims.cloud().unwrap().name(), "usgov");
        }
        assert!(for_audience(GRAPH).is_for(&global));
        assert!(for_audience(GRAPH).is_for(&usgov));
    }

    #[test]
    fn a_token_for_something_else_is_not_for_graph() {
        for audience in [
            "https://management.azure.com",
            "https://graph.microsoft.com.example.com",
            "https://graph.microsoft.com/v1.0",
            "http://graph.microsoft.com",
            "",
        ] {
            let claims = for_audience(audience);
            assert!(
                !claims.is_for(&Cloud::named("global").unwrap()),
                "{audience}"
            );
            assert!(claims.cloud().is_none(), "{audience}");
        }
    }
}
