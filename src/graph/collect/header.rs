//! The first line of a snapshot: what was collected, by whom, and what that could see.

use jiff::Timestamp;
use uuid::Uuid;

use super::probe::Way;
use super::query::{APPLICATION, SERVICE_PRINCIPAL};
use crate::graph::client::Client;
use crate::graph::error::GraphError;
use crate::snapshot::{self, Coverage, FederatedCoverage, Header, PolicyCoverage, Select, Tool};

/// Makes the header.
pub(super) async fn header(
    client: &Client,
    collected_at: Timestamp,
    owners: &Way,
    federated_credentials: FederatedCoverage,
    tenant_policies: PolicyCoverage,
) -> Result<Header, GraphError> {
    let token = client.token().await?;
    let sign_in = client.session().sign_in();
    let tenant = token.claims().tenant.map(|tenant| tenant.to_string());
    // A tenant may be named by one of its domains.
    let named = sign_in.tenant_id().and_then(|id| id.parse::<Uuid>().ok());
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Ok(Header {
        schema: snapshot::HEADER.to_owned(),
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        cloud: client.cloud().name().to_owned(),
        tenant: tenant.or_else(|| named.map(|id| id.to_string())),
        collected_at: collected_at.to_string(),
        signed_in_by: sign_in.method().name().to_owned(),
        coverage: Coverage {
            service_principals: true,
            owners: !matches!(owners, Way::None),
            federated_credentials,
            tenant_policies,
        },
        select: Select {
            applications: words(APPLICATION),
            service_principals: words(SERVICE_PRINCIPAL),
        },
    })
}
