//! Whether a tenant can be read: who signs in, and what that may see.
//!
//! In: a tenant. Out: what the token says of itself, and what Graph lets it read, tried with the smallest requests there
//! are. Nothing is concluded from the token alone: Graph decides.

use reqwest::StatusCode;

use super::answer::Kind;
use super::claims::Claims;
use super::client::{Client, GetError};
use super::error::GraphError;
use super::live::Tenant;
use super::permission::{APPLICATION_READ_ALL, POLICY_READ_ALL, Permission};

/// What was found out.
#[derive(Clone, Debug)]
pub struct Examination {
    /// What the token says of itself.
    pub claims: Claims,
    /// What was tried.
    pub trials: Vec<Trial>,
}

/// Something that reading a tenant takes.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What was read.
    pub what: Sight,
    /// The permission that it takes.
    pub permission: Permission,
    /// Whether it can be read.
    pub outcome: Outcome,
}

/// What a collection looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// `/applications`.
    Applications,
    /// `/servicePrincipals`.
    ServicePrincipals,
    /// The owners of applications.
    Owners,
    /// The federated credentials of applications.
    FederatedCredentials,
    /// The app management policies.
    TenantPolicies,
}

/// Whether something can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It can.
    Readable,
    /// The permission is missing.
    NotPermitted,
    /// This Graph does not offer it.
    NotOffered,
}

const TRIALS: &[(Sight, &Permission, &[&str])] = &[
    (
        Sight::Applications,
        &APPLICATION_READ_ALL,
        &["/v1.0/applications?$top=1&$select=id"],
    ),
    (
        Sight::ServicePrincipals,
        &APPLICATION_READ_ALL,
        &["/v1.0/servicePrincipals?$top=1&$select=id"],
    ),
    (
        Sight::Owners,
        &APPLICATION_READ_ALL,
        &["/v1.0/applications?$top=1&$select=id&$expand=owners"],
    ),
    (
        Sight::FederatedCredentials,
        &APPLICATION_READ_ALL,
        &[
            "/beta/applications?$top=1&$select=id&$expand=federatedIdentityCredentials",
            "/v1.0/applications?$top=1&$select=id&$expand=federatedIdentityCredentials",
        ],
    ),
    (
        Sight::TenantPolicies,
        &POLICY_READ_ALL,
        &["/v1.0/policies/defaultAppManagementPolicy"],
    ),
];

impl Tenant {
    /// Signs in and tries everything.
    pub fn examine(&self) -> Result<Examination, GraphError> {
        self.block_on(async {
            let client = self.client()?;
            let token = client.token().await?;
            let mut trials = Vec::new();
            for (what, permission, paths) in TRIALS {
                trials.push(Trial {
                    what: *what,
                    permission: **permission,
                    outcome: outcome(&client, paths).await?,
                });
            }
            Ok(Examination {
                claims: token.claims().clone(),
                trials,
            })
        })
    }
}

/// Tries the paths in turn; the last refusal counts.
async fn outcome(client: &Client, paths: &[&str]) -> Result<Outcome, GraphError> {
    let mut outcome = Outcome::NotOffered;
    for path in paths {
        let url = client.url(path)?;
        match client.get(&url, Kind::Json).await {
            Ok(_) => return Ok(Outcome::Readable),
            Err(GetError::Refused(refusal)) if refusal.status == StatusCode::FORBIDDEN => {
                outcome = Outcome::NotPermitted;
            }
            Err(GetError::Refused(_)) => outcome = Outcome::NotOffered,
            Err(GetError::Failed(error)) => return Err(error),
        }
    }
    Ok(outcome)
}
