//! The snapshot format: newline-delimited JSON that holds what was collected of a tenant, and nothing that is secret.
//!
//! The first line says what was collected, when and how ([`Header`]); then come the tenant's app management policies, the
//! service principals and the applications, in Graph's own words; the last line ([`Trailer`]) says how many there are and
//! digests all lines before it, so that a cut or edited file is recognised. The same types read Graph's answers: a member
//! that has no field here (`hint`, `secretText`) is never kept, and of `key` only facts are ([`PublicKey`]).
//! `schemas/snapshot.schema.json` is generated from them.

mod objects;
mod policies;
mod public_key;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

use crate::home;

pub use objects::{
    Application, ClaimsMatchingExpression, FederatedCredential, KeyCredential, Owner,
    PasswordCredential, ServicePrincipal,
};
pub use policies::{
    AppManagementPolicy, AppliesTo, CustomRestrictions, DefaultAppManagementPolicy, Restriction,
    Restrictions,
};
pub use public_key::{KeyAlgorithm, PublicKey};

/// The `schema` of the first line.
pub const HEADER: &str = "credgate-snapshot/1";
/// The `schema` of the last line.
pub const TRAILER: &str = "credgate-snapshot-end/1";
/// How `schema` begins in every version.
pub const FAMILY: &str = "credgate-snapshot";

/// The first line: what was collected.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    /// The version of this format.
    #[schemars(extend("const" = HEADER))]
    pub schema: String,
    /// What wrote the snapshot.
    pub tool: Tool,
    /// The cloud, such as `global`.
    pub cloud: String,
    /// The tenant, where the token tells it.
    #[schemars(extend("format" = "uuid"))]
    pub tenant: Option<String>,
    /// When the collection began, UTC.
    #[schemars(extend("format" = "date-time"))]
    pub collected_at: String,
    /// The way of signing in, one of those of `--auth`.
    pub signed_in_by: String,
    /// What the collection could see.
    pub coverage: Coverage,
    /// The members that were asked for.
    pub select: Select,
}

/// The program.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What a collection could see.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Whether service principals are listed.
    pub service_principals: bool,
    /// Whether each application shows whether it has an owner.
    pub owners: bool,
    /// Whether each application shows its federated credentials, and whether the flexible ones with their expression.
    pub federated_credentials: FederatedCoverage,
    /// Whether the tenant's app management policies are listed, or why not.
    pub tenant_policies: PolicyCoverage,
}

/// How federated credentials were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FederatedCoverage {
    /// With the expressions of flexible ones, which only Graph's beta shows.
    Complete,
    /// From v1.0: a flexible one shows neither subject nor expression.
    WithoutExpressions,
    /// Not at all.
    None,
}

/// Whether the tenant's app management policies were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyCoverage {
    /// All of them.
    Complete,
    /// `Policy.Read.All` is missing.
    NotPermitted,
    /// The tenant does not offer them.
    NotOffered,
}

/// The `$select` of each collection.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Select {
    /// Of `/applications`.
    pub applications: Vec<String>,
    /// Of `/servicePrincipals`.
    pub service_principals: Vec<String>,
}

/// The last line: how much was collected.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Trailer {
    /// The version of this format.
    #[schemars(extend("const" = TRAILER))]
    pub schema: String,
    /// How many applications stand above.
    pub applications: u64,
    /// How many service principals stand above.
    pub service_principals: u64,
    /// Lower-case hex SHA-256 of all lines above, their ends included.
    pub sha256: String,
}

/// One line of a snapshot.
#[derive(JsonSchema)]
#[schemars(untagged, title = "credgate snapshot, one line")]
#[expect(dead_code, reason = "only its schema is used")]
enum Line<'line> {
    Header(Header),
    DefaultAppManagementPolicy(DefaultAppManagementPolicy<'line>),
    AppManagementPolicy(AppManagementPolicy<'line>),
    ServicePrincipal(Box<ServicePrincipal<'line>>),
    Application(Box<Application<'line>>),
    Trailer(Trailer),
}

/// Returns the JSON Schema of one line, as `schemas/snapshot.schema.json` holds it.
pub fn schema() -> Schema {
    home::identified(schema_for!(Line<'_>), "snapshot")
}

/// A text as it stands in the answer, where it needs no change.
type Text<'line> = Cow<'line, str>;
