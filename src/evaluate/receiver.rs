//! What hands an inventory over, and what receives it: the seam between the sources and everything that judges them.

use super::{Contradiction, PolicyContradiction};
use crate::model::{Application, Place, PolicyCoverage, ServicePrincipal, TenantId, TenantPolicy};
use crate::report::SourceRecord;

/// The inventory as a whole, once it has been read.
#[derive(Clone, Debug)]
pub struct InventoryRecord {
    /// Its sources.
    pub sources: Vec<SourceRecord>,
    /// The files that places name by index.
    pub files: Vec<String>,
    /// The tenant, where a source names it.
    pub tenant: Option<TenantId>,
    /// Whether it shows the tenant's app management policies.
    pub tenant_policies: PolicyCoverage,
    /// Whether an application that it does not have is not in the tenant.
    pub is_whole_tenant: bool,
    /// What a reader should know besides.
    pub notes: Vec<String>,
}

/// The lists of the inventory are not those that should be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Most service principals of this tenant lack their application: the list of applications is cut.
    Cut {
        /// How many lack it.
        missing: u64,
        /// How many have it.
        joined: u64,
    },
    /// The policy is for another tenant.
    Policy {
        /// The tenant of the inventory.
        found: TenantId,
        /// The tenant of the policy.
        expected: TenantId,
    },
    /// A snapshot names another tenant than the one in which the applications are registered.
    Snapshot {
        /// The tenant of the applications.
        found: TenantId,
        /// The tenant that the snapshot names.
        expected: TenantId,
    },
}

/// Whatever receives the objects of an inventory, in the order of the stream: the tenant's policies, the service
/// principals, the applications.
pub trait Receiver {
    /// Receives one of the tenant's app management policies.
    fn tenant_policy(&mut self, policy: TenantPolicy) -> Result<(), PolicyContradiction>;

    /// Receives a service principal.
    fn service_principal(
        &mut self,
        object: ServicePrincipal,
        place: Place,
    ) -> Result<(), Contradiction>;

    /// Receives an application.
    fn application(&mut self, object: Application, place: Place) -> Result<(), Contradiction>;
}
