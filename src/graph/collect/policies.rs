//! The tenant's app management policies: the one for all, and those for single objects.
//!
//! In: a client. Out: their lines, or why there are none. They take a right of their own; without it the tenant is
//! judged all the same, and the rule about them says what is missing.

use futures_util::future::{join, try_join_all};
use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::chain::Chain;
use super::probe::is_unsupported;
use super::record;
use crate::graph::answer::Kind;
use crate::graph::client::{Client, GetError, Refusal};
use crate::graph::error::GraphError;
use crate::graph::page;
use crate::snapshot::{AppManagementPolicy, AppliesTo, DefaultAppManagementPolicy, PolicyCoverage};

const DEFAULT: &str = "/v1.0/policies/defaultAppManagementPolicy";
const CUSTOM: &str = "/v1.0/policies/appManagementPolicies";

/// The policies, as lines.
pub(super) struct Policies {
    pub(super) coverage: PolicyCoverage,
    pub(super) lines: Vec<String>,
}

/// Reads the policies.
pub(super) async fn read(client: &Client) -> Result<Policies, GraphError> {
    match all(client).await {
        Ok(lines) => Ok(Policies {
            coverage: PolicyCoverage::Complete,
            lines,
        }),
        Err(GetError::Failed(error)) => Err(error),
        Err(GetError::Refused(refusal)) => Ok(Policies {
            coverage: why_not(&refusal)?,
            lines: Vec::new(),
        }),
    }
}

fn why_not(refusal: &Refusal) -> Result<PolicyCoverage, GraphError> {
    if refusal.status == StatusCode::FORBIDDEN {
        Ok(PolicyCoverage::NotPermitted)
    } else if is_unsupported(refusal) {
        Ok(PolicyCoverage::NotOffered)
    } else {
        Err(refusal.error("app management policies"))
    }
}

#[derive(Deserialize)]
struct List {
    #[serde(rename = "value")]
    _value: Vec<IgnoredAny>,
}

async fn all(client: &Client) -> Result<Vec<String>, GetError> {
    let (default, custom) = join(default(client), custom(client)).await;
    // What became of the first counts, whatever became of the second.
    let mut lines = vec![default?];
    lines.extend(custom?);
    Ok(lines)
}

/// Reads the policy for all.
async fn default(client: &Client) -> Result<String, GetError> {
    let url = client.url(DEFAULT)?;
    let body = client.get(&url, Kind::Json).await?;
    if page::object::<List>(&body).is_ok() {
        // A list where one policy was asked for: whoever answers does not know this path.
        return Err(GetError::Refused(Refusal {
            status: StatusCode::NOT_IMPLEMENTED,
            codes: Vec::new(),
            request_id: None,
        }));
    }
    let default: DefaultAppManagementPolicy<'_> = page::object(&body)?;
    Ok(record::line(&default)?)
}

/// Reads the policies for single objects, and for which.
async fn custom(client: &Client) -> Result<Vec<String>, GetError> {
    let mut lines = Vec::new();
    let mut chain = Chain::new(client.url(CUSTOM)?);
    while let Some(answer) = chain.page(client).await? {
        let page = page::read::<AppManagementPolicy<'_>>(&answer.body, &answer.asked)?;
        let count = page.objects.len();
        let written = page.objects.iter().map(record::line);
        let written = written.collect::<Result<Vec<String>, GraphError>>()?;
        let next = page.next;
        // Whoever has a body must not wait for another.
        drop(answer);
        let policies = written
            .iter()
            .map(|line| page::object::<AppManagementPolicy<'_>>(line.as_bytes()));
        let mut policies = policies.collect::<Result<Vec<_>, GraphError>>()?;
        let asked = policies.iter().map(|it| assigned(client, &it.id));
        let assigned = try_join_all(asked).await?;
        for (policy, assigned) in policies.iter_mut().zip(assigned) {
            policy.applies_to = assigned;
            lines.push(record::line(policy)?);
        }
        chain.follow(next, count, client)?;
    }
    Ok(lines)
}

/// Reads to which objects a policy is assigned.
async fn assigned(client: &Client, policy: &str) -> Result<Vec<AppliesTo<'static>>, GetError> {
    let policy = record::key(policy)?;
    let mut chain = Chain::new(client.url(&format!("{CUSTOM}/{policy}/appliesTo?$select=id"))?);
    let mut objects = Vec::new();
    loop {
        let answer = match chain.page(client).await {
            Ok(Some(answer)) => answer,
            Ok(None) => break,
            // It was deleted meanwhile, and holds for nobody.
            Err(GetError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => break,
            Err(error) => return Err(error),
        };
        let page = page::read::<AppliesTo<'_>>(&answer.body, &answer.asked)?;
        let count = page.objects.len();
        objects.extend(page.objects.into_iter().map(AppliesTo::into_owned));
        chain.follow(page.next, count, client)?;
    }
    Ok(objects)
}
