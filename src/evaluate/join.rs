//! Joining applications with their service principals, and telling whose each is.
//!
//! In: objects in the order of the stream. Out: each object once. The same object twice and equal is one; twice and
//! different is a contradiction, because a union could hide a certificate that was removed.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, Hash};

use super::met::Met;
use crate::internal::OrInternal as _;
use crate::keyed::{InAnyOrder, KeyedMap, Places, digest};
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
    by_app_id: KeyedMap<AppId, usize>,
    /// Agent identities never join an application; an appId of theirs may be that of their blueprint.
    agents: KeyedMap<ObjectId, usize>,
    /// How many applications there were.
    application_count: u64,
    /// A digest of each application's facts, so that a second one is told from a contradiction. The key is a digest
    /// too. Two appIds that share one would be refused, not confused.
    applications: Met<u64>,
    places: Places,
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
        /// Of what may be this tenant's and lack its application, which is a finding.
        display_name: Box<str>,
    },
    Full(Box<ServicePrincipal>),
    /// It was handed over.
    Taken {
        owner: Option<TenantId>,
        /// Whether it stands for an application, and is not deleted.
        is_application: bool,
    },
}

impl Held {
    fn of(object: ServicePrincipal) -> Self {
        if object.may_hold_credentials() || object.token_encryption_key_id.is_some() {
            return Self::Full(Box::new(object));
        }
        let is_microsofts = object.is_microsofts();
        let ServicePrincipal {
            id,
            app_id,
            owner,
            kind,
            deleted,
            federated,
            display_name,
            ..
        } = object;
        let may_be_found = kind == ServicePrincipalType::Other && !is_microsofts;
        Self::Bare {
            id,
            app_id,
            owner,
            kind,
            deleted,
            knows_federated: federated.is_known(),
            display_name: if may_be_found {
                display_name
            } else {
                Box::default()
            },
        }
    }

    fn owner(&self) -> Option<TenantId> {
        match self {
            Self::Bare { owner, .. } | Self::Taken { owner, .. } => *owner,
            Self::Full(object) => object.owner,
        }
    }

    /// Tells whether it stands for an application, and is not deleted.
    fn is_application(&self) -> bool {
        let (kind, deleted) = match self {
            Self::Bare { kind, deleted, .. } => (*kind, *deleted),
            Self::Full(object) => (object.kind, object.deleted),
            Self::Taken { is_application, .. } => return *is_application,
        };
        kind == ServicePrincipalType::Other && !deleted
    }

    fn take(&mut self) -> Option<ServicePrincipal> {
        let taken = Self::Taken {
            owner: self.owner(),
            is_application: self.is_application(),
        };
        match std::mem::replace(self, taken) {
            Self::Taken { .. } => None,
            Self::Full(object) => Some(*object),
            Self::Bare {
                id,
                app_id,
                owner,
                kind,
                deleted,
                knows_federated,
                display_name,
            } => Some(ServicePrincipal {
                id,
                app_id,
                display_name,
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
                signs_in_by_saml: false,
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
    if object.kind == ServicePrincipalType::AgentIdentity {
        Unjoined::AgentIdentity
    } else if object.kind == ServicePrincipalType::ManagedIdentity {
        Unjoined::ManagedIdentity
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
        let agent = (object.kind == ServicePrincipalType::AgentIdentity).then(|| agent_id(&object));
        let at = match &agent {
            Some(agent) => self.agents.get(agent),
            None => self.by_app_id.get(&app_id),
        };
        if let Some(&at) = at {
            let known = self.principals.get(at);
            let known = known.or_internal("a service principal is known by its index");
            return if known.digest == digest {
                Ok(())
            } else {
                Err(Contradiction(app_id))
            };
        }
        if !is_new(&mut self.service_principal_ids, &self.places, object.id) {
            return Err(Contradiction(app_id));
        }
        let at = self.principals.len();
        match agent {
            Some(agent) => drop(self.agents.insert(agent, at)),
            None => drop(self.by_app_id.insert(app_id, at)),
        }
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
            .meet(self.places.hash_one(object.app_id), digest)
        {
            None if is_new(&mut self.application_ids, &self.places, object.id) => {
                self.application_count += u64::from(!object.deleted);
                Ok(true)
            }
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
        let principal = self.principals.get_mut(at);
        let principal = principal.or_internal("a service principal is known by its index");
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

    /// Returns how the lists of applications and of service principals fit together, where this tenant is known.
    pub(super) fn fit(&self, own: Option<TenantId>) -> Fit {
        let mut fit = Fit {
            has_applications: self.application_count > 0,
            is_joined: false,
            own_joined: 0,
            own_unjoined: 0,
        };
        for principal in &self.principals {
            fit.is_joined |= principal.joined && principal.object.is_application();
            if principal.object.is_application() && own.is_some() && principal.object.owner() == own
            {
                if principal.joined {
                    fit.own_joined += 1;
                } else {
                    fit.own_unjoined += 1;
                }
            }
        }
        fit
    }

    /// Takes the service principals that no application has taken, in the order of the stream.
    pub(super) fn rest(&mut self) -> impl Iterator<Item = (ServicePrincipal, Place)> + use<> {
        let rest = std::mem::take(&mut self.principals)
            .into_iter()
            .filter(|principal| !principal.joined);
        rest.filter_map(|mut principal| Some((principal.object.take()?, principal.place)))
    }
}

/// How a list of applications and one of service principals fit together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    /// Whether there is any application object that is not deleted.
    pub(super) has_applications: bool,
    /// Whether any application has its service principal, which is not deleted.
    pub(super) is_joined: bool,
    /// Service principals of this tenant's applications that have their application here.
    pub(super) own_joined: u64,
    /// Those that lack it.
    pub(super) own_unjoined: u64,
}

impl Fit {
    /// Tells whether the service principals may be those of the applications' tenant.
    pub(super) const fn overlaps(self) -> bool {
        self.is_joined || !self.has_applications
    }

    /// Tells whether most service principals of this tenant lack their application: the list of applications is cut.
    pub(super) const fn is_cut(self) -> bool {
        self.has_applications && self.own_unjoined > self.own_joined
    }
}

/// Returns what tells an agent identity from others.
fn agent_id(object: &ServicePrincipal) -> ObjectId {
    object
        .id
        .unwrap_or_else(|| ObjectId::from_bytes(*object.app_id.as_bytes()))
}

/// Notes an object's id; says `false` where another appId has it already.
fn is_new(ids: &mut Met<()>, places: &Places, id: Option<ObjectId>) -> bool {
    id.is_none_or(|id| ids.meet(places.hash_one(id), ()).is_none())
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
        CredentialFacts::of(credentials),
        federated.as_option().map(list_in_any_order),
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
        signs_in_by_saml,
    } = object;
    digest(&(
        id,
        app_id,
        kind,
        owner,
        deleted,
        CredentialFacts::of(credentials),
        federated.as_option().map(list_in_any_order),
        token_encryption_key_id,
        preferred_signing_key,
        signs_in_by_saml,
    ))
}

/// The facts about an object's stored credentials.
#[derive(Hash)]
enum CredentialFacts {
    Listed([InAnyOrder; 2]),
    Unknown([Option<InAnyOrder>; 2]),
    Counted([u32; 2]),
}

impl CredentialFacts {
    fn of(credentials: &Credentials) -> Self {
        match credentials {
            Credentials::Listed { passwords, keys } => {
                Self::Listed([list_in_any_order(passwords), list_in_any_order(keys)])
            }
            Credentials::Unknown { passwords, keys } => Self::Unknown([
                passwords.as_ref().map(list_in_any_order),
                keys.as_ref().map(list_in_any_order),
            ]),
            Credentials::Counted {
                secrets,
                certificates,
            } => Self::Counted([*secrets, *certificates]),
        }
    }
}

/// Graph promises no order of the entries, so another order is no other fact.
#[expect(clippy::ptr_arg, reason = "it takes what an `Option` of a list holds")]
fn list_in_any_order<T: Hash>(list: &Vec<T>) -> InAnyOrder {
    list.iter().collect()
}
