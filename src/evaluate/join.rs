//! Joining applications with their service principals, and telling whose each is.
//!
//! In: objects in the order of the stream. Out: each object once. The same object twice and equal is one; twice and
//! different is a contradiction, because a union could hide a certificate that was removed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, Hash};

use foldhash::quality::FixedState;

use super::met::Met;
use crate::model::{
    AppId, Application, Credentials, Known, ObjectId, Place, ServicePrincipal,
    ServicePrincipalType, TenantId,
};

/// An application stands in the inventory twice, with different facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contradiction(pub AppId);

/// What is kept until it can be joined.
#[derive(Debug, Default)]
pub(super) struct Join {
    principals: Vec<Principal>,
    by_app_id: HashMap<AppId, usize, FixedState>,
    /// A digest of each application's facts, so that a second one is told from a contradiction. The key is a digest
    /// too. Two appIds that share one would be refused, not confused.
    applications: Met<u64>,
    /// Digests of the ids of all application objects: one object has one appId.
    application_ids: Met<()>,
    /// The same of all service principals.
    service_principal_ids: Met<()>,
    owners: Owners,
}

/// The owner on which the joined service principals agree.
#[derive(Clone, Copy, Debug, Default)]
enum Owners {
    #[default]
    None,
    One(TenantId),
    Several,
}

#[derive(Debug)]
struct Principal {
    digest: u64,
    place: Place,
    joined: bool,
    object: Held,
}

/// Most service principals hold nothing of their own: of those only the words that tell whose they are are kept.
#[derive(Debug)]
enum Held {
    Bare {
        id: Option<ObjectId>,
        app_id: AppId,
        owner: Option<TenantId>,
        kind: ServicePrincipalType,
        deleted: bool,
        knows_federated: bool,
    },
    Full(Box<ServicePrincipal>),
    /// Only its owner is kept.
    Taken(Option<TenantId>),
}

impl Held {
    fn of(object: ServicePrincipal) -> Self {
        if object.may_hold_credentials() || object.token_encryption_key_id.is_some() {
            return Self::Full(Box::new(object));
        }
        let ServicePrincipal {
            id,
            app_id,
            owner,
            kind,
            deleted,
            federated,
            ..
        } = object;
        Self::Bare {
            id,
            app_id,
            owner,
            kind,
            deleted,
            knows_federated: federated.is_known(),
        }
    }

    fn owner(&self) -> Option<TenantId> {
        match self {
            Self::Bare { owner, .. } | Self::Taken(owner) => *owner,
            Self::Full(object) => object.owner,
        }
    }

    fn take(&mut self) -> Option<ServicePrincipal> {
        let taken = Self::Taken(self.owner());
        match std::mem::replace(self, taken) {
            Self::Taken(_) => None,
            Self::Full(object) => Some(*object),
            Self::Bare {
                id,
                app_id,
                owner,
                kind,
                deleted,
                knows_federated,
            } => Some(ServicePrincipal {
                id,
                app_id,
                display_name: Box::default(),
                kind,
                owner,
                deleted,
                credentials: Credentials::Listed {
                    passwords: Vec::new(),
                    keys: Vec::new(),
                },
                federated: if knows_federated {
                    Known::Known(Vec::new())
                } else {
                    Known::Unknown
                },
                token_encryption_key_id: None,
                preferred_signing_key: None,
            }),
        }
    }
}

/// Whose a service principal without an application object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unjoined {
    Deleted,
    ManagedIdentity,
    AgentIdentity,
    Microsoft,
    Foreign,
    /// This tenant's, or nobody's that is known: judged alone.
    Own,
}

/// Tells whose a service principal without an application object is. `own` is this tenant, where it is known.
pub(super) fn standing(object: &ServicePrincipal, own: Option<TenantId>) -> Unjoined {
    if object.kind == ServicePrincipalType::ManagedIdentity {
        Unjoined::ManagedIdentity
    } else if object.kind == ServicePrincipalType::AgentIdentity {
        Unjoined::AgentIdentity
    } else if object.is_microsofts() {
        Unjoined::Microsoft
    } else if object
        .owner
        .zip(own)
        .is_some_and(|(owner, own)| owner != own)
    {
        Unjoined::Foreign
    } else if object.deleted {
        Unjoined::Deleted
    } else {
        Unjoined::Own
    }
}

impl Join {
    pub(super) fn service_principal(
        &mut self,
        object: ServicePrincipal,
        place: Place,
    ) -> Result<(), Contradiction> {
        let app_id = object.app_id;
        let digest = digest_of_service_principal(&object);
        if let Some(known) = self
            .by_app_id
            .get(&app_id)
            .and_then(|at| self.principals.get(*at))
        {
            return if known.digest == digest {
                Ok(())
            } else {
                Err(Contradiction(app_id))
            };
        }
        if !is_new(&mut self.service_principal_ids, object.id) {
            return Err(Contradiction(app_id));
        }
        self.by_app_id.insert(app_id, self.principals.len());
        self.principals.push(Principal {
            digest,
            place,
            joined: false,
            object: Held::of(object),
        });
        Ok(())
    }

    /// Tells whether an application comes for the first time.
    pub(super) fn is_new(&mut self, object: &Application) -> Result<bool, Contradiction> {
        let digest = digest_of_application(object);
        match self
            .applications
            .meet(key(object.app_id.as_bytes()), digest)
        {
            None if is_new(&mut self.application_ids, object.id) => Ok(true),
            Some(known) if known == digest => Ok(false),
            None | Some(_) => Err(Contradiction(object.app_id)),
        }
    }

    /// Takes the service principal of an application, which may be deleted.
    pub(super) fn take(&mut self, app_id: AppId) -> Option<ServicePrincipal> {
        if self.principals.is_empty() {
            return None;
        }
        let at = *self.by_app_id.get(&app_id)?;
        let principal = self.principals.get_mut(at)?;
        principal.joined = true;
        let object = principal.object.take()?;
        if let Some(owner) = object.owner {
            self.owners = match self.owners {
                Owners::None => Owners::One(owner),
                Owners::One(known) if known == owner => self.owners,
                Owners::One(_) | Owners::Several => Owners::Several,
            };
        }
        Some(object)
    }

    /// Returns the tenant, where the service principals of this tenant's applications agree on it.
    pub(super) const fn tenant(&self) -> Option<TenantId> {
        match self.owners {
            Owners::One(tenant) => Some(tenant),
            Owners::None | Owners::Several => None,
        }
    }

    /// Tells whether any application's service principal names its owner.
    pub(super) const fn has_owners(&self) -> bool {
        !matches!(self.owners, Owners::None)
    }

    /// Returns the tenant of the applications where it cannot be `expected`: an application object is registered in its
    /// own tenant, so its service principal's owner is that tenant. One that tells so is enough; of several others, the
    /// one that owns most is returned.
    pub(super) fn other_tenant(&self, expected: TenantId) -> Option<TenantId> {
        match self.owners {
            Owners::None => return None,
            Owners::One(owner) => return (owner != expected).then_some(owner),
            Owners::Several => {}
        }
        let joined = self.principals.iter().filter(|principal| principal.joined);
        let owners = || joined.clone().filter_map(|it| it.object.owner());
        if owners().any(|owner| owner == expected) {
            return None;
        }
        let mut counts: BTreeMap<TenantId, usize> = BTreeMap::new();
        for owner in owners() {
            *counts.entry(owner).or_default() += 1;
        }
        let most = counts
            .into_iter()
            .max_by_key(|&(owner, count)| (count, Reverse(owner)));
        most.map(|(owner, _)| owner)
    }

    /// Takes the service principals that no application has taken, in the order of the stream.
    pub(super) fn rest(&mut self) -> impl Iterator<Item = (ServicePrincipal, Place)> + use<> {
        let rest = std::mem::take(&mut self.principals)
            .into_iter()
            .filter(|principal| !principal.joined);
        rest.filter_map(|mut principal| Some((principal.object.take()?, principal.place)))
    }
}

/// Notes an object's id; says `false` where another appId has it already.
fn is_new(ids: &mut Met<()>, id: Option<ObjectId>) -> bool {
    id.is_none_or(|id| ids.meet(key(id.as_bytes()), ()).is_none())
}

fn key(identifier: &[u8; 16]) -> u64 {
    digest(identifier)
}

/// Digests every fact that decides something; a name decides nothing.
fn digest_of_application(object: &Application) -> u64 {
    let Application {
        id,
        app_id,
        display_name: _,
        deleted,
        credentials,
        federated,
        has_owner,
        token_encryption_key_id,
    } = object;
    digest(&(
        id,
        app_id,
        deleted,
        digest_of_credentials(credentials),
        federated.as_option().map(|list| in_any_order(list)),
        has_owner,
        token_encryption_key_id,
    ))
}

fn digest_of_service_principal(object: &ServicePrincipal) -> u64 {
    let ServicePrincipal {
        id,
        app_id,
        display_name: _,
        kind,
        owner,
        deleted,
        credentials,
        federated,
        token_encryption_key_id,
        preferred_signing_key,
    } = object;
    digest(&(
        id,
        app_id,
        kind,
        owner,
        deleted,
        digest_of_credentials(credentials),
        federated.as_option().map(|list| in_any_order(list)),
        token_encryption_key_id,
        preferred_signing_key,
    ))
}

fn digest_of_credentials(credentials: &Credentials) -> u64 {
    match credentials {
        Credentials::Listed { passwords, keys } => {
            digest(&(in_any_order(passwords), in_any_order(keys)))
        }
        Credentials::Unknown { passwords, keys } => digest(&(
            passwords.as_deref().map(in_any_order),
            keys.as_deref().map(in_any_order),
        )),
        Credentials::Counted {
            secrets,
            certificates,
        } => digest(&(secrets, certificates)),
    }
}

/// Graph promises no order of the entries, so another order is no other fact.
fn in_any_order<T: Hash>(list: &[T]) -> (usize, u64) {
    (
        list.len(),
        list.iter()
            .fold(0, |sum, entry| sum.wrapping_add(digest(entry))),
    )
}

/// A digest only tells equal facts from different ones within a run, so a fast hash will do.
fn digest(facts: &impl Hash) -> u64 {
    FixedState::default().hash_one(facts)
}
