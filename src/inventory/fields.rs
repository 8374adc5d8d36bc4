//! The members of Graph's objects that decide something, in the spellings that exports use.
//!
//! In: a key. Out: the field it names. Everything else in an application is skipped; `hint`, `secretText` and `key` have
//! no field anywhere.

/// A member that decides something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    ODataType,
    Id,
    AppId,
    DisplayName,
    DeletedDateTime,
    PasswordCredentials,
    KeyCredentials,
    FederatedIdentityCredentials,
    Owners,
    TokenEncryptionKeyId,
    ServicePrincipalType,
    ServicePrincipalNames,
    AppOwnerOrganizationId,
    PreferredTokenSigningKeyThumbprint,
}

/// How many fields there are.
pub(super) const FIELDS: usize = Field::PreferredTokenSigningKeyThumbprint as usize + 1;

impl Field {
    /// Returns the field that a key names: in Graph's spelling, in PowerShell's, or in that of older tools.
    #[inline]
    pub(super) fn of_key(key: &[u8]) -> Option<Self> {
        Some(match key {
            b"@odata.type" => Self::ODataType,
            b"id" | b"Id" | b"objectId" | b"ObjectId" => Self::Id,
            b"appId" | b"AppId" => Self::AppId,
            b"displayName" | b"DisplayName" => Self::DisplayName,
            b"deletedDateTime" | b"DeletedDateTime" => Self::DeletedDateTime,
            b"passwordCredentials" | b"PasswordCredentials" => Self::PasswordCredentials,
            b"keyCredentials" | b"KeyCredentials" => Self::KeyCredentials,
            b"federatedIdentityCredentials" | b"FederatedIdentityCredentials" => {
                Self::FederatedIdentityCredentials
            }
            b"owners" | b"Owners" => Self::Owners,
            b"tokenEncryptionKeyId" | b"TokenEncryptionKeyId" => Self::TokenEncryptionKeyId,
            b"servicePrincipalType" | b"ServicePrincipalType" => Self::ServicePrincipalType,
            b"servicePrincipalNames" | b"ServicePrincipalNames" => Self::ServicePrincipalNames,
            b"appOwnerOrganizationId"
            | b"AppOwnerOrganizationId"
            | b"appOwnerTenantId"
            | b"AppOwnerTenantId" => Self::AppOwnerOrganizationId,
            b"preferredTokenSigningKeyThumbprint" | b"PreferredTokenSigningKeyThumbprint" => {
                Self::PreferredTokenSigningKeyThumbprint
            }
            _ => return None,
        })
    }

    /// Returns Graph's own spelling.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ODataType => "@odata.type",
            Self::Id => "id",
            Self::AppId => "appId",
            Self::DisplayName => "displayName",
            Self::DeletedDateTime => "deletedDateTime",
            Self::PasswordCredentials => "passwordCredentials",
            Self::KeyCredentials => "keyCredentials",
            Self::FederatedIdentityCredentials => "federatedIdentityCredentials",
            Self::Owners => "owners",
            Self::TokenEncryptionKeyId => "tokenEncryptionKeyId",
            Self::ServicePrincipalType => "servicePrincipalType",
            Self::ServicePrincipalNames => "servicePrincipalNames",
            Self::AppOwnerOrganizationId => "appOwnerOrganizationId",
            Self::PreferredTokenSigningKeyThumbprint => "preferredTokenSigningKeyThumbprint",
        }
    }
}
