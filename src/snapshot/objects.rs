//! Applications and service principals with their credentials, in Graph's words.
//!
//! What decides something must be there, though it may be `null`: a member that Graph was asked for and left out is an
//! error, never "none". What only some versions of Graph send may be absent.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::Text;

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
    /// The client id.
    #[serde(borrow)]
    pub app_id: Text<'line>,
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
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyCredential<'line> {
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
    /// `AsymmetricX509Cert`, `Symmetric`, `X509CertAndPassword`.
    #[serde(borrow, rename = "type", deserialize_with = "nullable")]
    pub kind: Option<Text<'line>>,
    /// `Verify` or `Sign`.
    #[serde(borrow, deserialize_with = "nullable")]
    pub usage: Option<Text<'line>>,
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
