//! The tenant's app management policies, in Graph's words: who may still add client secrets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Text;

/// The policy that holds for every application without one of its own.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DefaultAppManagementPolicy<'line> {
    /// `#microsoft.graph.tenantAppManagementPolicy`.
    #[serde(rename = "@odata.type", borrow, default = "default_policy")]
    pub odata_type: Text<'line>,
    /// Whether anything of it holds.
    pub is_enabled: bool,
    /// What holds for applications.
    #[serde(default)]
    pub application_restrictions: Option<Restrictions<'line>>,
    /// What holds for service principals.
    #[serde(default)]
    pub service_principal_restrictions: Option<Restrictions<'line>>,
}

/// A policy for single applications or service principals; it replaces the default one for them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppManagementPolicy<'line> {
    /// `#microsoft.graph.appManagementPolicy`.
    #[serde(rename = "@odata.type", borrow, default = "custom_policy")]
    pub odata_type: Text<'line>,
    /// Names it.
    pub id: Text<'line>,
    /// Its name.
    #[serde(default)]
    pub display_name: Option<Text<'line>>,
    /// Whether anything of it holds.
    pub is_enabled: bool,
    /// What holds.
    #[serde(default)]
    pub restrictions: Option<CustomRestrictions<'line>>,
    /// The objects for which it holds.
    #[serde(default)]
    pub applies_to: Vec<AppliesTo<'line>>,
}

/// The restrictions of a policy for single objects.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomRestrictions<'line> {
    /// About client secrets.
    #[serde(borrow, default)]
    pub password_credentials: Option<Vec<Restriction<'line>>>,
    /// What holds for applications, in newer versions of Graph.
    #[serde(default)]
    pub application_restrictions: Option<Restrictions<'line>>,
    /// What holds for service principals, in newer versions of Graph.
    #[serde(default)]
    pub service_principal_restrictions: Option<Restrictions<'line>>,
}

/// Restrictions of credentials. Those of keys are of no interest here.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Restrictions<'line> {
    /// About client secrets.
    #[serde(borrow, default)]
    pub password_credentials: Option<Vec<Restriction<'line>>>,
}

/// One restriction. One that is switched off may be absent altogether.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Restriction<'line> {
    /// `passwordAddition`, `passwordLifetime`, `symmetricKeyAddition` and so on.
    #[serde(borrow)]
    pub restriction_type: Text<'line>,
    /// `enabled` or `disabled`; absent counts as enabled where the policy is.
    #[serde(default)]
    pub state: Option<Text<'line>>,
    /// Only applications made after this instant are restricted; the year 1 stands for all.
    #[serde(default)]
    pub restrict_for_apps_created_after_date_time: Option<Text<'line>>,
    /// Whether some callers are exempt, who are not named here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_actors: Option<serde_json::Value>,
}

/// An object to which a policy is assigned.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppliesTo<'line> {
    /// The object's id.
    #[serde(borrow)]
    pub id: Text<'line>,
    /// The client id, where Graph tells it.
    #[serde(default)]
    pub app_id: Option<Text<'line>>,
}

impl AppliesTo<'_> {
    /// Copies the texts, so that the answer need not be kept.
    pub fn into_owned(self) -> AppliesTo<'static> {
        AppliesTo {
            id: self.id.into_owned().into(),
            app_id: self.app_id.map(|id| id.into_owned().into()),
        }
    }
}

fn default_policy() -> Text<'static> {
    Text::Borrowed("#microsoft.graph.tenantAppManagementPolicy")
}

fn custom_policy() -> Text<'static> {
    Text::Borrowed("#microsoft.graph.appManagementPolicy")
}
