//! The facts, in Microsoft Graph's own words: applications, service principals and their credentials.
//!
//! In: nothing but values that an inventory source has parsed. Out: identities whose credentials are classified at
//! one instant. Never here: policy, findings, files; no field for `secretText` or `hint`, and of `key` only what its public
//! key turns out to be.

mod application;
mod coverage;
mod credential;
mod identifier;
mod identity;
mod key_material;
mod tenant_policies;

pub use application::{
    Application, Credentials, MissingLists, Place, ServicePrincipal, ServicePrincipalType,
};
pub use coverage::{Coverage, Known};
pub use credential::{
    CredentialClass, CustomKeyIdentifier, FederatedCredential, KeyCredential, KeyType, KeyUsage,
    PasswordCredential, Period, Proof, Validity,
};
pub use identifier::{AppId, HYPHENATED_LENGTH, InvalidIdentifier, KeyId, ObjectId, TenantId};
pub use identity::{Alternatives, ClassifiedCredential, Criteria, Holder, Identity, State};
pub use key_material::{KeyMaterial, MOST_KEY_BYTES, PublicKey};
pub use tenant_policies::{Block, CustomPolicy, DefaultPolicy, PolicyCoverage, TenantPolicy};
