//! Relations of one application, where no list shows them.

use reqwest::StatusCode;

use super::chain::Chain;
use super::probe::{is_unsupported, refused};
use super::record::{self, Key};
use crate::graph::answer::Kind;
use crate::graph::client::{Client, GetError};
use crate::graph::error::GraphError;
use crate::graph::page;
use crate::keyed::{InAnyOrder, digest};
use crate::snapshot::{FederatedCredential, Owner};

fn path(version: &str, key: Key, relation: &str) -> String {
    let select = if relation == "owners" {
        "?$select=id"
    } else {
        ""
    };
    format!("{version}/applications/{key}/{relation}{select}")
}

/// Tries whether a relation can be read.
pub(super) async fn can_read(
    client: &Client,
    version: &str,
    key: Key,
    relation: &str,
) -> Result<bool, GraphError> {
    let url = client.url(&path(version, key, relation))?;
    match client.get(&url, Kind::Json).await {
        Ok(_) => Ok(true),
        Err(GetError::Refused(refusal))
            if is_unsupported(&refusal) || refusal.status == StatusCode::FORBIDDEN =>
        {
            Ok(false)
        }
        Err(error) => Err(refused(client, relation, error)),
    }
}

/// Reads the federated credentials of an application: digest and JSON. `None` where it is gone.
pub(super) async fn federated(
    client: &Client,
    version: &str,
    key: Key,
) -> Result<Option<(u64, String)>, GraphError> {
    let url = client.url(&path(version, key, "federatedIdentityCredentials"))?;
    let mut chain = Chain::new(url);
    let (mut digests, mut all) = (Vec::new(), Vec::new());
    loop {
        let answer = match chain.page(client).await {
            Ok(Some(answer)) => answer,
            Ok(None) => break,
            Err(GetError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => {
                return Ok(None);
            }
            Err(error) => return Err(refused(client, "federated credentials", error)),
        };
        let page = page::read::<FederatedCredential<'_>>(&answer.body, &answer.asked)?;
        digests.extend(record::each_federated(&page.objects));
        for credential in &page.objects {
            all.push(record::json(credential)?);
        }
        let failed = |error| refused(client, "federated credentials", error);
        chain
            .follow(page.next, page.objects.len(), client)
            .map_err(failed)?;
    }
    let digest = digest(&digests.into_iter().collect::<InAnyOrder>());
    Ok(Some((digest, format!("[{}]", all.join(",")))))
}

/// Reads an owner of an application, as JSON: one is enough. `None` where the application is gone.
pub(super) async fn owners(
    client: &Client,
    version: &str,
    key: Key,
) -> Result<Option<String>, GraphError> {
    let url = client.url(&path(version, key, "owners"))?;
    let mut chain = Chain::new(url);
    loop {
        let answer = match chain.page(client).await {
            Ok(Some(answer)) => answer,
            Ok(None) => return Ok(Some("[]".to_owned())),
            Err(GetError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => {
                return Ok(None);
            }
            Err(error) => return Err(refused(client, "owners", error)),
        };
        let page = page::read::<Owner<'_>>(&answer.body, &answer.asked)?;
        if let Some(owner) = page.objects.first() {
            return record::json(owner).map(|owner| Some(format!("[{owner}]")));
        }
        let failed = |error| refused(client, "owners", error);
        chain.follow(page.next, 0, client).map_err(failed)?;
    }
}
