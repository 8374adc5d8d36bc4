//! What belongs to an application and stands in a record of its own: owners and federated credentials.
//!
//! In: the data of `AZAppOwner` and `AZFederatedIdentityCredential`, in the first reading. Out: in the second reading, each
//! application with what belongs to it. What a record does not say for certain stays unknown.

use super::{AzureHoundProblem, Problem};
use crate::inventory::federated;
use crate::inventory::fields::{EntryField, Key, LinkField};
use crate::inventory::shapes::{self, Fields, Writer, Wrong};
use crate::keyed::KeyedMap;
use crate::model::{AppId, Application, FederatedCredential, Known};

/// What belongs to the applications of one file, by the id that its records name: the client id, or the id of the object
/// in older versions.
#[derive(Debug, Default)]
pub(in crate::inventory) struct Links(KeyedMap<AppId, Link>);

/// What belongs to one application; what no record was about is `None`.
#[derive(Debug, Default)]
struct Link {
    has_owner: Option<bool>,
    federated: Option<Known<Vec<FederatedCredential>>>,
    /// Whether the application was met.
    is_joined: bool,
}

impl Links {
    /// Reads the data of an `AZAppOwner`. There is one for every application, with `null` where nobody owns it. It has
    /// `null` as well where its request failed: then an owner is missed, never invented.
    pub(super) fn add_owners(&mut self, data: &str) -> Result<(), Problem> {
        let read = list_of(data, LinkField::Owners, |list| {
            shapes::collection(list, Writer::AzureHound, |entry| {
                held(entry, EntryField::Owner, shapes::owner)?.ok_or(Wrong::Type)
            })
        });
        let (app_id, owners) = read.map_err(|_| AzureHoundProblem::Link("AZAppOwner"))?;
        let has_owner = !owners.is_empty();
        let known = self.link(app_id).has_owner.replace(has_owner);
        agree(app_id, known.is_none_or(|known| known == has_owner))
    }

    /// Reads the data of an `AZFederatedIdentityCredential`. An application without any has no such record or one that
    /// lists none, just as one whose request failed: only those that are listed are known.
    pub(super) fn add_federated(&mut self, data: &str) -> Result<(), Problem> {
        let read = list_of(data, LinkField::Federated, |list| {
            shapes::collection(list, Writer::AzureHound, |entry| {
                held(entry, EntryField::Federated, federated::federated)
            })
        });
        let (app_id, listed) =
            read.map_err(|_| AzureHoundProblem::Link("AZFederatedIdentityCredential"))?;
        let listed: Option<Vec<FederatedCredential>> = listed.into_iter().collect();
        let federated = Known::from(listed.filter(|listed| !listed.is_empty()));
        let slot = &mut self.link(app_id).federated;
        let agrees = slot.as_ref().is_none_or(|known| *known == federated);
        *slot = Some(federated);
        agree(app_id, agrees)
    }

    fn link(&mut self, app_id: AppId) -> &mut Link {
        self.0.entry(app_id).or_default()
    }

    /// Gives an application what belongs to it.
    pub(super) fn join(&mut self, application: &mut Application) {
        let id = application.id.map(|id| AppId::from_bytes(*id.as_bytes()));
        for name in [Some(application.app_id), id].into_iter().flatten() {
            let Some(link) = self.0.get_mut(&name) else {
                continue;
            };
            link.is_joined = true;
            if let Some(has_owner) = link.has_owner {
                application.has_owner = Known::Known(has_owner);
            }
            if let Some(federated) = &link.federated {
                application.federated.clone_from(federated);
            }
        }
    }

    /// Tells whether something belongs to an application that was not met.
    pub(super) fn are_left(&self) -> bool {
        self.0.values().any(|link| !link.is_joined)
    }
}

/// Reads whose record it is, and its list.
fn list_of<T>(
    data: &str,
    list: LinkField,
    read: impl Fn(&str) -> Result<T, Wrong>,
) -> Result<(AppId, T), Wrong> {
    let read = shapes::element(data, Writer::AzureHound, |fields| {
        let app_id = fields.words(LinkField::AppId)?.ok_or(Wrong::Type)?;
        let app_id = app_id.parse().map_err(|_| Wrong::Type)?;
        Ok((app_id, read(fields.raw(list).ok_or(Wrong::Type)?)?))
    });
    read.map(|(read, _)| read)
}

/// Reads what an entry holds, in Graph's own words; `None` where it holds `null`.
fn held<K: Key, T>(
    entry: &Fields<'_, EntryField>,
    field: EntryField,
    read: impl Fn(&Fields<'_, K>) -> Result<T, Wrong>,
) -> Result<Option<T>, Wrong> {
    let raw = entry.raw(field).ok_or(Wrong::Type)?;
    if raw == "null" {
        return Ok(None);
    }
    shapes::element(raw, Writer::Graph, read).map(|(read, _)| Some(read))
}

fn agree(app_id: AppId, agrees: bool) -> Result<(), Problem> {
    agrees
        .then_some(())
        .ok_or(Problem::Contradiction { app_id })
}
