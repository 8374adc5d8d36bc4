//! Applications and service principals with their credentials, in Graph's words.
//!
//! What decides something must be there, though it may be `null`: a member that Graph was asked for and left out is an
//! error, never "none". What only some versions of Graph send may be absent.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{PublicKey, Text};
use crate::model::{KeyMaterial, KeyType};

/// An application object.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Application<'line> {
    /// `#microsoft.graph.application`, or a kind of it.
    #[serde(rename = "@odata.type", borrow, default = "application")]
    pub odata_type: Text<'line>,
    /// The object's id.
    #[serde(borrow)]
    pub id: Text<'line>,
    /// The client id.
    #[serde(borrow)]
    pub app_id: Text<'line>,
    /// Its name; whoever owns the application chooses it.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub display_name: Option<Text<'line>>,
    /// When it was made, UTC.
    #[serde(
        borrow,
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub created_date_time: Option<Text<'line>>,
    /// When it was deleted, UTC.
    #[serde(
        borrow,
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub deleted_date_time: Option<Text<'line>>,
    /// Which key encrypts its tokens.
    #[serde(
        default,
        deserialize_with = "stated",
        skip_serializing_if = "Option::is_none"
    )]
    pub token_encryption_key_id: Option<Option<Text<'line>>>,
    /// Its client secrets, without anything secret.
    pub password_credentials: Vec<PasswordCredential<'line>>,
    /// Its keys, without the key itself.
    pub key_credentials: Vec<KeyCredential<'line>>,
    /// Its federated identity credentials, where they were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub federated_identity_credentials: Option<Vec<FederatedCredential<'line>>>,
    /// Its owners, at most twenty, where they were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owners: Option<Vec<Owner<'line>>>,
}

/// A service principal.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipal<'line> {
    /// `#microsoft.graph.servicePrincipal`, or a kind of it.
    #[serde(rename = "@odata.type", borrow, default = "service_principal")]
    pub odata_type: Text<'line>,
    /// The object's id.
    #[serde(borrow)]
    pub id: Text<'line>,
    /// The client id; an agent identity need not show one.
    #[serde(
        borrow,
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub app_id: Option<Text<'line>>,
    /// Its name.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub display_name: Option<Text<'line>>,
    /// `Application`, `ManagedIdentity`, `Legacy`, and what Graph may add.
    #[serde(
        default,
        deserialize_with = "stated",
        skip_serializing_if = "Option::is_none"
    )]
    pub service_principal_type: Option<Option<Text<'line>>>,
    /// The tenant that owns the application.
    #[serde(
        default,
        deserialize_with = "stated",
        skip_serializing_if = "Option::is_none"
    )]
    pub app_owner_organization_id: Option<Option<Text<'line>>>,
    /// When it was deleted, UTC.
    #[serde(
        borrow,
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub deleted_date_time: Option<Text<'line>>,
    /// Which of its keys signs SAML tokens.
    #[serde(
        default,
        deserialize_with = "stated",
        skip_serializing_if = "Option::is_none"
    )]
    pub preferred_token_signing_key_thumbprint: Option<Option<Text<'line>>>,
    /// How people sign in to it, such as `saml`, where it says so.
    #[serde(
        borrow,
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub preferred_single_sign_on_mode: Option<Text<'line>>,
    /// Which key encrypts its tokens.
    #[serde(
        default,
        deserialize_with = "stated",
        skip_serializing_if = "Option::is_none"
    )]
    pub token_encryption_key_id: Option<Option<Text<'line>>>,
    /// Its own client secrets, without anything secret.
    pub password_credentials: Vec<PasswordCredential<'line>>,
    /// Its own keys, without the key itself.
    pub key_credentials: Vec<KeyCredential<'line>>,
}

/// A client secret, without the secret and without its hint.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordCredential<'line> {
    /// Names it.
    #[serde(borrow, deserialize_with = "nullable")]
    pub key_id: Option<Text<'line>>,
    /// A label or thumbprint.
    #[serde(borrow, deserialize_with = "nullable")]
    pub custom_key_identifier: Option<Text<'line>>,
    /// Its first instant, UTC.
    #[serde(borrow, deserialize_with = "nullable")]
    pub start_date_time: Option<Text<'line>>,
    /// The instant after its last, UTC.
    #[serde(borrow, deserialize_with = "nullable")]
    pub end_date_time: Option<Text<'line>>,
}

/// A key, without the key itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyCredential<'line> {
    /// Names it.
    pub key_id: Option<Text<'line>>,
    /// A label or thumbprint.
    pub custom_key_identifier: Option<Text<'line>>,
    /// Its first instant, UTC.
    pub start_date_time: Option<Text<'line>>,
    /// The instant after its last, UTC.
    pub end_date_time: Option<Text<'line>>,
    /// `AsymmetricX509Cert`, `Symmetric`, `X509CertAndPassword`.
    #[serde(rename = "type")]
    pub kind: Option<Text<'line>>,
    /// `Verify` or `Sign`.
    pub usage: Option<Text<'line>>,
    /// What its `key` turned out to be, where Graph showed it; never for a `Symmetric` one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key: Option<PublicKey>,
}

/// A key as Graph shows it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredKey<'line> {
    #[serde(borrow, deserialize_with = "nullable")]
    key_id: Option<Text<'line>>,
    #[serde(borrow, deserialize_with = "nullable")]
    custom_key_identifier: Option<Text<'line>>,
    #[serde(borrow, deserialize_with = "nullable")]
    start_date_time: Option<Text<'line>>,
    #[serde(borrow, deserialize_with = "nullable")]
    end_date_time: Option<Text<'line>>,
    #[serde(borrow, rename = "type", deserialize_with = "nullable")]
    kind: Option<Text<'line>>,
    #[serde(borrow, deserialize_with = "nullable")]
    usage: Option<Text<'line>>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    key: Option<Text<'line>>,
}

impl<'de: 'line, 'line> Deserialize<'de> for KeyCredential<'line> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let answered = AnsweredKey::<'line>::deserialize(deserializer)?;
        // A symmetric key is a secret: it is not looked at.
        let is_secret = answered.kind.as_deref().map(KeyType::parse) == Some(KeyType::Symmetric);
        let key = answered.key.filter(|_| !is_secret);
        Ok(Self {
            key_id: answered.key_id,
            custom_key_identifier: answered.custom_key_identifier,
            start_date_time: answered.start_date_time,
            end_date_time: answered.end_date_time,
            kind: answered.kind,
            usage: answered.usage,
            public_key: key.map(|key| KeyMaterial::parse(&key).into()),
        })
    }
}

/// A federated identity credential.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FederatedCredential<'line> {
    /// Names it.
    #[serde(borrow)]
    pub id: Text<'line>,
    /// Its name.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub name: Option<Text<'line>>,
    /// Whose tokens it trusts.
    #[serde(borrow)]
    pub issuer: Text<'line>,
    /// The workload that it trusts; `null` for a flexible one.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub subject: Option<Text<'line>>,
    /// For whom the tokens must be.
    #[serde(default)]
    pub audiences: Option<Vec<Text<'line>>>,
    /// The workloads that a flexible one trusts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims_matching_expression: Option<ClaimsMatchingExpression<'line>>,
}

/// Which claims a flexible federated credential accepts.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimsMatchingExpression<'line> {
    /// The expression.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub value: Option<Text<'line>>,
    /// The version of its language.
    #[serde(default)]
    pub language_version: Option<i64>,
}

/// An owner: only that there is one, and its id.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Owner<'line> {
    /// The object's id.
    #[serde(borrow)]
    pub id: Text<'line>,
}

fn application() -> Text<'static> {
    Text::Borrowed("#microsoft.graph.application")
}

fn service_principal() -> Text<'static> {
    Text::Borrowed("#microsoft.graph.servicePrincipal")
}

/// A member that must be there, and may be `null`.
fn nullable<'de: 'line, 'line, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<Text<'line>>, D::Error> {
    Option::<Borrowed<'line>>::deserialize(value).map(|text| text.map(|Borrowed(text)| text))
}

/// A member of which it matters whether it is there.
#[expect(
    clippy::option_option,
    reason = "absent, null and a value are three things"
)]
fn stated<'de: 'line, 'line, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<Option<Text<'line>>>, D::Error> {
    nullable(value).map(Some)
}

#[derive(Deserialize)]
struct Borrowed<'line>(#[serde(borrow)] Text<'line>);
