//! What an inventory has of the applications and credentials that a policy names.
//!
//! In: the objects of the inventory, one after another. Out: whether those that the policy names are among them. It
//! grows with the policy, not with the tenant.

use std::collections::BTreeMap;

use super::Doubt;
use crate::model::{
    AppId, Application, Credentials, FederatedCredential, KeyId, Known, ServicePrincipal,
};
use crate::policy::{Exception, Policy, WindowScope};

/// The applications that a policy names, and what was seen of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen(BTreeMap<AppId, Sight>);

/// What was seen of one application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sight {
    is_there: bool,
    is_deleted: bool,
    is_counted: bool,
    /// The keyIds that exceptions pin, and whether a credential has them.
    pins: BTreeMap<KeyId, bool>,
}

impl Seen {
    /// Has seen nothing yet.
    pub fn of(policy: &Policy) -> Self {
        let mut seen: BTreeMap<AppId, Sight> = BTreeMap::new();
        for exception in policy.exceptions() {
            for app_id in &exception.applications {
                let pins = exception.credentials.iter().flatten();
                let sight = seen.entry(*app_id).or_default();
                sight.pins.extend(pins.map(|key_id| (*key_id, false)));
            }
        }
        for window in policy.windows() {
            if let WindowScope::Listed(applications) = &window.applications {
                for app_id in applications {
                    seen.entry(*app_id).or_default();
                }
            }
        }
        Self(seen)
    }

    /// Notes an application.
    pub fn application(&mut self, object: &Application) {
        self.note(
            object.app_id,
            object.deleted,
            &object.credentials,
            &object.federated,
        );
    }

    /// Notes a service principal.
    pub fn service_principal(&mut self, object: &ServicePrincipal) {
        self.note(
            object.app_id,
            object.deleted,
            &object.credentials,
            &object.federated,
        );
    }

    fn note(
        &mut self,
        app_id: AppId,
        is_deleted: bool,
        credentials: &Credentials,
        federated: &Known<Vec<FederatedCredential>>,
    ) {
        let Some(sight) = self.0.get_mut(&app_id) else {
            return;
        };
        sight.is_there = true;
        sight.is_deleted |= is_deleted;
        sight.is_counted |= matches!(credentials, Credentials::Counted { .. });
        if sight.pins.is_empty() {
            return;
        }
        let (passwords, keys) = match credentials {
            Credentials::Listed { passwords, keys } => (Some(passwords), Some(keys)),
            Credentials::Counted { .. } => (None, None),
            Credentials::Unknown { passwords, keys } => (passwords.as_ref(), keys.as_ref()),
        };
        let passwords = passwords.into_iter().flatten().map(|it| it.key_id);
        let keys = keys.into_iter().flatten().map(|it| it.key_id);
        let federated = federated.as_option().into_iter().flatten().map(|it| it.id);
        for key_id in passwords.chain(keys).chain(federated).flatten() {
            if let Some(pin) = sight.pins.get_mut(&key_id) {
                *pin = true;
            }
        }
    }

    /// Tells whether the inventory has any of these applications, or a service principal of one.
    pub(super) fn has_any(&self, applications: &[AppId]) -> bool {
        self.sights(applications).any(|sight| sight.is_there)
    }

    /// Returns why one of these applications may have what was not seen.
    pub(super) fn doubt(&self, applications: &[AppId]) -> Option<Doubt> {
        let is_any = |what: fn(&Sight) -> bool| self.sights(applications).any(what);
        if is_any(|sight| sight.is_deleted) {
            Some(Doubt::Deleted)
        } else if is_any(|sight| sight.is_counted) {
            Some(Doubt::Counted)
        } else {
            None
        }
    }

    /// Tells whether an exception is pinned, and no credential of its applications has one of the keyIds.
    pub(super) fn lacks_pins(&self, exception: &Exception) -> bool {
        let Some(pins) = &exception.credentials else {
            return false;
        };
        let is_there = |sight: &Sight| pins.iter().any(|pin| sight.pins.get(pin) == Some(&true));
        !self.sights(&exception.applications).any(is_there)
    }

    fn sights(&self, applications: &[AppId]) -> impl Iterator<Item = &Sight> {
        applications.iter().filter_map(|app_id| self.0.get(app_id))
    }
}
