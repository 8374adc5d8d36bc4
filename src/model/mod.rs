//! The facts, in Microsoft Graph's own words: applications, service principals and their credentials.
//!
//! In: nothing but values that an inventory source has parsed. Out: identities whose credentials are classified at
//! one instant. Never here: policy, findings, files; and no field for `secretText`, `hint` or `key`.

mod application;
mod coverage;
mod credential;
mod identifier;
mod identity;
mod tenant_policies;

pub use application::{
    Application, Credentials, MissingLists, Place, ServicePrincipal, ServicePrincipalType,
};
pub use coverage::{Coverage, Known};
pub use credential::{
    CredentialClass, CustomKeyIdentifier, FederatedCredential, KeyCredential, KeyType, KeyUsage,
    PasswordCredential, Period, Validity,
};
pub use identifier::{AppId, HYPHENATED_LENGTH, InvalidIdentifier, KeyId, ObjectId, TenantId};
pub use identity::{Alternatives, ClassifiedCredential, Holder, Identity, State};
pub use tenant_policies::{Block, CustomPolicy, DefaultPolicy, PolicyCoverage, TenantPolicy};
